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

Readings = dict[str, tuple[Reading, ...]]

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
    readings: Readings | None = None,
) -> tuple[Table, tuple[ReviewItem, ...]]:
    source: TokenSource = "text" if confidence == 1.0 else "ocr"
    made = sheet(HEADER, body, source=source, confidence=confidence, readings=readings)
    return crossfoot(draft(made))


def changed(row: int, col: int, text: str) -> list[list[str]]:
    body = [[*cells] for cells in BODY]
    body[row][col] = text
    return body


def test_a_sound_table_is_proved() -> None:
    table, review = foot(BODY)
    assert {c.status for c in table.checks} == {"pass"}
    assert {c.difference for c in table.checks} == {"0.00"}
    amounts = [cell for row in table.rows for key, cell in row.cells.items() if key != "c1"]
    assert {cell.verdict for cell in amounts} == {"proved"}
    assert review == ()


def test_text_cells_have_no_verdict() -> None:
    table, _ = foot(BODY)
    assert (table.rows[1].cells["c1"].value, table.rows[1].cells["c1"].verdict) == ("甲", None)


def test_a_misread_figure_where_two_broken_sums_cross_is_mended() -> None:
    readings: Readings = {"17.00": (Reading("17.00", 0.9), Reading("12.00", 0.08))}
    table, review = foot(changed(2, 2, "17.00"), confidence=0.9, readings=readings)
    cell = table.rows[2].cells["c3"]
    assert (cell.verdict, cell.text, cell.value) == ("repaired", "17.00", "12.00")
    assert "17.00" in [a.value for a in cell.alternatives]
    assert cell.reason is not None
    assert "only 12.00 satisfies its 2 sums" in cell.reason.en
    assert "只有 12.00" in cell.reason.zh
    assert cell.certificate is not None
    assert cell.certificate.checks == ("c2", "c6")
    assert {c.status for c in table.checks} == {"pass"}
    assert review == ()


def test_what_may_be_a_misprint_is_not_mended() -> None:
    table, review = foot(changed(2, 2, "17.00"), confidence=0.999)
    cell = table.rows[2].cells["c3"]
    assert (cell.verdict, cell.text, cell.value) == ("doubtful", "17.00", "17.00")
    assert [(i.row, i.column) for i in review] == [("r3", "c3")]


def test_a_misprint_in_a_text_layer_is_named_and_kept() -> None:
    table, review = foot(changed(2, 2, "17.00"))
    cell = table.rows[2].cells["c3"]
    assert (cell.verdict, cell.value) == ("source_error", "17.00")
    others = {
        c.verdict for row in table.rows for k, c in row.cells.items() if c is not cell and k != "c1"
    }
    assert others == {"proved"}
    assert cell.reason is not None
    assert "41.00" in cell.reason.en
    assert "36.00" in cell.reason.en
    assert {c.status for c in table.checks} == {"pass", "fail"}
    assert review == ()


LIST = [["甲", "1.00"], ["乙", "2.00"], ["小计", "3.00"], ["丙", "4.00"], ["合计", "9.00"]]


def test_one_broken_sum_mends_nothing() -> None:
    made = sheet([["单位", "金额"]], LIST, source="ocr", confidence=0.99)
    table, review = crossfoot(draft(made))
    assert [c.status for c in table.checks] == ["pass", "fail"]
    assert [row.cells["c2"].value for row in table.rows] == [line[1] for line in LIST]
    assert {"r4", "r5"} <= {i.row for i in review}
    assert all(i.reason_zh for i in review)


def test_in_a_text_layer_the_result_of_a_broken_sum_is_the_publishers_error() -> None:
    table, review = crossfoot(draft(sheet([["单位", "金额"]], LIST)))
    verdicts = [row.cells["c2"].verdict for row in table.rows]
    assert verdicts == ["proved", "proved", "proved", "accepted", "source_error"]
    assert review == ()


def test_text_that_is_no_figure_stops_its_checks_and_is_reviewed() -> None:
    table, review = foot(changed(2, 2, "1Z.00"))
    cell = table.rows[2].cells["c3"]
    assert (cell.value, cell.text, cell.verdict) == (None, "1Z.00", "doubtful")
    assert {c.status for c in table.checks if ("r3", "c3") in (c.result, *c.terms)} == {
        "not_applicable"
    }
    assert [(i.row, i.column) for i in review] == [("r3", "c3")]


def test_ink_that_is_no_figure_is_made_out_by_its_sums() -> None:
    readings: Readings = {"1Z.00": (Reading("1Z.00", 0.6), Reading("12.00", 0.3))}
    table, review = foot(changed(2, 2, "1Z.00"), confidence=0.9, readings=readings)
    cell = table.rows[2].cells["c3"]
    assert (cell.value, cell.text, cell.verdict) == ("12.00", "1Z.00", "repaired")
    assert review == ()


def test_the_last_digit_may_be_off_by_rounding_alone() -> None:
    table, review = foot(changed(0, 3, "24.01"))
    statuses = {c.result: c.status for c in table.checks}
    assert statuses["r1", "c4"] == "rounding"
    assert review == ()


def test_sums_that_agree_prove_what_the_reader_was_not_sure_of() -> None:
    table, review = foot(BODY, confidence=0.8)
    assert table.rows[1].cells["c3"].verdict == "proved"
    assert review == ()


def test_without_a_sum_only_a_sure_reading_is_accepted() -> None:
    rows = [["甲", "1.00"], ["乙", "2.00"]]
    made = [sheet([["单位", "金额"]], rows, source="ocr", confidence=c) for c in (0.99, 0.9)]
    assert [len(crossfoot(draft(m))[1]) for m in made] == [0, 2]


def test_alternatives_are_other_figures_that_the_ink_may_say() -> None:
    readings: Readings = {
        "17.00": (
            Reading("17.00", 0.7),
            Reading("12.00", 0.2),
            Reading("l7.00", 0.05),
            Reading("12.00 ", 0.01),
        )
    }
    table, _ = foot(changed(2, 2, "17.00"), confidence=0.7, readings=readings)
    found = table.rows[2].cells["c3"].alternatives
    assert "17.00" in [a.value for a in found]
    assert table.rows[2].cells["c3"].value == "12.00"


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
