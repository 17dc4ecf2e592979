"""The header of a table without rulings, as cells on one or two levels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from schemas.geometry import Box
from schemas.grid import GridCell, TextLine
from schemas.page import Token
from worker.aligned_columns import Named, column_at
from worker.column_names import stacked
from worker.lines import join_lines, lines_of

_LEVEL = 0.15  # of the way from a name down to those under it, in which they are level
_LEFT_OUT = 0.25  # cost of a name on the lower level that is under none, in column pitches
_LINE_GAP = 0.5  # line heights between the lines of one name


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


def number_cells(page: int, row: int, edges: Sequence[float], line: TextLine) -> list[GridCell]:
    """The row of column numbers or formulas, as header cells."""
    cols = range(len(edges) - 1)
    held = {col: [t for t in line.tokens if column_at(edges, t.box.cx) == col] for col in cols}
    return [_head(page, row, col, 1, 1, held[col], line.box, edges) for col in cols]


def _span(token: Token, named: Named, header: Sequence[Token]) -> tuple[int, int]:
    """First and last column that a header token names: those of the lowest names under it.

    A name over several columns is centred over them, but may be shorter than they are wide.
    All names of the level below it that stand side by side are under it or under another
    name beside it, whichever split brings the names closest to the centres of theirs.
    """
    if id(token) in named:
        return named[id(token)]
    lowest = {named[id(t)][0]: t for t in header if id(t) in named and t.box.cy > token.box.cy}
    under = [col for col, t in lowest.items() if stacked(t, token)]
    if not under:  # only over names that are themselves over others
        under = [min(lowest, key=lambda col: abs(lowest[col].box.cx - token.box.cx))]
    first, last = _level(min(under), max(under), token, lowest, header)
    peers = _peers(token, lowest[first].box.x0, lowest[last].box.x1, named, header)
    return _split(peers, first, last, lowest)[peers.index(token)]


def _level(
    first: int, last: int, token: Token, lowest: dict[int, Token], header: Sequence[Token]
) -> tuple[int, int]:
    """The columns around ``first`` to ``last`` whose names are on their level.

    A name as high as the whole header stands higher than those of the lower level.
    """
    upwards = sorted(header, key=lambda t: -t.box.cy)
    heights = {col: _middle(t, token, upwards) for col, t in lowest.items()}
    depth = max(heights[first], heights[last]) - token.box.cy
    level = max(heights[first], heights[last])
    same = {col for col, y in heights.items() if abs(y - level) < _LEVEL * depth}
    while first - 1 in same:
        first -= 1
    while last + 1 in same:
        last += 1
    return first, last


def _peers(
    token: Token, left: float, right: float, named: Named, header: Sequence[Token]
) -> list[Token]:
    """The names beside ``token`` that stand over names of its level too, itself included."""
    beside = [
        t
        for t in header
        if id(t) not in named
        and (left < t.box.cx < right or t is token)
        and abs(t.box.cy - token.box.cy) < 0.5 * token.box.height
    ]
    return sorted(beside, key=lambda t: t.box.cx)


def _split(
    peers: Sequence[Token], first: int, last: int, lowest: dict[int, Token]
) -> list[tuple[int, int]]:
    """The columns ``first`` to ``last`` shared out to the names over them, in order.

    A column may be left out at a cost: the names of some headers all stand at the bottom.
    """
    pitch = (lowest[last].box.cx - lowest[first].box.cx) / max(last - first, 1)
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {first: (0.0, [])}
    for name in peers:
        grown: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        for start, (cost, parts) in best.items():
            for a, b in itertools.combinations(range(start, last + 2), 2):
                worth = cost + _LEFT_OUT * pitch * (a - start) + _off(lowest, {a, b - 1}, name)
                if b not in grown or worth < grown[b][0]:
                    grown[b] = worth, [*parts, (a, b - 1)]
        best = grown
    ends = [
        (cost + _LEFT_OUT * pitch * (last + 1 - end), parts) for end, (cost, parts) in best.items()
    ]
    return min(ends)[1] if ends else [(first, last)] * len(peers)


def _middle(name: Token, over: Token, upwards: Sequence[Token]) -> float:
    """The y of the middle of a name, which may have several lines.

    ``upwards`` are the tokens of the header, the lowest first.
    """
    top = name.box
    for token in upwards:
        if token is not over and token.box.cy < top.cy and stacked(token, name):
            if top.y0 - token.box.y1 > _LINE_GAP * top.height:
                break
            top = token.box
    return (top.y0 + name.box.y1) / 2


def _off(lowest: dict[int, Token], cols: set[int], token: Token) -> float:
    """How far a token is from the centre of the names of these columns.

    Columns without a name, as of dirt, have none; a name is over none of those alone.
    """
    inside = [name.box.cx for col, name in lowest.items() if min(cols) <= col <= max(cols)]
    return abs((min(inside) + max(inside)) / 2 - token.box.cx) if inside else math.inf


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
