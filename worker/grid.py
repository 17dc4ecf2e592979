"""Tables on a page: tokens fall into the cells of lattices, or into aligned columns.

One function matters to others: ``grids``. Coordinates are upright space throughout.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from schemas.geometry import Box
from schemas.grid import Grid, GridCell, TextLine
from schemas.page import PageText, Token
from worker.aligned_columns import is_figure_line
from worker.alignment import aligned_grids
from worker.header import header_depth
from worker.lines import indent_of, join_lines, lines_of, whole_totals
from worker.lost_rulings import with_lost_rulings
from worker.preamble import split_preamble
from worker.rowless import split_rowless
from worker.ruled import Lattice, Slot, lattices

_FEW_EDGES = 3
"""Vertical edges of a lattice up to which it may be a mere frame."""
_WIDE = 5.0
"""Line heights of blank that part the texts of two columns."""


def grids(page: PageText, before: Grid | None = None) -> tuple[Grid, ...]:
    """The tables of the page, top to bottom, each with the text lines around it.

    ``before`` is the table that the page before ends with, None where there is none.

    Ruled tables come from the lattice of rulings; rows that a ruled table only aligns are
    split; tables without rulings come from alignment. No token is in two tables.
    """
    left = list(page.tokens)
    found: list[Grid] = []
    for lattice in lattices(page.rulings):
        inside = _within(lattice.box, left)
        if not inside or _only_frames(lattice, inside):
            continue
        taken = {id(t) for t in inside}
        left = [t for t in left if id(t) not in taken]
        found.extend(_ruled(page, lattice, inside))
    left = whole_totals(left)
    aligned = aligned_grids(page, left, [g.box for g in found], before)
    used = {id(t) for grid in aligned for cell in grid.cells for t in cell.tokens}
    left = [t for t in left if id(t) not in used]
    if not (found or aligned):
        return ()
    ordered = sorted((*found, *aligned), key=lambda g: (g.box.y0, g.box.x0))
    return _with_surroundings(ordered, lines_of(left))


def _within(box: Box, tokens: Sequence[Token]) -> list[Token]:
    x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
    return [t for t in tokens if y0 <= t.box.cy <= y1 and x0 <= t.box.cx <= x1]


def _only_frames(lattice: Lattice, tokens: Sequence[Token]) -> bool:
    """Whether rulings, as the edges of a page, stand around columns that are aligned only.

    A stroke that runs down through characters of all rows makes a narrow second column.
    """
    if len(lattice.xs) == 2:
        return sum(map(is_figure_line, lines_of(tokens))) > 1
    if len(lattice.xs) > _FEW_EDGES:
        return False
    rows = [lines_of(_within(slot.box, tokens)) for slot in lattice.slots]
    filled = [lines for lines in rows if lines]
    spread = sum(any(map(_spread, lines)) for lines in filled)
    return spread > 1 and spread * 2 > len(lattice.ys) - 1


def _spread(line: TextLine) -> bool:
    """Whether blanks in the line are so wide that its texts are of several columns."""
    return any(
        right.box.x0 - left.box.x1 > _WIDE * line.box.height
        for left, right in pairwise(line.tokens)
    )


def _ruled(page: PageText, drawn: Lattice, tokens: Sequence[Token]) -> list[Grid]:
    lattice = with_lost_rulings(drawn, tokens)
    inside = _by_slot(lattice, tokens)
    cells = tuple(
        _cell(page.number, slot, found) for slot, found in zip(lattice.slots, inside, strict=True)
    )
    grid = Grid(
        page=page.number,
        box=lattice.box,
        rows=len(lattice.ys) - 1,
        cols=len(lattice.xs) - 1,
        col_edges=lattice.xs,
        row_edges=lattice.ys,
        cells=cells,
        ruled=True,
        header_rows=0,
        to_page=page.to_page,
    )
    parts = split_preamble(split_rowless(grid))
    return [replace(part, header_rows=header_depth(part)) for part in parts]


def _by_slot(lattice: Lattice, tokens: Sequence[Token]) -> list[list[Token]]:
    """For each slot the tokens whose centres are in it; an edge is of the slot right or below.

    The lattice's own last edges are of the slots at them. All ``tokens`` are within the lattice,
    and each place of it is of one slot.
    """
    found: list[list[Token]] = [[] for _ in lattice.slots]
    at = {
        (row, col): held
        for slot, held in zip(lattice.slots, found, strict=True)
        for row in range(slot.row, slot.row + slot.rowspan)
        for col in range(slot.col, slot.col + slot.colspan)
    }
    cols, rows = lattice.xs[1:-1], lattice.ys[1:-1]
    for token in tokens:
        at[bisect_right(rows, token.box.cy), bisect_right(cols, token.box.cx)].append(token)
    return found


def _cell(page: int, slot: Slot, tokens: Sequence[Token]) -> GridCell:
    if not tokens:  # as most cells
        return GridCell(slot.row, slot.col, slot.rowspan, slot.colspan, slot.box, page)
    lines = lines_of(tokens)
    return GridCell(
        row=slot.row,
        col=slot.col,
        rowspan=slot.rowspan,
        colspan=slot.colspan,
        box=slot.box,
        page=page,
        lines=lines,
        text=join_lines(lines),
        indent=indent_of(lines, slot.box.x0),
    )


def _with_surroundings(found: Sequence[Grid], lines: Sequence[TextLine]) -> tuple[Grid, ...]:
    placed = []
    for k, grid in enumerate(found):
        over = found[k - 1].box.y1 if k else float("-inf")
        under = found[k + 1].box.y0 if k + 1 < len(found) else float("inf")
        above = tuple(ln for ln in lines if over <= ln.box.cy < grid.box.y0)
        below = tuple(ln for ln in lines if grid.box.y1 < ln.box.cy <= under)
        placed.append(replace(grid, above=(*above, *grid.above), below=below))
    return tuple(placed)
