"""A header whose upper rows stand at the foot of the page before."""

from __future__ import annotations

from dataclasses import replace

from schemas.amount import Amount, parse_amount
from schemas.geometry import Box
from schemas.grid import Grid, TextLine
from schemas.words import is_page_number

_DEEPEST = 3  # rows of a header that a page break leaves behind, at most
_SAME_EDGE = 0.02  # shift of a column edge, in widths of the table


def is_head_of(head: Grid, grid: Grid) -> bool:
    """Whether ``head`` at a page's end holds but the upper header rows of ``grid``.

    It does where it has only words, nothing but page furniture stands between, and its
    columns are joins of those of ``grid``.
    """
    if grid.page != head.page + 1 or head.rows > _DEEPEST or not (head.ruled and grid.ruled):
        return False
    if _says_something(head.below) or _says_something(grid.above):
        return False
    words = [c.text for c in head.cells if c.text.strip()]
    if not words or any(isinstance(parse_amount(text), Amount) for text in words):
        return False
    return head.cols < grid.cols and _columns(head, grid) is not None


def _says_something(lines: tuple[TextLine, ...]) -> bool:
    return any(not is_page_number(line.text) for line in lines)


def _columns(head: Grid, grid: Grid) -> list[int] | None:
    """For each column edge of ``head`` the same edge of ``grid``; None where one is missing."""
    found: list[int] = []
    for x in head.col_edges:
        near = min(range(len(grid.col_edges)), key=lambda k: abs(grid.col_edges[k] - x))
        if abs(grid.col_edges[near] - x) > _SAME_EDGE * grid.box.width:
            return None
        found.append(near)
    return found if found[0] == 0 and found[-1] == grid.cols else None


def with_head(head: Grid, grid: Grid) -> Grid:
    """``grid`` with the rows of ``head`` over its own header, and the lines above those."""
    edges = _columns(head, grid) or []
    over = tuple(
        replace(c, col=edges[c.col], colspan=edges[c.col + c.colspan] - edges[c.col])
        for c in head.cells
    )
    own = tuple(replace(c, row=c.row + head.rows) for c in grid.cells)
    height = head.box.height
    top = grid.box.y0 - height
    return replace(
        grid,
        box=Box(grid.box.x0, top, grid.box.x1, grid.box.y1),
        rows=head.rows + grid.rows,
        row_edges=(*(top + y - head.box.y0 for y in head.row_edges[:-1]), *grid.row_edges),
        cells=(*over, *own),
        header_rows=head.rows + grid.header_rows,
        above=head.above,
    )
