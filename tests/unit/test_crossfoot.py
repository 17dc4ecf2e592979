"""Sums and what they say of each figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.page import Reading, TokenSource
from schemas.result import ReviewItem, Table
from tests.sheets import sheet
from worker.crossfoot import crossfoot
from worker.drafting.draft import draft
from worker.rounding import rounding_slack

HEADER = [["单位", "合计", "基本支出", "项目支出"]]
BODY = [
    ["合计", "60.00", "36.00", "24.00"],
    ["甲", "10.00", "6.00", "4.00"],
    ["乙", "20.00", "12.00", "8.00"],
    ["丙", "30.00", "18.00", "12.00"],
]


def foot(
    body: list[list[str]],
    *,
    confidence: float = 1.0,
    readings: dict[str, tuple[Reading, ...]] | None = None,
) -> tuple[Table, tuple[ReviewItem, ...]]:
    source: TokenSource = "text" if confidence == 1.0 else "ocr"
    made = sheet(HEADER, body, source=source, confidence=confidence, readings=readings)
    return crossfoot(draft(made), "t1")


def changed(row: int, col: int, text: str) -> list[list[str]]:
    body = [[*cells] for cells in BODY]
    body[row][col] = text
    return body


def test_a_sound_table_is_accepted() -> None:
    table, review = foot(BODY)
    assert {c.status for c in table.checks} == {"pass"}
    assert {c.difference for c in table.checks} == {"0.00"}
    amounts = [cell for row in table.rows for key, cell in row.cells.items() if key != "c1"]
    assert {cell.verdict for cell in amounts} == {"accepted"}
    assert review == ()


def test_text_cells_have_no_verdict() -> None:
    table, _ = foot(BODY)
    assert (table.rows[1].cells["c1"].value, table.rows[1].cells["c1"].verdict) == ("甲", None)


def test_where_two_broken_sums_cross_the_cell_is_named() -> None:
    table, review = foot(changed(2, 2, "17.00"))
    assert [(i.row, i.column) for i in review] == [("r3", "c3")]
    assert table.rows[2].cells["c3"].verdict == "doubtful"
    assert table.rows[2].cells["c3"].value == "17.00", "what is printed stays"
    assert "25.00" in review[0].reason or "41.00" in review[0].reason
    assert {c.status for c in table.checks} == {"pass", "fail"}


def test_a_single_broken_sum_points_at_what_nothing_vouches_for() -> None:
    rows = [["甲", "1.00"], ["乙", "2.00"], ["小计", "3.00"], ["丙", "4.00"], ["合计", "9.00"]]
    table, review = crossfoot(draft(sheet([["单位", "金额"]], rows, source="ocr")), "t1")
    assert [c.status for c in table.checks] == ["pass", "fail"]
    assert {i.row for i in review} == {"r4", "r5"}
    assert all("difference +2.00" in i.reason for i in review)


def test_in_a_text_layer_only_the_result_of_a_broken_sum_is_shown() -> None:
    rows = [["甲", "1.00"], ["乙", "2.00"], ["小计", "3.00"], ["丙", "4.00"], ["合计", "9.00"]]
    _, review = crossfoot(draft(sheet([["单位", "金额"]], rows)), "t1")
    assert [i.row for i in review] == ["r5"]


def test_a_figure_that_cannot_be_read_stops_its_checks_and_is_reviewed() -> None:
    table, review = foot(changed(2, 2, "1Z.00"))
    cell = table.rows[2].cells["c3"]
    assert (cell.value, cell.text, cell.verdict) == (None, "1Z.00", "doubtful")
    assert {c.status for c in table.checks if ("r3", "c3") in (c.result, *c.terms)} == {
        "not_applicable"
    }
    assert [(i.row, i.column) for i in review] == [("r3", "c3")]


def test_the_last_digit_may_be_off_by_rounding_alone() -> None:
    table, review = foot(changed(0, 3, "24.01"))
    statuses = {c.result: c.status for c in table.checks}
    assert statuses["r1", "c4"] == "rounding"
    assert review == ()


def test_a_sum_that_agrees_accepts_what_the_reader_was_not_sure_of() -> None:
    assert foot(BODY, confidence=0.8)[1] == ()
    assert len(foot(BODY, confidence=0.3)[1]) == 12


def test_without_a_sum_only_a_sure_reading_is_accepted() -> None:
    rows = [["甲", "1.00"], ["乙", "2.00"]]
    made = [sheet([["单位", "金额"]], rows, source="ocr", confidence=c) for c in (0.99, 0.9)]
    assert [len(crossfoot(draft(m), "t1")[1]) for m in made] == [0, 2]


def test_alternatives_are_other_figures_that_the_ink_may_say() -> None:
    readings: dict[str, tuple[Reading, ...]] = {
        "17.00": (
            Reading("17.00", 0.7),
            Reading("12.00", 0.2),
            Reading("l7.00", 0.05),
            Reading("12.00 ", 0.01),
        )
    }
    table, _ = foot(changed(2, 2, "17.00"), confidence=0.7, readings=readings)
    found = table.rows[2].cells["c3"].alternatives
    assert [(a.value, a.confidence) for a in found] == [("12.00", 0.2)]


@pytest.mark.parametrize(
    ("terms", "result", "slack"),
    [
        (["1.00"], "1.00", "0"),
        (["1.00", "2.00"], "3.00", "0.015"),
        (["1.00", "0.00", "2.00"], "3.00", "0.015"),
        (["367", "33.0"], "400", "0.15"),
    ],
)
def test_the_rounding_rule(terms: list[str], result: str, slack: str) -> None:
    assert rounding_slack([Decimal(t) for t in terms], Decimal(result)) == Decimal(slack)


def test_many_terms_do_not_excuse_a_wrong_digit() -> None:
    assert rounding_slack([Decimal("1.00")] * 70, Decimal("70.00")) < Decimal("0.08")
