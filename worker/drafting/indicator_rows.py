"""Indicators printed one to a row, beside the merged cells of their project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.amount import Amount, parse_amount
from schemas.draft import Indicator
from schemas.forms.form import FormColumn
from schemas.geometry import Box
from schemas.grid import GridCell
from schemas.words import is_note, tight
from worker.drafting.cells import Paper
from worker.drafting.layout import Layout
from worker.indicators import parse_target

LEVEL3 = "level3"
_LEVEL1 = {
    "产出": "1",
    "产出指标": "1",
    "效益": "2",
    "效益指标": "2",
    "满意度": "3",
    "满意度指标": "3",
}
_LEVEL1 |= {"成本": "4", "成本指标": "4"}
_LEVEL2 = {
    "数量指标": "11", "质量指标": "12", "时效指标": "13", "成本指标": "14",
    "经济效益指标": "21", "经济效益": "21", "社会效益指标": "22", "社会效益": "22",
    "生态效益指标": "23", "生态效益": "23", "可持续影响指标": "24", "可持续影响": "24",
    "服务对象满意度指标": "31", "服务对象满意度": "31", "满意度指标": "31",
    "经济成本指标": "41", "社会成本指标": "42", "生态环境成本指标": "43",
}  # fmt: skip
"""Codes of the national scheme of indicators, for tables that print the names alone."""


def owners(layout: Layout, name: int | None) -> list[int]:
    """For each row the row that its project starts in: where the name cell over it begins.

    A row without a name of its own belongs to the project above it, and so does the first
    row of a page that repeats the project's merged cells. Without a column of names each
    row stands alone.
    """
    found: list[int] = []
    for row in range(len(layout.body)):
        cell = layout.starts(row, name) if name is not None else None
        named = cell is not None and bool(cell.text.strip())
        again = named and bool(found) and _repeats(layout, row, found[-1])
        own = (named and not again) or _is_note(layout, row)
        found.append(row if name is None or not found or own else found[-1])
    return found


def _is_note(layout: Layout, row: int) -> bool:
    return is_note(next((c.text for c in layout.body[row] if c.text.strip()), ""))


def _repeats(layout: Layout, row: int, first: int) -> bool:
    """Whether a row at the top of a page says again what the merged cells of ``first`` say."""
    page = {cell.page for cell in layout.body[row]}
    above = {cell.page for cell in layout.body[row - 1]}
    merged = [c for c in layout.body[row] if c.rowspan > 1 and c.text.strip()]
    return (
        min(page) > max(above)
        and len(merged) > 1
        and sum(tight(c.text) == tight(layout.text(first, c.col)) for c in merged) * 2 > len(merged)
        and all(_same_figure(c.text, layout.text(first, c.col)) for c in merged)
    )


def _same_figure(text: str, other: str) -> bool:
    return not isinstance(parse_amount(text), Amount) or tight(text) == tight(other)


def indicators_by_row(
    layout: Layout,
    fields: Mapping[int, FormColumn],
    owner: Sequence[int],
    paper: Paper,
) -> dict[int, tuple[Indicator, ...]]:
    """The indicators of each project (by its first row), numbered in the order of print."""
    columns = {field.key: index for index, field in fields.items()}
    level3 = columns.get(LEVEL3)
    if level3 is None:
        return {}
    found: dict[int, list[Indicator]] = {}
    for row in range(len(layout.body)):
        cell = layout.starts(row, level3)
        if cell is not None and cell.text.strip():
            own = found.setdefault(owner[row], [])
            own.append(_indicator(layout, columns, row, cell, len(own) + 1, paper))
    return {row: tuple(own) for row, own in found.items()}


def _indicator(
    layout: Layout, columns: Mapping[str, int], row: int, cell: GridCell, number: int, paper: Paper
) -> Indicator:
    def said(key: str) -> str:
        return layout.text(row, columns[key]).strip() if key in columns else ""

    level1, level2, name = said("level1"), said("level2"), said(LEVEL3)
    target = _target(said("operator"), said("value"), said("measure"))
    ink = [line.box for line in cell.lines]
    return Indicator(
        number=number,
        text=name,
        level1_code=_LEVEL1.get(tight(level1), ""),
        level1=level1,
        level2_code=_LEVEL2.get(tight(level2), ""),
        level2=level2,
        name=name,
        term_target=None,
        year_target=parse_target(target),
        page=cell.page,
        box=paper.place(cell.page, Box.around(ink) if ink else cell.box),
    )


def _target(operator: str, value: str, measure: str) -> str:
    """``≥``, ``70`` and ``%`` as one target; a kind (定性, 定量) is no operator."""
    sign = operator if tight(operator) in ("≥", "≤", "=", ">", "<", "≧", "≦") else ""
    unit = "" if value.endswith(measure) or not any(c.isdigit() for c in value) else measure
    return f"{sign}{value}{unit}"
