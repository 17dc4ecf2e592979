"""Crossfoot with a model is an engine like any other, its cost told beside its accuracy."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from eval.peers import with_model
from eval.peers.registry import reader
from schemas.errors import UsageError
from tests.llm.fake import Fake, served
from tests.unit.pages import document, write
from worker.llm.client import OpenAiEndpoint


def page(sheet: pymupdf.Page) -> None:
    for row, texts in enumerate(
        (("项目", "预算金额", "备注金额"), ("甲", "10.00", "1.00"), ("乙", "20.00", "2.00"))
    ):
        for col, text in enumerate(texts):
            write(sheet, 60 + 150 * col, 100 + 20 * row, text)


def test_it_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CROSSFOOT_PEER_MODEL_URL", raising=False)
    with pytest.raises(UsageError, match="CROSSFOOT_PEER_MODEL_URL"):
        reader("crossfoot-model")


def test_a_document_is_read_and_its_cost_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = document(tmp_path / "a.pdf", page)
    with served(Fake(lambda _form, _text: {"rows": [], "outside": []})) as fake:
        monkeypatch.setenv("CROSSFOOT_PEER_MODEL_URL", fake.url)
        monkeypatch.setenv("CROSSFOOT_PEER_MODEL", "fake")
        monkeypatch.setenv("CROSSFOOT_PEER_MODEL_PRICE", "1/2")
        engine = reader("crossfoot-model-always")
        result = engine.read(path).result
        endpoint = with_model._endpoint(fake.url, "none", "fake")
        assert isinstance(endpoint, OpenAiEndpoint)
        endpoint.close()
    assert result is not None
    assert result.usage.model_calls == fake.ledger.requests > 0
    assert result.usage.cost_usd not in (None, "0")
