"""Tables without vertical rulings, from drawn pages to grids."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from schemas.geometry import Box
from schemas.grid import Grid, TextLine
from schemas.page import PageText, Ruling, Token, TokenSource
from tests.unit.pages import document, grids_of, line, texts, write
from worker.aligned_columns import (
    Band,
    figure_columns,
    with_blank_columns,
    with_text_columns,
)
from worker.aligned_rows import row_rules, rows_of_body
from worker.grid import grids

FONT = pymupdf.Font("china-s")


def right(page: pymupdf.Page, x: float, y: float, text: str) -> None:
    """Text that ends at x, as figures do."""
    write(page, x - FONT.text_length(text, 9), y, text)


def centred(page: pymupdf.Page, x: float, y: float, text: str) -> None:
    write(page, x - FONT.text_length(text, 9) / 2, y, text)


def draw_rows(
    page: pymupdf.Page, top: float, rows: Sequence[Sequence[str]], pitch: float = 18
) -> None:
    for k, (label, *figures) in enumerate(rows):
        write(page, 60, top + pitch * k, label)
        for x, figure in zip((280, 380, 480), figures, strict=True):
            right(page, x, top + pitch * k, figure)


def only(path: Path) -> Grid:
    ((grid,),) = grids_of(path)
    return grid


ROWS = [
    ["一般公共服务支出", "12.00", "", "12.00"],
    ["教育支出", "30.00", "", "30.00"],
    ["住房保障支出", "8.00", "", "8.00"],
    ["合计", "50.00", "", "50.00"],
]


def test_a_column_that_is_named_but_blank_is_kept(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 90, 500, 90)
        for x, name in ((120, "科目名称"), (255, "合计"), (355, "上年结转"), (455, "财政拨款")):
            centred(page, x, 105, name)
        line(page, 50, 112, 500, 112)
        draw_rows(page, 130, ROWS)
        line(page, 50, 190, 500, 190)

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid) == [["科目名称", "合计", "上年结转", "财政拨款"], *ROWS]


def test_names_stand_over_their_columns_in_order(tmp_path: Path) -> None:
    """Names are centred in wide columns, figures end at their right: they don't overlap."""

    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 90, 700, 90)
        for x, name in ((100, "科目编码"), (260, "科目名称"), (430, "合计"), (600, "基本支出")):
            centred(page, x, 105, name)
        line(page, 50, 112, 700, 112)
        for k, (code, name, a, b) in enumerate(
            [
                ("201", "一般公共服务支出", "370.50", "17.10"),
                ("20103", "政府办公厅事务", "55.30", "5.40"),
                ("205", "教育支出", "2.10", "0.00"),
                ("20502", "普通教育", "2.10", "0.00"),
            ]
        ):
            y = 130 + 18 * k
            write(page, 55, y, code)
            write(page, 200, y, name)
            right(page, 510, y, a)
            right(page, 690, y, b)
        line(page, 50, 190, 700, 190)

    grid = only(document(tmp_path / "a.pdf", draw, width=760, height=400))
    assert texts(grid)[:2] == [
        ["科目编码", "科目名称", "合计", "基本支出"],
        ["201", "一般公共服务支出", "370.50", "17.10"],
    ]


def test_a_name_over_several_columns_spans_them(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 80, 500, 80)
        centred(page, 405, 92, "本年支出")
        for x, name in ((120, "项目"), (265, "合计"), (365, "基本支出"), (465, "项目支出")):
            centred(page, x, 106, name)
        line(page, 50, 112, 500, 112)
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    grid = only(document(tmp_path / "a.pdf", draw))
    spans = {c.text: (c.row, c.col, c.colspan) for c in grid.cells if c.row < grid.header_rows}
    assert spans["本年支出"][1:] == (2, 2)
    assert spans["基本支出"] == (1, 2, 1)


def test_levels_of_a_header_may_stand_in_between_each_other(tmp_path: Path) -> None:
    """The names of rows and of their total stand half a line over those of the parts."""

    def draw(page: pymupdf.Page) -> None:
        centred(page, 120, 111, "县（市、区）")
        centred(page, 235, 111, "合计")
        centred(page, 365, 122, "小计")
        centred(page, 465, 122, "提前下达")
        draw_rows(page, 145, rows)

    rows = [[label, total, "5.00", rest] for label, total, _, rest in ROWS]
    grid = only(document(tmp_path / "a.pdf", draw))
    head = [c.text for c in grid.cells if c.row < grid.header_rows and c.text]
    assert set(head) == {"县（市、区）", "合计", "小计", "提前下达"}
    assert texts(grid)[grid.header_rows :] == rows


