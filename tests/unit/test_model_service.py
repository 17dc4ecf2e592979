"""The model beside the cage: asked by the worker, never from within; its key kept to itself."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from schemas.result import Result
from schemas.run_settings import RunSettings
from service.cage import Cage, Limits
from service.caged import read_caged
from service.model import Consultant, consultant
from service.settings import MIB, Settings
from tests.canaries import MODEL_KEY as KEY
from tests.llm.fake import Answer, Fake, served
from tests.unit.pages import document, write
from worker.extract import extract


def page(sheet: pymupdf.Page) -> None:
    """A table without rulings whose rows nobody can prove."""
    for row, texts in enumerate(
        (("项目", "预算金额", "备注金额"), ("甲", "10.00", "1.00"), ("乙", "20.00", "2.00"))
    ):
        for col, text in enumerate(texts):
            write(sheet, 60 + 150 * col, 100 + 20 * row, text)


def silent(form: str, _text: str) -> Answer:
    return {"rows": [], "outside": []} if form == "BlockAnswer" else {"columns": [], "body": 0}


@pytest.fixture
def fake() -> Iterator[Fake]:
    with served(Fake(silent, keep=True)) as held:
        yield held


@pytest.fixture
def asks(tmp_path: Path, fake: Fake) -> Iterator[Consultant]:
    settings = Settings(
        home=tmp_path, model="fake", model_url=fake.url, model_key=KEY, model_price="1/2"
    )
    held = consultant(settings)
    assert held is not None
    yield held
    for endpoint in held.endpoints:
        endpoint.close()  # type: ignore[attr-defined]
    held.books.store.database.close()  # type: ignore[attr-defined]


def read(path: Path, asks: Consultant, told: RunSettings) -> Result:
    cage = Cage(Limits(4096 * MIB, 100))
    try:
        asked = asks.about("a" * 64, told=told)
        return read_caged(
            path, "a.pdf", "a" * 64, cage, asks.settings, lambda *_: None, consultation=asked
        )
    finally:
        cage.close()


def test_the_worker_asks_and_no_trace_of_the_key_is_left(
    tmp_path: Path, fake: Fake, asks: Consultant, caplog: pytest.LogCaptureFixture
) -> None:
    path = document(tmp_path / "a.pdf", page)
    with caplog.at_level(logging.DEBUG):
        result = read(path, asks, RunSettings())
    assert fake.ledger.requests > 0
    assert result.usage.model_calls == fake.ledger.requests
    assert any(w.code == "model_no_help" for w in result.warnings)
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert KEY.encode() not in kept
    assert KEY not in caplog.text + result.model_dump_json() + repr(asks)


def test_nothing_of_a_confidential_document_leaves(
    tmp_path: Path, fake: Fake, asks: Consultant
) -> None:
    path = document(tmp_path / "a.pdf", page)
    result = read(path, asks, RunSettings(confidential=True))
    assert result.tables
    assert fake.ledger.requests == 0


def test_a_second_run_pays_nothing(tmp_path: Path, fake: Fake, asks: Consultant) -> None:
    path = document(tmp_path / "a.pdf", page)
    read(path, asks, RunSettings())
    paid = fake.ledger.requests
    assert read(path, asks, RunSettings()).usage.cost_usd == "0"
    assert fake.ledger.requests == paid


def test_without_a_model_nothing_tries_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []

    def refuse(_self: socket.socket, address: Any) -> None:
        tried.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    path = document(tmp_path / "a.pdf", page)
    assert extract(path).tables
    assert consultant(Settings(home=tmp_path)) is None
    assert consultant(replace_llm(Settings(home=tmp_path))) is None
    assert tried == []


def replace_llm(settings: Settings) -> Settings:
    return settings.model_copy(update={"model": "m", "model_url": "http://m/v1", "llm": "off"})
