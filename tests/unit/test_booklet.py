"""What the tables of a booklet lend each other and promise each other."""

from __future__ import annotations

from schemas.draft import Booklet
from schemas.geometry import Box
from schemas.page import PageText, Token
from tests.sheets import sheet
from worker.booklet import bind
from worker.decoding.decode import decode
from worker.drafting.draft import draft_all

BALANCE = [
    ["一、财政拨款收入", "30.00", "一、一般公共服务支出", "30.00"],
    ["收入总计", "30.00", "支出总计", "30.00"],
]
SIDES = [["收入", "<", "支出", "<"], ["项目", "预算数", "项目", "预算数"]]
SPENDING = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"]]
ROWS = [
    ["", "合计", "30.00", "20.00", "10.00"],
    ["201", "一般公共服务支出", "30.00", "20.00", "10.00"],
]
ECONOMY = [["科目编码", "科目名称", "合计", "人员经费", "公用经费"]]


def cover(*lines: str) -> PageText:
    tokens = tuple(
        Token(text, Box(100, 100 + 40 * n, 400, 120 + 40 * n), "text")
        for n, text in enumerate(lines)
    )
    return PageText(9, "text", 595, 842, 595, 842, tokens=tokens)


def booklet(basic: str = "20.00", unit: str = "万元", general: str = "") -> Booklet:
    first = ["200000", "150000", "50000"] if unit == "元" else [basic, "15.00", "5.00"]
    economy = [["", "合计", *first], ["301", "工资福利支出", *first]]
    drafts = draft_all(
        [
            sheet(SIDES, BALANCE, ["收支总表", "部门名称：某市统计局 单位：万元"]),
            sheet(SPENDING, ROWS, ["支出总表", "单位：万元"]),
            sheet(SPENDING, ROWS, ["一般公共预算支出表", general]),
            sheet(ECONOMY, economy, ["一般公共预算基本支出表", f"单位：{unit}"]),
        ]
    )
    return bind(drafts, [cover("2026年某市统计局部门预算")])


def sums(bound: Booklet) -> dict[str, tuple[tuple[int, str, str], ...]]:
    return {one.rule: (one.result, *one.terms) for one in bound.sums}


def test_the_same_money_in_two_forms_is_an_equation() -> None:
    found = sums(booklet())
    assert found["expenditure_total"] == ((0, "r2", "spent"), (1, "r1", "total"))
    assert found["income_is_spending"] == ((0, "r2", "income"), (0, "r2", "spent"))
    assert found["general_public_basic"] == ((2, "r1", "basic"), (3, "r1", "total"))


def test_an_equation_that_fails_is_still_promised() -> None:
    assert "general_public_basic" in sums(booklet(basic="99.00"))


def test_what_is_not_printed_is_no_equation() -> None:
    assert "revenue_total" not in sums(booklet())


def test_year_and_organisation_come_from_the_cover_and_the_unit_from_its_neighbours() -> None:
    balance, spending, general, basic = booklet().drafts
    assert {d.fiscal_year for d in (balance, spending, general, basic)} == {2026}
    assert {d.organisation for d in (balance, spending, general, basic)} == {"某市统计局"}
    assert balance.stated == {"organisation": "table", "fiscal_year": "cover", "unit": "table"}
    assert (general.unit, general.stated["unit"]) == ("万元", "booklet")


def test_a_notice_is_no_cover_and_a_greeting_names_no_organisation() -> None:
    table = draft_all([sheet(SPENDING, ROWS, ["资金分配表", "市直有关单位：某市统计局"])])
    notice = cover("某市财政局文件", "各有关单位：", "经研究，现下达补助资金。", "某市财政局")
    (draft,) = bind(table, [notice]).drafts
    assert draft.organisation is None


def test_a_unit_on_which_the_tables_differ_is_not_lent() -> None:
    _, _, general, basic = booklet(unit="元").drafts
    assert basic.unit == "元"
    assert general.unit is None
    assert "unit" not in general.stated


def test_checks_between_tables_say_by_how_much_they_fail() -> None:
    by_rule = {check.rule: check for check in decode(booklet(basic="21.50")).checks}
    failed = by_rule["general_public_basic"]
    assert (failed.status, failed.difference, failed.unit) == ("fail", "-1.50", "万元")
    assert (failed.result, failed.terms) == (("t3", "r1", "basic"), (("t4", "r1", "total"),))
    assert by_rule["expenditure_total"].status == "pass"


def test_units_are_brought_together() -> None:
    by_rule = {
        check.rule: check for check in decode(booklet(unit="元", general="单位：万元")).checks
    }
    assert by_rule["general_public_basic"].status == "pass"


def test_figures_in_an_unknown_unit_are_not_compared() -> None:
    assert "general_public_basic" not in sums(booklet(unit="元"))
