"""政府采购预算表: what is to be bought, and from which money."""

from __future__ import annotations

from schemas.forms.form import Form, FormColumn
from schemas.forms.usual import FISCAL_SUM, SOURCES, SOURCES_SUM, TOTAL

FORM = Form(
    key="procurement",
    name="政府采购预算表",
    titles=(r"政府采购|采购(?:预算|支出|明细)",),
    unlike=(r"绩效",),
    columns=(
        FormColumn(
            "name",
            "label",
            (r"采购(?:项目|物品|品目)(?:名称)?|项目(?:名称)?|采购品目大类",),
            required=True,
        ),
        FormColumn("code", "code", (r"(?:采购)?(?:品目|项目)(?:编码|编号|代码)",)),
        FormColumn("quantity", "count", (r"(?:采购)?数量",)),
        FormColumn("method", "text", (r"采购(?:组织形式|方式)",)),
        TOTAL,
        *SOURCES,
    ),
    frames=(r"采购预算(?:数|金额)?|资金来源|预算金额",),
    row_sums=(FISCAL_SUM, SOURCES_SUM),
)
