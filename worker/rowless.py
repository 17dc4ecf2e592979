"""Rows inside a ruled table that draws its columns but not (all of) its rows."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from statistics import median

from schemas.amount import parse_amount
from schemas.geometry import Box
from schemas.grid import Grid, GridCell, TextLine
from worker.lines import indent_of, join_lines

_CLOSE = 0.8  # line heights of paper within which a line goes on
_AIRY = 1.4  # line heights: rows that stand at least so far apart have air between them
_NUMBERED = re.compile(
    r"[一二三四五六七八九十]{1,3}、|\d{1,2}[.、](?!\d)|[(（][一二三四五六七八九十\d]{1,2}[)）]"
)


def split_rowless(grid: Grid) -> Grid:
    """The grid with every drawn row split that holds several rows of figures.

    A drawn row is split where two of its cells hold two or more lines that are figures, or
    one does and another has words beside them. Lines without a figure beside them go to the
    row above when they follow it closely, else to the row below when that one has no text of
    its own, else they are a row.
    """
    # Two rows of figures show in a cell with two lines at least.
    several = {c.row for c in grid.cells if c.rowspan == 1 and len(c.lines) > 1}
    for row in sorted(several, reverse=True):  # upwards: the rows above keep their numbers
        cells = [c for c in grid.cells if c.row == row and c.rowspan == 1]
        anchors = _anchors(cells)
        if len(anchors) >= 2:
            grid = _with_rows(grid, row, cells, _rows(cells, anchors))
    return grid


def _figures(cell: GridCell) -> list[TextLine]:
    return [line for line in cell.lines if parse_amount(line.text) is not None]


def _anchors(cells: Sequence[GridCell]) -> list[float]:
    """The y of each row of figures; empty where the cells are one row."""
    many = [c for c in cells if len(c.lines) >= 2 and len(_figures(c)) >= 2]
    if not many or (len(many) == 1 and not _labelled(many[0], cells)):
        return []
    return cluster_lines(line for c in cells for line in _figures(c))


def _labelled(figures: GridCell, cells: Sequence[GridCell]) -> bool:
    """Whether another cell has lines of words beside two figures of this one."""
    heights = [line.box.cy for line in _figures(figures)]
    return any(
        len(
            [ln for ln in c.lines if any(abs(ln.box.cy - y) < 0.4 * ln.box.height for y in heights)]
        )
        >= 2
        for c in cells
        if c is not figures
    )


def cluster_lines(lines: Iterable[TextLine]) -> list[float]:
    """The y centres of lines, those on one height counted once."""
    ordered = sorted(lines, key=lambda ln: ln.box.cy)
    if not ordered:
        return []
    # Dashes are as high as their stroke; the usual height is that of figures.
    usual = median(line.box.height for line in ordered)
    anchors: list[list[float]] = []
    for line in ordered:
        if anchors and line.box.cy - anchors[-1][0] < 0.6 * max(usual, line.box.height):
            anchors[-1].append(line.box.cy)
        else:
            anchors.append([line.box.cy])
    return [sum(a) / len(a) for a in anchors]


Placed = dict[tuple[float, int], list[TextLine]]
"""Lines by (y of their row, column)."""


def _rows(cells: Sequence[GridCell], anchors: list[float]) -> Placed:
    first_text = min(
        (c.col for c in cells if c.lines and len(_figures(c)) < len(c.lines)), default=0
    )
    placed: Placed = {}
    for cell in cells:
        place_lines(placed, cell.col, cell.lines, anchors, may_open=cell.col == first_text)
    return placed


def place_lines(
    placed: Placed, col: int, lines: Sequence[TextLine], anchors: Sequence[float], may_open: bool
) -> None:
    """Put the lines of one column to the rows of ``anchors``; ``may_open`` lets it open rows.

    ``anchors`` are in order, from the top down.
    """
    pitch = _least_pitch(anchors)
    homes = {id(ln): _home(ln, anchors, pitch) for ln in lines}
    owned = {home for home in homes.values() if home is not None}
    row: float | None = None
    before: TextLine | None = None
    for line in lines:
        home = homes[id(line)]
        if home is None:
            close = before is not None and _goes_on(before, line, pitch)
            below = _below(line, anchors)
            if below is not None and below not in owned:
                home = below
                owned.add(below)
            elif row is not None and (close or not may_open):
                home = row
            elif may_open:
                home = line.box.cy
            else:
                home = _nearest(anchors, line.box.cy)
        placed.setdefault((home, col), []).append(line)
        row, before = home, line


def _goes_on(before: TextLine, line: TextLine, pitch: float) -> bool:
    """Whether a line is the next one of a label, and no label of a row of its own.

    It follows closely, more closely than row follows row where rows have air between them,
    and is not numbered.
    """
    height = max(line.box.height, before.box.height)
    step = line.box.y1 - before.box.y1
    if line.box.y0 - before.box.y1 >= _CLOSE * line.box.height:
        return False
    return not (_NUMBERED.match(line.text) or (pitch > _AIRY * height and step > 0.93 * pitch))


def _least_pitch(anchors: Sequence[float]) -> float:
    """The distance of the two rows of figures that are closest, infinite for one row."""
    return min((b - a for a, b in pairwise(anchors)), default=math.inf)


def _home(line: TextLine, anchors: Sequence[float], pitch: float) -> float | None:
    """The row that a line stands in; ``pitch`` is the least distance of two rows."""
    middle, height = line.box.cy, line.box.height
    nearest = _nearest(anchors, middle)
    apart = pitch if len(anchors) > 1 else height
    near = max(0.5 * height, min(0.25 * apart, 4.0))
    return nearest if abs(nearest - middle) < near else None


def _nearest(anchors: Sequence[float], y: float) -> float:
    """The row that is closest to a height, the upper one of two."""
    below = bisect_left(anchors, y)
    return min(anchors[max(below - 1, 0) : below + 1], key=lambda a: abs(a - y))


def _below(line: TextLine, anchors: Sequence[float]) -> float | None:
    """The first row that stands lower than a line, where it is close to it."""
    middle = line.box.cy
    place = bisect_right(anchors, middle)
    near = place < len(anchors) and anchors[place] - middle < 1.6 * line.box.height
    return anchors[place] if near else None


def _with_rows(grid: Grid, row: int, cells: Sequence[GridCell], placed: Placed) -> Grid:
    tops = row_tops(placed)
    ys = list(tops)
    added = len(ys) - 1
    top, bottom = grid.row_edges[row], grid.row_edges[row + 1]
    starts = [top, *(tops[y] for y in ys[1:])]
    # A tall line may start above the row before it: an edge never goes back up.
    edges = list(accumulate([*starts, bottom], max))
    split = {id(c) for c in cells}
    kept = [_moved(c, row, added) for c in grid.cells if id(c) not in split]
    fresh = [
        body_cell(
            grid.page,
            row + k,
            cell.col,
            Box(cell.box.x0, edges[k], cell.box.x1, edges[k + 1]),
            placed.get((y, cell.col), []),
            cell.colspan,
        )
        for k, y in enumerate(ys)
        for cell in cells
    ]
    return replace(
        grid,
        rows=grid.rows + added,
        row_edges=(*grid.row_edges[:row], *edges, *grid.row_edges[row + 2 :]),
        cells=tuple(sorted((*kept, *fresh), key=lambda c: (c.row, c.col))),
    )


def row_tops(placed: Placed) -> dict[float, float]:
    """The top of each row's highest line by the y of the row, from the top row down."""
    tops: dict[float, float] = {}
    for (y, _), lines in placed.items():
        tops[y] = min(tops.get(y, math.inf), *(line.box.y0 for line in lines))
    return dict(sorted(tops.items()))


def _moved(cell: GridCell, row: int, added: int) -> GridCell:
    if cell.row > row:
        return replace(cell, row=cell.row + added)
    if cell.row + cell.rowspan > row:
        return replace(cell, rowspan=cell.rowspan + added)
    return cell


def body_cell(
    page: int, row: int, col: int, box: Box, lines: Sequence[TextLine], colspan: int = 1
) -> GridCell:
    """A cell with its lines joined to one text."""
    return GridCell(
        row=row,
        col=col,
        rowspan=1,
        colspan=colspan,
        box=box,
        page=page,
        lines=tuple(lines),
        text=join_lines(lines),
        indent=indent_of(lines, box.x0),
    )
