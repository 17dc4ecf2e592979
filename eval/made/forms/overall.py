"""部门整体支出绩效目标表: the department's money by purpose, then its indicators."""

from __future__ import annotations

from eval.made.commission import Commission, money_column
from eval.made.merge import merged
from eval.made.table import MadeColumn, MadeTable, Value
from eval.made.targets import draw_indicators
from eval.made.tree import Branch, Grown, grow
from eval.made.words import GOALS
from schemas.forms.form import RowSum

_TASKS = ("履行部门职能", "重点项目建设", "民生保障", "安全监管", "公共服务提升", "队伍建设")


def overall_performance(commission: Commission) -> MadeTable:
    """Main tasks with their money and one target each, numbered, and the total."""
    rng, purse = commission.rng, commission.purse
    columns = (
        MadeColumn("name", "label", ("年度主要任务", "任务名称")),
        MadeColumn("content", "text", ("年度主要任务", "主要内容")),
        money_column("total", "预算金额", "总额"),
        money_column("fiscal", "预算金额", "财政拨款"),
        money_column("other", "预算金额", "其他资金"),
        MadeColumn("kind", "text", ("绩效指标", "二级指标")),
        MadeColumn("indicator", "text", ("绩效指标", "三级指标")),
        MadeColumn("value", "text", ("绩效指标", "指标值")),
    )
    tasks = rng.sample(_TASKS, rng.randint(2, len(_TASKS)))
    indicators = draw_indicators(rng, len(tasks), len(tasks))
    branches = []
    for task, one in zip(tasks, indicators, strict=True):
        values: dict[str, Value] = {
            "content": rng.choice(GOALS),
            "fiscal": purse.amount(10, 5000),
            "other": purse.amount(1, 300) if rng.random() < 0.3 else None,
            "kind": one.level2,
            "indicator": one.name,
            "value": one.year.text,
        }
        branches.append(Branch(task, "item", values))
    root = Branch("金额合计", "total", children=tuple(branches))
    sums = (RowSum("row_total", "total", ("fiscal", "other")),)
    grown = grow(root, columns, sums, "total_last")
    titled = commission.titled(
        "overall_performance", "部门整体支出绩效目标表", "整体支出绩效目标表"
    )
    return titled.table(columns, Grown(merged(grown.rows, "kind"), grown.sums))
