"""政府性基金预算支出表: what the government funds pay for, by function; very often empty."""

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
    key="government_fund",
    name="政府性基金预算支出表",
    titles=(
        r"政府性基金(?:预算)?(?:当年)?(?:拨款|财政拨款|收支|支出|预算表)",
        r"财政拨款政府性基金(?:预算)?支出",
    ),
    unlike=(r"一般公共|三公|绩效|采购",),
    follows=("general_public", "three_publics"),
    columns=(*CODES, NAME, UNIT, TOTAL, BASIC, PERSONNEL, RUNNING, PROJECT),
    frames=(r"(?:本年)?政府性基金(?:预算)?(?:财政)?(?:拨款)?支出|本年支出",),
    row_sums=(BASIC_SUM, SPENDING_SUM),
    classified="function",
    equations=(
        Equation(
            "government_fund",
            Place("government_fund", column="total"),
            (
                (Place("fiscal_appropriation", "spending", "government_fund"),),
                (Place("fiscal_appropriation", "government_fund"),),
            ),
        ),
    ),
)
