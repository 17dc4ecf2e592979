"""TEDS and GriTS: agreement with the definitions, where their libraries are installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from eval.scores.outside import LIBRARIES, OUTSIDE, html_of
from eval.scores.score import Score
from tests.pairs import BODY, MISREAD, case, result, table


def scored(read_body: tuple[tuple[str, ...], ...]) -> dict[str, Score]:
    return {score.name: score for score in OUTSIDE(case(result(table(read_body))))}


def test_tables_are_compared_as_plain_html_without_white_space() -> None:
    page = html_of(table((("All of us", "60.00", "", "<b>"),)))
    assert "<td>Allofus</td><td>60.00</td><td></td><td>&lt;b&gt;</td>" in page


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.package)
def test_a_library_that_is_not_installed_leaves_its_scores_unscored(library: object) -> None:
    assert library in LIBRARIES
    for held in LIBRARIES:
        if not held.installed:
            said = scored(BODY)
            assert all(said[name].unscored == f"{held.package} is not installed"
                       for name in held.names)  # fmt: skip


@pytest.mark.skipif(
    find_spec("table_recognition_metric") is None, reason="table-recognition-metric is missing"
)
def test_teds_is_one_less_the_edits_over_the_nodes() -> None:
    """A table of 26 nodes (1 table, 5 rows, 20 cells); one digit of four is a quarter edit."""
    assert scored(BODY)["outside.teds"].value == 1.0
    assert scored(MISREAD)["outside.teds"].value == pytest.approx(1 - 0.25 / 26)
    assert scored(MISREAD)["outside.teds_structure"].value == 1.0
    dropped = scored((BODY[0], BODY[1], BODY[3]))["outside.teds_structure"]
    assert dropped.value == pytest.approx(1 - 5 / 26)


@pytest.mark.skipif(
    find_spec("docling_metrics_table") is None, reason="docling-metrics-table is missing"
)
def test_grits_is_the_f_score_of_the_cells_that_agree() -> None:
    """A row of five lost: recall 16 of 20, precision 16 of 16."""
    dropped = scored((BODY[0], BODY[1], BODY[3]))["outside.grits_content"]
    assert dropped.value == pytest.approx(2 * 0.8 / 1.8)
    assert scored(BODY)["outside.grits_topology"].value == 1.0


def test_a_table_that_was_not_found_is_like_nothing() -> None:
    said = {score.name: score for score in OUTSIDE(case(result()))}
    for library in LIBRARIES:
        for name in library.names:
            assert said[name].value == (0.0 if library.installed else None)
