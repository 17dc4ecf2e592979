"""Which leading rows of a grid name its columns."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from schemas.amount import Amount, Mark, narrow, parse_amount
from schemas.grid import Grid, GridCell
from worker.column_numbers import numbers_columns

_DEEPEST = 6


def header_depth(grid: Grid) -> int:
    """The number of leading rows that name columns or number them.

    Columns of figures are known by their content; a header cell is text standing in one.
    Where a table has no figures its first row, as deep as its merged cells reach, is the
    header. A grid that starts with a body row (a continuation) has depth 0.
    """
    rows = rows_of(grid)
    amounts = amount_columns(grid)
    if not amounts:
        return _first_depth(rows, grid.cols) if grid.rows > 1 else 0
    depth = 0
    while depth < min(grid.rows - 1, _DEEPEST):
        row = rows[depth]
        if not (_names_amounts(row, amounts) or _numbers_columns(row)):
            break
        # Only cells over figures tell how deep the header is: a side label may span the body.
        depth = max([depth + 1, *(c.row + c.rowspan for c in row if c.col in amounts and c.text)])
    if _keys_and_values(rows[:depth], grid.cols):
        return 0
    return min(depth, grid.rows - 1) if depth else _spanning_top(rows, grid, amounts)


def rows_of(grid: Grid) -> list[list[GridCell]]:
    """For each row of the grid the cells that start in it."""
    rows: list[list[GridCell]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row].append(cell)
    return rows


def amount_columns(grid: Grid) -> set[int]:
    """Columns most of whose texts are figures or dashes; a merged cell counts in its first."""
    figures: dict[int, list[int]] = {}
    for cell in grid.cells:
        if cell.text and cell.row:
            seen = figures.setdefault(cell.col, [0, 0, 0])
            parsed = parse_amount(cell.text)
            seen[0] += 1
            seen[1] += parsed is not None
            seen[2] += isinstance(parsed, Amount)
    return {col for col, (n, ok, real) in figures.items() if real and ok * 2 >= n}


def _first_depth(rows: Sequence[Sequence[GridCell]], cols: int) -> int:
    """The header of a table without figures: the first row and what stands under its spans."""
    if not any(c.text for c in rows[0]):
        return 0
    depth = 1
    while depth < min(len(rows) - 1, _DEEPEST):
        spans = [
            c
            for row in rows[:depth]
            for c in row
            if 1 < c.colspan < cols and c.text and c.row + c.rowspan == depth
        ]
        if not (any(_divided(s, rows[depth]) for s in spans) or _numbers_columns(rows[depth])):
            break
        depth += 1
    return depth


def _divided(span: GridCell, row: Sequence[GridCell]) -> bool:
    """Whether a row names at least two columns under a spanning header cell."""
    inside = range(span.col, span.col + span.colspan)
    return sum(bool(c.text) for c in row if c.col in inside and c.colspan < span.colspan) > 1


def _keys_and_values(rows: Sequence[Sequence[GridCell]], cols: int) -> bool:
    """Whether leading rows are the fields of a form: names one under the other at the left.

    The first column of a header has one name; another one under it divides it, or is a
    number. A lone character, as dirt leaves, is no name.
    """
    plain = [row[0] for row in rows if row and not _numbers_columns(row) and row[0].col == 0]
    named = [c for c in plain if len(narrow(c.text)) > 1 and c.colspan < cols]
    return any(
        above.row + above.rowspan == below.row and above.colspan <= below.colspan
        for above, below in itertools.pairwise(named)
    )


def _names_amounts(row: Sequence[GridCell], amounts: set[int]) -> bool:
    """Whether words stand over columns of figures in this row."""
    over = [c for c in row if amounts & set(range(c.col, c.col + c.colspan)) and c.text]
    words = [c for c in over if not isinstance(parse_amount(c.text), Amount | Mark)]
    return bool(words) and len(words) == len(over)


def _numbers_columns(row: Sequence[GridCell]) -> bool:
    """Whether the row is the one of column numbers or formulas."""
    return numbers_columns([cell.text for cell in row])


def _spanning_top(rows: Sequence[Sequence[GridCell]], grid: Grid, amounts: set[int]) -> int:
    """1 where the first row is one cell over the whole width (a title inside the grid)."""
    first = rows[0]
    if len(first) == 1 and first[0].colspan == grid.cols and grid.rows > 1:
        rest = rows[1] if len(rows) > 1 else []
        return 2 if _names_amounts(rest, amounts) else 0
    return 0
