"""Tables on a page: tokens fall into the cells of lattices, or into aligned columns.

One function matters to others: ``grids``. Coordinates are upright space throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

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
        inside = [t for t in left if _within(lattice.box, t)]
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


def _within(box: Box, token: Token) -> bool:
    return box.contains(token.box.cx, token.box.cy)


def _only_frames(lattice: Lattice, tokens: Sequence[Token]) -> bool:
    """Whether rulings, as the edges of a page, stand around columns that are aligned only.

    A stroke that runs down through characters of all rows makes a narrow second column.
    """
    if len(lattice.xs) == 2:
        return sum(map(is_figure_line, lines_of(tokens))) > 1
    if len(lattice.xs) > _FEW_EDGES:
        return False
    rows = [lines_of([t for t in tokens if _within(slot.box, t)]) for slot in lattice.slots]
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
    """For each slot the tokens whose centres are in it; an edge is of the slot right or below."""
    xs = np.array([token.box.cx for token in tokens])
    ys = np.array([token.box.cy for token in tokens])
    whole = lattice.box

    @cache  # slots of one row lie between the same edges, and so do those of one column
    def across(x0: float, x1: float) -> npt.NDArray[np.bool_]:
        return (x0 <= xs) & ((xs <= x1) if x1 == whole.x1 else (xs < x1))

    @cache
    def down(y0: float, y1: float) -> npt.NDArray[np.bool_]:
        return (y0 <= ys) & ((ys <= y1) if y1 == whole.y1 else (ys < y1))

    found = []
    for box in (slot.box for slot in lattice.slots):
        inside = across(box.x0, box.x1) & down(box.y0, box.y1)
        found.append([tokens[k] for k in np.flatnonzero(inside).tolist()])
    return found


def _cell(page: int, slot: Slot, tokens: Sequence[Token]) -> GridCell:
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
