"""项目支出绩效目标表: projects of a department, their funding, their targets and indicators.

合计 is the sum of the units, a unit the sum of its projects; in every row 总计 is the sum of
the three sources. The indicators stand in one column as one numbered text, or one to a row
beside the project's merged cells.
"""

from __future__ import annotations

from schemas.forms.form import Equation, Form, FormColumn, Place, RowSum

FORM = Form(
    key="project_performance",
    name="项目支出绩效目标表",
    titles=(
        r"项目.*绩效目标(?!管理)",
        r"重点项目.*绩效",
        r"項目.*績效目標",
        r"绩效目标(?:申报)?表",
    ),
    unlike=(r"整体",),
    follows=("project_expenditure", "overall_performance"),
    columns=(
        FormColumn("code", "code", (r"(?:单位|项目)(?:编码|代码|编号)",)),
        FormColumn(
            "name",
            "label",
            (
                "项目名称",
                r"项目名[称稱](?:\(.*\)?)?|单位\(项目\)名称",
                r"支出项目类别.*",
                r"(?:.*/)?(?:[一二三]级)?项目(?:名称.*)?",
            ),
            required=True,
        ),
        FormColumn(
            "total",
            "amount",
            (
                r"总计|合计|总额|资金总额|總計|合計",
                r"(?:总计|合计).*",
                r"(?:项目|当年|年度|财政拨款)*预算(?:金额|数|安排)*|当年财政拨款预算金额",
            ),
            required=True,
        ),
        FormColumn(
            "fiscal",
            "amount",
            (
                "财政拨款",
                r"财政拨款(?:收入|资金)?|財政撥款(?:收入)?",
            ),
        ),
        FormColumn(
            "special_account",
            "amount",
            (
                "财政专户拨款",
                r"财政专户(?:管理)?(?:拨款|资金).*|財政專戶.*",
            ),
        ),
        FormColumn(
            "other",
            "amount",
            (
                "其他资金",
                r"其[他它]资金|單位資金|单位资金|其他資金",
            ),
        ),
        FormColumn(
            "target",
            "text",
            (
                "绩效目标",
                r"(?:年度|总体|当年|项目|整体)*绩效目标|績效目標",
            ),
            required=True,
        ),
        FormColumn(
            "unit", "text", (r"(?:[一二三]级)?(?:预算|资金使用|主管)?(?:单位|部门)(?:名称)?",)
        ),
        FormColumn(
            "indicators",
            "text",
            (
                "绩效指标",
                r"绩效指标|績效指標",
            ),
        ),
        FormColumn(
            "level1",
            "text",
            (
                "绩效指标/一级指标",
                r"(?:.*/)?一级指标",
            ),
        ),
        FormColumn(
            "level2",
            "text",
            (
                "绩效指标/二级指标",
                r"(?:.*/)?二级指标",
            ),
        ),
        FormColumn(
            "level3",
            "text",
            (
                "绩效指标/三级指标",
                r"(?:.*/)?(?:三级指标(?:名称)?|指标名称)",
            ),
        ),
        FormColumn("operator", "text", (r"(?:.*/)?指标(?:性质|值?类型|方向|符号)",)),
        FormColumn("value", "text", (r"(?:.*/)?(?:年度)?(?:指标|目标)值",)),
        FormColumn("measure", "text", (r"(?:.*/)?[计度]量单位",)),
        FormColumn("weight", "percent", (r"(?:.*/)?(?:指标)?(?:权重|分值)",)),
        FormColumn("remark", "text", (r"(?:.*/)?备注",)),
    ),
    levels=("total", "unit", "project"),
    leaf_columns=("target", "indicators", "level1", "level3"),
    row_sums=(RowSum("row_total", "total", ("fiscal", "special_account", "other")),),
    tree_rules={"total": "grand_total", "unit": "unit_total"},
    equations=(
        Equation(
            "projects_with_targets",
            Place("project_performance", column="total"),
            (
                (Place("project_expenditure", column="total"),),
                (Place("expenditure", column="project"),),
                (Place("general_public", column="project"),),
            ),
            promised=False,
        ),
    ),
)
