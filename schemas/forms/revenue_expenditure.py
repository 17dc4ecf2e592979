"""收支总表: all money that comes in, beside all that is spent."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, FormColumn, Line, Place

FORM = Form(
    key="revenue_expenditure",
    name="部门收支总体情况表",
    titles=(r"收支(?:预算)?总(?:体|表|$)|收支总体|收支预算(?:总|表)|收支情况总表|收支情况表",),
    unlike=(r"财政拨款|政府性基金|国有资本|一般公共",),
    columns=(
        FormColumn(
            "source",
            "label",
            (
                "收入/项目",
                r"(?:本年)?收入/(?:项目|科目)(?:名称)?",
            ),
            required=True,
        ),
        FormColumn(
            "income",
            "amount",
            (
                "收入/预算数",
                r"(?:本年)?收入/(?:.*预算数?|金额|本年.*|合计)",
            ),
            required=True,
        ),
        FormColumn(
            "use",
            "label",
            (
                "支出/项目",
                r"(?:本年)?支出/(?:功能分类/)?(?:功能)?(?:项目|科目)(?:\(.*\))?(?:名称)?",
            ),
            required=True,
        ),
        FormColumn(
            "spent",
            "amount",
            (
                "支出/预算数",
                r"(?:本年)?支出/(?:功能分类/)?(?:.*预算数?/?(?:合计|小计)?|金额|本年.*|合计)",
            ),
            required=True,
        ),
        FormColumn("basic", "amount", (r"(?:本年)?支出/(?:.*/)?基本支出(?:/小计)?",)),
        FormColumn("personnel", "amount", (r"(?:本年)?支出/(?:.*/)?人员经费",)),
        FormColumn("running", "amount", (r"(?:本年)?支出/(?:.*/)?公用经费",)),
        FormColumn("project", "amount", (r"(?:本年)?支出/(?:.*/)?项目支出",)),
        FormColumn("purpose", "label", (r"(?:本年)?支出/支出用途/项目(?:名称)?",)),
        FormColumn("spent_by_purpose", "amount", (r"(?:本年)?支出/支出用途/金额",)),
    ),
    lines=(
        Line("income_year", (r"本年收入(?:合计|小计|总计)",), "income"),
        Line("income", (r"收入(?:总计|合计|总额)|(?:合|总)计",), "income"),
        Line("carried", (r"上年(?:度)?(?:结转|结余).*",), "income"),
        Line("spending_year", (r"本年支出(?:合计|小计|总计)",), "spending"),
        Line("spending", (r"支出(?:总计|合计|总额)|(?:合|总)计",), "spending"),
    ),
    equations=(
        Equation(
            "income_is_spending",
            Place("revenue_expenditure", "income"),
            ((Place("revenue_expenditure", "spending"),),),
        ),
    ),
)
