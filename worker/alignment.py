"""Tables without a lattice: columns from the alignment of figures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from schemas.amount import Mark, parse_amount
from schemas.geometry import Box
from schemas.grid import Grid, TextLine
from schemas.page import PageText, Ruling, Token
from schemas.words import is_unit_line
from worker.aligned_columns import (
    Band,
    Named,
    as_numbered,
    edges_of,
    figure_columns,
    figures_in,
    is_figure_line,
    is_number_line,
    label_columns,
    with_blank_columns,
    with_text_columns,
)
from worker.aligned_header import header_cells, number_cells
from worker.aligned_rows import row_rules, rows_of_body
from worker.column_names import lowest_names, match_names, stacked
from worker.continued import continued_grid
from worker.lines import lines_of
from worker.rowless import body_cell, row_tops

_FEWEST_ROWS = 3
_FEWEST_COLUMNS = 2
_NEAR = 0.4  # column pitches from a name to the figures that it names
_APART = 2.0  # line heights of blank that end a table
_LEVEL = 4.0  # line heights that one level of a header takes up, at most
_STAGGERED = 0.8  # line heights between lines of a header whose levels stand in between each other
_FRAME = 3  # rulings of one length: over and under the header, and under the figures
_SAME = 0.02  # of their length by which the ends of such rulings may differ
_BESIDE = 2.0  # line heights by which print may stick out beside them
_AS_HIGH = 0.25  # of the height of a name, by which its other line may be off
_NEXT = 0.6  # of the height of a name, between its two lines
_HIGHER = 1.3  # times the usual height of names
_FEW_SIGNS = 3
_TWICE = 2.0  # times that height: no name of a column is so much higher than the others
_HARDLY = 0.2  # confidence of signs that are hardly read
_PAGE_DIGITS = 4  # of a page's number
_YEAR_OF = re.compile(r"(19|20)\d\d\s*年")


def aligned_grids(
    page: PageText, tokens: Sequence[Token], taken: Sequence[Box], before: Grid | None = None
) -> tuple[Grid, ...]:
    """Tables among ``tokens`` (those outside lattices) whose figures stand in columns.

    A table needs three lines with figures in two columns that line up, or rulings around its
    header and its figures, or a header that names each column; prose has none of these.
    ``before`` is the table that the page before ends with: what goes on with it may be one
    row.
    """
    lines = lines_of(tokens)
    found = []
    for place, block in enumerate(_blocks(lines, taken)):
        grid = _aligned(page, block)
        first = place == 0 and before is not None and all(b.y0 > block[0].box.y0 for b in taken)
        if first and before is not None and (grid is None or not grid.header_rows):
            grid = continued_grid(page, block, before) or grid
        if grid is not None:
            found.append(grid)
    return tuple(found)


def _blocks(lines: Sequence[TextLine], taken: Sequence[Box]) -> list[list[TextLine]]:
    """Runs of lines that may be one table: cut at ruled tables and before new headers."""
    cuts = sorted(box.cy for box in taken)
    blocks: list[list[TextLine]] = [[] for _ in range(len(cuts) + 1)]
    for line in lines:
        blocks[sum(line.box.cy > cut for cut in cuts)].append(line)
    return [part for block in blocks for part in _cut_at_headers(block)]


def _cut_at_headers(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """The lines cut after each figure line that another header or heading follows.

    Nothing where no line is one of figures; so each part has some.
    """
    figured = [k for k, line in enumerate(lines) if is_figure_line(line)]
    if not figured:
        return []
    texts = [t for k in figured for t in lines[k].tokens if _is_word(t)]
    cuts = [
        above + 1
        for above, below in itertools.pairwise(figured)
        if any(
            _says_unit(ln) or _names_figures(ln, lines[above], texts)
            for ln in lines[above + 1 : below]
        )
    ]
    edges = [0, *cuts, len(lines)]
    return [list(lines[a:b]) for a, b in itertools.pairwise(edges)]


def _says_unit(line: TextLine) -> bool:
    """Whether the line, or a part of it, does nothing but name a table's unit."""
    return any(is_unit_line(t.text) for t in line.tokens)


