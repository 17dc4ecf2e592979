"""Money in rows that have lost their name is asked about on scans, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.draft import Booklet, Column, Draft, DraftCell, DraftRow, Side, Sum
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


def _placed(lines: Sequence[tuple[float, float]], *, sideways: bool = False) -> Draft:
    """The plain table with labels and figures of 8 points at these heights."""

    def box(x: float, y: float) -> Box:
        return Box(y, x, y + 8, x + 60) if sideways else Box(x, y, x + 60, y + 8)

    draft = _draft([*PLAIN, *PLAIN][: len(lines)])
    rows = (
        replace(
            row,
            cells=row.cells
            | {
                "name": replace(row.cells["name"], box=box(50, label)),
                "a": replace(row.cells["a"], box=box(200, figure)),
            },
        )
        for row, (label, figure) in zip(draft.rows, lines, strict=True)
    )
    return replace(draft, rows=tuple(rows))


@pytest.mark.parametrize("sideways", [False, True])
def test_a_label_on_another_line_than_its_figure_may_be_of_another_row(sideways: bool) -> None:
    lines = [(100, 101), (120, 121), (140, 152), (160, 161), (180, 181)]
    said = _verdicts(_placed(lines, sideways=sideways))
    assert said == ["accepted", "accepted", "doubtful", "accepted", "accepted"]


def test_where_a_text_of_the_row_stands_beside_both_a_label_is_in_place() -> None:
    lines = [(100, 101), (120, 121), (140, 152), (160, 161), (180, 181)]
    draft = _placed(lines)
    long = replace(_cell("加强日常监管，及时发现和消除隐患", "ocr"), box=Box(300, 139, 500, 161))
    columns = (*draft.columns, Column("goal", "绩效目标", "text"))
    rows = [
        replace(row, cells=row.cells | {"goal": long}) if n == 2 else row
        for n, row in enumerate(draft.rows)
    ]
    assert set(_verdicts(replace(draft, columns=columns, rows=tuple(rows)))) == {"accepted"}


def _summed(label: str, sure: float, *, total: str = "172.12") -> Draft:
    """The plain table with its total above it, and one row of that label."""
    rows: list[Row] = [("", "合计", 0.99, total), *PLAIN[:3], ("", label, sure, "126.16")]
    draft = _draft(rows)
    parts = tuple((f"r{n}", "a") for n in range(1, 5))
    return replace(draft, sums=(Sum("grand_total", ("r0", "a"), parts),))


def test_a_name_beyond_reading_is_asked_for_and_not_each_of_its_figures() -> None:
    decoded = decode(Booklet((_summed("业善", 0.1),)))
    assert [(item.row, item.column) for item in decoded.review] == [("r4", "name")]
    (table,) = decoded.tables
    assert [row.cells["a"].verdict for row in table.rows] == ["proved"] * 5
    assert table.rows[-1].cells["name"].verdict == "doubtful"
    assert decode(Booklet((_summed("农林水支出", 0.99),))).review == ()


def test_a_figure_without_a_name_that_no_sum_counts_on_is_asked_about_itself() -> None:
    decoded = decode(Booklet((_summed("业善", 0.1, total="45.96"),)))
    assert ("r4", "a") in {(item.row, item.column) for item in decoded.review}


def test_labels_that_all_stand_as_high_over_their_figures_are_in_place() -> None:
    lines = [(100.0 + 20 * n, 110.0 + 20 * n) for n in range(5)]
    assert set(_verdicts(_placed(lines))) == {"accepted"}


@pytest.mark.parametrize(("strayed", "asked"), [(2, 2), (3, 10)])
def test_where_many_labels_have_left_their_lines_no_row_is_believed(
    strayed: int, asked: int
) -> None:
    lines = [(100.0 + 20 * n, 101.0 + 20 * n + (11 if n < strayed else 0)) for n in range(10)]
    assert _verdicts(_placed(lines)).count("doubtful") == asked
