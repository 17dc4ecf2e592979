"""Where a figure stands in its table, in words that can be grouped by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.result import Row, Table
from service.plain import one_line
from service.rowtree import depths
from service.wording import Places

STEP = " / "
"""Between the parts of a path."""


@dataclass(frozen=True, slots=True)
class TablePlaces:
    """Labels, paths and codes of one table's rows; column paths by key."""

    names: Places
    level: dict[str, int]
    parents: dict[str, str | None]
    summed: frozenset[str]
    codes: dict[str, str]
    first_label: str | None

    @staticmethod
    def of(table: Table) -> TablePlaces:
        known = {row.id for row in table.rows}
        parents = {row.id: row.parent if row.parent in known else None for row in table.rows}
        return TablePlaces(
            Places.of(table),
            depths(table.rows),
            parents,
            frozenset(parent for parent in parents.values() if parent is not None),
            _codes(table, parents),
            next((c.key for c in table.columns if c.type == "label"), None),
        )

    def label(self, row: str, column: str) -> str:
        return self.names.row((row, column))

    def path(self, row: str, column: str) -> str:
        """Labels from the top row down to this one.

        A table beside another in one grid has labels of its own, and no tree is known for it.
        """
        if self.names.labels.get(column, self.first_label) != self.first_label:
            return self.label(row, column)
        parts, at, seen = [self.label(row, column)], self.parents.get(row), {row}
        while at is not None and at not in seen:
            seen.add(at)
            parts.append(self.label(at, column))
            at = self.parents.get(at)
        return STEP.join(reversed(parts))

    def column(self, key: str) -> str:
        return self.names.column(key)


def _codes(table: Table, parents: Mapping[str, str | None]) -> dict[str, str]:
    """Row id to its whole code, empty where it has none.

    A code split over several columns is put together; parts left out because the row above
    in the tree shows them are carried down from there.
    """
    columns = [column.key for column in table.columns if column.type == "code"]
    rows = {row.id: row for row in table.rows}
    if not columns:
        return dict.fromkeys(rows, "")
    held: dict[str, tuple[str, ...]] = {}
    for row in table.rows:
        own = tuple(_printed(row, key) for key in columns)
        above = _above(row.id, parents, held) or ("",) * len(columns)
        last = max((n for n, part in enumerate(own) if part), default=-1)
        held[row.id] = tuple(part or (above[n] if n < last else "") for n, part in enumerate(own))
    return {row: _joined(parts) for row, parts in held.items()}


def _above(
    row: str, parents: Mapping[str, str | None], held: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...] | None:
    at = parents.get(row)
    return held.get(at) if at is not None else None


def _joined(parts: tuple[str, ...]) -> str:
    """``205``, ``02``, ``01`` as ``2050201``; parts that each repeat the whole stay one."""
    whole = ""
    for part in parts:
        whole = part if whole and part.startswith(whole) else whole + part
    return whole


def _printed(row: Row, key: str) -> str:
    cell = row.cells.get(key)
    return "".join(one_line(cell.text).split()) if cell else ""
