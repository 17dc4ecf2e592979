"""Tables without a lattice: columns from the alignment of figures."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.amount import Amount, Mark, parse_amount
from schemas.geometry import Box
from schemas.grid import Grid, GridCell, TextLine
from schemas.page import PageText, Token
from worker.column_names import lowest_names, match_names, stacked
from worker.lines import join_lines, lines_of
from worker.rowless import Placed, body_cell, cluster_lines, place_lines

_FEWEST_ROWS = 3
_FEWEST_COLUMNS = 2
_STRAY = 0.06  # share of the lines in which a figure may run over a gap between columns
_OFF_LINE = 1.4  # line heights by which a figure may be set off its row


@dataclass(frozen=True, slots=True)
class _Band:
    """The x extent of what one column holds; ``figures`` says whether that is figures."""

    x0: float
    x1: float
    figures: bool = True


def aligned_grids(
    page: PageText, tokens: Sequence[Token], taken: Sequence[Box]
) -> tuple[Grid, ...]:
    """Tables among ``tokens`` (those outside lattices) whose figures stand in columns.

    A table needs three lines with figures in two columns that line up, or rulings around its
    header and its figures; prose has neither.
    """
    lines = lines_of(tokens)
    found = []
    for block in _blocks(lines, taken):
        grid = _aligned(page, block)
        if grid is not None:
            found.append(grid)
    return tuple(found)


def _figures(line: TextLine) -> list[Token]:
    return [t for t in line.tokens if parse_amount(t.text) is not None]


Named = dict[int, tuple[int, int]]
"""For a header token (by its id) the first and last column that it names."""

_YEAR = re.compile(r"(19|20)\d\d")


def _is_figure_line(line: TextLine) -> bool:
    """Whether at least two figures stand in the line; a row of years is a header."""
    figures = [t for t in _figures(line) if not _YEAR.fullmatch(t.text)]
    return len(figures) >= 2 and any(isinstance(parse_amount(t.text), Amount) for t in figures)


def _blocks(lines: Sequence[TextLine], taken: Sequence[Box]) -> list[list[TextLine]]:
    """Runs of lines that may be one table: cut at ruled tables and before new headers."""
    cuts = sorted(box.cy for box in taken)
    blocks: list[list[TextLine]] = [[] for _ in range(len(cuts) + 1)]
    for line in lines:
        blocks[sum(line.box.cy > cut for cut in cuts)].append(line)
    parts = [part for block in blocks for part in _cut_at_headers(block)]
    return [part for part in parts if any(map(_is_figure_line, part))]


def _cut_at_headers(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """The lines cut after each figure line that another header follows."""
    figured = [k for k, line in enumerate(lines) if _is_figure_line(line)]
    texts = [t for k in figured for t in lines[k].tokens if _is_word(t)]
    cuts = [
        above + 1
        for above, below in itertools.pairwise(figured)
        if any(_names_figures(ln, lines[above], texts) for ln in lines[above + 1 : below])
    ]
    edges = [0, *cuts, len(lines)]
    return [list(lines[a:b]) for a, b in itertools.pairwise(edges)]


def _names_figures(line: TextLine, figures: TextLine, texts: Sequence[Token]) -> bool:
    """Whether two words stand over the figures of a line above, and over no column of texts."""
    left = min(t.box.x0 for t in _figures(figures))
    over = [
        t
        for t in line.tokens
        if _is_word(t) and t.box.x0 > left and not any(stacked(t, text) for text in texts)
    ]
    return len(over) >= 2


def _is_word(token: Token) -> bool:
    letters = sum(c.isalpha() for c in token.text)
    return letters >= 2 and not any(c.isdigit() for c in token.text)


def _bands(lines: Sequence[TextLine]) -> list[_Band]:
    """Columns: the gaps that no figure crosses, but for a few that OCR ran together."""
    figures = [t for line in lines for t in _figures(line)]
    stray = int(_STRAY * len(lines))
    held: list[tuple[float, float]] = []
    depth, start = 0, 0.0
    ends = sorted([(t.box.x0, 1) for t in figures] + [(t.box.x1, -1) for t in figures])
    for x, step in ends:
        if depth <= stray < depth + step:
            start = x
        elif depth + step <= stray < depth:
            held.append((start, x))
        depth += step
    fewest = max(min(2, len(lines)), 0.1 * len(lines))
    inside = [sum(a <= t.box.cx <= b for t in figures) for a, b in held]
    return [_Band(a, b) for (a, b), n in zip(held, inside, strict=True) if n >= fewest]


def _aligned(page: PageText, lines: Sequence[TextLine]) -> Grid | None:
    figured = [ln for ln in lines if _is_figure_line(ln)]
    bands = _bands(figured)
    if len(bands) < _FEWEST_COLUMNS:
        return None
    body_top, header = _header(page, lines, figured[0], bands)
    last = figured[-1]
    if len(figured) < _FEWEST_ROWS and not _framed(page, header, last, bands):
        return None
    end = _body_end(page, last, bands)
    body = [ln for ln in lines if body_top <= ln.box.cy <= end]
    bands = _with_text_columns(bands, figured)
    left = min(t.box.x0 for ln in body for t in ln.tokens)
    if not bands[0].figures:
        bands[0] = replace(bands[0], x0=min(left, bands[0].x0))
    elif left < bands[0].x0 - 1:  # labels on lines of their own, over the first figures too
        bands.insert(0, _Band(left, max(bands[0].x0 - 4, left), figures=False))
    bands, named = _with_blank_columns(bands, header)
    return _grid(page, bands, named, header, body)


def _body_end(page: PageText, last: TextLine, bands: Sequence[_Band]) -> float:
    """Where the body ends: at the ruling under its last figures, else with them."""
    width = bands[-1].x1 - bands[0].x0
    under = [
        r.at
        for r in page.rulings
        if r.horizontal
        and r.length > 0.8 * width
        and last.box.cy < r.at < last.box.y1 + 3 * last.box.height
    ]
    return min(under, default=last.box.y1)


def _framed(
    page: PageText, header: Sequence[TextLine], last: TextLine, bands: Sequence[_Band]
) -> bool:
    """Whether rulings stand over and under the header and under the figures."""
    if not header:
        return False
    width = bands[-1].x1 - bands[0].x0
    rules = [r.at for r in page.rulings if r.horizontal and r.length > 0.8 * width]
    top, bottom, end = header[0].box.y0, header[-1].box.y1, last.box.y1
    near = 3 * last.box.height
    return all(
        any(low <= at <= high for at in rules)
        for low, high in (
            (top - near, top + 1),
            (bottom - 1, last.box.y0 + 1),
            (end - 1, end + near),
        )
    )


def _with_text_columns(bands: Sequence[_Band], figured: Sequence[TextLine]) -> list[_Band]:
    """The columns with those that hold texts beside the figures.

    Texts that follow each other are two columns only where some line has both.
    """
    found: list[_Band] = []
    for low, high in _gaps(bands):
        lines = [[t for t in ln.tokens if low <= t.box.x0 and t.box.x1 <= high] for ln in figured]
        held = [[t for t in line if parse_amount(t.text) is None] for line in lines]
        found.extend(_text_bands([line for line in held if line]))
    return sorted([*bands, *found], key=lambda b: b.x0)


def _gaps(bands: Sequence[_Band]) -> list[tuple[float, float]]:
    edges = [-math.inf, *(x for b in bands for x in (b.x0, b.x1)), math.inf]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _text_bands(lines: Sequence[Sequence[Token]]) -> list[_Band]:
    spans = sorted((t.box.x0, t.box.x1) for line in lines for t in line)
    merged: list[_Band] = []
    for x0, x1 in spans:
        if merged and (x0 < merged[-1].x1 or not _both(lines, merged[-1], x0)):
            merged[-1] = _Band(merged[-1].x0, max(merged[-1].x1, x1), figures=False)
        else:
            merged.append(_Band(x0, x1, figures=False))
    return merged


def _both(lines: Sequence[Sequence[Token]], left: _Band, x: float) -> bool:
    """Whether a line has text in ``left`` and more from ``x`` on."""
    return any(
        any(t.box.x1 <= left.x1 for t in line) and any(t.box.x0 >= x for t in line)
        for line in lines
    )


def _with_blank_columns(
    bands: Sequence[_Band], header: Sequence[TextLine]
) -> tuple[list[_Band], Named]:
    """The columns with those that have a name but hold nothing, and what each name names.

    A name without a column of its own, which stands higher than its neighbours at both
    sides, names the columns of both.
    """
    names = lowest_names([t for line in header for t in line.tokens])
    spans = [(t.box.x0, t.box.x1) for t in names]
    matched = match_names(spans, [(b.x0, b.x1) for b in bands], not bands[0].figures)
    over = {k for k, col in enumerate(matched) if col is None and _stands_over(names, k)}
    blank = [
        _Band(*span)
        for k, (span, col) in enumerate(zip(spans, matched, strict=True))
        if col is None and k not in over
    ]
    found = sorted([*bands, *blank], key=lambda b: b.x0 + b.x1)
    named: Named = {}
    for k, (name, span, col) in enumerate(zip(names, spans, matched, strict=True)):
        if k not in over:
            at = found.index(bands[col] if col is not None else _Band(*span))
            named[id(name)] = at, at
    for k in over:
        named[id(names[k])] = named[id(names[k - 1])][0], named[id(names[k + 1])][1]
    return found, named


def _stands_over(names: Sequence[Token], k: int) -> bool:
    """Whether a name stands higher than the ones at its left and right."""
    if not 0 < k < len(names) - 1:
        return False
    own = names[k].box
    return all(n.box.cy - own.cy > 0.5 * own.height for n in (names[k - 1], names[k + 1]))


def _edges(bands: Sequence[_Band], lines: Sequence[TextLine]) -> list[float]:
    """Column edges: the middle of each gap between columns, and the outer ends."""
    left = min(*(ln.box.x0 for ln in lines), bands[0].x0)
    right = max(*(ln.box.x1 for ln in lines), bands[-1].x1)
    return [left, *((a.x1 + b.x0) / 2 for a, b in itertools.pairwise(bands)), right]


def _header(
    page: PageText, lines: Sequence[TextLine], first: TextLine, bands: Sequence[_Band]
) -> tuple[float, list[TextLine]]:
    """The y where the body starts, and the lines that name the columns."""
    width = bands[-1].x1 - bands[0].x0
    rules = sorted(
        r.at
        for r in page.rulings
        if r.horizontal and r.length > 0.8 * width and r.at < first.box.y0 + 1
    )
    above = [ln for ln in lines if ln.box.cy < first.box.y0]
    for k in range(len(rules) - 1, -1, -1):
        top = rules[k - 1] if k else _loose_top(above, rules[k])
        held = [ln for ln in above if top <= ln.box.cy < rules[k]]
        framed = k > 0 and any(len(ln.tokens) >= _FEWEST_COLUMNS for ln in held)
        if framed or any(_over(ln, bands) for ln in held):
            return rules[k], held
    return _unruled_header(above, first, bands)


def _loose_top(above: Sequence[TextLine], bottom: float) -> float:
    """The top of the run of close lines that ends at ``bottom``."""
    top = bottom
    for line in reversed([ln for ln in above if ln.box.cy < bottom]):
        if top - line.box.y1 > 1.2 * line.box.height:
            break
        top = line.box.y0
    return top


def _over(line: TextLine, bands: Sequence[_Band]) -> bool:
    return any(b.x0 - 5 <= t.box.cx <= b.x1 + 5 for t in line.tokens for b in bands)


def _unruled_header(
    above: Sequence[TextLine], first: TextLine, bands: Sequence[_Band]
) -> tuple[float, list[TextLine]]:
    held: list[TextLine] = []
    top = first.box.y0
    for line in reversed(above):
        if top - line.box.y1 > 2.5 * line.box.height or not _over(line, bands):
            break
        if len(line.tokens) < 2 and not held:
            break
        held.insert(0, line)
        top = line.box.y0
    return (held[-1].box.y1 if held else first.box.y0), held


def _column(edges: Sequence[float], x: float) -> int:
    return max(0, min(len(edges) - 2, sum(x >= e for e in edges) - 1))


def _grid(
    page: PageText,
    bands: Sequence[_Band],
    named: Named,
    header: Sequence[TextLine],
    body: Sequence[TextLine],
) -> Grid:
    cols = len(bands)
    edges = _edges(bands, [*header, *body])
    head, depth = _header_cells(page.number, edges, named, header)
    rules = _row_rules(page, bands, body)
    placed = _place(body, edges, _label_columns(bands), rules)
    ys = sorted({y for y, _ in placed})
    tops = [
        min(ln.box.y0 for (at, _), held in placed.items() if at == y for ln in held) for y in ys
    ]
    bottom = max(ln.box.y1 for ln in body)
    row_edges = [*tops, bottom]
    cells = [
        body_cell(
            page.number,
            depth + k,
            col,
            Box(edges[col], row_edges[k], edges[col + 1], max(row_edges[k], row_edges[k + 1])),
            placed.get((y, col), []),
        )
        for k, y in enumerate(ys)
        for col in range(cols)
    ]
    top = min((ln.box.y0 for ln in header), default=tops[0])
    return Grid(
        page=page.number,
        box=Box(edges[0], top, edges[-1], bottom),
        rows=depth + len(ys),
        cols=cols,
        col_edges=tuple(edges),
        row_edges=(*([top] * depth), *row_edges),
        cells=(*head, *cells),
        ruled=False,
        header_rows=depth,
        to_page=page.to_page,
    )


def _label_columns(bands: Sequence[_Band]) -> int:
    """How many columns lead the figures: labels, with a column of codes before them."""
    first_text = next((k for k, band in enumerate(bands) if not band.figures), None)
    return first_text + 1 if first_text is not None and first_text <= 1 else 0


def _row_rules(page: PageText, bands: Sequence[_Band], body: Sequence[TextLine]) -> list[float]:
    """The heights of rulings between rows; empty where not every row has its own."""
    width = bands[-1].x1 - bands[0].x0
    top, bottom = body[0].box.y0, body[-1].box.y1
    rules = sorted(
        r.at
        for r in page.rulings
        if r.horizontal and r.length > 0.8 * width and top < r.at < bottom
    )
    rows = [sum(ln.box.cy > at for at in rules) for ln in body if _is_figure_line(ln)]
    return rules if len(rows) == len(set(rows)) and len(rows) > 1 else []


def _place(
    body: Sequence[TextLine], edges: Sequence[float], labels: int, rules: Sequence[float]
) -> Placed:
    """Lines of the body by row and column.

    A row is what stands between two rulings, where ``rules`` part the rows, else a line of
    figures or a label alone.
    """
    if rules:
        return _between_rules(body, edges, rules)
    anchors = cluster_lines(ln for ln in body if _figures(ln))
    columns: dict[int, list[Token]] = {}
    for line in body:
        for token in line.tokens:
            columns.setdefault(_column(edges, _sample(token)), []).append(token)
    placed: Placed = {}
    for col in sorted(columns):
        place_lines(placed, col, lines_of(columns[col]), anchors, may_open=col < labels)
    return _levelled(placed, labels)


def _between_rules(
    body: Sequence[TextLine], edges: Sequence[float], rules: Sequence[float]
) -> Placed:
    held: dict[tuple[float, int], list[Token]] = {}
    tops = [body[0].box.y0, *rules]
    for line in body:
        for token in line.tokens:
            row = tops[sum(token.box.cy > at for at in rules)]
            held.setdefault((row, _column(edges, _sample(token))), []).append(token)
    return {place: list(lines_of(tokens)) for place, tokens in held.items()}


def _levelled(placed: Placed, labels: int) -> Placed:
    """The rows with figures that were set a little off their line put back to it.

    A row of figures without a label belongs to a neighbour little more than a line away
    that is blank in all of its columns; stray dashes stay where they are.
    """
    ys = sorted({y for y, _ in placed})
    for pair in itertools.pairwise(ys):
        for bare, home in (pair, pair[::-1]):
            strayed = [c for y, c in placed if y == bare and not _only_dashes(placed[bare, c])]
            apart = abs(home - bare) / max(ln.box.height for ln in _row(placed, bare))
            labelled = any(c < labels for y, c in placed if y == bare)
            free = not any((home, c) in placed for c in strayed)
            if strayed and not labelled and free and apart < _OFF_LINE:
                moved = {
                    ((home if y == bare and c in strayed else y), c): held
                    for (y, c), held in placed.items()
                }
                return _levelled(moved, labels)
    return placed


def _row(placed: Placed, y: float) -> list[TextLine]:
    return [line for (at, _), held in placed.items() if at == y for line in held]


def _only_dashes(lines: Sequence[TextLine]) -> bool:
    return all(isinstance(parse_amount(line.text), Mark) for line in lines)


def _sample(token: Token) -> float:
    """The x by which a token belongs to a column: figures by centre, labels by their start."""
    figure = parse_amount(token.text) is not None
    return token.box.cx if figure else min(token.box.x0 + token.box.height, token.box.cx)


def _header_cells(
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
