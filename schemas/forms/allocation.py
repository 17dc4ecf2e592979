"""资金分配表: an annex of a notice that spreads money over places, offices or projects."""

from __future__ import annotations

from schemas.forms.form import Form, FormColumn
from schemas.forms.usual import TOTAL

FORM = Form(
    key="allocation",
    name="资金分配表",
    titles=(
        r"(?:资金|经费|补助|补贴|专项|指标|额度|奖补|任务).{0,14}(?:分配|安排|下达|拨付|拨款)",
        r"(?:分配|安排|下达|拨付)(?:情况|明细|计划|方案|汇总)?(?:一览)?表",
    ),
    unlike=(r"三公|绩效|收支|采购",),
    columns=(
        FormColumn(
            "name",
            "label",
            (
                r"地区|单位|县\(市、区\)|市[(、]?县.*|区县|县区|(?:资金使用|预算|收款|承担|申报)?单位(?:名称)?"
                r"|项目(?:名称)?|部门|企业名称",
            ),
        ),
        TOTAL,
    ),
)
