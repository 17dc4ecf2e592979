"""Drawn lines of a page image, and the image without them.

A pixel may belong to a ruling where it is darker than the paper on both sides of the line;
a ruling is where such pixels fill most of a long straight stretch. That finds faint, thin,
broken and dotted lines alike, and leaves out text: its strokes don't stay in a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.page import Ruling
from worker.components import components
from worker.drawn_line import Line
from worker.filled_rows import Rows, along, filled
from worker.ridges import ridges
from worker.ruling_gaps import gaps_closed
from worker.ruling_ink import Stroke, drawn_turned, lift

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Area = tuple[slice, slice]
"""Rows and columns of an image; both ends are given."""

_CONTRAST = 24  # grey levels by which a ruling must be darker than its two sides
_FAINT = 12  # the same once the image is smoothed along the ruling
_SEAMLESS = 0.985  # share of an underline's columns that must be drawn
_PAPER = 240  # grey of bare paper, a scanner's noise allowed for
_DOTS = 6  # text heights of the shortest dotted line
_SOLID = 0.8  # share of a short stretch that must be drawn
_DOTTED = 0.42  # the same of a long one
_UNBROKEN = 0.94  # share of a piece's columns that must be drawn
_ALONG = 16  # text heights of a border that has figures close beside it
_CLOSE_SET = 0.85  # share of such a border that must be drawn
_PEN = 6  # text heights: nor are the upright strokes of a pen
_LONG = 12  # text heights from which a stretch is no stroke of a pen
_SLANT = (1.0, 0.02)  # pixels, and share of its length, by which a shorter one may slant
_INNER = (8, 92)  # per cent of its columns that are asked
_LINE = 8  # text heights of the shortest ruling that has words close over it
_FOLD = 0.6  # of the darkness of a page's long lines: a fold of the paper is paler
_FEW = 3  # long lines of which it is told
_GOES_ON = 0.38  # share of its length that must be drawn where nothing stands beside it
_CLEARLY = 0.65  # the same of a dotted line that may be short
_CROWDED = 0.15  # share of a dotted line's length that may have ink close beside it
_THICK = 0.004  # of a page's shorter side: a blurred ruling beside the smallest print
_STROKE = 4  # text heights: no stroke of a character, of a seal even, is so long
_IN_TEXT = 0.4  # share of a short line's pixels that may
_BLUR = 2  # pixels beside a line that its blur reaches
_MEETS = 0.7  # text heights within which a line meets another one


@dataclass(frozen=True, slots=True)
class Drawing:
    """The lines of a page, and the strokes that they are drawn with.

    Those of vertical lines, ``down``, are told of the image with rows and columns exchanged.
    """

    lines: tuple[Line, ...]
    across: tuple[Stroke, ...]
    down: tuple[Stroke, ...]


def find_lines(grey: Image, text_height: float) -> Drawing:
    """The rulings of an evenly lit, upright page, in pixels.

    ``text_height`` is that of ordinary characters, in pixels. Horizontal lines shorter than four
    text heights, and vertical ones shorter than six, count only where both their ends meet other
    lines, as in a lattice.
    """
    unit = max(text_height, 8.0)
    across = _pieces(grey, unit)
    rows = _merged(across, unit)
    turned: Image = cv2.transpose(grey)
    # What stands between two rulings of rows is bare where only they are crossed.
    row_strokes = [_strokes(row) for row in rows]
    crossing = drawn_turned(list(chain.from_iterable(row_strokes)), *grey.shape)
    down = _pieces(turned, unit, crossing, beside_figures=True)
    columns = _merged(down, unit)
    row_lines = [row.line for row in rows]
    column_lines = [_flip(column.line) for column in columns]
    kept_rows = _anchored(row_lines, column_lines, unit, _STROKE)
    kept_columns = _anchored(column_lines, row_lines, unit, _PEN)
    whole_rows = [row_lines[i] for i in kept_rows]
    whole_columns = [column_lines[i] for i in kept_columns]
    more_rows = list(gaps_closed(grey, whole_rows, whole_columns, unit))
    flipped = [_flip(line) for line in whole_columns], [_flip(line) for line in whole_rows]
    more_columns = list(gaps_closed(turned, *flipped, unit))
    return Drawing(
        (*whole_rows, *more_rows, *whole_columns, *(_flip(line) for line in more_columns)),
        (*(one for i in kept_rows for one in row_strokes[i]), *map(_straight, more_rows)),
        (
            *(one for i in kept_columns for one in _strokes(columns[i])),
            *map(_straight, more_columns),
        ),
    )


def rulings_of(lines: Sequence[Line], x_points: float, y_points: float) -> tuple[Ruling, ...]:
    """The lines as rulings in points, given the points per pixel of both axes."""
    return tuple(
        Ruling(
            line.horizontal,
            line.at * (y_points if line.horizontal else x_points),
            line.start * (x_points if line.horizontal else y_points),
            line.end * (x_points if line.horizontal else y_points),
            line.thickness * (y_points if line.horizontal else x_points),
        )
        for line in lines
    )


def without_lines(grey: Image, drawing: Drawing) -> Image:
    """The image with the rulings lifted; ink that stands on them or crosses them stays."""
    height, width = grey.shape
    clean = grey.copy()
    lift(clean, drawing.across, drawn_turned(drawing.down, width, height))
    turned = cv2.transpose(clean)
    lift(turned, drawing.down, drawn_turned(drawing.across, height, width))
    whole: Image = cv2.transpose(turned)
    return whole


def _flip(line: Line) -> Line:
    return replace(line, horizontal=not line.horizontal)


def _line_like(grey: Image, unit: float, contrast: int, smooth: int = 1) -> Image:
    """1 where a pixel is darker than what stands above and below it; rows beside such ones too.

    Far off for thick lines, or close by for those that have something near them. The image is
    smoothed along its rows over so many pixels.
    """
    return ridges(grey, contrast, (max(round(unit / 7), 3), max(round(unit / 3), 6)), smooth)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page on which the lines that run across those looked for are 255 in ``crossing``.

    None: none is known.
    """

    grey: Image
    crossing: Image | None

    def uncrossed(self, area: Area) -> Image:
        """A part of the page with paper for the lines that run across."""
        grey = self.grey[area]
        return grey if self.crossing is None else cv2.max(grey, self.crossing[area])

    def reached(self, area: Area) -> Mask:
        """What of a part of the page those lines and their blur reach."""
        rows, columns = area
        left = max(columns.start - _BLUR, 0)
        if self.crossing is None:
            return np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
        near = self.crossing[rows, left : columns.stop + _BLUR]
        blurred = cv2.dilate(near, np.ones((1, 2 * _BLUR + 1), np.uint8))
        reached: Mask = blurred[:, columns.start - left : columns.stop - left] > 0
        return reached