def _names_figures(line: TextLine, figures: TextLine, texts: Sequence[Token]) -> bool:
    """Whether two words stand over the figures of a line above, and over no column of texts."""
    left = min(t.box.x0 for t in figures_in(figures))
    over = [
        t
        for t in line.tokens
        if _is_word(t) and t.box.x0 > left and not any(stacked(t, text) for text in texts)
    ]
    return len(over) >= 2


def _is_word(token: Token) -> bool:
    """Whether the token is words without a number, or names a year."""
    text = _YEAR_OF.sub("年度", token.text)
    letters = sum(c.isalpha() for c in text)
    return letters >= 2 and not any(c.isdigit() for c in text)


def _aligned(page: PageText, lines: Sequence[TextLine]) -> Grid | None:
    lines = _inside(page, lines)
    figured = [ln for ln in lines if is_figure_line(ln)]
    bands = figure_columns(figured)
    if len(bands) < _FEWEST_COLUMNS:
        return None
    body_top, header = _header(page, lines, figured[0], bands)
    last = figured[-1]
    few = len(figured) < _FEWEST_ROWS and not _framed(page, header, last, bands)
    if few and not all(_named(header, line, bands) for line in figured):
        return None
    last = _last_row(lines, last, bands)
    end = _body_end(page, last, bands)
    body = [ln for ln in lines if body_top <= ln.box.cy <= end]
    bands = with_text_columns(as_numbered(bands, header), figured)
    left = min(t.box.x0 for ln in body for t in ln.tokens)
    if not bands[0].figures:
        bands[0] = replace(bands[0], x0=min(left, bands[0].x0))
    elif left < bands[0].x0 - 1:  # labels on lines of their own, over the first figures too
        bands.insert(0, Band(left, max(bands[0].x0 - 4, left), figures=False))
    header = _words_of(header)
    names = [ln for ln in header if not is_number_line(ln)]
    bands, named = with_blank_columns(bands, names)
    return _grid(page, bands, named, header, body)


