"""Money in rows that have lost their name is asked about on scans, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.draft import Booklet, Column, Draft, DraftCell, DraftRow, Side
from schemas.geometry import Box
from schemas.page import TokenSource
from schemas.result import Verdict
from worker.decoding.decode import decode
from worker.decoding.print_style import canonical

BOX = Box(0.0, 0.0, 1.0, 1.0)
Row = tuple[str, str, float, str]
"""Code, label, how sure the label is, figure."""


def _cell(
    text: str, source: TokenSource, sure: float = 0.9999, *, money: bool = False
) -> DraftCell:
    return DraftCell(text, canonical(text) if money else None, 1, BOX, source, sure)


def _draft(rows: list[Row], source: TokenSource = "ocr") -> Draft:
    return Draft(
        "generic", None, None, None, None, (1,),
        (Column("code", "编码", "code"), Column("name", "名称", "label"),
         Column("a", "合计", "amount")),
        tuple(
            DraftRow(
                f"r{n}", "item", label or code, (1,),
                {
                    "code": _cell(code, source),
                    "name": _cell(label, source, sure),
                    "a": _cell(money, source, money=True),
                },
            )
            for n, (code, label, sure, money) in enumerate(rows)
        ),
        (),
    )  # fmt: skip


def _verdicts(draft: Draft) -> list[Verdict | None]:
    (table,) = decode(Booklet((draft,))).tables
    return [row.cells["a"].verdict for row in table.rows if row.cells["a"].text]


PLAIN: list[Row] = [
    ("205", "教育支出", 0.99, "22.98"),
    ("20502", "普通教育", 0.99, "15.00"),
    ("20508", "进修及培训", 0.99, "7.98"),
    ("206", "科学技术支出", 0.99, "114.13"),
    ("20607", "科学技术普及", 0.99, "14.00"),
]


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param([("", "ig", 0.1, "13.00")], id="illegible"),
        pytest.param([("21208", "", 0.99, "34.78")], id="blank"),
        pytest.param([("", "-", 0.99, "34.78")], id="a stroke"),
        pytest.param(
            [("", "计业务", 0.97, "24.61"), ("20106", "财政事务", 0.9, "")], id="a row further up"
        ),
    ],
)
def test_who_a_figure_belongs_to_must_be_seen(spoilt: list[Row]) -> None:
    assert _verdicts(_draft([*PLAIN, *spoilt])) == ["accepted"] * 5 + ["doubtful"]
    assert "doubtful" not in _verdicts(_draft([*PLAIN, *spoilt], "text"))


def test_a_total_without_a_code_and_a_long_label_read_so_so_are_names() -> None:
    rows = [*PLAIN, ("", "合计", 0.99, "137.11"), ("207", "文化旅游体育与传媒", 0.3, "356.07")]
    assert set(_verdicts(_draft(rows))) == {"accepted"}


def test_a_table_without_names_is_not_asked_about_row_by_row() -> None:
    rows = [(code, "", 0.99, money) for code, _, _, money in PLAIN]
    assert set(_verdicts(_draft(rows))) == {"accepted"}


def test_a_name_merged_over_rows_is_that_of_each() -> None:
    draft = _draft([*PLAIN, ("", "", 0.99, "9.00")])
    *before, last = draft.rows
    merged = replace(last, label="教育支出", cells={"a": last.cells["a"]})
    assert set(_verdicts(replace(draft, rows=(*before, merged)))) == {"accepted"}


def test_tables_side_by_side_have_each_their_own_names() -> None:
    left = _draft([*PLAIN, ("", "ig", 0.1, "13.00")])
    columns = (*left.columns, Column("use", "支出", "label"), Column("b", "预算", "amount"))
    rows = tuple(
        replace(
            row,
            cells=row.cells
            | {"use": _cell("一般公共服务", "ocr"), "b": _cell("5.00", "ocr", money=True)},
        )
        for row in left.rows
    )
    sides = (Side("name", ("a",)), Side("use", ("b",)))
    (table,) = decode(Booklet((replace(left, columns=columns, rows=rows, sides=sides),))).tables
    assert [row.cells["a"].verdict for row in table.rows][-1] == "doubtful"
    assert {row.cells["b"].verdict for row in table.rows} == {"accepted"}
