"""A person's decisions on a document: what stood, what was decided, what stands now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.decisions import Step, Undo
from schemas.errors import UsageError
from schemas.result import Result
from service.store.decisions import Kept, Made

Place = tuple[str, str, str]
"""(table, row, column)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The decisions that count after the new steps, as JSON for the settling process."""

    counting: tuple[dict[str, Any], ...]


def plan(kept: Sequence[Kept], steps: Sequence[Step]) -> Plan:
    """What counts when ``steps`` are added to what is on record.

    Raises:
        UsageError: if an undo names no decision that counts.
    """
    counting = {one.number: one.body for one in kept if one.counts}
    number = max((one.number for one in kept), default=0)
    for step in steps:
        number += 1
        if isinstance(step, Undo):
            if counting.pop(step.decision, None) is None:
                raise UsageError(f"there is no decision {step.decision} that could be undone.")
        else:
            counting[number] = step.model_dump()
    return Plan(tuple(counting.values()))


def made(kept: Sequence[Kept], steps: Sequence[Step], before: Result, after: Result) -> list[Made]:
    """The steps with what stood at their places before and what stands after."""
    bodies = {one.number: one.body for one in kept}
    found = []
    for step in steps:
        place = bodies.get(step.decision, {}) if isinstance(step, Undo) else step.model_dump()
        found.append(Made(step.model_dump(), _standing(before, place), _standing(after, place)))
    return found


def _standing(result: Result, place: dict[str, Any]) -> dict[str, Any] | None:
    """What the result says at the place that a decision names; None where it is not there."""
    table = next((t for t in result.tables if t.id == place.get("table")), None)
    if table is None:
        return None
    if "row" not in place:
        column = next((c for c in table.columns if c.key == place.get("column")), None)
        return json.loads(column.model_dump_json()) if column else None
    row = next((r for r in table.rows if r.id == place["row"]), None)
    if row is None:
        return None
    if "column" not in place:
        return {"role": row.role, "parent": row.parent, "label": row.label}
    cell = row.cells.get(place["column"])
    if cell is None:
        return None
    return {"value": cell.value, "text": cell.text, "verdict": cell.verdict, "source": cell.source}


def left_the_queue(before: Result, after: Result, steps: Sequence[Step]) -> list[Place]:
    """The cells that were doubtful, are no longer, and that no step named."""
    named = {
        (step.table, step.row, step.column)
        for step in steps
        if not isinstance(step, Undo) and hasattr(step, "row") and hasattr(step, "column")
    }
    return sorted(_doubted(before) - _doubted(after) - named)


def _doubted(result: Result) -> set[Place]:
    return {(item.table, item.row, item.column) for item in result.review}
