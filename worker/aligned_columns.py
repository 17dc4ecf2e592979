"""The columns of a table without vertical rulings: what lines up, and what is named."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from schemas.amount import Amount, narrow, parse_amount
from schemas.grid import TextLine
from schemas.page import Token
from worker.column_names import Span, lowest_names, match_names
from worker.column_numbers import numbers_columns

_STRAY = 0.06  # share of the lines in which a figure may run over a gap between columns
_PEAK = 5  # figures one over the other on each side of a valley
_VALLEY = 0.25  # share of the fewer of them that may stand in it
_DASHES = 3  # dashes in a line that are signs of as many columns
_SPREAD = 2.5  # times the usual width of a character
_FEW = 0.25  # share of the lines up to which short texts in a gap may be dirt
_SHORT = 2  # characters of what a seal leaves
_CLOSE = 8  # line heights that a page's number takes up at most
_PAGE = re.compile(r"[-—·.]+\d{1,4}[-—·.]*")
_YEAR = re.compile(r"(19|20)\d\d")

Named = dict[int, tuple[int, int]]
"""For a header token (by its id) the first and last column that it names."""


@dataclass(frozen=True, slots=True)
class Band:
    """The x extent of what one column holds; ``figures`` says whether that is figures.

    ``dirt`` says that it may be characters of a seal and no column at all: no name is its.
    """

    x0: float
    x1: float
    figures: bool = True
    dirt: bool = False


def figures_in(line: TextLine) -> list[Token]:
    return [t for t in line.tokens if parse_amount(t.text) is not None]


def is_figure_line(line: TextLine) -> bool:
    """Whether at least two figures stand in the line; years and column numbers are a header.

    Dashes alone make a line of figures where there are three: two stand in prose as well.
    """
    if len(line.tokens) < 2:  # as most lines of prose
        return False
    figures = [t for t in figures_in(line) if not _YEAR.fullmatch(t.text)]
    real = any(isinstance(parse_amount(t.text), Amount) for t in figures)
    enough = len(figures) >= (2 if real else _DASHES)
    return enough and not is_number_line(line) and not _numbers_the_page(line)


def _numbers_the_page(line: TextLine) -> bool:
    """Whether the line is a page's number between dashes."""
    close = line.box.width < _CLOSE * line.box.height
    return close and _PAGE.fullmatch(narrow(line.text)) is not None


def is_number_line(line: TextLine) -> bool:
    """Whether the line numbers the columns, and does nothing else."""
    return numbers_columns([t.text for t in line.tokens])


def figure_columns(lines: Sequence[TextLine]) -> list[Band]:
    """Columns: the gaps that no figure crosses, but for a few that OCR ran together."""
    figures = _evenly_set([t for line in lines for t in figures_in(line)])
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
    held = [part for span in held for part in _at_valleys(span, ends)]
    fewest = max(min(2, len(lines)), 0.1 * len(lines))
    inside = [sum(a <= t.box.cx <= b for t in figures) for a, b in held]
    return [Band(a, b) for (a, b), n in zip(held, inside, strict=True) if n >= fewest]


def _at_valleys(
    span: tuple[float, float], ends: Sequence[tuple[float, int]]
) -> Iterator[tuple[float, float]]:
    """The span cut where few figures stand between many on both sides: strokes widen some of them.

    ``ends`` are where figures begin (1) and end (-1), in order. Figures of one column are many
    where the shortest stands, and fewer only outwards.
    """
    steps: list[tuple[float, float, int]] = []
    depth = 0
    for (x, step), (after, _) in itertools.pairwise(ends):
        depth += step
        if span[0] <= x and after <= span[1] and after > x:
            steps.append((x, after, depth))
    depths = [d for _, _, d in steps]
    before = list(itertools.accumulate(depths, max))
    behind = list(itertools.accumulate(reversed(depths), max))[::-1]
    low = [
        k
        for k, d in enumerate(depths)
        if min(before[k], behind[k]) >= _PEAK and d <= _VALLEY * min(before[k], behind[k])
    ]
    start, last = span[0], 0
    for _, run in itertools.groupby(enumerate(low), lambda item: item[1] - item[0]):
        valley = [k for _, k in run]
        deepest = min(valley, key=lambda k: (depths[k], steps[k][0] - steps[k][1]))
        if max(depths[last:deepest], default=0) < _PEAK:  # still the valley before
            continue
        middle = (steps[deepest][0] + steps[deepest][1]) / 2
        yield start, middle
        start, last = middle, deepest
    yield start, span[1]


def as_numbered(bands: Sequence[Band], header: Sequence[TextLine]) -> list[Band]:
    """The columns as the header numbers them, where it does, from the first figures on.

    Ink over the figures, as of a signature, runs neighbouring columns together, and leaves
    too few figures of others to tell a column by.
    """
    tokens = [t for line in header if is_number_line(line) for t in line.tokens]
    numbers = sorted(tokens, key=lambda t: t.box.cx)
    found: list[Band] = []
    for band in bands:
        over = [t.box.cx for t in numbers if band.x0 <= t.box.cx <= band.x1]
        edges = [band.x0, *((a + b) / 2 for a, b in itertools.pairwise(over)), band.x1]
        found += [Band(a, b) for a, b in itertools.pairwise(edges)]
    # A number in the middle of a column stands beside narrow figures at its edge.
    own = {id(min(numbers, key=lambda t: _apart(t, band))) for band in found if numbers}
    found += [
        Band(t.box.x0, t.box.x1)
        for t in numbers
        if t.box.cx > bands[0].x1 and id(t) not in own and all(_apart(t, b) > 0 for b in bands)
    ]
    return sorted(found, key=lambda band: band.x0)