def test_rulings_between_rows_hold_wrapped_labels_together(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 85, 500, 85)
        for x, name in ((120, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 100, name)
        for k in range(5):
            line(page, 50, 110 + 40 * k, 500, 110 + 40 * k)
        for k in range(4):
            write(page, 60, 124 + 40 * k, f"机关事业单位基本养老{k}")
            write(page, 60, 140 + 40 * k, "保险缴费支出")
            for x in (280, 380, 480):
                right(page, x, 132 + 40 * k, f"{k + 1}.50")

    grid = only(document(tmp_path / "a.pdf", draw))
    assert [row[0] for row in texts(grid)[1:]] == [
        f"机关事业单位基本养老{k}保险缴费支出" for k in range(4)
    ]


def test_a_framed_table_may_have_one_row_of_figures(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 90, 500, 90)
        for x, name in ((120, "项目"), (265, "合计"), (365, "基本支出"), (465, "项目支出")):
            centred(page, x, 105, name)
        line(page, 50, 112, 500, 112)
        draw_rows(page, 128, [["合计", "0.00", "0.00", "0.00"]])
        line(page, 50, 135, 500, 135)

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1] == ["合计", "0.00", "0.00", "0.00"]


def test_two_tables_under_each_other_are_two(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for top, names in (
            (90, ("合计", "基本支出", "项目支出")),
            (300, ("小计", "购置费", "运行费")),
        ):
            centred(page, 280, top - 20, "支出表")
            line(page, 50, top, 500, top)
            for x, name in zip((265, 365, 465), names, strict=True):
                centred(page, x, top + 15, name)
            line(page, 50, top + 22, 500, top + 22)
            draw_rows(page, top + 40, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    (found,) = grids_of(document(tmp_path / "a.pdf", draw))
    assert [len(texts(grid)) for grid in found] == [5, 5]
    assert texts(found[1])[0][1:] == ["小计", "购置费", "运行费"]


def test_a_figure_set_off_its_line_belongs_to_its_row(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS], pitch=24)
        write(page, 60, 226, "HOTEL TAX")
        right(page, 280, 226, "7.00")
        right(page, 480, 226, "9.00")
        right(page, 380, 217, "8.00")

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[-1] == ["HOTEL TAX", "7.00", "8.00", "9.00"]


def test_a_row_that_numbers_the_columns_is_header_and_no_figures(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 80, 500, 80)
        for x, name in ((120, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 92, name)
        for x, name in ((120, "**"), (265, "1=2+3"), (365, "2"), (465, "3")):
            centred(page, x, 108, name)
        line(page, 50, 112, 500, 112)
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[:3] == [
        ["项目", "合计", "本年", "上年"],
        ["**", "1=2+3", "2", "3"],
        ["一般公共服务支出", "12.00", "1.00", "12.00"],
    ]
    assert grid.header_rows == 2


def test_levels_of_a_header_may_be_ruled_off(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 80, 500, 80)
        centred(page, 415, 92, "财政拨款")
        line(page, 220, 98, 500, 98)
        for x, name in ((120, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 110, name)
        line(page, 50, 116, 500, 116)
        draw_rows(page, 132, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    grid = only(document(tmp_path / "a.pdf", draw))
    spans = {c.text: (c.row, c.col, c.colspan) for c in grid.cells if c.row < grid.header_rows}
    assert spans["财政拨款"] == (0, 2, 2)


def test_tables_of_years_one_under_the_other_are_two(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for top in (80, 240):
            line(page, 50, top, 500, top)
            for x, name in ((120, "项目"), (265, "2025年预算数"), (365, "2026年"), (465, "增减")):
                centred(page, x, top + 14, name)
            line(page, 50, top + 20, 500, top + 20)
            draw_rows(page, top + 36, [[label, a, "1.00", b] for label, a, _, b in ROWS])
            line(page, 50, top + 100, 500, top + 100)

    (found,) = grids_of(document(tmp_path / "a.pdf", draw))
    assert [grid.rows for grid in found] == [5, 5]


def test_rows_that_hold_dashes_only_are_rows(tmp_path: Path) -> None:
    rows = [
        ["一般公共服务支出", "12.00", "—", "12.00"],
        *([name, "—", "—", "—"] for name in ("外交支出", "国防支出", "教育支出")),
    ]

    def draw(page: pymupdf.Page) -> None:
        for x, name in ((90, "项目"), (265, "合计"), (365, "上年结转"), (465, "财政拨款")):
            centred(page, x, 105, name)
        draw_rows(page, 130, rows)

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1:] == rows


def test_a_total_in_wide_spacing_is_one_label(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x, name in ((70, "编码"), (150, "名称"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 105, name)
        for k, (code, name) in enumerate((("201", "公共服务"), ("205", "教育"), ("", ""))):
            write(page, 60, 130 + 18 * k, code)
            write(page, 130, 130 + 18 * k, name)
            for x in (280, 380, 480):
                right(page, x, 130 + 18 * k, "7.50")
        write(page, 122, 166, "合")
        write(page, 160, 166, "计")

    grid = only(document(tmp_path / "a.pdf", draw))
    assert grid.cols == 5
    assert "合计" in texts(grid)[3]


def test_numbered_lines_close_together_are_labels_of_their_own(tmp_path: Path) -> None:
    labels = ["一、公共服务", "二、外交支出", "三、国防支出", "四、教育支出", "五、其他支出"]

    def draw(page: pymupdf.Page) -> None:
        for x, name in ((90, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 105, name)
        for k, label in enumerate(labels):
            write(page, 60, 130 + 12 * k, label)
            if k != 1:
                for x in (280, 380, 480):
                    right(page, x, 130 + 12 * k, "7.50")

    grid = only(document(tmp_path / "a.pdf", draw))
    assert [row[0] for row in texts(grid)[1:]] == labels


def test_one_row_on_the_page_after_goes_on_in_the_columns_before(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x, name in ((90, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 105, name)
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    def draw_rest(page: pymupdf.Page) -> None:
        draw_rows(page, 60, [["上年结转", "7.00", "", "5.00"]])

    path = document(tmp_path / "a.pdf", draw, draw_rest)
    (first,), (rest,) = grids_of(path)
    assert rest.cols == first.cols
    assert texts(rest) == [["上年结转", "7.00", "", "5.00"]]


def test_a_row_that_fits_no_columns_goes_on_with_nothing(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    def draw_other(page: pymupdf.Page) -> None:
        right(page, 120, 60, "7.00")
        right(page, 380, 60, "5.00")

    assert grids_of(document(tmp_path / "a.pdf", draw, draw_other))[1] == ()


def test_one_row_under_a_header_that_names_its_columns_is_a_table(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x, name in ((90, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 105, name)
        draw_rows(page, 122, [["合计", "0.00", "0.00", "0.00"]])

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1] == ["合计", "0.00", "0.00", "0.00"]


def test_last_rows_with_one_figure_belong_to_the_table(tmp_path: Path) -> None:
    rows = [*([label, a, "1.00", b] for label, a, _, b in ROWS), ["其他支出", "", "", "3.00"]]

    def draw(page: pymupdf.Page) -> None:
        for x, name in ((90, "项目"), (265, "合计"), (365, "本年"), (465, "上年")):
            centred(page, x, 105, name)
        draw_rows(page, 130, rows)

    assert texts(only(document(tmp_path / "a.pdf", draw)))[1:] == rows


def test_figures_between_two_rows_of_dashes_find_their_row() -> None:
    def printed(y: float, *signs: tuple[str, float]) -> TextLine:
        tokens = tuple(Token(text, Box(x, y, x + 20, y + 8), "ocr") for text, x in signs)
        return TextLine(" ".join(t.text for t in tokens), Box.around(t.box for t in tokens), tokens)

    body = [printed(100, ("5.00", 60), ("-", 110)), printed(109, ("-", 110), ("-", 160))]
    placed = rows_of_body(body, (0, 50, 100, 150, 200), 1, ())
    assert sum(len(lines) for lines in placed.values()) == 4


def test_a_label_as_high_as_two_lines_leaves_figures_on_theirs() -> None:
    """A sign of a stamp ran into it: the line that it makes with others is no row's."""
    body = [
        _line(("车辆购置", 60, 100, 160, 110), ("9.00", 260, 100, 290, 110)),
        _line(("其中：购置", 60, 114, 160, 134), ("运行", 60, 126, 100, 138),
              ("9.00", 260, 128, 290, 138)),
    ]  # fmt: skip
    placed = rows_of_body(body, (0, 200, 400), 1, ())
    figures = [[ln.text for ln in held] for (_, col), held in sorted(placed.items()) if col == 1]
    assert figures == [["9.00"], ["9.00"]]


def _line(*tokens: tuple[str, float, float, float, float]) -> TextLine:
    held = tuple(Token(text, Box(*box), "ocr", 0.9) for text, *box in tokens)
    return TextLine("".join(t.text for t in held), Box.around([t.box for t in held]), held)


def test_columns_that_the_header_numbers_are_columns_however_few_figures_they_hold(
    tmp_path: Path,
) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 80, 500, 80)
        for x, name in ((120, "项目"), (240, "合计"), (320, "小计"), (400, "提前"), (470, "此次")):
            centred(page, x, 92, name)
        for x, name in ((240, "1=2+3+4"), (320, "2"), (400, "3"), (470, "4")):
            centred(page, x, 108, name)
        line(page, 50, 112, 500, 112)
        for k, (label, *figures) in enumerate(
            (("望海县", "37.00", "24.00", "", "13.00"), ("云台县", "65.00", "60.00", "5.00", ""))
        ):
            write(page, 60, 130 + 18 * k, label)
            for x, figure in zip((260, 340, 420, 490), figures, strict=True):
                right(page, x, 130 + 18 * k, figure)
        line(page, 50, 158, 500, 158)

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[0] == ["项目", "合计", "小计", "提前", "此次"]
    assert texts(grid)[-2:] == [
        ["望海县", "37.00", "24.00", "", "13.00"],
        ["云台县", "65.00", "60.00", "5.00", ""],
    ]


def test_what_stands_beside_the_rulings_of_a_table_is_not_in_it(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for y in (90, 112, 190):
            line(page, 50, y, 500, y)
        for x, name in ((120, "科目名称"), (255, "合计"), (355, "上年结转"), (455, "财政拨款")):
            centred(page, x, 105, name)
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])
        for y, sign in ((105, "國"), (139, "1"), (166, "冒")):
            write(page, 14, y, sign)

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[0] == ["科目名称", "合计", "上年结转", "财政拨款"]
    assert [row[0] for row in texts(grid)[1:]] == [label for label, *_ in ROWS]


def test_the_edges_of_a_page_are_no_table(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for y in (2, 838):
            line(page, 2, y, 590, y)
        for x in (2, 590):
            line(page, x, 2, x, 838)
        line(page, 2, 60, 590, 60)
        for x, name in ((120, "科目名称"), (255, "合计"), (355, "上年结转"), (455, "财政拨款")):
            centred(page, x, 105, name)
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[1] == ["一般公共服务支出", "12.00", "1.00", "12.00"]


def test_a_page_number_between_dashes_is_no_row(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        for x, name in ((120, "科目名称"), (255, "合计"), (355, "上年结转"), (455, "财政拨款")):
            centred(page, x, 105, name)
        draw_rows(page, 130, [[label, a, "1.00", b] for label, a, _, b in ROWS])
        for x, sign in ((280, "-"), (290, "3"), (300, "-")):
            write(page, x, 820, sign)

    grid = only(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[-1][0] == "合计"


def test_characters_of_a_seal_between_label_and_figures_take_no_name() -> None:
    """A name centred beside the figures, with two characters of a black seal nearer to it."""

    def token(text: str, x: float, y: float, source: TokenSource = "ocr") -> Token:
        return Token(text, Box(x, y, x + 8 * len(text), y + 9), source)

    rows = [
        [token("工资福利支出", 60, 120.0 + 20 * k), token("4,445.30", 400, 120.0 + 20 * k)]
        for k in range(10)
    ]
    cases: tuple[tuple[TokenSource, int], ...] = (("ocr", 2), ("text", 1))
    for source, name_at in cases:
        spoilt = [list(row) for row in rows]
        spoilt[2].insert(1, token("用", 352, 160.0, source))
        spoilt[4].insert(1, token("制", 354, 200.0, source))
        lines = [TextLine("", Box.around(t.box for t in row), tuple(row)) for row in spoilt]
        bands = with_text_columns(figure_columns(lines), lines)
        header = [token("合计", 366, 100.0)]
        box = Box.around(t.box for t in header)
        found, named = with_blank_columns(bands, [TextLine("", box, tuple(header))])
        assert len(found) == 3
        assert named[id(header[0])] == (name_at, name_at)


def test_a_name_over_others_spans_a_column_between_them_that_has_none(tmp_path: Path) -> None:
    """The seal that hid its name leaves the column, its number and its figures."""

    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 70, 550, 70)
        centred(page, 400, 82, "财政拨款收入及本年一般公共预算安排的支出数")
        names = ((120, "项目"), (230, "合计"), (310, "小计"), (490, "其他"))
        for x, name in names:
            centred(page, x, 98, name)
        for x, number in ((230, "1=2+3+4"), (310, "2"), (400, "3"), (490, "4")):
            centred(page, x, 112, number)
        line(page, 50, 116, 550, 116)
        for k, label in enumerate(("望海县", "云台县", "桃源镇")):
            write(page, 60, 132 + 18 * k, label)
            for x, figure in ((250, "37.00"), (330, "24.00"), (510, "13.00")):
                right(page, x, 132 + 18 * k, figure)
        line(page, 50, 176, 550, 176)

    grid = only(document(tmp_path / "a.pdf", draw))
    (over,) = (c for c in grid.cells if c.text.startswith("财政拨款收入"))
    assert (over.col, over.colspan) == (2, 3)
    assert texts(grid)[-1] == ["桃源镇", "37.00", "24.00", "", "13.00"]


def test_dirt_over_the_label_of_the_first_row_does_not_hide_the_ruling_of_the_header() -> None:
    def token(text: str, x: float, y: float, height: float = 9.0) -> Token:
        return Token(text, Box(x, y, x + 8 * len(text), y + height), "ocr")

    names = [token("科目", 60, 104), token("合计", 270, 104), token("本年", 370, 104)]
    rows = [
        [token(label, 60, y), token("7.00", 270, y), token("7.00", 370, y)]
        for label, y in (("总计", 124.0), ("教育支出", 144.0), ("住房保障支出", 164.0))
    ]
    rows[0][0] = token("总计", 60, 118, 15)  # its box begins above the ruling at 120
    rulings = tuple(Ruling(True, y, 50, 450) for y in (98.0, 120.0, 140.0, 160.0, 180.0))
    above = [token("部门名称：某局", 60, 86), token("单位：元", 380, 86)]
    page = PageText(
        1, "scan", 500, 700, 500, 700, (*above, *names, *(t for row in rows for t in row)), rulings
    )
    (grid,) = grids(page)
    assert texts(grid)[0] == ["科目", "合计", "本年"]
    assert grid.header_rows == 1
    assert len(texts(grid)) == 4


def test_a_name_beyond_reading_still_says_that_a_column_is_there() -> None:
    """Of a name in two lines the lower one is illegible: the column keeps its place, and blank."""

    def token(text: str, x: float, y: float, sure: float = 0.9) -> Token:
        width = 8.0 * len(text)
        box = Box(x - width / 2, y, x + width / 2, y + 9)
        return Token(text, box, "ocr", sure ** len(text), (sure,) * len(text))

    header = [
        token("科目", 90, 106), token("合计", 200, 106), token("上年", 260, 100),
        token("精转", 260, 111, 0.3), token("小计", 320, 108), token("其他", 410, 106),
        token("回", 230, 92, 0.3),
    ]  # fmt: skip
    rows = [
        [token(label, 90, y), token("37.00", 210, y), token("24.00", 330, y), token("13.0", 420, y)]
        for label, y in (("望海县", 130.0), ("云台县", 148.0), ("桃源镇", 166.0))
    ]
    rulings = tuple(Ruling(True, y, 50, 450) for y in (88.0, 124.0, 180.0))
    tokens = (*header, *(t for row in rows for t in row))
    (grid,) = grids(PageText(1, "scan", 500, 700, 500, 700, tokens, rulings))
    assert texts(grid)[0] == ["科目", "合计", "上年精转", "小计", "其他"]
    assert texts(grid)[-1] == ["桃源镇", "37.00", "", "24.00", "13.0"]


def test_a_label_as_high_as_two_lines_draws_the_label_above_to_no_figures() -> None:
    body = [
        _line(("运行费", 60, 100, 160, 109), ("5.00", 260, 100, 290, 109)),
        _line(("其中：购置", 60, 115, 110, 124), ("（2）维护费", 62, 115, 160, 139)),
        _line(("9.00", 260, 130, 290, 139)),
        _line(("合计", 60, 145, 100, 154), ("14.00", 260, 145, 290, 154)),
    ]
    placed = rows_of_body(body, (0, 200, 400), 1, ())
    rows = {
        y: [" ".join(ln.text for ln in placed.get((y, col), [])) for col in (0, 1)]
        for y in sorted({y for y, _ in placed})
    }
    assert list(rows.values()) == [
        ["运行费", "5.00"], ["其中：购置", ""], ["（2）维护费", "9.00"], ["合计", "14.00"],
    ]  # fmt: skip


def test_the_number_of_a_page_below_the_last_ruling_is_no_row() -> None:
    def token(text: str, x: float, y: float, source: TokenSource = "ocr") -> Token:
        return Token(text, Box(x, y, x + 8 * len(text), y + 9), source)

    names = [token("科目", 60, 104), token("合计", 270, 104), token("本年", 370, 104)]
    rows = [
        token(text, x, y)
        for label, y in (("教育", 124.0), ("住房", 144.0), ("总计", 164.0))
        for text, x in ((label, 60.0), ("7.00", 270.0), ("7.00", 370.0))
    ]
    foot = [token(".", 120, 222), token("-", 262, 222), token("3", 275, 222), token("-", 290, 222)]
    rulings = tuple(Ruling(True, y, 50, 450) for y in (98.0, 120.0, 140.0, 160.0, 180.0))
    page = PageText(1, "scan", 500, 700, 500, 700, (*names, *rows, *foot), rulings)
    (grid,) = grids(page)
    assert [row[0] for row in texts(grid)] == ["科目", "教育", "住房", "总计"]


def test_columns_whose_blank_a_few_widened_figures_fill_are_two() -> None:
    """Strokes of a pen make figures of three rows wider, on both sides of the blank."""

    def row(y: float, left: tuple[float, float], right: tuple[float, float]) -> TextLine:
        return _line(("6.96", left[0], y, left[1], y + 8), ("5.96", right[0], y, right[1], y + 8))

    lines = [row(100 + 16 * k, (350, 379), (392, 423)) for k in range(20)]
    lines += [row(420 + 16 * k, (350, 386), (383, 423)) for k in range(2)]
    (left, right) = figure_columns(lines)
    assert 379 < left.x1 == right.x0 < 392
    one = [row(100 + 16 * k, (350 + 2 * k, 400), (450, 480)) for k in range(20)]
    assert len(figure_columns(one)) == 2


def test_a_ruling_between_rows_that_a_stroke_has_broken_is_one() -> None:
    body = [
        _line(
            ("教育", 60, y, 90, y + 9), ("7.00", 270, y, 300, y + 9), ("7.00", 380, y, 410, y + 9)
        )
        for y in (100.0, 120.0, 140.0, 160.0)
    ]
    broken = [Ruling(True, 136.0, 50, 200), Ruling(True, 136.6, 235, 420)]
    rulings = (*(Ruling(True, y, 50, 420) for y in (116.0, 156.0)), *broken)
    page = PageText(1, "scan", 500, 700, 500, 700, (), rulings)
    bands = [Band(60, 120, figures=False), Band(270, 300), Band(380, 410)]
    assert row_rules(page, bands, body) == [116.0, 136.6, 156.0]
    lost = replace(page, rulings=rulings[:-1])
    assert row_rules(lost, bands, body) == []


@pytest.mark.parametrize(("sign", "height", "sure"), [("dea", 14.0, 0.09), ("专", 19.0, 0.7)])
def test_high_signs_of_a_seal_over_figures_take_their_name_from_no_column(
    sign: str, height: float, sure: float
) -> None:
    """Hardly legible signs, or one so high that no name is, however surely it is read."""

    def token(text: str, x: float, y: float, height: float = 9.0, sure: float = 0.95) -> Token:
        width = 8.0 * len(text)
        return Token(
            text, Box(x - width / 2, y, x + width / 2, y + height), "ocr", sure, (0.6,) * len(text)
        )

    header = [
        token("项目", 90, 106), token("去年预算数", 290, 106), token("本年预算数", 410, 106),
        token(sign, 345, 103, height, sure),
    ]  # fmt: skip
    rows = [
        [token(label, 90, y), token("37.00", 345, y), token("24.00", 440, y)]
        for label, y in (("望海县", 130.0), ("云台县", 148.0), ("桃源镇", 166.0))
    ]
    rulings = tuple(Ruling(True, y, 50, 480) for y in (98.0, 124.0, 180.0))
    tokens = (*header, *(t for row in rows for t in row))
    (grid,) = grids(PageText(1, "scan", 500, 700, 500, 700, tokens, rulings))
    assert texts(grid)[0] == ["项目", "去年预算数", "本年预算数"]
    assert texts(grid)[-1] == ["桃源镇", "37.00", "24.00"]
