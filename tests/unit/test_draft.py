"""A stitched table as the form that its columns name."""

from __future__ import annotations

from schemas.draft import Draft
from schemas.geometry import Affine, Box, PageMap
from schemas.grid import GridCell, Sheet, TextLine
from schemas.page import Token
from tests.sheets import sheet
from worker.drafting.draft import draft

HEADER = [
    [
        "项目名称（资金使用单位）",
        "总计",
        "财政拨款",
        "财政专户拨款",
        "其他资金",
        "绩效目标",
        "绩效指标",
    ]
]
ABOVE = ["附件1", "项目支出绩效目标表（含转移支付项目）", "部门名称：某市商务局 单位：万元"]
INDICATOR = "1、1-产出指标；11-数量指标；场次；实施周期指标值:≥3；年度指标值:≥3。"
BODY = [
    ["合计", "180.00", "180.00", "", "", "", ""],
    ["某市商务局", "110.00", "110.00", "", "", "", ""],
    ["  设备采购费用", "100.00", "100.00", "", "", "配备设备", INDICATOR],
    ["  工作经费", "10.00", "10.00", "—", "", "保障运转", INDICATOR],
    ["某市招商中心", "70.00", "70.00", "", "", "", ""],
    ["  日常经费", "70.00", "70.00", "", "", "招商", INDICATOR],
]


def performance() -> Draft:
    return draft(sheet(HEADER, BODY, ABOVE))


def test_the_heading_is_read_from_the_lines_above() -> None:
    table = performance()
    assert table.form == "project_performance"
    assert table.title == "项目支出绩效目标表（含转移支付项目）"
    assert table.organisation == "某市商务局"
    assert table.unit == "万元"
    assert table.fiscal_year is None, "the page names no year"


def test_columns_carry_the_names_of_the_form() -> None:
    table = performance()
    assert [(c.key, c.type) for c in table.columns] == [
        ("name", "label"),
        ("total", "amount"),
        ("fiscal", "amount"),
        ("special_account", "amount"),
        ("other", "amount"),
        ("target", "text"),
        ("indicators", "text"),
    ]


def test_rows_are_total_units_and_projects() -> None:
    table = performance()
    assert [(r.role, r.parent) for r in table.rows] == [
        ("total", None),
        ("unit", "r1"),
        ("project", "r2"),
        ("project", "r2"),
        ("unit", "r1"),
        ("project", "r5"),
    ]
    assert [len(r.indicators) for r in table.rows] == [0, 0, 1, 1, 0, 1]


def test_a_project_without_text_is_known_by_its_indent() -> None:
    body = [[*row] for row in BODY]
    body[3][5] = body[3][6] = ""
    rows = draft(sheet(HEADER, body, ABOVE)).rows
    assert [r.role for r in rows] == ["total", "unit", "project", "project", "unit", "project"]


def test_every_row_and_level_promises_its_sum() -> None:
    sums = performance().sums
    assert {s.rule for s in sums} == {"row_total", "grand_total", "unit_total"}
    promised = {(s.result, s.terms) for s in sums}
    assert (("r1", "total"), (("r2", "total"), ("r5", "total"))) in promised
    assert (("r2", "fiscal"), (("r3", "fiscal"), ("r4", "fiscal"))) in promised
    row = (("r3", "fiscal"), ("r3", "special_account"), ("r3", "other"))
    assert (("r3", "total"), row) in promised


def test_blank_and_dash_are_kept_apart() -> None:
    cells = performance().rows[3].cells
    assert (cells["special_account"].text, cells["special_account"].value) == ("—", None)
    assert (cells["other"].text, cells["other"].value) == ("", None)
    assert cells["special_account"].readable


def test_ink_that_is_no_figure_is_unreadable_and_not_invented() -> None:
    body = [[*row] for row in BODY]
    body[2][1] = "1O0.O0"
    cell = draft(sheet(HEADER, body, ABOVE)).rows[2].cells["total"]
    assert (cell.text, cell.value, cell.readable) == ("1O0.O0", None, False)