def _inside(page: PageText, lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines without what stands beside or below the table: outside rulings of one length.

    Dark edges of a page leave signs there, and the number of a page stands there.
    """
    rules = sorted((r for r in page.rulings if r.horizontal), key=lambda r: -r.length)
    same = [r for r in rules if _alike(r, rules[len(rules) // 2])]
    if len(same) < _FRAME:
        return lines
    left, right = min(r.start for r in same), max(r.end for r in same)
    top, bottom = min(r.at for r in same), max(r.at for r in same)
    ruled = sum(top < line.box.cy < bottom and is_figure_line(line) for line in lines)
    kept: list[TextLine] = []
    for line in lines:
        room = _BESIDE * line.box.height
        if ruled >= _FEWEST_ROWS and line.box.y0 > bottom + room and _numbers_a_page(line):
            continue
        held = [t for t in line.tokens if left - room < t.box.cx < right + room]
        if not top < line.box.cy < bottom or len(held) == len(line.tokens):
            kept.append(line)
        elif held:
            kept.extend(lines_of(held))
    return kept


def _numbers_a_page(line: TextLine) -> bool:
    """Whether the line has one short number at most, and no words: dirt may stand beside it."""
    numbers = [t for t in line.tokens if any(map(str.isdigit, t.text))]
    words = [t for t in line.tokens if t.legible and any(map(str.isalpha, t.text))]
    digits = sum(map(str.isdigit, line.text))
    return len(numbers) <= 1 and digits <= _PAGE_DIGITS and not words


def _alike(one: Ruling, other: Ruling) -> bool:
    near = _SAME * other.length
    return abs(one.start - other.start) < near and abs(one.end - other.end) < near


def _words_of(header: Sequence[TextLine]) -> list[TextLine]:
    """The header's lines without what names nothing: dashes and dots, bits of rulings and seals.

    Of a name in two lines one may be beyond reading and still say where its column is.
    """
    names = [t for ln in header if not is_number_line(ln) for t in ln.tokens if _names(t)]
    usual = median(t.box.height for t in names) if names else 0.0
    names = [t for t in names if not _is_of_a_seal(t, usual)]
    legible = [t for t in names if t.legible]
    held = {id(t) for t in legible} | {
        id(t) for t in names if any(_is_line_of(t, name) for name in legible)
    }
    return [
        ln
        if is_number_line(ln)
        else replace(ln, tokens=tuple(t for t in ln.tokens if id(t) in held))
        for ln in header
    ]


def _names(token: Token) -> bool:
    signs = any(map(str.isalnum, token.text))
    return signs and not isinstance(parse_amount(token.text), Mark)


def _is_of_a_seal(token: Token, usual: float) -> bool:
    """Whether a few signs are higher than the header's names, as those of a seal are.

    Signs that are but somewhat higher may be a name, unless they are hardly legible.
    """
    least = _HIGHER if token.confidence < _HARDLY else _TWICE
    short = len(token.text.strip()) <= _FEW_SIGNS
    return short and token.source == "ocr" and token.box.height > least * usual


def _is_line_of(token: Token, name: Token) -> bool:
    """Whether words are the line over or under ``name``, as high and close to it."""
    height = name.box.height
    apart = max(name.box.y0 - token.box.y1, token.box.y0 - name.box.y1)
    alike = abs(token.box.height - height) < _AS_HIGH * height and apart < _NEXT * height
    return alike and sum(map(str.isalpha, token.text)) > 1 and stacked(token, name)


def _last_row(lines: Sequence[TextLine], last: TextLine, bands: Sequence[Band]) -> TextLine:
    """The table's last line, which may have one figure only, in a column, beside its label."""
    below = last.box.y1
    for line in lines[lines.index(last) + 1 :]:
        if line.box.y0 - below > _APART * line.box.height or _says_unit(line):
            break
        figures = figures_in(line)
        inside = all(any(b.x0 - 5 <= t.box.cx <= b.x1 + 5 for b in bands) for t in figures)
        if figures and inside and len(figures) < len(line.tokens):
            last = line
        below = line.box.y1
    return last


def _body_end(page: PageText, last: TextLine, bands: Sequence[Band]) -> float:
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
    page: PageText, header: Sequence[TextLine], last: TextLine, bands: Sequence[Band]
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


def _named(header: Sequence[TextLine], row: TextLine, bands: Sequence[Band]) -> bool:
    """Whether a row is a label and figures, with a name for each column of the figures."""
    names = lowest_names([t for ln in header for t in ln.tokens])
    spans = [(b.x0, b.x1) for b in bands]
    found = match_names([(t.box.x0, t.box.x1) for t in names], spans, labels=False).columns
    over = [(names[i].box, spans[col]) for i, col in enumerate(found) if col is not None]
    apart = [max(name.x0 - x1, x0 - name.x1, 0.0) for name, (x0, x1) in over]
    near = _NEAR * (spans[-1][1] - spans[0][0]) / (len(spans) - 1)
    texts = len(row.tokens) - len(figures_in(row))
    return texts <= 2 and len(over) == len(bands) and max(apart) < near


def _header(
    page: PageText, lines: Sequence[TextLine], first: TextLine, bands: Sequence[Band]
) -> tuple[float, list[TextLine]]:
    """The y where the body starts, and the lines that name the columns."""
    width = bands[-1].x1 - bands[0].x0
    figures = min(t.box.y0 for t in figures_in(first))  # dirt may stand over its label
    rules = sorted(
        r.at for r in page.rulings if r.horizontal and r.length > 0.8 * width and r.at < figures + 1
    )
    above = [ln for ln in lines if ln.box.cy < first.box.y0]
    numbers: list[TextLine] = []
    body_top: float | None = None
    for k in range(len(rules) - 1, -1, -1):
        top = rules[k - 1] if k else _loose_top(above, rules[k])
        held = [ln for ln in above if top <= ln.box.cy < rules[k]]
        if held and all(map(is_number_line, held)):
            body_top = rules[k] if body_top is None else body_top
            numbers = [*held, *numbers]
            continue
        framed = k > 0 and any(len(ln.tokens) >= _FEWEST_COLUMNS for ln in held)
        if framed or any(_over(ln, bands) for ln in held):
            body_top = rules[k] if body_top is None else body_top
            return body_top, [*_upper_levels(above, rules[:k], bands), *held, *numbers]
    return _unruled_header(above, first, bands)


def _upper_levels(
    above: Sequence[TextLine], rules: Sequence[float], bands: Sequence[Band]
) -> list[TextLine]:
    """The lines of a header's upper levels, where rulings part them from the lowest one.

    ``rules`` are those over the lowest level, the last one just over it.
    """
    held: list[TextLine] = []
    for top, bottom in reversed(list(itertools.pairwise(rules))):
        level = [ln for ln in above if top <= ln.box.cy < bottom]
        near = level and bottom - top < _LEVEL * max(ln.box.height for ln in level)
        if not near or any(_says_unit(ln) or not _among(ln, bands) for ln in level):
            break
        held = [*level, *held]
    return held


def _loose_top(above: Sequence[TextLine], bottom: float) -> float:
    """The top of the run of close lines that ends at ``bottom``."""
    top = bottom
    for line in reversed([ln for ln in above if ln.box.cy < bottom]):
        if top - line.box.y1 > 1.2 * line.box.height:
            break
        top = line.box.y0
    return top


def _over(line: TextLine, bands: Sequence[Band]) -> bool:
    return any(b.x0 - 5 <= t.box.cx <= b.x1 + 5 for t in line.tokens for b in bands)


def _among(line: TextLine, bands: Sequence[Band]) -> bool:
    """Whether some of the line stands over the columns of figures or between them."""
    return any(bands[0].x0 - 5 <= t.box.cx <= bands[-1].x1 + 5 for t in line.tokens)


def _unruled_header(
    above: Sequence[TextLine], first: TextLine, bands: Sequence[Band]
) -> tuple[float, list[TextLine]]:
    held: list[TextLine] = []
    top = first.box.y0
    for line in reversed(above):
        close = bool(held) and top - line.box.y1 < _STAGGERED * line.box.height
        several = len(line.tokens) >= (_FEWEST_COLUMNS if close else _FEWEST_ROWS)
        reaches = close and line.box.x1 > bands[0].x0 - _BESIDE * line.box.height
        names = _over(line, bands) or (several and (reaches or _among(line, bands)))
        if top - line.box.y1 > 2.5 * line.box.height or not names or _says_unit(line):
            break
        if len(line.tokens) < 2 and not held:
            break
        held.insert(0, line)
        top = line.box.y0
    return (held[-1].box.y1 if held else first.box.y0), held


def _grid(
    page: PageText,
    bands: Sequence[Band],
    named: Named,
    header: Sequence[TextLine],
    body: Sequence[TextLine],
) -> Grid:
    cols = len(bands)
    edges = edges_of(bands, [*header, *body])
    names = [ln for ln in header if not is_number_line(ln)]
    head, depth = header_cells(page.number, edges, named, names)
    for line in header:
        if is_number_line(line):
            head.extend(number_cells(page.number, depth, edges, line))
            depth += 1
    rules = row_rules(page, bands, body)
    placed = rows_of_body(body, edges, label_columns(bands), rules)
    top_of = row_tops(placed)
    ys, tops = list(top_of), list(top_of.values())
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
