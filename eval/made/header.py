"""The header's cells out of the columns' paths: what is merged across and down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.made.table import MadeColumn


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell of the header; row and column count from 0 at its top left."""

    row: int
    col: int
    rowspan: int
    colspan: int
    text: str


def header_cells(columns: Sequence[MadeColumn]) -> tuple[HeaderCell, ...]:
    """Each cell once. Equal neighbours below equal neighbours are one cell."""
    depth = header_depth(columns)
    cells = []
    for row in range(depth):
        col = 0
        while col < len(columns):
            path = columns[col].path
            if row >= len(path):
                col += 1
                continue
            stop = col + 1
            while stop < len(columns) and columns[stop].path[: row + 1] == path[: row + 1]:
                stop += 1
            last = row == len(path) - 1
            cells.append(HeaderCell(row, col, depth - row if last else 1, stop - col, path[row]))
            col = stop
    return tuple(cells)


def header_depth(columns: Sequence[MadeColumn]) -> int:
    """How many rows the header has, the one that numbers the columns not counted."""
    return max(len(column.path) for column in columns)


def column_numbers(columns: Sequence[MadeColumn], wanted: bool) -> tuple[str, ...]:
    """What the row under the header prints in each column; () where there is none."""
    if any(column.number for column in columns):
        return tuple(column.number for column in columns)
    if not wanted:
        return ()
    numbers: list[str] = []
    for column in columns:
        numbers.append(str(1 + sum(n.isdigit() for n in numbers)) if column.is_money else "**")
    return tuple(numbers)
