"""The gold of the project performance table, out of its content and where it was set."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eval.truth import corners, printed_cell, true_result
from eval.typeset import SetLine
from examples.liwan import HEADERS, KEYS, Budget, BudgetRow, SetPart, SetTable
from schemas.draft import ColumnType
from schemas.geometry import Box
from schemas.result import IndicatorResult, Result, ResultColumn, Row, Table, TargetValue

_TYPES: tuple[ColumnType, ...] = ("label", *("amount",) * 4, "text", "text")
_LEVELS = ("total", "unit", "project")
_TARGET = re.compile(r"(?P<operator>≥|≤|大于)?(?P<value>\d+)(?P<unit>\D*)")
_SIGNS = {"大于": ">"}


def budget_gold(budget: Budget, table: SetTable, name: str) -> Result:
    """The gold of the budget as ``table`` has it in type; ``name`` is that of its file."""
    columns = tuple(
        ResultColumn(key=key, label=label, type=kind, path=(label,))
        for key, label, kind in zip(KEYS, HEADERS, _TYPES, strict=True)
    )
    rows = tuple(
        _row(budget, number, [part for part in table.parts if part.row == number])
        for number in range(len(budget.rows))
    )
    of_budget = Table(
        id="t1",
        form="project_performance",
        title=budget.title,
        organisation=budget.organisation,
        fiscal_year=budget.fiscal_year,
        unit=budget.unit,
        pages=tuple(range(1, table.pages + 1)),
        columns=columns,
        rows=rows,
        checks=(),
    )
    return true_result(table.pdf, name, "text", of_budget, table.pages)


def target_value(text: str) -> TargetValue:
    """A target of this budget, taken apart."""
    found = _TARGET.fullmatch(text)
    if found is None:
        return TargetValue(text=text, operator=None, value=None, unit=None, words=text)
    operator = found["operator"]
    return TargetValue(
        text=text,
        operator=_SIGNS.get(operator, operator),
        value=found["value"],
        unit=found["unit"] or None,
        words=None,
    )


def _row(budget: Budget, number: int, parts: Sequence[SetPart]) -> Row:
    row, first = budget.rows[number], parts[0]
    cells = {
        key: printed_cell(text.strip(), first.lines[at], first.boxes[at], first.page, _TYPES[at])
        for at, (key, text) in enumerate(zip(KEYS, row.texts, strict=True))
    }
    return Row(
        id=f"r{number + 1}",
        parent=_parent(budget.rows, number),
        role=row.role,
        label=row.label,
        pages=tuple(part.page for part in parts),
        cells=cells,
        indicators=_indicators(row, parts),
    )


def _parent(rows: Sequence[BudgetRow], number: int) -> str | None:
    """The id of the nearest row above of the next outer level."""
    level = _LEVELS.index(rows[number].role)
    above = (n for n in reversed(range(number)) if _LEVELS.index(rows[n].role) == level - 1)
    return next((f"r{n + 1}" for n in above), None)


def _indicators(row: BudgetRow, parts: Sequence[SetPart]) -> tuple[IndicatorResult, ...]:
    lines = [(part.page, line) for part in parts for line in part.lines[-1]]
    found: list[IndicatorResult] = []
    start = 0
    for number, one in enumerate(row.indicators, 1):
        text = one.printed(number)
        page, box = _place(lines, start, start + len(text))
        start += len(text)
        found.append(
            IndicatorResult(
                number=number,
                text=text,
                level1_code=one.level1_code,
                level1=one.level1,
                level2_code=one.level2_code,
                level2=one.level2,
                name=one.name,
                term_target=target_value(one.term_target),
                year_target=target_value(one.year_target),
                page=page,
                bbox=corners(box),
            )
        )
    return tuple(found)


def _place(lines: Sequence[tuple[int, SetLine]], start: int, end: int) -> tuple[int, Box]:
    """Page and box of a run of characters; where a page break cuts it, of its first part."""
    touched: list[tuple[int, Box]] = []
    passed = 0
    for page, line in lines:
        low, high = max(start - passed, 0), min(end - passed, len(line.text))
        if low < high:
            touched.append((page, line.part(low, high)))
        passed += len(line.text)
    first = touched[0][0]
    return first, Box.around(box for page, box in touched if page == first)
