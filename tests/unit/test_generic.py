"""Tables of no known form: header tree, labels, and only the sums that are promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.draft import Draft, Sum
from tests.sheets import sheet
from worker.drafting.draft import draft


def promises(table: Draft) -> dict[tuple[str, str], set[str]]:
    """For each result, ``label.column``, the terms in the same words."""
    labels = {row.id: row.label for row in table.rows}
    found: dict[tuple[str, str], set[str]] = {}
    for s in table.sums:
        result = (labels[s.result[0]], s.result[1])
        found[result] = found.get(result, set()) | {_name(s, labels, *term) for term in s.terms}
    return found


def _name(s: Sum, labels: dict[str, str], row: str, column: str) -> str:
    return column if row == s.result[0] else labels[row]


CODES = [
    ["科目编码", "科目名称", "合计", "基本支出", "<", "项目支出"],
    ["^", "^", "^", "人员", "公用", "^"],
]


def test_a_tree_of_codes_and_nested_headers() -> None:
    table = draft(
        sheet(
            CODES,
            [
                ["合计", "", "60.00", "25.00", "15.00", "20.00"],
                ["205", "教育支出", "40.00", "25.00", "15.00", ""],
                ["20502", "普通教育", "40.00", "25.00", "15.00", ""],
                ["2050201", "学前教育", "30.00", "15.00", "15.00", ""],
                ["2050202", "小学教育", "10.00", "10.00", "", ""],
                ["208", "社会保障", "20.00", "", "", "20.00"],
            ],
        )
    )
    assert [(c.key, c.type, c.path) for c in table.columns] == [
        ("c1", "code", ("科目编码",)),
        ("c2", "label", ("科目名称",)),
        ("c3", "amount", ("合计",)),
        ("c4", "amount", ("基本支出", "人员")),
        ("c5", "amount", ("基本支出", "公用")),
        ("c6", "amount", ("项目支出",)),
    ]
    assert [r.parent for r in table.rows] == [None, "r1", "r2", "r3", "r3", "r1"]
    assert [r.role for r in table.rows] == ["total", "group", "group", "item", "item", "item"]
    found = promises(table)
    assert found["普通教育", "c3"] == {"学前教育", "小学教育", "c4", "c5", "c6"}
    assert found["合计", "c6"] == {"教育支出", "社会保障"}


def test_codes_over_three_columns_with_the_parts_above_left_out() -> None:
    table = draft(
        sheet(
            [["科目编码", "<", "<", "功能科目", "合计"], ["类", "款", "项", "^", "^"]],
            [
                ["205", "", "", "教育支出", "30.00"],
                ["", "02", "", "普通教育", "30.00"],
                ["", "", "01", "学前教育", "10.00"],
                ["205", "02", "02", "小学教育", "20.00"],
                ["合计", "", "", "", "30.00"],
            ],
        )
    )
    assert [r.parent for r in table.rows] == ["r5", "r1", "r2", "r2", None]
    assert promises(table)["普通教育", "c5"] == {"学前教育", "小学教育"}


def test_codes_inside_labels() -> None:
    table = draft(
        sheet(
            [["科目", "预算"]],
            [
                ["合计", "7.00"],
                ["[301]工资福利支出", "5.00"],
                ["[30101]基本工资", "3.00"],
                ["[30102]津贴补贴", "2.00"],
                ["[302]商品和服务支出", "2.00"],
                ["[30201]办公费", "2.00"],
            ],
        )
    )
    found = promises(table)
    assert found["合计", "c2"] == {"[301]工资福利支出", "[302]商品和服务支出"}
    assert found["[301]工资福利支出", "c2"] == {"[30101]基本工资", "[30102]津贴补贴"}


SIDES = [["收入", "<", "支出", "<"], ["项目", "预算数", "项目", "预算数"]]


def test_two_tables_side_by_side_do_not_mix() -> None:
    table = draft(
        sheet(
            SIDES,
            [
                ["一、财政拨款", "90.00", "一、一般公共服务支出", "80.00"],
                ["1.一般公共预算", "70.00", "二、教育支出", "15.00"],
                ["2.政府性基金", "20.00", "", ""],
                ["本年收入合计", "90.00", "本年支出合计", "95.00"],
                ["上年结转", "10.00", "结转下年", "5.00"],
                ["收入总计", "100.00", "支出总计", "100.00"],
            ],
        )
    )
    by_result = {s.result: s for s in table.sums if s.rule != "balance"}
    assert by_result["r1", "c2"].terms == (("r2", "c2"), ("r3", "c2"))
    assert by_result["r4", "c2"].terms == (("r1", "c2"),)
    assert by_result["r6", "c2"].terms == (("r4", "c2"), ("r5", "c2"))
    assert by_result["r4", "c4"].terms == (("r1", "c4"), ("r2", "c4"))
    assert by_result["r6", "c4"].terms == (("r4", "c4"), ("r5", "c4"))
    balance = [s for s in table.sums if s.rule == "balance"]
    assert [(s.result, s.terms) for s in balance] == [(("r6", "c2"), (("r6", "c4"),))]
    assert [side.label for side in table.sides] == ["c1", "c3"]
    assert [r.sides[0].parent for r in table.rows] == ["r4", "r1", "r1", "r6", "r6", None]
    assert [r.sides[1].parent for r in table.rows] == ["r4", "r4", None, "r6", "r6", None]
    assert [r.sides[1].label for r in table.rows][2:4] == ["", "本年支出合计"]
    assert [r.parent for r in table.rows] == [r.sides[0].parent for r in table.rows]


def test_a_broken_sum_stays_promised() -> None:
    rows = [["甲", "10.00"], ["乙", "20.00"], ["丙", "30.00"], ["合计", "61.00"]]
    table = draft(sheet([["单位", "金额"]], rows))
    assert promises(table)["合计", "c2"] == {"甲", "乙", "丙"}


@pytest.mark.parametrize("total", ["合计", "總計", "合計", "Total", "小计"])
def test_a_total_below_or_above_its_rows(total: str) -> None:
    rows = [["甲", "10.00"], ["乙", "20.00"]]
    below = draft(sheet([["单位", "金额"]], [*rows, [total, "30.00"]]))
    above = draft(sheet([["单位", "金额"]], [[total, "30.00"], *rows]))
    assert promises(below)[total, "c2"] == promises(above)[total, "c2"] == {"甲", "乙"}


def test_subtotals_are_counted_once() -> None:
    rows = [
        ["甲", "1.00"],
        ["乙", "2.00"],
        ["小计", "3.00"],
        ["丙", "4.00"],
        ["丁", "5.00"],
        ["小计", "9.00"],
        ["合计", "12.00"],
    ]
    table = draft(sheet([["单位", "金额"]], rows))
    by_result = {s.result[0]: [row for row, _ in s.terms] for s in table.sums}
    assert by_result == {"r3": ["r1", "r2"], "r6": ["r4", "r5"], "r7": ["r3", "r6"]}


def test_indents_make_a_tree_where_the_figures_agree() -> None:
    rows = [["合计", "6.00"], ["某局", "6.00"], ["  工资", "4.00"], ["  办公", "2.00"]]
    table = draft(sheet([["单位", "金额"]], rows))
    assert promises(table)["某局", "c2"] == {"工资", "办公"}
    assert promises(table)["合计", "c2"] == {"某局"}


def test_indents_that_are_no_sums_promise_nothing() -> None:
    rows = [
        ["某局", "6.00"],
        ["  人数", "41.00"],
        ["  车辆", "7.00"],
        ["某院", "5.00"],
        ["  人数", "9.00"],
        ["  车辆", "8.00"],
    ]
    assert draft(sheet([["单位", "金额"]], rows)).sums == ()


def test_parts_named_by_a_word_are_no_full_sum() -> None:
    rows = [
        ["三公经费", "9.00"],
        ["其中：公务接待费", "3.00"],
        ["会议费", "5.00"],
        ["合计", "14.00"],
    ]
    table = draft(sheet([["项目", "金额"]], rows))
    assert promises(table) == {("合计", "c2"): {"三公经费", "会议费"}}
    assert table.rows[1].parent == "r1"


def test_rows_without_a_word_promise_nothing() -> None:
    rows = [["甲", "10.00"], ["乙", "20.00"], ["丙", "30.00"]]
    assert draft(sheet([["单位", "金额"]], rows)).sums == ()


def test_a_formula_row_states_the_sums() -> None:
    table = draft(
        sheet(
            [["单位", "应下达", "已下达", "本次下达"]],
            [
                ["栏次", "1=2+3", "2", "3"],
                ["甲县", "9.00", "4.00", "5.00"],
                ["乙县", "8.00", "8.00", ""],
            ],
        )
    )
    assert [r.label for r in table.rows] == ["甲县", "乙县"]
    assert {(s.rule, s.result, s.terms) for s in table.sums} == {
        ("formula", (row, "c2"), ((row, "c3"), (row, "c4"))) for row in ("r1", "r2")
    }


def test_a_total_column_after_its_parts() -> None:
    table = draft(
        sheet(
            [["县市区", "中央资金", "省级资金", "合计", "备注"]],
            [["甲县", "33.0", "2.8", "35.8", ""], ["乙县", "7.0", "0.7", "7.7", "新增"]],
        )
    )
    assert [c.type for c in table.columns] == ["label", "amount", "amount", "amount", "text"]
    assert promises(table)["乙县", "c4"] == {"c2", "c3"}


def test_totals_over_groups_of_the_same_columns() -> None:
    table = draft(
        sheet(
            [
                ["单位", "总计", "<", "接待费", "<", "购置费", "<"],
                ["^", "预算", "基金", "预算", "基金", "预算", "基金"],
            ],
            [["某局", "5.00", "3.00", "4.00", "1.00", "1.00", "2.00"]],
        )
    )
    assert promises(table)["某局", "c2"] == {"c4", "c6"}
    assert promises(table)["某局", "c3"] == {"c5", "c7"}


def test_numbers_of_another_kind_are_no_amounts() -> None:
    table = draft(
        sheet(
            [["序号", "企业名称", "统一社会信用代码", "年度", "占比（%）"]],
            [
                ["1", "甲公司", "911306000000000001", "2024", "12.50"],
                ["2", "乙公司", "911306000000000002", "2025", "80.00"],
            ],
        )
    )
    assert [c.type for c in table.columns] == ["count", "label", "code", "text", "percent"]
    assert table.sums == ()


@pytest.mark.parametrize("first", ["**", "卡*"])
def test_the_number_of_the_only_column_of_figures_is_no_name_of_it(first: str) -> None:
    table = draft(
        sheet(
            [["项目", "金额（万元）", "目标", "说明", "备注"], [first, "1", "**", "**", "**"]],
            [["道路", "5.00", "通车", "", ""], ["桥梁", "3.00", "通车", "", ""]],
        )
    )
    assert [c.path for c in table.columns] == [
        ("项目",), ("金额（万元）",), ("目标",), ("说明",), ("备注",),
    ]  # fmt: skip


def test_blank_columns_of_money_are_still_money() -> None:
    table = draft(
        sheet(
            [["单位", "合计", "财政拨款", "专户资金", "其他资金", "备注"]],
            [["甲", "10.00", "10.00", "", "", ""], ["乙", "5.00", "5.00", "", "", ""]],
        )
    )
    assert [c.type for c in table.columns] == ["label", *["amount"] * 4, "text"]


def test_an_english_statement() -> None:
    table = draft(
        sheet(
            [["", "2015", "2014", "Increase (Decrease)"]],
            [
                ["REAL ESTATE TAX", "", "", ""],
                ["CURRENT YEAR", "2,656,144", "4,451,919", "(1,795,775)"],
                ["PRIOR YEARS", "5,659,918", "3,719,878", "1,940,040"],
                ["TOTAL REAL ESTATE TAX", "8,316,062", "8,171,797", "144,265"],
                ["SALES TAX", "100", "-", "100"],
                ["TOTAL TAX REVENUE", "8,316,162", "8,171,797", "144,365"],
                ["LESS: PICA TAX", "162", "97", "65"],
                ["TOTAL GENERAL FUND", "8,316,000", "8,171,700", "144,300"],
            ],
            [
                "Revenue Department",
                "Comparative Statement of Net Revenue",
                "(in thousands of dollars)",
            ],
        )
    )
    assert table.title == "Comparative Statement of Net Revenue"
    assert table.organisation == "Revenue Department"
    assert table.unit == "thousands of dollars"
    found = promises(table)
    assert found["TOTAL REAL ESTATE TAX", "c2"] == {"CURRENT YEAR", "PRIOR YEARS", "c3", "c4"}
    assert {"TOTAL REAL ESTATE TAX", "SALES TAX"} <= found["TOTAL TAX REVENUE", "c3"]
    assert {"LESS: PICA TAX", "TOTAL GENERAL FUND"} <= found["TOTAL TAX REVENUE", "c3"]


def test_a_year_of_the_republic_and_a_unit_in_a_column_title() -> None:
    table = draft(
        sheet(
            [["科目名稱", "預算數（新臺幣千元）"]],
            [["合計", "86"], ["財產收入", "2"], ["其他收入", "84"]],
            ["臺北市政府主計處", "歲入預算表", "中華民國116年度"],
        )
    )
    assert (table.title, table.organisation) == ("歲入預算表", "臺北市政府主計處")
    assert (table.fiscal_year, table.unit) == (2027, "新臺幣千元")


def test_an_empty_table_is_a_right_answer() -> None:
    header = [
        ["项目", "<", "政府性基金预算支出", "<", "<"],
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    ]
    table = draft(sheet(header, [["", "", "", "", ""], ["合计", "", "", "", ""]]))
    assert [c.type for c in table.columns] == ["code", "label", "amount", "amount", "amount"]
    assert table.sums == ()


def test_every_row_has_its_whole_code() -> None:
    split = draft(
        sheet(
            [["类", "款", "项", "科目名称", "金额"]],
            [
                ["205", "", "", "教育支出", "30.00"],
                ["", "02", "", "普通教育", "30.00"],
                ["", "", "01", "学前教育", "30.00"],
                ["", "", "", "合计", "30.00"],
            ],
        )
    )
    assert [r.code for r in split.rows] == ["205", "20502", "2050201", None]
    repeated = [["205", "20502", "2050202", "小学教育", "1.00"], ["", "", "", "合计", "1.00"]]
    whole = draft(sheet([["类", "款", "项", "科目名称", "金额"]], repeated))
    assert [r.code for r in whole.rows] == ["2050202", None]
    label = [["[30101]基本工资", "1.00"], ["合计", "1.00"]]
    assert [r.code for r in draft(sheet([["科目", "金额"]], label)).rows] == ["30101", None]


def test_a_column_of_misread_money_is_a_column_of_money_still() -> None:
    table = draft(
        sheet(
            [["地区", "合计", "补助"]],
            [
                ["甲县", "4727206.84", "242709.86"],
                ["乙县", "8925362.51", "一1"],
                ["丙县", "8947610.18", "20000ing"],
                ["丁县", "5055349.75", "48049 95"],
                ["戊县", "4576628.61", "380000.00"],
            ],
        )
    )
    assert [column.type for column in table.columns] == ["label", "amount", "amount"]
    assert not table.rows[2].cells["c3"].readable


def test_scraps_of_a_seal_in_blank_cells_leave_money_what_it_is() -> None:
    rows = [
        ["一、本年收入", "3,210.10"],
        ["（一）一般公共预算拨款", "3,210.10"],
        ["（二）政府性基金预算拨款", ""],
        ["（三）国有资本经营预算拨款", "区明"],
        ["二、上年结转", "yu 1中"],
        ["三、其他收入", "r3y"],
        ["收入总计", "3,210.10"],
    ]
    table = draft(sheet([["项目", "预算数"]], rows))
    assert table.columns[1].type == "amount"
    assert table.rows[0].cells["c2"].value == "3210.10"
    assert not table.rows[3].cells["c2"].readable, "a person is asked"


def test_a_lone_figure_of_money_with_a_point_for_its_comma_is_no_code() -> None:
    rows = [["信访局", "1.935.36", "417.41"]]
    table = draft(sheet([["单位名称", "资金总额", "项目支出"]], rows))
    assert [column.type for column in table.columns] == ["label", "amount", "amount"]


def test_a_column_of_targets_is_text_though_most_are_numbers() -> None:
    targets = ["12.5", "3.5", "≥90", "≤15", "2024年", "≥80"]
    rows = [[f"指标{n}", f"{n}.00", target] for n, target in enumerate(targets)]
    table = draft(sheet([["指标", "资金", "指标值"]], rows))
    assert table.columns[2].type == "text"


def test_weights_that_words_part_from_the_money_are_no_money() -> None:
    """A header that was misread can't say what they are; one that names money can."""
    for header, kind in (("备津", "count"), ("金额", "amount")):
        table = draft(
            sheet(
                [["单位编P3", "单位名称", "资金总额", "基本支出", "三级指标", header]],
                [
                    ["126001", "某局", "1,935.36", "1,517.95", "转办信访事项总量", "10"],
                    ["126002", "某院", "12.00", "12.00", "接待走访群众数量", "4"],
                ],
                source="ocr",
            )
        )
        types = [c.type for c in table.columns]
        assert types == ["count", "label", "amount", "amount", "text", kind]


