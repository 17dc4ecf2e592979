from pathlib import Path

import pymupdf
import pytest

from schemas.geometry import Box
from schemas.page import PageText, Ruling, Token
from tests.unit.pages import document, grids_of, line, table, texts, write
from worker.grid import grids
from worker.ruled import lattices

ROWS = [
    ["项目", "合计", "基本支出", "项目支出"],
    ["合计", "30.00", "10.00", "20.00"],
    ["教育支出", "30.00", "10.00", "20.00"],
]
XS = [50, 200, 300, 400, 500]
YS = [100, 125, 150, 175]


def test_a_ruled_table_is_read_cell_by_cell(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        write(page, 240, 60, "支出预算总表", 16)
        table(page, XS, YS, ROWS)
        write(page, 290, 800, "- 7 -")

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid) == ROWS
    assert grid.header_rows == 1
    assert [ln.text for ln in grid.above] == ["支出预算总表"]
    assert [ln.text for ln in grid.below] == ["- 7 -"]


def test_merged_cells_span_what_no_border_cuts(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x, top in ((50, 100), (200, 100), (300, 125), (400, 100)):
            line(page, x, top, x, 175)
        for y in (100, 150, 175):
            line(page, 50, y, 400, y)
        line(page, 200, 125, 400, 125)
        write(page, 60, 130, "科目")
        write(page, 260, 115, "本年支出")
        write(page, 210, 140, "合计")
        write(page, 310, 140, "小计")
        write(page, 60, 165, "教育")
        write(page, 210, 165, "5.00")
        write(page, 310, 165, "5.00")

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    spans = {c.text: (c.row, c.col, c.rowspan, c.colspan) for c in grid.cells}
    assert spans["科目"] == (0, 0, 2, 1)
    assert spans["本年支出"] == (0, 1, 1, 2)
    assert spans["小计"] == (1, 2, 1, 1)
    assert grid.header_rows == 2


def test_a_table_without_outer_borders_keeps_its_outer_columns(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x in XS[1:-1]:
            line(page, x, YS[0], x, YS[-1])
        for y in YS:
            line(page, XS[0], y, XS[-1], y)
        for i, row in enumerate(ROWS):
            for j, text in enumerate(row):
                write(page, XS[j] + 3, YS[i] + 14, text)

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid) == ROWS


def test_wrapped_lines_are_one_text(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        table(page, [50, 150, 250], [100, 130, 190], [["项目", "金额"], ["", "7.00"]])
        write(page, 53, 145, "机关事业单位基")
        write(page, 53, 158, "本养老保险")

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1] == ["机关事业单位基本养老保险", "7.00"]


def test_a_figure_broken_over_two_lines_is_one_figure_again(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        table(page, [50, 150, 200], [100, 130, 190], [["项目", "金额"], ["教育", ""]])
        write(page, 153, 145, "12,345,")
        write(page, 153, 158, "678.90")

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1] == ["教育", "12,345,678.90"]


def test_rows_without_rulings_are_split_by_their_figures(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        table(page, [50, 250, 350, 450], [100, 125, 400], [["科目", "本年", "上年"], ["", "", ""]])
        for k, (code, name, a, b) in enumerate(
            [
                ("01", "罰款收入", "86", "-"),
                ("0101", "賠償收入", "2", "1"),
                ("02", "財產收入", "84", "9"),
            ]
        ):
            y = 145 + 50 * k
            write(page, 53, y, code)
            write(page, 53, y + 12, name)
            write(page, 320, y, a)
            write(page, 430, y, b)

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1:] == [
        ["01罰款收入", "86", "-"],
        ["0101賠償收入", "2", "1"],
        ["02財產收入", "84", "9"],
    ]


def test_a_table_without_rulings_gets_its_columns_from_alignment(tmp_path: Path) -> None:
    rows = [
        ("REAL ESTATE TAX", "", ""),
        ("CURRENT", "1,250", "1,300"),
        ("PRIOR YEARS", "(50)", "-"),
        ("TOTAL REAL ESTATE TAX", "1,200", "1,300"),
    ]

    def draw(page: pymupdf.Page) -> None:
        font = pymupdf.Font("helv")
        line(page, 50, 80, 450, 80)
        for x, text in ((300, "2014"), (400, "2015")):
            page.insert_text((x, 94), text, fontsize=9)
        line(page, 50, 100, 450, 100)
        for k, (label, a, b) in enumerate(rows):
            y = 115 + 16 * k
            page.insert_text((50, y), label, fontsize=9)
            for right, text in ((320, a), (420, b)):
                page.insert_text((right - font.text_length(text, 9), y), text, fontsize=9)

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert not grid.ruled
    assert texts(grid) == [["", "2014", "2015"], *map(list, rows)]
    assert grid.header_rows == 1


def test_prose_with_figures_is_no_table(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for k in range(12):
            write(
                page, 60, 100 + 18 * k, f"（{k}）2026年预算支出{k}3.50万元，比上年增加1{k}.20万元。"
            )

    assert grids_of(document(tmp_path / "a.pdf", draw)) == [()]


def test_tables_of_different_columns_that_touch_are_two(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        table(page, [50, 160, 450], [100, 125], [["承办单位", "秘书室"]])
        table(
            page,
            [50, 250, 350, 450],
            [125, 150, 175, 200],
            [["科目", "单价", "预算数"], ["合计", "", "9"], ["工资", "3", "9"]],
        )

    ((first, second),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(first) == [["承办单位", "秘书室"]]
    assert texts(second)[2] == ["工资", "3", "9"]


def test_every_token_of_a_table_is_in_exactly_one_cell(tmp_path: Path) -> None:
    ((grid,),) = grids_of(document(tmp_path / "a.pdf", lambda page: table(page, XS, YS, ROWS)))
    tokens = [id(t) for cell in grid.cells for t in cell.tokens]
    assert len(tokens) == len(set(tokens)) == 12


def test_a_border_under_a_mark_is_a_border_all_along(tmp_path: Path) -> None:
    """A signature hides part of a row's border, in the middle of a wide cell."""

    def draw(page: pymupdf.Page) -> None:
        for x in XS:
            line(page, x, YS[0], x, YS[-1])
        for y in (YS[0], YS[1], YS[3]):
            line(page, XS[0], y, XS[-1], y)
        line(page, XS[0], YS[2], 330, YS[2])
        line(page, 370, YS[2], XS[-1], YS[2])
        for i, row in enumerate(ROWS):
            for j, text in enumerate(row):
                write(page, XS[j] + 3, YS[i] + 14, text)

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid) == ROWS


def test_a_border_that_runs_into_the_line_above_a_table_makes_no_row_of_it() -> None:
    ways = [
        *(Ruling(True, at, 50, 550) for at in (117.0, 137.0, 157.0, 177.0)),
        *(Ruling(False, at, 117, 177) for at in (50.0, 250.0, 550.0)),
        Ruling(False, 135.0, 97, 177),  # a stroke of a character stands right above it
        Ruling(False, 400.0, 137, 177),
    ]
    (lattice,) = lattices(ways)
    assert lattice.ys == pytest.approx((117, 137, 157, 177))


def test_a_table_without_a_top_border_begins_where_its_columns_do() -> None:
    ways = [
        *(Ruling(True, at, 50, 550) for at in (137.0, 157.0, 177.0)),
        *(Ruling(False, at, 117, 177) for at in (50.0, 250.0, 550.0)),
    ]
    (lattice,) = lattices(ways)
    assert lattice.ys == pytest.approx((117, 137, 157, 177))


def test_a_token_on_an_edge_is_of_the_cell_right_of_it_or_below() -> None:
    """Those on the table's own last edges are in the cells at them."""

    def at(text: str, x: float, y: float) -> Token:
        return Token(text, Box(x - 20, y - 5, x + 20, y + 5), "text")

    rulings = (
        *(Ruling(True, y, 50, 250) for y in (100, 120, 140)),
        *(Ruling(False, x, 100, 140) for x in (50, 150, 250)),
    )
    tokens = (at("right", 150, 110), at("below", 100, 120), at("last", 250, 140))
    page = PageText(1, "text", 300, 200, 300, 200, tokens=tokens, rulings=rulings)
    (grid,) = grids(page)
    assert texts(grid) == [["", "right"], ["below", "last"]]
