"""项目支出绩效目标表: projects with their money, targets and performance indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eval.made.commission import Commission, money_column
from eval.made.department import Project
from eval.made.merge import merged
from eval.made.table import MadeColumn, MadeIndicator, MadeRow, MadeTable, Value
from eval.made.targets import draw_indicators
from eval.made.tree import Branch, Grown, grow
from eval.made.words import GOALS
from schemas.forms.form import RowSum

_WHOLE = RowSum("row_total", "total", ("fiscal", "special_account", "other"))
_MOST_PROJECTS = {"short": 2, "medium": 5, "long": 14}


def project_performance(commission: Commission) -> MadeTable:
    """All indicators of a project in one string, or one indicator in each row."""
    if commission.spec.indicators == "rows":
        return _one_per_row(commission)
    return _one_string(commission)


def _one_string(commission: Commission) -> MadeTable:
    columns = (
        MadeColumn("name", "label", ("项目名称（资金使用单位）",)),
        *_money(),
        MadeColumn("target", "text", ("绩效目标",)),
        MadeColumn("indicators", "text", ("绩效指标",)),
    )
    grown = grow(_root(commission), columns, (_WHOLE,))
    rows = tuple(
        _with_string(row, commission.spec.indicators == "string_dotted") for row in grown.rows
    )
    titled = commission.titled(
        "project_performance", "项目支出绩效目标表（含转移支付项目）", "项目支出绩效目标表"
    )
    return titled.table(columns, Grown(rows, grown.sums))


def _money() -> tuple[MadeColumn, ...]:
    return (
        money_column("total", "总计"),
        money_column("fiscal", "财政拨款"),
        money_column("special_account", "财政专户拨款"),
        money_column("other", "其他资金"),
    )


def _root(commission: Commission) -> Branch:
    rng, department = commission.rng, commission.department
    chosen = department.projects[: _MOST_PROJECTS[commission.spec.length]]
    units = [
        Branch(
            unit,
            "unit",
            children=tuple(_project(commission, one) for one in chosen if one.unit == unit),
            depth=1 if rng.random() < 0.5 else 0,
        )
        for unit in dict.fromkeys(one.unit for one in chosen)
    ]
    return Branch("合计", "total", children=tuple(units))


def _project(commission: Commission, project: Project) -> Branch:
    rng = commission.rng
    values: dict[str, Value] = {
        "fiscal": project.fiscal,
        "special_account": project.special,
        "other": project.other,
        "target": "".join(rng.sample(GOALS, rng.randint(1, 3))),
    }
    indicators = draw_indicators(rng, 2, 7)
    return Branch(project.name, "project", values, depth=2, indicators=indicators)


def _with_string(row: MadeRow, dotted: bool) -> MadeRow:
    if not row.indicators:
        return row
    text = "".join(
        indicator_text(one, number, dotted) for number, one in enumerate(row.indicators, 1)
    )
    cells = ((row.id, "indicators"),) * len(row.indicators)
    return replace(row, values={**row.values, "indicators": text}, indicator_cells=cells)


def indicator_text(one: MadeIndicator, number: int, dotted: bool) -> str:
    """One indicator in running text; the dotted manner has commas for semicolons."""
    if dotted:
        return (
            f"{number}.{one.level1_code}－{one.level1}，{one.level2_code}－{one.level2}，"
            f"{one.name}，实施周期指标值：{one.term.text}，年度指标值：{one.year.text}；"
        )
    return (
        f"{number}、{one.level1_code}-{one.level1}；{one.level2_code}-{one.level2}；{one.name}；"
        f"实施周期指标值:{one.term.text}；年度指标值:{one.year.text}。"
    )


def _one_per_row(commission: Commission) -> MadeTable:
    """The project's cells and those of the upper levels are merged over their indicators."""
    columns = (
        MadeColumn("name", "label", ("项目名称",)),
        money_column("total", "预算金额"),
        MadeColumn("target", "text", ("绩效目标",)),
        MadeColumn("level1", "text", ("绩效指标", "一级指标")),
        MadeColumn("level2", "text", ("绩效指标", "二级指标")),
        MadeColumn("level3", "text", ("绩效指标", "三级指标")),
        MadeColumn("value", "text", ("绩效指标", "指标值")),
    )
    chosen = commission.department.projects[: _MOST_PROJECTS[commission.spec.length]]
    projects = tuple(
        Branch(
            one.name,
            "project",
            {"total": one.fiscal + one.special + one.other, "target": commission.rng.choice(GOALS)},
            indicators=draw_indicators(commission.rng, 3, 6),
        )
        for one in chosen
    )
    grown = grow(Branch("合计", "total", children=projects), columns, ())
    rows = [part for row in grown.rows for part in indicator_rows(row, ("name", "total", "target"))]
    titled = commission.titled(
        "project_performance", "项目支出绩效目标表", "项目支出绩效目标申报表"
    )
    return titled.table(columns, Grown(tuple(rows), grown.sums))


def indicator_rows(row: MadeRow, shared: Sequence[str]) -> tuple[MadeRow, ...]:
    """A row for each indicator; the first holds the ``shared`` cells, merged over all."""
    count = len(row.indicators)
    if not count:
        return (row,)
    names = [row.id, *(f"{row.id}.{number}" for number in range(2, count + 1))]
    parts = []
    for name, one in zip(names, row.indicators, strict=True):
        own: dict[str, Value] = {
            "level1": one.level1,
            "level2": one.level2,
            "level3": one.name,
            "value": one.year.text,
        }
        if name == row.id:
            spans = dict.fromkeys(shared, count) if count > 1 else {}
            cells = tuple((each, "level3") for each in names)
            parts.append(
                replace(row, values={**row.values, **own}, spans=spans, indicator_cells=cells)
            )
        else:
            parts.append(MadeRow(name, "note", "", own))
    return _merged_levels(parts)


def _merged_levels(rows: Sequence[MadeRow]) -> tuple[MadeRow, ...]:
    """The two upper levels merged over their indicators; equal level 2 only within level 1."""
    return merged(merged(rows, "level2"), "level1")
