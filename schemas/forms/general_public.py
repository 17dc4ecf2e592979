"""一般公共预算支出表: the general public budget's spending by function."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, Place
from schemas.forms.usual import (
    BASIC,
    BASIC_SUM,
    CODES,
    NAME,
    PERSONNEL,
    PROJECT,
    RUNNING,
    SPENDING_SUM,
    TOTAL,
    UNIT,
)

FORM = Form(
    key="general_public",
    name="一般公共预算支出情况表",
    titles=(r"一般公共(?:财政)?预算(?:当年)?(?:财政拨款|拨款)?(?:支出|收支)", r"公共财政预算支出"),
    unlike=(r"基本支出|项目支出|三公|经济(?:分类|科目)|机关运行|绩效|采购",),
    follows=("fiscal_appropriation",),
    columns=(*CODES, NAME, UNIT, TOTAL, BASIC, PERSONNEL, RUNNING, PROJECT),
    frames=(r"一般公共预算(?:拨款|财政拨款)?支出|本年支出",),
    row_sums=(BASIC_SUM, SPENDING_SUM),
    classified="function",
    equations=(
        Equation(
            "general_public_budget",
            Place("general_public", column="total"),
            (
                (Place("fiscal_appropriation", "spending", "general"),),
                (Place("fiscal_appropriation", "spending_year", "general"),),
                (Place("fiscal_appropriation", "general"),),
                (
                    Place("fiscal_appropriation", "general"),
                    Place("fiscal_appropriation", "carried"),
                ),
            ),
        ),
    ),
)
