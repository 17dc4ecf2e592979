"""项目支出绩效目标表: projects of a department, their funding and their targets.

合计 is the sum of the units, a unit the sum of its projects; in every row 总计 is the sum of
the three sources. The last column holds the numbered indicators as one text.
"""

from __future__ import annotations

from schemas.forms.form import Form, FormColumn, RowSum

FORM = Form(
    key="project_performance",
    titles=(r"项目支出绩效目标", r"項目支出績效目標"),
    columns=(
        FormColumn(
            "name",
            "label",
            (
                r"项目名称(?:\(.*\))?",
                r"项目名称\(资金使用单位\)?",
                r"支出项目类别.*",
                r"項目名稱.*",
                r"项目名称",
            ),
            required=True,
        ),
        FormColumn(
            "total", "amount", (r"总计|合计|总额|资金总额|總計|合計", r"^总计|^合计"), required=True
        ),
        FormColumn("fiscal", "amount", (r"财政拨款(?:收入|资金)?|財政撥款", r"财政拨款")),
        FormColumn(
            "special_account",
            "amount",
            (r"财政专户(?:管理)?(?:拨款|资金).*|財政專戶.*", r"财政专户|专户"),
        ),
        FormColumn(
            "other", "amount", (r"其他资金|其它资金|單位資金|单位资金|其他資金", r"其[他它]资金")
        ),
        FormColumn(
            "target", "text", (r"(?:年度|总体)?绩效目标|績效目標", r"绩效目标"), required=True
        ),
        FormColumn("indicators", "text", (r"绩效指标|績效指標", r"绩效指标"), required=True),
    ),
    levels=("total", "unit", "project"),
    leaf_columns=("target", "indicators"),
    row_sums=(RowSum("row_total", "total", ("fiscal", "special_account", "other")),),
    tree_rules={"total": "grand_total", "unit": "unit_total"},
)
