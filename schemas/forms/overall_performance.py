"""部门整体支出绩效目标表: what the whole department wants to reach, with indicators."""

from __future__ import annotations

from schemas.forms.form import Form, FormColumn

FORM = Form(
    key="overall_performance",
    name="部门整体支出绩效目标表",
    titles=(r"整体(?:支出|预算|部门预算)?绩效",),
    columns=(
        FormColumn("code", "code", (r"(?:单位|部门)(?:编码|代码|编号)",)),
        FormColumn("name", "label", (r"(?:单位|部门)名称|(?:.*/)?任务名称",)),
        FormColumn("content", "text", (r"(?:.*/)?主要内容",)),
        FormColumn("total", "amount", (r"(?:.*/)?(?:资金总额|总额|金额合计|合计)|预算金额",)),
        FormColumn("general", "amount", (r"(?:.*/)?一般公共预算(?:拨款)?",)),
        FormColumn("government_fund", "amount", (r"(?:.*/)?政府性基金(?:预算)?(?:拨款)?",)),
        FormColumn("special_account", "amount", (r"(?:.*/)?财政专户管理资金",)),
        FormColumn("fiscal", "amount", (r"(?:.*/)?财政拨款",)),
        FormColumn("other", "amount", (r"(?:.*/)?其[他它]资金",)),
        FormColumn("basic", "amount", (r"(?:.*/)?基本支出",)),
        FormColumn("project", "amount", (r"(?:.*/)?项目支出",)),
        FormColumn("target", "text", (r"(?:整体|年度|总体)*绩效目标|年度目标",)),
        FormColumn("level1", "text", (r"(?:.*/)?一级指标",)),
        FormColumn("level2", "text", (r"(?:.*/)?二级指标",)),
        FormColumn("level3", "text", (r"(?:.*/)?三级指标|(?:.*/)?指标名称",)),
        FormColumn("operator", "text", (r"(?:.*/)?指标(?:性质|值类型)",)),
        FormColumn("value", "text", (r"(?:.*/)?(?:年度)?指标值",)),
        FormColumn("measure", "text", (r"(?:.*/)?[计度]量单位",)),
        FormColumn("weight", "percent", (r"(?:.*/)?(?:指标)?权重",)),
        FormColumn("core", "text", (r"(?:.*/)?是否核心(?:指标)?",)),
        FormColumn("remark", "text", (r"(?:.*/)?备注",)),
    ),
)
