"""Where a figure stands in its table, in words that can be grouped by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.result import Row, Table
from service.wording import Places

STEP = " / "
"""Between the parts of a path."""


@dataclass(frozen=True, slots=True)
class TablePlaces:
    """Labels, paths and codes of one table's rows; column paths by key.

    Where tables stand side by side in one grid, each side is a tree of its own; a column
    belongs to the side that names it, else to the first.
    """

    names: Places
    rows: dict[str, Row]
    sides: dict[str, int]
    summed: frozenset[tuple[int, str]]

    @staticmethod
    def of(table: Table) -> TablePlaces:
        rows = {row.id: row for row in table.rows}
        sides = {key: n for n, side in enumerate(table.sides) for key in side.amounts}
        trees = range(max(len(table.sides), 1))
        summed = frozenset(
            (side, parent)
            for side in trees
            for row in table.rows
            if (parent := _parent(row, side, rows)) is not None
        )
        return TablePlaces(Places.of(table), rows, sides, summed)

    def label(self, row: str, column: str) -> str:
        return self.names.row((row, column))

    def parent(self, row: str, column: str) -> str | None:
        """The row that this figure adds into."""
        held = self.rows.get(row)
        return _parent(held, self._side(column), self.rows) if held is not None else None

    def role(self, row: Row, column: str) -> str:
        side = self._side(column)
        return row.sides[side].role if side < len(row.sides) else row.role

    def leaf(self, row: str, column: str) -> bool:
        """Whether nothing adds into the figure."""
        return (self._side(column), row) not in self.summed

    def line(self, row: str, column: str) -> list[str]:
        """Ids of the rows from the top of the tree down to this one."""
        found = [row]
        while (above := self.parent(found[-1], column)) is not None and above not in found:
            found.append(above)
        return found[::-1]

    def path(self, row: str, column: str) -> str:
        """Labels from the top row down to this one."""
        return STEP.join(self.label(at, column) for at in self.line(row, column))

    def column(self, key: str) -> str:
        return self.names.column(key)

    def _side(self, column: str) -> int:
        return self.sides.get(column, 0)


def _parent(row: Row, side: int, rows: Mapping[str, Row]) -> str | None:
    parent = row.sides[side].parent if side < len(row.sides) else row.parent
    return parent if parent in rows else None