def _apart(token: Token, band: Band) -> float:
    """How far the middle of a token lies outside a band; below 0 the deeper inside."""
    return abs(token.box.cx - (band.x0 + band.x1) / 2) - (band.x1 - band.x0) / 2


def _evenly_set(figures: Sequence[Token]) -> list[Token]:
    """The figures without those whose box is much too wide for them, as under a seal."""
    pitches = [t.box.width / len(t.text) for t in figures]
    usual = median(pitches) if pitches else 0.0
    return [t for t, pitch in zip(figures, pitches, strict=True) if pitch <= _SPREAD * usual]


def with_text_columns(bands: Sequence[Band], figured: Sequence[TextLine]) -> list[Band]:
    """The columns with those that hold texts beside the figures.

    Texts that follow each other are two columns only where some line has both.
    """
    found: list[Band] = []
    for low, high in _gaps(bands):
        lines = [[t for t in ln.tokens if low <= t.box.x0 and t.box.x1 <= high] for ln in figured]
        held = [[t for t in line if parse_amount(t.text) is None] for line in lines]
        texts = _text_bands([line for line in held if line])
        found.extend(_told_from_dirt(band, held) for band in texts)
    return sorted([*bands, *found], key=lambda b: b.x0)


def _told_from_dirt(band: Band, lines: Sequence[Sequence[Token]]) -> Band:
    """The band marked where a few lines have but a character or two in it."""
    inside = [[t for t in line if band.x0 <= t.box.cx <= band.x1] for line in lines]
    texts = [t for line in inside for t in line]
    few = sum(map(bool, inside)) <= _FEW * len(lines)
    short = all(t.source == "ocr" and len(t.text) <= _SHORT for t in texts)
    return replace(band, dirt=few and short)


def _gaps(bands: Sequence[Band]) -> list[tuple[float, float]]:
    edges = [-math.inf, *(x for b in bands for x in (b.x0, b.x1)), math.inf]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _text_bands(lines: Sequence[Sequence[Token]]) -> list[Band]:
    spans = sorted((t.box.x0, t.box.x1) for line in lines for t in line)
    merged: list[Band] = []
    for x0, x1 in spans:
        if merged and (x0 < merged[-1].x1 or not _both(lines, merged[-1], x0)):
            merged[-1] = Band(merged[-1].x0, max(merged[-1].x1, x1), figures=False)
        else:
            merged.append(Band(x0, x1, figures=False))
    return merged


def _both(lines: Sequence[Sequence[Token]], left: Band, x: float) -> bool:
    """Whether a line has text in ``left`` and more from ``x`` on."""
    return any(
        any(t.box.x1 <= left.x1 for t in line) and any(t.box.x0 >= x for t in line)
        for line in lines
    )


def with_blank_columns(
    bands: Sequence[Band], header: Sequence[TextLine]
) -> tuple[list[Band], Named]:
    """The columns with those that have a name but hold nothing, and what each name names.

    Names that stand over others are left out.
    """
    names = lowest_names([t for line in header for t in line.tokens])
    spans = [(t.box.x0, t.box.x1) for t in names]
    columns = [b for b in bands if not b.dirt]
    over, matched = _matched(names, [(b.x0, b.x1) for b in columns], not bands[0].figures)
    blank = [
        Band(*span)
        for k, (span, col) in enumerate(zip(spans, matched, strict=True))
        if col is None and k not in over
    ]
    found = sorted([*bands, *blank], key=lambda b: b.x0 + b.x1)
    named: Named = {}
    for k, (name, span, col) in enumerate(zip(names, spans, matched, strict=True)):
        if k not in over:
            at = found.index(columns[col] if col is not None else Band(*span))
            named[id(name)] = at, at
    return found, named


def _matched(
    names: Sequence[Token], columns: Sequence[Span], labels: bool
) -> tuple[set[int], list[int | None]]:
    """Which names stand over others, and the column of each name, None for none.

    A name that stands higher than its neighbours may be that of a column, as high as the
    header, or that of both neighbours: whichever brings names and columns closer together.
    """
    over: set[int] = set()
    best = match_names([(t.box.x0, t.box.x1) for t in names], columns, labels)
    for k in range(len(names)):
        if not _stands_over(names, k):
            continue
        left = [i for i in range(len(names)) if i not in over | {k}]
        tried = match_names([(names[i].box.x0, names[i].box.x1) for i in left], columns, labels)
        if tried.cost < best.cost:
            over, best = over | {k}, tried
    left = [i for i in range(len(names)) if i not in over]
    matched: list[int | None] = [None] * len(names)
    for i, col in zip(left, best.columns, strict=True):
        matched[i] = col
    return over, matched


def _stands_over(names: Sequence[Token], k: int) -> bool:
    """Whether a name stands higher than the ones at its left and right."""
    if not 0 < k < len(names) - 1:
        return False
    own = names[k].box
    return all(n.box.cy - own.cy > 0.5 * own.height for n in (names[k - 1], names[k + 1]))


def edges_of(bands: Sequence[Band], lines: Sequence[TextLine]) -> list[float]:
    """Column edges: the middle of each gap between columns, and the outer ends."""
    left = min(*(ln.box.x0 for ln in lines), bands[0].x0)
    right = max(*(ln.box.x1 for ln in lines), bands[-1].x1)
    return [left, *((a.x1 + b.x0) / 2 for a, b in itertools.pairwise(bands)), right]


def column_at(edges: Sequence[float], x: float) -> int:
    return max(0, min(len(edges) - 2, sum(x >= e for e in edges) - 1))


def label_columns(bands: Sequence[Band]) -> int:
    """How many columns lead the figures: labels, with a column of codes before them."""
    first_text = next((k for k, band in enumerate(bands) if not band.figures), None)
    return first_text + 1 if first_text is not None and first_text <= 1 else 0
