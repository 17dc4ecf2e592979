"""What the terminal shows of a result."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from schemas.errors import UsageError
from schemas.result import Result, Row
from service.rowtree import depths, guides
from service.show import show
from tests.results import (
    cell,
    check,
    column,
    figure,
    hostile_result,
    nested_header_table,
    performance_result,
    result,
    row,
    table,
)


def shown(held: Result, width: int = 120, table_id: str | None = None, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        markup=False,
    )
    show(held, console, table_id)
    return out.getvalue()


def test_rows_are_a_tree_and_figures_stand_as_printed() -> None:
    said = shown(performance_result())
    assert "└─ 某市商务局" in said
    assert "   ├─ 产业扶持资金" in said
    assert "   └─ 设备采购费用" in said
    assert "26,252.00 ✓" in said
    assert "-3.40" in said


def test_figures_are_aligned_at_their_right() -> None:
    lines = shown(performance_result()).splitlines()
    ends = set()
    for figure_text in ("26,252.01", "118.00", "-3.40 "):
        (line,) = [li for li in lines if figure_text in li and li.startswith((" ", "└"))][:1]
        at = line.rindex(figure_text.strip()) + len(figure_text.strip())
        ends.add(cell_len(line[:at]))
    assert len(ends) == 1


def test_verdicts_have_marks_that_are_explained() -> None:
    said = shown(performance_result())
    for words in ("116.00 ?", "35.50 *", "35.50 !", "7l ?", "doubtful: a person must look"):
        assert words in said


def test_verdicts_have_colours_on_a_terminal() -> None:
    assert re.search(r"\x1b\[1;33m *116\.00 \?", shown(performance_result(), colour=True))


def test_checks_and_review_follow_the_most_pressing_first() -> None:
    said = shown(performance_result())
    assert "✓ 2 pass   ≈ 1 rounding   ✗ 1 fail" in said
    assert "✗ c4 产业扶持资金 [总计] 116.00 ≠ 财政拨款 118.00, off by -2.00 (page 1)" in said
    assert "2 to look at" in said
    assert said.index("row_total is off by 2.00") < said.index("the ink is no figure")
    assert "warning: page 2: the page ends in mid-air" in said


def test_a_narrow_terminal_cuts_the_columns_into_blocks_and_no_figure() -> None:
    said = shown(result(nested_header_table()), width=60)
    assert "12345678901234567.89" in said
    assert said.count("小学教育") > 1
    assert "(234567.1)" in said
    assert max(cell_len(line) for line in said.splitlines() if "─" in line) <= 60


def test_one_table_can_be_chosen() -> None:
    held = performance_result()
    other = nested_header_table().model_copy(update={"id": "t2"})
    both = held.model_copy(update={"tables": (*held.tables, other)})
    assert "产业扶持资金" not in shown(both, table_id="t2")
    with pytest.raises(UsageError, match="t1, t2"):
        shown(both, table_id="t9")


def test_a_document_can_not_talk_to_the_terminal() -> None:
    assert "\x1b" not in shown(hostile_result())


def test_a_result_without_tables_says_what_it_is() -> None:
    assert "2 pages  empty" in shown(result(status="empty"))


def test_a_long_label_is_cut_and_its_figures_are_not() -> None:
    held = table(
        (column("name", "名称", "label"), column("a", "金额", "amount")),
        [row("r1", "item", "长" * 200, {"name": cell("长" * 200), "a": figure("1,234.50")})],
    )
    said = shown(result(held), width=50)
    assert "1,234.50" in said
    assert "…" in said


def test_totals_below_their_parts_are_indented_without_branches() -> None:
    rows = [_row("r1", "r2"), _row("r2", None)]
    assert guides(rows) == {"r1": "  ", "r2": ""}


def test_branches_end_where_no_later_sibling_hangs() -> None:
    parents = {"a": None, "b": "a", "c": "b", "d": "b", "e": "a", "f": "e", "g": None}
    drawn = guides([_row(*pair) for pair in parents.items()])
    assert drawn == {
        "a": "", "b": "├─ ", "c": "│  ├─ ", "d": "│  └─ ", "e": "└─ ", "f": "   └─ ", "g": "",
    }  # fmt: skip


def test_parents_in_a_circle_or_gone_end_the_climb() -> None:
    rows = [_row("a", "b"), _row("b", "a"), _row("c", "gone")]
    assert set(depths(rows)) == {"a", "b", "c"}
    assert depths(rows)["c"] == 0
    assert guides(rows)


def _row(row_id: str, parent: str | None) -> Row:
    return row(row_id, "item", row_id, {}, parent)


def test_a_header_is_whole_where_the_table_just_fits() -> None:
    held = table(
        (column("name", "名称", "label"), *(column(k, "其他资金", "amount") for k in "abcdef")),
        [row("r1", "item", "长" * 60, {"name": cell("长" * 60), "a": figure("1.00")})],
    )
    for width in range(70, 90):
        assert shown(result(held), width=width).count("其他资金") == 6


def test_long_text_is_named_and_left_to_the_workbook() -> None:
    said = shown(performance_result())
    assert "long text, in the workbook: 绩效目标" in said
    assert "做大做强" not in said


def test_each_half_of_a_table_of_two_is_named_by_its_own_labels() -> None:
    columns = (
        column("in", "收入", "label"),
        column("in_sum", "预算数", "amount", "收入", "预算数"),
        column("out", "支出", "label"),
        column("out_sum", "预算数", "amount", "支出", "预算数"),
    )
    cells = [("财政拨款", "教育支出"), ("收入总计", "支出总计")]
    rows = [
        row(f"r{n}", "item", left, {
            "in": cell(left), "in_sum": figure("5.00"),
            "out": cell(right), "out_sum": figure("4.00"),
        })
        for n, (left, right) in enumerate(cells)
    ]  # fmt: skip
    failing = check("c1", "grand_total", ("r1", "out_sum"), [("r0", "out_sum")], "fail", "1.00")
    said = shown(result(table(columns, rows, [failing])))
    assert "支出总计 [支出 / 预算数] 4.00 ≠ 教育支出 4.00" in said
