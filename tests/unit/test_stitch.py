from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pymupdf

from schemas.geometry import Box
from schemas.grid import Grid, Sheet, TextLine
from schemas.page import Token, TokenSource
from tests.unit.pages import document, grids_of, table, write
from worker.stitch import stitch

XS = [50, 200, 300, 540]
HEAD = ["项目名称", "总计", "绩效目标"]


def page(rows: Sequence[Sequence[str]], title: str | None = None) -> Callable[[pymupdf.Page], None]:
    def draw(sheet: pymupdf.Page) -> None:
        if title:
            write(sheet, 200, 60, title, 14)
            write(sheet, 60, 85, "部门名称：云岭市财政局")
        table(sheet, XS, [100 + 25 * k for k in range(len(rows) + 1)], rows)
        write(sheet, 290, 800, "- 3 -")

    return draw


def sheets(path: Path) -> tuple[Sheet, ...]:
    return stitch(grids_of(path))


def body(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in row] for row in sheet.body]


def test_a_repeated_header_is_dropped(tmp_path: Path) -> None:
    first = [HEAD, ["合计", "9.00", ""], ["甲", "4.00", "完成。"]]
    second = [HEAD, ["乙", "5.00", "完成。"]]
    path = document(tmp_path / "a.pdf", page(first, "支出绩效表"), page(second, "支出绩效表"))
    (sheet,) = sheets(path)
    assert sheet.pages == (1, 2)
    assert body(sheet) == [*first[1:], second[1]]


def test_a_page_without_header_goes_on(tmp_path: Path) -> None:
    first = [HEAD, ["合计", "9.00", ""], ["甲", "4.00", "完成。"]]
    path = document(tmp_path / "a.pdf", page(first, "支出绩效表"), page([["乙", "5.00", "完成。"]]))
    (sheet,) = sheets(path)
    assert body(sheet)[-1] == ["乙", "5.00", "完成。"]


def test_a_row_cut_by_the_page_break_is_one_row(tmp_path: Path) -> None:
    first = [HEAD, ["合计", "9.00", ""], ["甲", "9.00", "保障工作"]]
    second = [HEAD, ["", "", "顺利开展。"]]
    path = document(tmp_path / "a.pdf", page(first, "支出绩效表"), page(second, "支出绩效表"))
    (sheet,) = sheets(path)
    assert len(sheet.body) == 2
    assert [(row, col, cell.text) for row, col, cell in sheet.continued] == [(1, 2, "顺利开展。")]


def test_a_dark_edge_of_the_scan_between_two_pages_is_no_content(tmp_path: Path) -> None:
    """The edge reads as a line of characters that are all unsure; a sentence does not."""
    first, second = [HEAD, ["合计", "9.00", ""]], [HEAD, ["乙", "5.00", "完成。"]]
    path = document(tmp_path / "a.pdf", page(first), page(second))
    ((before,), (after,)) = grids_of(path)

    def tables(score: float) -> int:
        text = "ジューはがンでしそはことにあらよしいいれになしたこと"
        token = Token(text, Box(50, 820, 500, 828), "ocr", 0.0, (score,) * len(text))
        line = TextLine(text, token.box, (token,))
        return len(stitch([[replace(before, below=(*before.below, line))], [after]]))

    assert tables(0.2) == 1
    assert tables(0.9) == 2


def test_a_misread_header_between_the_same_rulings_repeats_on_a_scan(tmp_path: Path) -> None:
    """A sign or two of each name are others; on a text layer that would be another table."""
    xs = [50, 170, 290, 410, 540]
    first, more = ["甲", "4.00", "3.00", "1.00"], ["乙", "5.00", "5.00", ""]
    head = ["项目名称", "预算数", "财政拨款", "其他资金"]
    misread = ["项自名称", "预算鼓", "财政援款", "其它贷金"]
    other = ["采购品目", "数量", "单价", "交付时间"]

    def drawn(lines: list[list[str]]) -> Callable[[pymupdf.Page], None]:
        return lambda sheet: table(sheet, xs, [100 + 25 * k for k in range(3)], lines)

    def tables(second: list[str], source: TokenSource) -> int:
        name = f"{len(list(tmp_path.iterdir()))}.pdf"
        path = document(tmp_path / name, drawn([head, first]), drawn([second, more]))
        return len(stitch([[_of(grid, source) for grid in grids] for grids in grids_of(path)]))

    assert tables(misread, "ocr") == 1
    assert tables(misread, "text") == 2
    assert tables(other, "ocr") == 2


