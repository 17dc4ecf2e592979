"""收入总表: what comes in, by source, for each function or each office."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, FormColumn, Place
from schemas.forms.usual import CODES, FISCAL_SUM, NAME, SOURCES, SOURCES_SUM, TOTAL

FORM = Form(
    key="revenue",
    name="部门收入总体情况表",
    titles=(r"收入(?:预算)?总(?:体|表|$)|收入总体|收入预算(?:总|表|情况)|收入情况总?表|部门收入",),
    unlike=(r"收支|财政拨款|支出|政府性基金|国有资本",),
    follows=("revenue_expenditure",),
    columns=(
        *CODES,
        NAME,
        TOTAL,
        *SOURCES,
        FormColumn("year", "amount", (r"本年收入/(?:小计|合计)",)),
    ),
    frames=(r"本年收入",),
    row_sums=(FISCAL_SUM, SOURCES_SUM),
    classified="function",
    equations=(
        Equation(
            "revenue_total",
            Place("revenue_expenditure", "income"),
            ((Place("revenue", column="total"),),),
        ),
    ),
)