def test_what_could_not_be_read_in_a_header_is_no_name() -> None:
    legible = sheet([["项目", "合计", "灣"]], [["水利", "5.00", "3.00"]], source="ocr")
    *names, spoilt = legible.header
    (token,) = spoilt.tokens
    line = replace(spoilt.lines[0], tokens=(replace(token, char_scores=(0.26,)),))
    seal = replace(legible, header=(*names, replace(spoilt, lines=(line,))))
    assert [c.label for c in draft(seal).columns] == ["项目", "合计", ""]
    assert [c.label for c in draft(legible).columns] == ["项目", "合计", "灣"]


def _across(drafted: Draft) -> set[tuple[str, tuple[str, ...]]]:
    return {
        (s.result[1], tuple(k for _, k in s.terms)) for s in drafted.sums if s.rule == "row_total"
    }


BUDGET = [
    ["Rent", "22.00", "158.03", "71.96", "229.99"],
    ["Fees", "29.60", "2945.96", "285.03", "3230.99"],
    ["Fines", "9.46", "99.46", "22.05", "121.51"],
    ["Sales", "8.10", "301.40", "17.20", "318.60"],
]


def test_a_sum_of_three_columns_that_no_header_speaks_of_is_found() -> None:
    head = [["Source", "Month", "Year to date", "Remaining", "Budget"]]
    assert _across(draft(sheet(head, BUDGET, source="ocr"))) == {("c5", ("c3", "c4"))}
    spoilt = [[*row[:4], "7" + row[4][1:]] for row in BUDGET]
    assert not _across(draft(sheet(head, spoilt, source="ocr")))


