"""The header of a table without rulings, as cells on one or two levels."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.geometry import Box
from schemas.grid import GridCell, TextLine
from schemas.page import Token
from worker.aligned_columns import Named
from worker.column_names import stacked
from worker.lines import join_lines, lines_of


def header_cells(
    page: int, edges: Sequence[float], named: Named, header: Sequence[TextLine]
) -> tuple[list[GridCell], int]:
    """Header cells on one or two levels: names over several columns stand above the others."""
    tokens = [t for line in header for t in line.tokens]
    spans: list[tuple[int, int, Token]] = []
    single: dict[int, list[Token]] = {}
    for line in header:
        for token in line.tokens:
            first, last = _span(token, named, tokens)
            if last > first:
                spans.append((first, last, token))
            else:
                single.setdefault(first, []).append(token)
    depth = (2 if spans else 1) if header else 0
    if not depth:
        return [], 0
    box = Box.around(ln.box for ln in header)
    spanned = {c for first, last, _ in spans for c in range(first, last + 1)}
    cells = [
        _head(page, 0, first, last - first + 1, 1, [token], box, edges)
        for first, last, token in spans
    ]
    for col in range(len(edges) - 1):
        level = 1 if col in spanned else 0
        cells.append(_head(page, level, col, 1, depth - level, single.get(col, []), box, edges))
    return sorted(cells, key=lambda c: (c.row, c.col)), depth


def _span(token: Token, named: Named, header: Sequence[Token]) -> tuple[int, int]:
    """First and last column that a header token names: those of the lowest names under it.

    A name over several columns is centred over them, but may be shorter than they are wide:
    a neighbour belongs to it where that brings their common centre to its own.
    """
    if id(token) in named:
        return named[id(token)]
    lowest = {named[id(t)][0]: t for t in header if id(t) in named and t.box.cy > token.box.cy}
    under = [col for col, t in lowest.items() if stacked(t, token)]
    if not under:  # only over names that are themselves over others
        under = [min(lowest, key=lambda col: abs(lowest[col].box.cx - token.box.cx))]
    first, last = min(under), max(under)
    for col in (first - 1, last + 1):
        if col in lowest and _off(lowest, {first, last, col}, token) < 0.5 * _off(
            lowest, {first, last}, token
        ):
            first, last = min(first, col), max(last, col)
    return first, last


def _off(lowest: dict[int, Token], cols: set[int], token: Token) -> float:
    """How far a token is from the centre of the names of these columns."""
    centre = (lowest[min(cols)].box.cx + lowest[max(cols)].box.cx) / 2
    return abs(centre - token.box.cx)


def _head(
    page: int,
    row: int,
    col: int,
    colspan: int,
    rowspan: int,
    tokens: Sequence[Token],
    box: Box,
    edges: Sequence[float],
) -> GridCell:
    lines = lines_of(tokens)
    return GridCell(
        row=row,
        col=col,
        rowspan=rowspan,
        colspan=colspan,
        box=Box(edges[col], box.y0, edges[col + colspan], box.y1),
        page=page,
        lines=lines,
        text=join_lines(lines),
    )
