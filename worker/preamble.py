"""What stands in a table's frame over its header: titles, unit lines, fields of a form."""

from __future__ import annotations

from dataclasses import replace

from schemas.geometry import Box
from schemas.grid import Grid, GridCell, TextLine
from worker.header import rows_of

_PROSE = 30  # characters: a cell with more is no name of columns
_FEWEST_ROWS = 3  # of a grid that may have a row of dirt
_NARROWEST_HEADER = 3  # cells of the row that ends a preamble, at least


def split_preamble(grid: Grid) -> tuple[Grid, ...]:
    """The grid cut under the leading rows that are no part of its table.

    A row of one cell over the whole width goes to the lines above (a title inside the
    frame); rows of a name and one long text beside it become a grid of their own.
    """
    grid = _without_dirt(grid)
    rows = rows_of(grid)
    depth = 0
    while depth < len(rows) - 2 and _is_preamble(rows[depth], grid.cols):
        depth += 1
    crossing = any(c.row < depth < c.row + c.rowspan for c in grid.cells)
    if not depth or crossing or len(rows[depth]) < _NARROWEST_HEADER:
        return (grid,)
    rest = _rows(grid, depth, grid.rows)
    if all(len(row) == 1 for row in rows[:depth]):
        return (replace(rest, above=(*grid.above, *_lines(rows[:depth]))),)
    return _rows(grid, 0, depth), rest


def _without_dirt(grid: Grid) -> Grid:
    """The grid without a first row that holds dirt only: no letter, no digit, and some ink.

    The strip of a scan between the page's dark edge and the table's frame looks like a row.
    """
    rows = rows_of(grid)
    first = rows[0] if len(rows) > _FEWEST_ROWS else []
    inked = any(cell.lines for cell in first)
    flat = all(cell.rowspan == 1 for cell in first)
    if not inked or not flat or any(c.isalnum() for cell in first for c in cell.text):
        return grid
    rest = _rows(grid, 1, grid.rows)
    return replace(rest, above=(*grid.above, *_lines([first])))


def _is_preamble(row: list[GridCell], cols: int) -> bool:
    if len(row) == 1:
        return row[0].colspan == cols
    return (
        len(row) == 2
        and row[0].colspan + row[1].colspan == cols
        and (len(row[1].text) > _PROSE and row[1].colspan > 1)
    )


def _lines(rows: list[list[GridCell]]) -> tuple[TextLine, ...]:
    return tuple(line for row in rows for cell in row for line in cell.lines)


def _rows(grid: Grid, first: int, end: int) -> Grid:
    """The rows from ``first`` up to ``end`` as a grid of its own."""
    cells = tuple(replace(c, row=c.row - first) for c in grid.cells if first <= c.row < end)
    edges = grid.row_edges[first : end + 1]
    return replace(
        grid,
        box=Box(grid.box.x0, edges[0], grid.box.x1, edges[-1]),
        rows=end - first,
        row_edges=edges,
        cells=cells,
    )
