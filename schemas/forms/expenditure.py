"""支出总表: what is spent, basic and on projects, for each function."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, FormColumn, Place, RowSum
from schemas.forms.usual import BASIC, BASIC_SUM, CODES, NAME, PERSONNEL, PROJECT, RUNNING, TOTAL

FORM = Form(
    key="expenditure",
    name="部门支出总体情况表",
    titles=(r"支出(?:预算)?总(?:体|表|$)|支出总体|支出预算(?:总|表|情况)|支出情况总?表|部门支出",),
    unlike=(
        r"收支|基本支出|项目支出|一般公共|财政拨款|政府性基金|国有资本|三公|采购|机关运行|绩效",
    ),
    follows=("revenue",),
    columns=(
        *CODES,
        NAME,
        TOTAL,
        BASIC,
        PERSONNEL,
        RUNNING,
        PROJECT,
        FormColumn("operating", "amount", (r"事业单位经营支出|经营支出",)),
        FormColumn("to_above", "amount", (r"上缴上级支出",)),
        FormColumn("to_below", "amount", (r"对附属单位补助(?:支出)?",)),
        FormColumn("reserve", "amount", (r"单位预留机动经费",)),
        FormColumn("carried_on", "amount", (r"结转下年(?:资金)?",)),
    ),
    frames=(r"本年支出",),
    row_sums=(
        BASIC_SUM,
        RowSum(
            "row_total",
            "total",
            ("basic", "project", "operating", "to_above", "to_below", "reserve", "carried_on"),
        ),
    ),
    classified="function",
    equations=(
        Equation(
            "expenditure_total",
            Place("revenue_expenditure", "spending"),
            ((Place("expenditure", column="total"),),),
        ),
    ),
)