def test_a_row_cut_by_a_page_break_is_one_row_on_two_pages() -> None:
    whole = sheet(HEADER, BODY, ABOVE)
    box = Box(600.0, 40.0, 700.0, 60.0)
    token = Token("年度指标值:≥3。", Box(602.0, 42.0, 680.0, 51.0), "text")
    rest = GridCell(0, 6, 1, 1, box, 2, (TextLine(token.text, token.box, (token,)),), token.text)
    cut = INDICATOR.removesuffix(token.text)
    body = [[*row] for row in BODY]
    body[3][6] = cut
    first = sheet(HEADER, body, ABOVE)
    joined = Sheet(
        pages=(1, 2),
        cols=first.cols,
        header_rows=1,
        header=first.header,
        body=first.body,
        ruled=True,
        above=first.above,
        below=(),
        continued=((3, 6, rest),),
        to_page=((1, PageMap()), (2, PageMap())),
    )
    row, same = draft(joined).rows[3], draft(whole).rows[3]
    assert row.pages == (1, 2)
    assert row.cells["indicators"].text == same.cells["indicators"].text
    assert [i.text for i in row.indicators] == [i.text for i in same.indicators]


def test_boxes_are_those_of_the_ink_on_the_page_as_displayed() -> None:
    turned = PageMap(Affine(0, -1, 800.0, 1, 0, 0))
    plain = sheet(HEADER, BODY, ABOVE)
    sideways = Sheet(
        pages=plain.pages,
        cols=plain.cols,
        header_rows=plain.header_rows,
        header=plain.header,
        body=plain.body,
        ruled=True,
        above=plain.above,
        below=(),
        continued=(),
        to_page=((1, turned),),
    )
    there = draft(plain).rows[2].cells["total"].box
    assert draft(sideways).rows[2].cells["total"].box == turned.box(there)


ROWS_HEADER = [
    ["项目名称", "预算金额", "绩效目标", "绩效指标", "<", "<", "<"],
    ["^", "^", "^", "一级指标", "二级指标", "三级指标", "指标值"],
]


def one_indicator_a_row() -> Draft:
    body = [
        ["合计", "30.00", "", "", "", "", ""],
        ["平台运维", "20.00", "保障运行", "产出指标", "数量指标", "巡检次数", "≥12次"],
        ["", "", "", "", "质量指标", "合格率", "100%"],
        ["宣传", "10.00", "扩大影响", "效益指标", "社会效益指标", "知晓率", "≥90%"],
    ]
    return draft(sheet(ROWS_HEADER, body, ["项目支出绩效目标表"]))


def test_indicators_one_to_a_row_are_those_of_the_project_above() -> None:
    table = one_indicator_a_row()
    assert [(r.role, r.label, r.parent) for r in table.rows] == [
        ("total", "合计", None),
        ("project", "平台运维", "r1"),
        ("note", "", None),
        ("project", "宣传", "r1"),
    ]
    first, second = table.rows[1].indicators
    assert (first.number, first.level1, first.level2, first.name) == (
        1, "产出指标", "数量指标", "巡检次数",
    )  # fmt: skip
    assert (first.level1_code, first.level2_code) == ("1", "11")
    assert (second.number, second.name, second.level2_code) == (2, "合格率", "12")
    assert first.year_target is not None
    assert (first.year_target.operator, first.year_target.value) == ("≥", "12")
    assert first.term_target is None, "only one target is printed"
    assert [i.name for i in table.rows[3].indicators] == ["知晓率"]


def test_projects_add_into_the_total_over_rows_of_indicators() -> None:
    (promise,) = one_indicator_a_row().sums
    assert promise.result == ("r1", "total")
    assert promise.terms == (("r2", "total"), ("r4", "total"))


def test_a_table_that_withholds_rows_promises_only_what_holds() -> None:
    body = [
        ["合计", "30.00", "", "", "", "", ""],
        ["平台运维", "20.00", "保障运行", "产出指标", "数量指标", "巡检次数", "≥12次"],
        ["宣传", "4.00", "扩大影响", "效益指标", "社会效益指标", "知晓率", "≥90%"],
    ]
    title = ["项目支出绩效目标表"]
    assert len(draft(sheet(ROWS_HEADER, body, title)).sums) == 1
    note = ["注：已剔除涉密部分", "", "", "", "", "", ""]
    table = draft(sheet(ROWS_HEADER, [*body, note], title))
    assert table.sums == ()
    assert (table.rows[-1].role, table.rows[-1].label) == ("note", note[0])
