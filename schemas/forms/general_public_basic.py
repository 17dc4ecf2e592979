"""一般公共预算基本支出表: personnel and running costs by economic class."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, Place, RowSum
from schemas.forms.usual import CODES, NAME, PERSONNEL, RUNNING, TOTAL

FORM = Form(
    key="general_public_basic",
    name="一般公共预算基本支出情况表",
    titles=(r"一般公共(?:财政)?预算(?:财政拨款|拨款)?基本支出", r"公共财政预算基本支出"),
    unlike=(r"三公",),
    follows=("general_public",),
    columns=(*CODES, NAME, TOTAL, PERSONNEL, RUNNING),
    frames=(r"(?:本年)?(?:一般公共预算)?基本支出|(?:19|20)\d{2}年基本支出",),
    row_sums=(RowSum("row_total", "total", ("personnel", "running")),),
    classified="economy",
    equations=(
        Equation(
            "general_public_basic",
            Place("general_public", column="basic"),
            ((Place("general_public_basic", column="total"),),),
        ),
        Equation(
            "fiscal_basic",
            Place("fiscal_appropriation", "basic"),
            ((Place("general_public_basic", column="total"),),),
            promised=False,
        ),
        Equation(
            "general_public_personnel",
            Place("general_public", column="personnel"),
            ((Place("general_public_basic", column="personnel"),),),
        ),
        Equation(
            "general_public_running",
            Place("general_public", column="running"),
            ((Place("general_public_basic", column="running"),),),
        ),
    ),
)
