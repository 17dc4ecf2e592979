"""The printed header of a table, with its merged cells, from the columns' paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.result import ResultColumn
from service.wording import header_path


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """One header cell; ``row`` and ``col`` count from 0 at its top left."""

    row: int
    col: int
    rowspan: int
    colspan: int
    text: str


def header_depth(columns: Sequence[ResultColumn]) -> int:
    """How many rows the header takes, 1 at least."""
    return max((len(header_path(column)) for column in columns), default=1)


def header_cells(columns: Sequence[ResultColumn]) -> tuple[HeaderCell, ...]:
    """The header cells, row by row.

    Neighbours that share the outer part of their path share one wide cell. The innermost
    part always has a cell of its own, which reaches down to the header's last row.
    """
    paths = [header_path(column) for column in columns]
    depth = header_depth(columns)
    cells: list[HeaderCell] = []
    for level in range(depth):
        col = 0
        while col < len(paths):
            width = _shared(paths, col, level)
            if level < len(paths[col]):
                leaf = level == len(paths[col]) - 1
                rowspan = depth - level if leaf else 1
                cells.append(HeaderCell(level, col, rowspan, width, paths[col][level]))
            col += width
    return tuple(cells)


def _shared(paths: Sequence[tuple[str, ...]], col: int, level: int) -> int:
    """How many columns from ``col`` on share the header cell at ``level``."""
    if len(paths[col]) <= level + 1:
        return 1
    outer = paths[col][: level + 1]
    end = col + 1
    while end < len(paths) and len(paths[end]) > level + 1 and paths[end][: level + 1] == outer:
        end += 1
    return end - col
