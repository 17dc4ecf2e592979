"""项目支出表: every project and the money behind it."""

from __future__ import annotations

from schemas.forms.form import Equation, Form, FormColumn, Place
from schemas.forms.usual import (
    CODE,
    FISCAL_SUM,
    NAME,
    SOURCES,
    SOURCES_SUM,
    TOTAL,
    UNIT,
)

FORM = Form(
    key="project_expenditure",
    name="项目支出表",
    titles=(r"项目支出",),
    unlike=(r"绩效|一般公共|基本支出|经济(?:分类|科目)|政府性基金|国有资本",),
    follows=("state_capital", "government_fund"),
    columns=(
        FormColumn(
            "name",
            "label",
            (
                r"(?:支出)?项目(?:名称|名稱|类别)(?:\(.*\))?|单位\(项目\)名称|项目名称.*",
                *NAME.names,
            ),
            required=True,
        ),
        UNIT,
        CODE,
        TOTAL,
        *SOURCES,
        FormColumn("target", "text", (r"(?:年度|总体)?绩效目标",)),
    ),
    row_sums=(FISCAL_SUM, SOURCES_SUM),
    equations=(
        Equation(
            "project_expenditure",
            Place("project_expenditure", column="total"),
            (
                (Place("expenditure", column="project"),),
                (Place("general_public", column="project"),),
            ),
        ),
    ),
)