def test_a_column_whose_name_is_lost_is_the_sum_of_those_beside_it() -> None:
    rows = [
        [name, total, own, fund, capital, other]
        for name, total, own, fund, capital, other in (
            ("总计", "86.00", "81.00", "50.00", "31.00", "5.00"),
            ("教育", "20.00", "20.00", "20.00", "", ""),
            ("住房", "30.00", "30.00", "30.00", "", ""),
            ("水利", "11.00", "11.00", "", "11.00", ""),
            ("城建", "20.00", "20.00", "", "20.00", ""),
            ("其他", "5.00", "", "", "", "5.00"),
        )
    ]
    head = [["科目", "合计", "", "一般公共预算", "政府性基金预算", "事业收入"]]
    found = _across(draft(sheet(head, rows, source="ocr")))
    assert ("c3", ("c4", "c5")) in found


@pytest.mark.parametrize(
    ("name", "figures", "kind"),
    [
        ("人员经费1%", ("85.50", "1552.46", "0.00", "3871.42"), "amount"),
        ("占比%", ("8.50", "52.46", "0.00", "71.42"), "percent"),
        ("占比（%）", ("1,285.50", "1,552.46", "2,018.00", "3,871.42"), "amount"),
    ],
)
def test_a_sign_of_dirt_in_a_header_makes_money_no_percentages(
    name: str, figures: tuple[str, ...], kind: str
) -> None:
    rows = [[f"{k}科", "9,000.00", figure] for k, figure in zip("甲乙丙丁", figures, strict=True)]
    drafted = draft(sheet([["项目", "合计", name]], rows, source="ocr"))
    assert drafted.columns[2].type == kind


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        (("1,285", "12,4O0", "3O,871", "2,018"), "amount"),
        (("1285", "124O0", "3O871", "2018"), "text"),
    ],
)
def test_figures_with_commas_are_money_and_what_is_misread_among_them_too(
    figures: tuple[str, ...], kind: str
) -> None:
    """Under a header that names no money, and without decimals, commas tell it."""
    rows = [[f"{k}科", figure] for k, figure in zip("甲乙丙丁", figures, strict=True)]
    drafted = draft(sheet([["项目", "备津"]], rows, source="ocr"))
    assert drafted.columns[1].type == kind


@pytest.mark.parametrize(("sure", "promised"), [(0.4, True), (0.99, False)])
def test_figures_that_are_likely_misread_refute_no_total_that_a_header_names(
    sure: float, promised: bool
) -> None:
    head = [["Source", "Total", "Grants", "Fees"]]
    rows = [
        ["Rent", "22.00", "15.03", "71.96"],
        ["Dues", "29.60", "45.96", "85.03"],
        ["Fines", "9.46", "99.46", "22.05"],
        ["Sales", "8.10", "301.40", "17.20"],
        ["Parks", "30.00", "10.00", "20.00"],
    ]
    found = _across(draft(sheet(head, rows, source="ocr", confidence=sure)))
    assert (("c2", ("c3", "c4")) in found) == promised
