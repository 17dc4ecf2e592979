"""财政拨款收支总表: the treasury's money in and out, the spending by budget."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, FormColumn, Line, Place, RowSum

_FUND = r"(?:财政)?(?:拨款)?(?:收入|资金|补助)?"

FORM = Form(
    key="fiscal_appropriation",
    name="财政拨款收支总体情况表",
    titles=(r"财政拨款(?:收支|收入支出|预算收支)",),
    follows=("expenditure",),
    columns=(
        FormColumn(
            "source", "label", (r"(?:财政拨款)?(?:收入/)?(?:项目|科目)(?:名称)?",), required=True
        ),
        FormColumn(
            "income",
            "amount",
            (r"(?:财政拨款)?收入/(?:.*预算数?|金额|合计|本年.*)",),
            required=True,
        ),
        FormColumn(
            "use",
            "label",
            (
                r"(?:财政拨款)?支出/(?:支出用途/|功能分类/)?(?:功能)?(?:项目|科目)(?:名称|\(.*\))*",
                r"支出用途/项目名称",
            ),
            required=True,
        ),
        FormColumn(
            "spent",
            "amount",
            (
                r"(?:财政拨款)?支出/(?:支出用途/|功能分类/)?(?:.*预算数?/?)?(?:合计|总计|小计)",
                r"(?:财政拨款)?支出/(?:支出用途/|功能分类/)?(?:.*预算数?|金额|本年.*)",
                r"支出用途/金额",
            ),
            required=True,
        ),
        FormColumn("general", "amount", (r"(?:财政拨款)?支出/(?:.*/)?一般公共预算" + _FUND,)),
        FormColumn(
            "government_fund", "amount", (r"(?:财政拨款)?支出/(?:.*/)?政府性基金(?:预算)?" + _FUND,)
        ),
        FormColumn(
            "state_capital",
            "amount",
            (r"(?:财政拨款)?支出/(?:.*/)?国有资本经营(?:预算)?" + _FUND,),
        ),
    ),
    row_sums=(RowSum("row_total", "spent", ("general", "government_fund", "state_capital")),),
    lines=(
        Line("income_year", (r"本年收入(?:合计|小计)?|本年财政拨款收入",), "income"),
        Line("carried", (r"(?:年初财政拨款)?上年(?:度)?(?:财政拨款)?(?:结转|结余).*",), "income"),
        Line("income", (r"(?:财政拨款)?收入(?:总计|合计|总额)|(?:合|总)计",), "income"),
        Line("general", (r"一般公共预算" + _FUND,), "income"),
        Line("government_fund", (r"政府性基金(?:预算)?" + _FUND,), "income"),
        Line("state_capital", (r"国有资本(?:经营)?(?:预算)?" + _FUND,), "income"),
        Line("spending_year", (r"本年支出(?:合计|小计)?",), "spending"),
        Line("spending", (r"(?:财政拨款)?支出(?:总计|合计|总额)|(?:合|总)计",), "spending"),
        Line("basic", (r"基本支出",), "spending"),
        Line("project", (r"项目支出",), "spending"),
        Line("carried_on", (r"结转下年.*|年末.*结转.*",), "spending"),
    ),
    equations=(
        Equation(
            "fiscal_income_is_spending",
            Place("fiscal_appropriation", "income"),
            ((Place("fiscal_appropriation", "spending"),),),
        ),
    ),
)