def _of(grid: Grid, source: TokenSource) -> Grid:
    """The grid as if its tokens came from elsewhere."""
    cells = []
    for cell in grid.cells:
        lines = tuple(
            replace(line, tokens=tuple(replace(token, source=source) for token in line.tokens))
            for line in cell.lines
        )
        cells.append(replace(cell, lines=lines))
    return replace(grid, cells=tuple(cells))


def test_another_title_is_another_table(tmp_path: Path) -> None:
    rows = [HEAD, ["合计", "9.00", ""], ["甲", "9.00", "完成。"]]
    path = document(
        tmp_path / "a.pdf", page(rows, "政府性基金支出表"), page(rows, "项目支出绩效表")
    )
    assert [sheet.pages for sheet in sheets(path)] == [(1,), (2,)]


def test_a_second_total_at_the_top_is_another_table(tmp_path: Path) -> None:
    first = [HEAD, ["合计", "9.00", ""], ["甲", "9.00", "完成。"]]
    second = [HEAD, ["合计", "3.00", ""], ["乙", "3.00", "完成。"]]
    path = document(tmp_path / "a.pdf", page(first, "支出绩效表"), page(second, "支出绩效表"))
    assert len(sheets(path)) == 2


def test_a_header_row_left_behind_by_the_page_break_joins_its_table(tmp_path: Path) -> None:
    def foot(sheet: pymupdf.Page) -> None:
        write(sheet, 60, 700, "收支预算总表", 14)
        table(sheet, [50, 300, 540], [740, 765], [["收入", "支出"]])
        write(sheet, 290, 800, "- 3 -")

    def rest(sheet: pymupdf.Page) -> None:
        rows = [["项目", "金额", "项目", "金额"], ["拨款", "9.00", "教育", "9.00"]]
        table(sheet, [50, 200, 300, 450, 540], [60, 85, 110], rows)

    (joined,) = sheets(document(tmp_path / "a.pdf", foot, rest))
    assert joined.pages == (1, 2)
    assert joined.header_rows == 2
    assert [(c.text, c.colspan) for c in joined.header if c.row == 0] == [("收入", 2), ("支出", 2)]
    assert body(joined) == [["拨款", "9.00", "教育", "9.00"]]
    assert [line.text for line in joined.above] == ["收支预算总表"]


def test_a_header_whose_names_stand_over_other_columns_begins_a_table(tmp_path: Path) -> None:
    head = ["科目名称", "合计", "基本支出", "项目支出", "上缴上级支出", ""]
    moved = ["科目名称", "", "合计", "基本支出", "项目支出", "上缴上级支出"]
    edges = [50, 150, 230, 310, 390, 470, 540]

    def drawn(rows: Sequence[Sequence[str]]) -> Callable[[pymupdf.Page], None]:
        def draw(sheet: pymupdf.Page) -> None:
            write(sheet, 200, 60, "支出预算总表", 14)
            write(sheet, 60, 85, "部门名称：云岭市财政局")
            table(sheet, edges, [100 + 25 * k for k in range(len(rows) + 1)], rows)

        return draw

    first = [head, ["甲", "9.00", "4.00", "5.00", "", ""]]
    second = [moved, ["乙", "", "7.00", "3.00", "4.00", ""]]
    path = document(tmp_path / "a.pdf", drawn(first), drawn(second))
    assert [found.pages for found in sheets(path)] == [(1,), (2,)]
