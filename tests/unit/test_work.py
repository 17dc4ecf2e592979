"""A worker's shift on real documents: what is read, what is refused, what is only unlucky."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.result import Result
from schemas.run_settings import RunSettings
from service.blobs.disk import DiskBlobs
from service.cage import Answered, Cage, Limits
from service.settings import MIB, read_settings
from service.store.documents import get_document, run_again
from service.store.intake import Incoming
from service.store.results import current_result
from service.work import Bench, shift
from tests.documents.plain import plain_pdf
from tests.unit.store import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    held = Desk.in_folder(tmp_path)
    yield held
    held.store.database.close()


@pytest.fixture
def bench(desk: Desk, tmp_path: Path) -> Iterator[Bench]:
    cage = Cage(Limits(4096 * MIB, 100))
    yield Bench(
        name="here/1/1",
        store=desk.store,
        blobs=DiskBlobs(tmp_path / "blobs"),
        cage=cage,
        settings=read_settings({"CROSSFOOT_HOME": str(tmp_path)}),
        ring=lambda _: None,
    )
    cage.close()


def sent(desk: Desk, bench: Bench, content: bytes) -> str:
    sha256 = bench.blobs.put(content)
    (taken,) = desk.send(Incoming("a.pdf", len(content), sha256, "pdf"))
    assert taken.document is not None
    return taken.document


def state(desk: Desk, document: str) -> tuple[str, str | None]:
    row = get_document(desk.store, document)
    assert row is not None
    return row.status, row.category


def test_a_document_is_read_to_its_end_in_one_shift(desk: Desk, bench: Bench) -> None:
    document = sent(desk, bench, plain_pdf(pages=2))
    assert shift(bench) == 4
    assert state(desk, document) == ("verified", None)
    held = current_result(desk.store, document)
    assert held is not None
    result = Result.model_validate_json(bench.blobs.get(held.sha256))
    assert result.document.pages == 2
    assert all(check.status == "pass" for table in result.tables for check in table.checks)


def test_a_text_layer_can_be_set_aside_when_a_document_is_read_again(
    desk: Desk, bench: Bench
) -> None:
    document = sent(desk, bench, plain_pdf())
    shift(bench)
    told = RunSettings(pages="scan", effort="thorough")
    assert run_again(desk.store, document, told.model_dump(), "ann")
    shift(bench)
    held = current_result(desk.store, document)
    assert held is not None
    assert held.run == 2
    result = Result.model_validate_json(bench.blobs.get(held.sha256))
    assert result.document.page_sources == ("scan",)
    assert state(desk, document) == ("verified", None)


def test_a_file_that_is_cut_off_fails_at_once_with_what_to_do(desk: Desk, bench: Bench) -> None:
    document = sent(desk, bench, b"%PDF-1.7\nnothing more")
    shift(bench)
    status, category = state(desk, document)
    assert status == "failed"
    assert category is not None
    assert category.startswith("input:")


def test_too_many_pages_are_refused_by_the_name_of_the_limit(desk: Desk, bench: Bench) -> None:
    document = sent(desk, bench, plain_pdf(pages=3))
    shift(replace(bench, settings=bench.settings.model_copy(update={"pages": 2})))
    assert state(desk, document) == ("failed", "input:too_large")


def test_a_blob_that_rotted_is_never_read(desk: Desk, bench: Bench, tmp_path: Path) -> None:
    content = plain_pdf()
    document = sent(desk, bench, content)
    (path,) = (tmp_path / "blobs").glob("??/*")
    path.write_bytes(content[:-1] + b"!")
    shift(bench)
    assert state(desk, document) == ("failed", "blobs:rotten")


class SlowOnce(Cage):
    """Has no time for page 1."""

    def ask(self, request: dict[str, Any], parts: Any = (), *, seconds: float) -> Answered:
        short = request["do"] == "page" and request["number"] == 1
        return super().ask(request, parts, seconds=1e-6 if short else seconds)


def test_a_page_that_takes_too_long_is_lost_and_the_others_are_read(
    desk: Desk, bench: Bench
) -> None:
    document = sent(desk, bench, plain_pdf(pages=2))
    cage = SlowOnce(Limits(4096 * MIB, 100))
    shift(replace(bench, cage=cage))
    cage.close()
    assert state(desk, document) == ("review", "page_failed")
    held = current_result(desk.store, document)
    assert held is not None
    result = Result.model_validate_json(bench.blobs.get(held.sha256))
    assert len(result.tables) == 1
    assert any("page 1 could not be read" in warning.message for warning in result.warnings)


def test_a_document_that_is_lost_whole_is_not_called_damaged_where_reading_failed(
    desk: Desk, bench: Bench
) -> None:
    document = sent(desk, bench, plain_pdf())
    cage = SlowOnce(Limits(4096 * MIB, 100))
    shift(replace(bench, cage=cage))
    cage.close()
    assert state(desk, document) == ("failed", "engine")
    row = get_document(desk.store, document)
    assert row is not None
    assert "engine:timeout" in row.message


def test_a_fault_of_ours_is_tried_again_and_then_told(desk: Desk, bench: Bench) -> None:
    document = sent(desk, bench, plain_pdf())

    class Confused(Cage):
        """Answers with a result that is none."""

        def ask(self, request: dict[str, Any], parts: Any = (), *, seconds: float) -> Answered:
            held = super().ask(request, parts, seconds=seconds)
            return Answered({}, (b"{}", b"[]")) if request["do"] == "assemble" else held

    cage = Confused(Limits(4096 * MIB, 100))
    for _ in range(3):
        shift(replace(bench, cage=cage))
        desk.clock.now += 10
    cage.close()
    assert state(desk, document) == ("failed", "internal")


def test_what_could_not_be_committed_is_taken_back_in_the_next_shift(
    desk: Desk, bench: Bench
) -> None:
    from service.store.steps import Taker, claim

    document = sent(desk, bench, plain_pdf())
    assert claim(desk.store, Taker(bench.name, 720)) is not None, "and then the database went away"
    shift(bench)
    assert state(desk, document) == ("verified", None)
