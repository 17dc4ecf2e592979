"""Which form a table is, which column is which, and what stays generic."""

from __future__ import annotations

import pytest

from schemas.draft import Draft
from schemas.forms import known_forms
from tests.sheets import sheet
from worker.drafting.draft import draft, draft_all

SPENDING = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"]]
ROWS = [
    ["", "合计", "30.00", "20.00", "10.00"],
    ["201", "一般公共服务支出", "30.00", "20.00", "10.00"],
    ["20103", "政府办公厅", "30.00", "20.00", "10.00"],
]


def keys(table: Draft) -> list[str]:
    return [column.key for column in table.columns]


def test_every_form_has_a_key_of_its_own_and_is_named_by_its_usual_title() -> None:
    forms = known_forms()
    assert len({form.key for form in forms}) == len(forms) == 14
    for form in forms:
        assert [other.key for other in forms if other.named_by(form.name)] == [form.key]


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("2026年部门支出总体情况表", "expenditure"),
        ("一般公共预算支出表", "general_public"),
        ("政府性基金预算支出情况表", "government_fund"),
        ("國有資本", "generic"),
        ("国有资本经营预算支出表", "state_capital"),
    ],
)
def test_the_title_tells_forms_with_the_same_columns_apart(title: str, form: str) -> None:
    table = draft(sheet(SPENDING, ROWS, [title]))
    assert table.form == form


def test_without_a_title_a_header_of_several_forms_stays_generic() -> None:
    table = draft(sheet(SPENDING, ROWS))
    assert table.form == "generic"
    assert keys(table) == ["c1", "c2", "c3", "c4", "c5"]


def test_a_title_that_no_form_has_keeps_the_table_generic() -> None:
    table = draft(sheet(SPENDING, ROWS, ["房屋出租情况统计表"]))
    assert table.form == "generic"


def test_columns_keep_their_own_keys_where_the_form_does_not_know_them() -> None:
    header = [["科目编码", "科目名称", "合计", "基本支出", "项目支出", "压岁钱支出"]]
    body = [[*row, "1.00"] for row in ROWS]
    table = draft(sheet(header, body, ["部门支出总表"]))
    assert keys(table) == ["code", "name", "total", "basic", "project", "c6"]


def test_the_later_year_has_the_plain_key() -> None:
    header = [
        ["科目名称", "2025年预算数", "<", "2026年预算数", "<"],
        ["^", "基本支出", "项目支出", "基本支出", "项目支出"],
    ]
    body = [["行政运行", "1.00", "2.00", "3.00", "4.00"]]
    table = draft(sheet(header, body, ["一般公共预算支出表"]))
    assert keys(table) == ["name", "basic_2025", "project_2025", "basic", "project"]


def test_two_columns_of_one_name_both_stay_unnamed() -> None:
    header = [["科目名称", "基本支出", "项目支出", "项目支出"]]
    table = draft(sheet(header, [["行政运行", "1.00", "2.00", "3.00"]], ["支出总表"]))
    assert keys(table) == ["name", "basic", "c3", "c4"]


def test_a_sum_that_only_the_form_knows_is_promised() -> None:
    header = [["科目名称", "合计", "基本支出", "人员经费", "公用经费", "项目支出"]]
    body = [
        ["行政运行", "30.00", "20.00", "15.00", "5.00", "10.00"],
        ["信访业务", "8.00", "6.00", "4.00", "2.00", "2.00"],
        ["其他", "3.00", "2.00", "1.00", "1.00", "1.00"],
    ]
    table = draft(sheet(header, body, ["一般公共预算支出表"]))
    promised = {(s.result[1], tuple(key for _, key in s.terms)) for s in table.sums}
    assert promised == {
        ("basic", ("personnel", "running")),
        ("total", ("basic", "project")),
    }


def test_neighbours_tell_a_table_whose_title_is_lost() -> None:
    fiscal = sheet(
        [["收入", "<", "支出", "<"], ["项目", "预算数", "项目", "预算数"]],
        [["一、本年收入", "30.00", "一、本年支出", "30.00"]],
        ["财政拨款收支总表"],
    )
    alone, tables = draft(sheet(SPENDING, ROWS)), draft_all([fiscal, sheet(SPENDING, ROWS)])
    assert alone.form == "generic"
    assert [table.form for table in tables] == ["fiscal_appropriation", "general_public"]
    assert tables[1].form_confidence < tables[0].form_confidence