@dataclass(frozen=True, slots=True)
class _Piece:
    """A horizontal stretch of a line with the pixels that draw it, x0 and y0 their origin."""

    line: Line
    x0: int
    y0: int
    own: Mask

    @property
    def area(self) -> Area:
        """Where ``own`` lies in the image."""
        h, w = self.own.shape
        return slice(self.y0, self.y0 + h), slice(self.x0, self.x0 + w)

    @property
    def middles(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The columns that are drawn, and the middle of the ink in each, from the origin."""
        own = self.own.astype(np.float32)
        heights = own.sum(axis=0)
        drawn = np.flatnonzero(heights)
        reached = np.arange(len(own), dtype=np.float32) @ own  # whole numbers, all of them small
        return drawn, reached[drawn].astype(np.float64) / heights[drawn]


def _pieces(
    grey: Image, unit: float, crossing: Image | None = None, *, beside_figures: bool = False
) -> list[_Piece]:
    """Stretches of horizontal lines, first the drawn through, then the dotted.

    ``crossing`` is 255 where lines run across, None where none is known.

    ``beside_figures`` takes long ones with ink close beside them too: a border between
    columns has figures along it, but along a line of text only its own strokes run so far.
    """
    thick = _line_like(grey, unit, _CONTRAST)
    solid = filled(thick, 2.5 * unit, _SOLID)
    page = _Page(grey, crossing)
    beside = _Beside.of(grey, unit)
    pieces = [
        piece
        for piece in _stretches(solid, unit / 3, 1.2 * unit, _UNBROKEN, (page, _STROKE * unit))
        if _stands_alone(piece, beside, page, unit)
    ]
    # Faint and dotted lines show when the image is smoothed along them; text shows too, so
    # they must have little beside them.
    faint = _line_like(grey, unit, _FAINT, smooth=round(unit / 2) | 1)
    for piece in pieces:
        h, w = piece.own.shape
        rows = slice(max(piece.y0 - round(unit / 2), 0), piece.y0 + h + round(unit / 2))
        thick[rows, piece.x0 : piece.x0 + w] = 0
        faint[rows, piece.x0 : piece.x0 + w] = 0
    dotted = filled(faint, 10 * unit, _DOTTED)
    lonely = replace(dotted, drawn=dotted.drawn & _lonely(beside.both(dotted.at), unit))
    found = [
        part
        for piece in _stretches(lonely, 0.4 * unit, _DOTS * unit, _DOTTED)
        for part in _without_gaps(piece, page, 0.5 * unit, _DOTS * unit)
    ]
    if beside_figures:
        drawn = [piece for piece in pieces if piece.line.length > _ALONG * unit]
        found = _without_folds([*found, *_close_set(faint, page, unit)], drawn, grey)
    else:
        found += _close_under(faint, thick, beside, page, unit)
    for piece in found:
        clearly = _in_the_open(piece, thick, beside) > _CLEARLY
        pieces.append(replace(piece, line=replace(piece.line, faint=not clearly)))
    short = filled(thick, 1.2 * unit, 0.97)
    pieces.extend(
        piece
        for piece in _stretches(short, 1, 1.1 * unit, 0.98)
        if piece.line.length < 3 * unit and beside.both(piece.area)[piece.own].mean() < _CROWDED
    )
    thickest = max(unit / 2, _THICK * min(grey.shape))
    thin = (piece for piece in pieces if piece.line.thickness < thickest)
    return [piece for piece in thin if piece.line.length > _LONG * unit or _is_straight(piece)]


def _is_straight(piece: _Piece) -> bool:
    """Whether a short stretch neither slants nor bends, as the strokes of a signature do."""
    middles = piece.middles[1]
    low, high = np.percentile(middles, _INNER)
    return bool(high - low <= _SLANT[0] + _SLANT[1] * piece.line.length)


def _close_set(faint: NDArray[np.uint8], page: _Page, unit: float) -> Iterator[_Piece]:
    """Borders along which figures stand close all the way; between its rows a border goes on."""
    core = filled(faint, _ALONG * unit, _CLOSE_SET)
    for piece in _stretches(core, 0.4 * unit, _ALONG * unit, _CLOSE_SET):
        yield from _without_gaps(piece, page, 0.7 * unit, _ALONG * unit)


def _without_folds(pieces: Sequence[_Piece], drawn: Sequence[_Piece], grey: Image) -> list[_Piece]:
    """The pieces less those much paler than the lines that are ``drawn``: folds of the paper."""
    if len(drawn) < _FEW:
        return list(pieces)
    usual = _median(np.array([_darkness(piece, grey) for piece in drawn]))
    return [piece for piece in pieces if _darkness(piece, grey) > _FOLD * usual]


def _darkness(piece: _Piece, grey: Image) -> float:
    """Grey levels from white to a piece's ink, half of the way along it darker."""
    profile = np.where(piece.own, grey[piece.area], 255).min(axis=0)
    return 255.0 - _median(profile[piece.own.any(axis=0)].astype(np.float64))


def _close_under(
    faint: NDArray[np.uint8],
    thick: NDArray[np.uint8],
    beside: _Beside,
    page: _Page,
    unit: float,
) -> Iterator[_Piece]:
    """Rulings close under words: they go on where nothing stands, as feet of characters don't."""
    core = filled(faint, 10 * unit, _CLOSE_SET)
    for piece in _stretches(core, 0.4 * unit, _LINE * unit, _CLOSE_SET):
        for part in _without_gaps(piece, page, 0.7 * unit, _LINE * unit):
            if _in_the_open(part, thick, beside) > _GOES_ON:
                yield part


def _in_the_open(piece: _Piece, thick: NDArray[np.uint8], beside: _Beside) -> float:
    """The share of a piece's length that is drawn and has no ink close beside it."""
    open_ = ~(piece.own & (beside.both(piece.area) > 0)).any(axis=0)
    drawn = (piece.own & (thick[piece.area] > 0)).any(axis=0)
    return float((open_ & drawn).mean())


def _stretches(
    core: Rows,
    gap: float,
    shortest: float,
    share: float,
    crossed: tuple[_Page, float] | None = None,
) -> Iterator[_Piece]:
    """Pieces of ``core`` joined over gaps, at least ``shortest`` long, drawn to ``share``.

    ``crossed`` is a page with lines that run across, and the length from which a piece counts as
    drawn below them.
    """
    for top, band in core.bands():
        joined = cv2.morphologyEx(band, cv2.MORPH_CLOSE, np.ones((1, round(gap) | 1), np.uint8))
        labels, stats = components(joined)
        width, height = stats[:, 2], stats[:, 3]
        for i in np.flatnonzero((width >= shortest) & (2 * height <= width)).tolist():
            if not i:  # the ground
                continue
            x, y, w, h, _ = stats[i].tolist()
            part = (slice(y, y + h), slice(x, x + w))
            own = (labels[part] == i) & (band[part] > 0)
            inked = own.any(axis=0)
            if crossed is not None and w > crossed[1]:
                area = slice(top + y, top + y + h), slice(x, x + w)
                inked = inked | crossed[0].reached(area).any(axis=0)
            if np.count_nonzero(inked) / w > share:
                yield _Piece(_measured(own, x, top + y), x, top + y, own)


def _strokes(line: _Merged) -> tuple[Stroke, ...]:
    return tuple(_stroke(piece) for piece in line.pieces)


def _stroke(piece: _Piece) -> Stroke:
    """The line's own thickness along its middle, which may bend slowly."""
    drawn, middles = piece.middles
    # What touches the line on one side pulls a column's middle: the median doesn't follow.
    steps = np.linspace(0, len(drawn), max(len(drawn) // 40, 1) + 1).astype(int)
    knots = _medians(middles, np.diff(steps))
    at = [float(drawn[(i + j) // 2]) for i, j in pairwise(steps)]
    path = np.interp(np.arange(piece.own.shape[1]), at, knots) + piece.y0
    return Stroke(piece.x0, path, piece.line.thickness / 2 + 0.6)


def _straight(line: Line) -> Stroke:
    """The stroke of a line that is known by its place alone."""
    middles = np.full(math.ceil(line.end) - round(line.start), line.at - 0.5)
    return Stroke(round(line.start), middles, line.thickness / 2 + 0.6)


def _median(values: NDArray[np.float64]) -> float:
    """The median; for a few dozen values much sooner there than numpy's own."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] + ordered[len(values) - half - 1]) / 2


def _medians(values: NDArray[np.float64], many: NDArray[np.intp]) -> NDArray[np.float64]:
    """The medians of stretches of the values, ``many`` each."""
    table = np.full((len(many), many.max()), np.inf)
    table[np.arange(table.shape[1]) < many[:, None]] = values
    table.sort(axis=1)
    at, half = np.arange(len(many)), many // 2
    medians: NDArray[np.float64] = (table[at, half] + table[at, many - half - 1]) / 2
    return medians


def _stands_alone(piece: _Piece, beside: _Beside, page: _Page, unit: float) -> bool:
    """Whether a stretch is a line and no row of strokes: it is long or little is beside it.

    What stands close over an underline stands on one side only, and an underline has no
    gaps, as the feet of a row of characters have.
    """
    if piece.line.length > _LONG * unit:
        return True
    # A short one between two lines across may be a stroke: they are not left out there.
    apart = page if piece.line.length > _STROKE * unit else None
    above, below = (side[piece.own] for side in beside.sides(piece.area, apart))
    over, under, both = above.mean(), below.mean(), (above | below).mean()
    if both < _CROWDED:
        return True
    whole = piece.own.any(axis=0).mean() > _SEAMLESS
    one_sided = whole and min(over, under) < _CROWDED
    return bool(both < _IN_TEXT or (one_sided and piece.line.length > _STROKE * unit))


def _without_gaps(piece: _Piece, page: _Page, gap: float, shortest: float) -> Iterator[_Piece]:
    """The parts of a piece between stretches of bare paper of ``gap`` pixels, long ones only.

    Dots and dashes stand close; equal letters or figures, row by row, stand wider apart, so
    that nothing long is left of them. A ruling may have lost a stretch here and there.
    """
    profile = np.where(piece.own, page.uncrossed(piece.area), 255).min(axis=0)
    inked = np.flatnonzero(profile < _PAPER)
    if not len(inked):
        return
    ends = np.flatnonzero(np.diff(inked) - 1 >= gap)
    for first, last in zip([0, *(ends + 1)], [*ends, len(inked) - 1], strict=True):
        start, end = int(inked[first]), int(inked[last]) + 1
        if end - start >= shortest:
            own = piece.own[:, start:end]
            x0 = piece.x0 + start
            yield _Piece(_measured(own, x0, piece.y0), x0, piece.y0, own)


@dataclass(frozen=True, slots=True)
class _Beside:
    """1 where there is ink, with ``reach`` empty rows above and below the page."""

    ink: NDArray[np.uint8]
    reach: int

    @classmethod
    def of(cls, grey: Image, unit: float) -> _Beside:
        reach = max(round(unit / 4), 4)
        ink = cv2.copyMakeBorder(grey, reach, reach, 0, 0, cv2.BORDER_CONSTANT, value=255)
        cv2.threshold(ink, 189, 1, cv2.THRESH_BINARY_INV, dst=ink)
        return cls(ink, reach)

    def both(self, where: Area | NDArray[np.intp]) -> NDArray[np.uint8]:
        """1 where ink stands above or below, in a part of the image or in some of its rows."""
        return self.ink[: -2 * self.reach][where] | self.ink[2 * self.reach :][where]

    def sides(self, area: Area, apart: _Page | None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """1 where ink stands above, and below, in a part of the image.

        Ink of the lines that run across ``apart`` is left out.
        """
        rows, columns = area
        ink = self.ink[rows.start : rows.stop + 2 * self.reach, columns]
        if apart is not None:
            top, bottom = rows.start - self.reach, rows.stop + self.reach
            inside = slice(max(top, 0), min(bottom, len(apart.grey)))
            ink = ink.copy()
            ink[inside.start - top : inside.stop - top][apart.reached((inside, columns))] = 0
        return ink[: rows.stop - rows.start], ink[2 * self.reach :]


def _lonely(beside: NDArray[np.uint8], unit: float) -> NDArray[np.uint8]:
    """1 where little ink stands beside a long stretch, as along a line and not in text."""
    window = round(10 * unit) | 1
    lonely: NDArray[np.uint8] = (along(beside, window) < math.ceil(_CROWDED * window)).view(
        np.uint8
    )
    return lonely


def _measured(own: Mask, x: int, y: int) -> Line:
    drawn = own.view(np.uint8)
    heights = cv2.reduce(drawn, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
    inked = np.flatnonzero(heights)
    thickness = _middle(np.bincount(heights[inked])) - 2  # the mask was dilated
    at = y + _middle(cv2.reduce(drawn, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0]) + 0.5
    start, end = x + int(inked[0]), x + int(inked[-1]) + 1
    return Line(True, at, float(start), float(end), max(thickness, 1.0))


def _middle(counts: NDArray[np.int64]) -> float:
    """The median of whole numbers from 0 on, of which there are so many each."""
    reached = np.cumsum(counts)
    halves = [(reached[-1] - 1) // 2, reached[-1] // 2]
    return float(np.searchsorted(reached, halves, side="right").sum()) / 2


@dataclass(frozen=True, slots=True)
class _Merged:
    """A line and the pieces that make it."""

    line: Line
    pieces: tuple[_Piece, ...]


def _merged(pieces: Sequence[_Piece], unit: float) -> list[_Merged]:
    """Pieces of one line joined: almost at the same height, with little between them."""
    lines: list[_Merged] = []
    for piece in sorted(pieces, key=lambda p: p.line.start):
        for i, whole in enumerate(lines):
            gap = piece.line.start - whole.line.end
            # Brackets of one column, row by row, must not add up to a line.
            bridge = 1.5 if max(piece.line.length, whole.line.length) > 2.4 * unit else 0.2
            near = abs(piece.line.at - whole.line.at) < max(unit / 5, 2.5)
            if near and gap < bridge * unit:
                joined = _joined(whole.line, piece.line)
                lines[i] = _Merged(joined, (*whole.pieces, piece))
                break
        else:
            lines.append(_Merged(piece.line, (piece,)))
    return lines


def _joined(a: Line, b: Line) -> Line:
    longer = a if a.length >= b.length else b
    at = (a.at * a.length + b.at * b.length) / max(a.length + b.length, 1.0)
    return replace(longer, at=at, start=min(a.start, b.start), end=max(a.end, b.end))


def _anchored(
    lines: Sequence[Line], across: Sequence[Line], unit: float, alone: float
) -> list[int]:
    """Which lines are long enough to stand ``alone``, or end on other lines at both ends."""
    long = [line for line in across if line.length > 4 * unit]
    kept = []
    for i, line in enumerate(lines):
        # A stroke of a character may be as long as a row is high, but ends short of it.
        reach = _MEETS * unit if line.length > 3 * unit else 0.08 * unit + 2
        ends = sum(
            any(
                abs(other.at - end) < reach
                and other.start - _MEETS * unit < line.at < other.end + _MEETS * unit
                for other in long
            )
            for end in (line.start, line.end)
        )
        if line.length > (16 if line.faint else alone) * unit or ends == 2:
            kept.append(i)
    return kept
