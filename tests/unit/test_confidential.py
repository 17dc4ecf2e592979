"""Of a confidential document nothing leaves, whoever sent the same bytes before or after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.result import Result
from schemas.run_settings import RunSettings
from service.blobs.disk import DiskBlobs
from service.cage import Cage, Limits
from service.model import consultant
from service.settings import MIB, Settings
from service.store.audit import rows
from service.store.documents import run_again
from service.store.intake import INTERACTIVE, Incoming, Intake, take_in
from service.store.results import current_result
from service.work import Bench, shift
from tests.llm.fake import Answer, Fake, served
from tests.unit.pages import document
from tests.unit.store import Desk
from tests.unit.test_model_service import page, silent


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    held = Desk.in_folder(tmp_path)
    yield held
    held.store.database.close()


@pytest.fixture
def fake() -> Iterator[Fake]:
    with served(Fake(silent)) as held:
        yield held


@pytest.fixture
def bench(desk: Desk, fake: Fake, tmp_path: Path) -> Iterator[Bench]:
    settings = Settings(home=tmp_path, model="fake", model_url=fake.url)
    asks = consultant(settings, desk.store)
    assert asks is not None
    cage = Cage(Limits(4096 * MIB, 100))
    yield Bench(
        name="here/1/1",
        store=desk.store,
        blobs=DiskBlobs(tmp_path / "blobs"),
        cage=cage,
        settings=settings,
        ring=lambda _: None,
        consultant=asks,
    )
    cage.close()
    for endpoint in asks.endpoints:
        endpoint.close()  # type: ignore[attr-defined]


@pytest.fixture
def file(bench: Bench, tmp_path: Path) -> Incoming:
    """A document of which a model would be asked."""
    content = document(tmp_path / "a.pdf", page).read_bytes()
    return Incoming("a.pdf", len(content), bench.blobs.put(content), "pdf")


def send(desk: Desk, file: Incoming, *, confidential: bool = False) -> str:
    """Sends the file in; the id of its document."""
    settings = {"confidential": True} if confidential else {}
    intake = Intake("ann", INTERACTIVE, None, settings)
    (taken,) = take_in(desk.store, [file], intake, lambda _sha: None)[1]
    assert taken.document is not None
    return taken.document


def read(bench: Bench, held: str) -> Result:
    shift(bench)
    found = current_result(bench.store, held)
    assert found is not None
    return Result.model_validate_json(bench.blobs.get(found.sha256))


def test_an_open_document_is_asked_about(
    desk: Desk, bench: Bench, fake: Fake, file: Incoming
) -> None:
    assert read(bench, send(desk, file)).usage.model_calls > 0
    assert fake.ledger.requests > 0


def test_who_sends_it_openly_after_frees_nothing(
    desk: Desk, bench: Bench, fake: Fake, file: Incoming
) -> None:
    first = send(desk, file, confidential=True)
    assert send(desk, file) == first
    assert read(bench, first).tables
    assert run_again(desk.store, first, RunSettings().model_dump(), "bob")
    assert read(bench, first).tables
    assert fake.ledger.requests == 0


def test_who_sends_it_as_confidential_after_binds_what_waits_and_what_comes(
    desk: Desk, bench: Bench, fake: Fake, file: Incoming
) -> None:
    first = send(desk, file)
    assert send(desk, file, confidential=True) == first
    assert read(bench, first).tables
    assert run_again(desk.store, first, RunSettings().model_dump(), "bob")
    assert read(bench, first).tables
    assert fake.ledger.requests == 0
    said = [row.action for row in rows(desk.store, subject=first, limit=9)]
    assert said.count("document made confidential") == 1


def test_what_is_being_asked_ends_with_the_call_under_way(
    desk: Desk, bench: Bench, fake: Fake, file: Incoming
) -> None:
    """It is sent in as confidential while the model is busy with its first question."""
    first = send(desk, file)

    def tell(form: str, text: str) -> Answer:
        send(desk, file, confidential=True)
        return silent(form, text)

    fake.tell = tell
    result = read(bench, first)
    assert fake.ledger.requests == 1
    assert [w.code for w in result.warnings if w.code.startswith("model_")] == [
        "model_confidential"
    ]


def test_two_files_of_one_content_in_one_upload_are_confidential_together(
    desk: Desk, bench: Bench, fake: Fake, file: Incoming
) -> None:
    intake = Intake("ann", INTERACTIVE, None, {"confidential": True})
    twice = [file, replace(file, name="b.pdf")]
    taken = take_in(desk.store, twice, intake, lambda _sha: None)[1]
    assert taken[0].document == taken[1].document is not None
    shift(bench)
    assert fake.ledger.requests == 0
