"""What is part of what, told by the figures of a scan whose labels say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from schemas.draft import Draft
from schemas.page import Reading, TokenSource
from tests.sheets import sheet
from worker.drafting.draft import draft

Line = tuple[str, str, str]
"""Label, and two figures."""

UNITS: list[Line] = [
    ("合计", "316.00", "36.00"),
    ("商务局", "116.00", "16.00"),
    ("产业扶持", "100.00", "6.00"),
    ("设备采购", "16.00", "10.00"),
    ("文化局", "200.00", "20.00"),
    ("图书馆", "150.00", "12.00"),
    ("群众活动", "50.00", "8.00"),
]
"""Two units over two projects each, printed at one indent."""


def _drafted(lines: Sequence[Line], source: TokenSource = "ocr") -> Draft:
    return draft(sheet([["项目", "预算数", "专项资金"]], lines, source=source, confidence=0.9))


def _parents(drafted: Draft) -> list[str | None]:
    return [row.parent for row in drafted.rows]


def _down(drafted: Draft) -> set[tuple[str, tuple[str, ...]]]:
    """Each sum down the first column of money, as its row and the rows of its terms."""
    key = next(column.key for column in drafted.columns if column.type == "amount")
    return {
        (one.result[0], tuple(row for row, _ in one.terms))
        for one in drafted.sums
        if one.result[1] == key and all(k == key for _, k in one.terms)
    }


def test_rows_that_are_the_sum_of_those_below_are_their_parents() -> None:
    drafted = _drafted(UNITS)
    assert _parents(drafted) == [None, "r1", "r2", "r2", "r1", "r5", "r5"]
    assert _down(drafted) == {
        ("r1", ("r2", "r5")), ("r2", ("r3", "r4")), ("r5", ("r6", "r7")),
    }  # fmt: skip


def test_a_text_layer_is_taken_at_its_word() -> None:
    assert _parents(_drafted(UNITS, "text"))[2:4] != ["r2", "r2"]


@pytest.mark.parametrize("first", [True, False])
def test_a_total_whose_word_is_misread_is_known_by_its_figures(first: bool) -> None:
    items = [("临江县", "590.09", "152.53"), ("新港区", "998.88", "1.54"), ("石桥区", "589.34", "")]
    total = ("會汁", "2178.31", "154.07")
    lines = [total, *items] if first else [*items, total]
    drafted = _drafted(lines)
    (row,) = [row for row in drafted.rows if row.label == "會汁"]
    assert row.role == "total"
    assert {one.rule for one in drafted.sums} == {"grand_total"}


def test_a_row_that_is_no_sum_is_no_total() -> None:
    items = [("临江县", "590.09", "152.53"), ("新港区", "998.88", "1.54"), ("石桥区", "589.34", "")]
    drafted = _drafted([*items, ("桃源镇", "2178.30", "160.00")])
    assert drafted.sums == ()
    assert {row.role for row in drafted.rows} == {"item"}


def test_alike_figures_are_no_parents_where_the_table_does_not_close() -> None:
    lines = [
        ("合计", "35.00", "9.00"), ("甲", "10.00", "3.00"), ("乙", "10.00", "3.00"),
        ("丙", "15.00", "3.00"),
    ]  # fmt: skip
    assert _parents(_drafted(lines)) == [None, "r1", "r1", "r1"]


def test_a_misread_figure_does_not_hide_the_structure() -> None:
    head = [["项目", "预算数", "财政拨款", "专户资金", "其他资金"]]
    lines = [[label, one, one, other, other] for label, one, other in UNITS]
    lines[3][1] = "76.00"
    drafted = draft(sheet(head, lines, source="ocr", confidence=0.9))
    assert _parents(drafted) == [None, "r1", "r2", "r2", "r1", "r5", "r5"]


def _revenue(words: Sequence[str]) -> list[list[str]]:
    """Two groups and their totals; ``words`` are read in place of the totals' labels."""
    return [
        ["Sales", "158.03", "71.96"], ["Fees", "2945.96", "285.03"], ["Fines", "99.46", "22.05"],
        [words[0], "3203.45", "379.04"],
        ["Rent", "22.34", "2.47"], ["Licences", "32.36", "23.64"], ["Interest", "43.54", "37.62"],
        [words[1], "98.24", "63.73"],
        ["TOTAL", "3301.69", "442.77"],
    ]  # fmt: skip


@pytest.mark.parametrize("words", [("TOTAL ONE", "TOTAL TWO"), ("TUTAL OHE", "T0TAl TM")])
def test_totals_of_groups_are_known_by_their_figures_where_no_word_names_them(
    words: tuple[str, str],
) -> None:
    drafted = draft(
        sheet([["Source", "Actual", "Plan"]], _revenue(words), source="ocr", confidence=0.9)
    )
    assert _down(drafted) == {
        ("r4", ("r1", "r2", "r3")), ("r8", ("r5", "r6", "r7")), ("r9", ("r4", "r8")),
    }  # fmt: skip


def test_misread_totals_take_no_column_out_of_the_sums() -> None:
    lines = _revenue(("TOTAL ONE", "TOTAL TWO"))
    for row in (3, 7, 8):
        lines[row][2] = "1" + lines[row][2]
    unsure: dict[str, tuple[Reading, ...]] = {
        line[2]: (Reading(line[2], 0.3), Reading(line[2][1:], 0.2)) for line in lines[3::4]
    }
    unsure[lines[8][2]] = (Reading(lines[8][2], 0.3),)
    drafted = draft(
        sheet([["Source", "Actual", "Plan"]], lines, source="ocr", confidence=0.3, readings=unsure)
    )
    keys = {one.result[1] for one in drafted.sums}
    assert keys == {column.key for column in drafted.columns if column.type == "amount"}
