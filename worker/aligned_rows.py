"""The rows of a table without row rulings: figures on one line, and the labels beside them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median

from schemas.amount import Mark, parse_amount
from schemas.grid import TextLine
from schemas.page import PageText, Ruling, Token
from worker.aligned_columns import Band, column_at, figures_in, is_figure_line
from worker.lines import lines_of
from worker.rowless import Placed, cluster_lines, place_lines

_NEAR = 0.6  # of the usual distance of rows: what stands nearer to one is no row of its own
_LEVEL = 2.0  # points between the pieces of one ruling
_HIGH = 1.6  # of the usual height of labels
_OFF_LINE = 1.4  # line heights by which a figure may be set off its row


def row_rules(page: PageText, bands: Sequence[Band], body: Sequence[TextLine]) -> list[float]:
    """The heights of rulings between rows; empty where not every row has its own."""
    width = bands[-1].x1 - bands[0].x0
    top, bottom = body[0].box.y0, body[-1].box.y1
    pieces = sorted(
        (r for r in page.rulings if r.horizontal and top < r.at < bottom), key=lambda r: r.at
    )
    # A stroke of a pen breaks a ruling: its pieces count together.
    levels: list[list[Ruling]] = []
    for piece in pieces:
        if levels and piece.at - levels[-1][0].at < _LEVEL:
            levels[-1].append(piece)
        else:
            levels.append([piece])
    rules = [
        max(level, key=lambda r: r.length).at
        for level in levels
        if sum(r.length for r in level) > 0.8 * width
    ]
    rows = [sum(ln.box.cy > at for at in rules) for ln in body if is_figure_line(ln)]
    return rules if len(rows) == len(set(rows)) and len(rows) > 1 else []


def rows_of_body(
    body: Sequence[TextLine], edges: Sequence[float], labels: int, rules: Sequence[float]
) -> Placed:
    """Lines of the body by row and column.

    A row is what stands between two rulings, where ``rules`` part the rows, else a line of
    figures or a label alone. The figures say where their line is: a label beside them may be as
    high as two, with the sign of a stamp that ran into it.
    """
    if rules:
        return _between_rules(body, edges, rules)
    strays = _strays(body)
    anchors = cluster_lines(
        figures for ln in body if id(ln) not in strays for figures in lines_of(figures_in(ln))
    )
    columns: dict[int, list[Token]] = {}
    for line in body:
        for token in line.tokens:
            columns.setdefault(column_at(edges, _sample(token)), []).append(token)
    placed: Placed = {}
    for col in sorted(columns):
        lines = _label_lines(columns[col]) if col < labels else lines_of(columns[col])
        place_lines(placed, col, lines, anchors, may_open=col < labels)
        if col < labels:  # a row that its label opens is one for the columns beside it too
            anchors = sorted({*anchors, *(y for y, _ in placed)})
    return _levelled(placed, labels)


def _label_lines(tokens: Sequence[Token]) -> Sequence[TextLine]:
    """The lines of labels; one as high as two, with a stamp's sign in it, draws none to itself."""
    usual = median(t.box.height for t in tokens)
    high = [t for t in tokens if t.box.height > _HIGH * usual]
    lines = [*lines_of([t for t in tokens if t not in high]), *(lines_of([t])[0] for t in high)]
    return sorted(lines, key=lambda line: line.box.cy)


def _strays(body: Sequence[TextLine]) -> set[int]:
    """The ids of lines of one digit that stand nearer to a row of figures than rows do: dirt."""
    rows = [ln.box.cy for ln in body if is_figure_line(ln)]
    gaps = [b - a for a, b in itertools.pairwise(rows)]
    if not gaps:
        return set()
    near = _NEAR * median(gaps)
    return {
        id(ln)
        for ln in body
        if len(ln.tokens) == 1 and len(ln.text) == 1 and ln.tokens[0].source == "ocr"
        if any(abs(ln.box.cy - y) < near for y in rows)
    }


def _between_rules(
    body: Sequence[TextLine], edges: Sequence[float], rules: Sequence[float]
) -> Placed:
    held: dict[tuple[float, int], list[Token]] = {}
    tops = [body[0].box.y0, *rules]
    for line in body:
        for token in line.tokens:
            row = tops[sum(token.box.cy > at for at in rules)]
            held.setdefault((row, column_at(edges, _sample(token))), []).append(token)
    return {place: list(lines_of(tokens)) for place, tokens in held.items()}


def _levelled(placed: Placed, labels: int) -> Placed:
    """The rows with figures that were set a little off their line put back to it.

    A row of figures without a label belongs to a neighbour little more than a line away
    that is blank in all of its columns; stray dashes stay where they are. Where some stay,
    the neighbour must have a label: else both rows would ask for the figures in turn.
    """
    filled: dict[float, list[int]] = {}  # the columns with lines, by row
    for y, c in placed:
        filled.setdefault(y, []).append(c)
    for pair in itertools.pairwise(sorted(filled)):
        for bare, home in (pair, pair[::-1]):
            strayed = [c for c in filled[bare] if not _only_dashes(placed[bare, c])]
            highest = max(ln.box.height for c in filled[bare] for ln in placed[bare, c])
            apart = abs(home - bare) / highest
            labelled = any(c < labels for c in filled[bare])
            free = not any((home, c) in placed for c in strayed)
            whole = len(strayed) == len(filled[bare])
            settles = whole or any(c < labels for c in filled[home])
            if strayed and not labelled and free and settles and apart < _OFF_LINE:
                moved = {
                    ((home if y == bare and c in strayed else y), c): held
                    for (y, c), held in placed.items()
                }
                return _levelled(moved, labels)
    return placed


def _only_dashes(lines: Sequence[TextLine]) -> bool:
    return all(isinstance(parse_amount(line.text), Mark) for line in lines)


def _sample(token: Token) -> float:
    """The x by which a token belongs to a column: figures by centre, labels by their start."""
    figure = parse_amount(token.text) is not None
    return token.box.cx if figure else min(token.box.x0 + token.box.height, token.box.cx)
