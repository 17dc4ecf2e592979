"""Other tools beside Crossfoot: what they give made comparable, and told when absent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eval.peers.grids import result_of
from eval.peers.outsiders import PYTHON_VARIABLE, Outsider, outsiders
from eval.peers.registry import reader, readers
from eval.runs.documents import Document, prepare
from eval.scores.all import scores
from eval.scores.case import Case
from schemas.errors import UsageError
from tests.pairs import BODY, HEADER, case, result, table

CHILDREN = Path(__file__).parents[2] / "eval" / "peers" / "children"


def plain() -> list[list[str | None]]:
    return [list(line) for line in (HEADER, *BODY)]


def grid_case(rows: list[list[str | None]], tmp_path: Path) -> Case:
    path = tmp_path / "made.pdf"
    path.write_bytes(b"%PDF-1.7")
    read = result_of(path, 1, [(1, rows)], "tool", {"seconds": 1.0})
    held = case(result(table()))
    return Case("peer", held.gold, held.truth, read, pages=1, seconds=1.0)


def value(held: Case, name: str) -> float | None:
    (score,) = [score for score in scores(held, outside=False) if score.name == name]
    return score.value


def test_a_grid_of_plain_texts_is_scored_like_a_table_of_ours(tmp_path: Path) -> None:
    held = grid_case(plain(), tmp_path)
    assert value(held, "figures.recall") == 1.0
    assert value(held, "structure.headers") == 1.0
    assert value(held, "anywhere.page") == 1.0


def test_a_tool_that_marks_nothing_vouches_for_everything(tmp_path: Path) -> None:
    rows = plain()
    rows[3][2] = "3.00"
    assert value(grid_case(rows, tmp_path), "silence.errors") == pytest.approx(1 / 12)


def test_cells_that_a_tool_leaves_out_are_blank(tmp_path: Path) -> None:
    rows = plain()
    rows[2] = ["North", None, "4.00"]
    assert value(grid_case(rows, tmp_path), "figures.recall") == pytest.approx(10 / 12)


def test_tables_are_found_in_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHILDREN))
    from markdown_tables import tables

    text = (
        "# T\n\n|**Item**|Total|\n|---|---:|\n|A\\|B|1.00|\n||<br>2.00|\n\nwords\n\n| x |\n|--|\n"
    )
    assert tables(text) == [
        [["Item", "Total"], ["A|B", "1.00"], ["", "2.00"]],
        [["x"]],
    ]


def test_a_tool_that_is_not_installed_is_told_and_never_scored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, str(tmp_path / "no-python"))
    absent = [one for one in readers() if one.missing() is not None]
    assert "rapidocr" in {one.name for one in absent}
    with pytest.raises(UsageError, match="rapidocr can't run here"):
        reader("rapidocr")


def test_an_unknown_engine_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="crossfoot, crossfoot-tiny, rapidocr"):
        reader("abacus")


@pytest.mark.parametrize("one", outsiders(), ids=lambda one: one.name)
def test_every_tool_says_how_it_is_run_and_why(one: Outsider) -> None:
    assert (CHILDREN / one.script).is_file()
    assert one.settings()["chosen"]


@pytest.mark.slow
def test_rapidocr_s_lines_lie_where_the_figures_are_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    prepared = prepare(Document("made", "text", 5, form="general_public_basic"), tmp_path)
    read = reader("rapidocr").read(prepared.path)
    held = Case(
        "lines", prepared.gold, prepared.truth, read.result, read.lines, read.pages, boxes=True
    )
    page, row = value(held, "anywhere.page"), value(held, "anywhere.row")
    assert page is not None
    assert row is not None
    assert page >= row > 0.8
    assert value(held, "figures.recall") is None
