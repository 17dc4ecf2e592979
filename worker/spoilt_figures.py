"""Lines of figures that dirt spoilt, or that ran together, cut anew by their ink.

A speck of dirt beside a figure reads as a point or comma too many, and one between the
figures of two columns makes a single line of them, as narrow columns do. What was read
tells that something is wrong; the ink tells which pieces are signs and where columns part.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.amount import Amount, narrow, parse_amount
from worker.ink_lines import InkLine, Pieces, frame_of, pieces_of
from worker.ocr import LineReading

Mask = NDArray[np.bool_]

_FIGURES = re.compile(r"[\d.,·:;'`\-—]*\d[.,]\d[\d.,·:;'`\-—]*")
_FIGURE = re.compile(r"[\d.,()\-—△%]*\d[\d.,()\-—△%]*")
_DECIMALS = re.compile(r"\d[\d,]*\.\d\d(?!\d{3})")
_DIRT = ".,·:;'`"
_SIGN = 0.45  # text heights: a piece at least so high is no point
_FLAT = 0.3  # text heights: a piece at least so wide is no point either
_COLUMNS = 0.7  # text heights of blank beside a figure that part two columns
_FOOT = 0.15  # text heights above and below the signs' foot where a point may stand
_POINT = 0.06  # text heights: the least point
_WIDER = 1.4  # times the usual gap between digits: what parts two figures
_WORD = 3  # characters of a figure that is surely one


@dataclass(frozen=True, slots=True)
class Anew:
    """Lines to read in place of one; ``surely``: whatever they say, else if it is figures."""

    lines: tuple[InkLine, ...] = ()
    surely: bool = False


def cut_anew(line: InkLine, left: int, reading: LineReading, ink: Mask, unit: float) -> Anew:
    """The lines to read in place of one whose reading is figures but none that is printed.

    ``left`` is the x that the reading's edges count from, ``unit`` the height of ordinary
    characters. No lines where the reading is sound, or where its ink gives no better one.
    """
    text = narrow(reading.text)
    if len(text) < _WORD or isinstance(parse_amount(reading.text), Amount):
        return Anew()
    if not any(c.isdigit() for c in text):
        return Anew()
    pieces = _inside(line, ink)
    signs = _signs(pieces, unit)
    if len(signs) < 2:
        return Anew()
    gaps = _gaps(pieces, signs)
    blanks = _blanks(pieces, signs, unit)
    wide = [
        int(k)
        for k in np.flatnonzero(blanks > _COLUMNS * unit)
        if _beside_figure(reading, int(pieces.x0[signs[k + 1]]) - gaps[k] / 2 - left)
    ]
    if wide:
        return Anew(_parts(pieces, signs, wide), True)
    if not _FIGURES.fullmatch(text):
        return Anew()
    if isinstance(parse_amount(text.strip(_DIRT)), Amount):
        return _unless_same(line, _parts(pieces, signs, []))
    cuts = sorted(int(k) for k in np.argsort(-gaps)[: _figures_in(text) - 1])
    if not cuts or gaps[cuts].min() < _WIDER * float(np.median(gaps)):
        return Anew()
    return Anew(_parts(pieces, signs, cuts))


def are_figures(texts: Sequence[str]) -> bool:
    """Whether each text is a figure; several ones must have as many decimals, and some."""
    figures = [found for text in texts if isinstance(found := parse_amount(text), Amount)]
    decimals = {figure.decimals for figure in figures}
    alike = len(texts) == 1 or (len(decimals) == 1 and 0 not in decimals)
    return len(figures) == len(texts) > 0 and alike


def _inside(line: InkLine, ink: Mask) -> Pieces:
    """The line's pieces of ink from left to right."""
    own = pieces_of(ink[line.y0 : line.y1, line.x0 : line.x1])
    moved = Pieces(own.x0 + line.x0, own.y0 + line.y0, own.x1 + line.x0, own.y1 + line.y0, own.area)
    return moved.take(np.argsort(moved.x0))


def _signs(pieces: Pieces, unit: float) -> list[int]:
    """The pieces that are digits, or may be a minus: flat, or small at half height."""
    width, height = pieces.x1 - pieces.x0, pieces.y1 - pieces.y0
    high = height >= _SIGN * unit
    if not high.any():
        return []
    top, bottom = int(pieces.y0[high].min()), int(pieces.y1[high].max())
    place = ((pieces.y0 + pieces.y1) / 2 - top) / (bottom - top)
    minus = (place > 0.3) & (place < 0.7)
    return [int(i) for i in np.flatnonzero(high | minus | (width >= _FLAT * unit))]


def _gaps(pieces: Pieces, signs: Sequence[int]) -> NDArray[np.int64]:
    """The blank between each sign and the next one."""
    own = pieces.take(np.array(signs))
    gaps: NDArray[np.int64] = own.x0[1:] - np.maximum.accumulate(own.x1)[:-1]
    return gaps


def _blanks(pieces: Pieces, signs: Sequence[int], unit: float) -> NDArray[np.int64]:
    """The widest blank between each sign and the next, points and commas counted as ink.

    Typefaces that give every sign a cell of one width leave a wide blank behind a comma:
    with the comma in it, it parts no columns.
    """
    gaps = _gaps(pieces, signs)
    foot = _at_foot(pieces, signs, unit)
    widest = gaps.copy()
    for k in map(int, np.flatnonzero(gaps > _COLUMNS * unit)):
        start, end = int(pieces.x1[signs[: k + 1]].max()), int(pieces.x0[signs[k + 1]])
        inside = np.flatnonzero(foot & (pieces.x0 >= start) & (pieces.x1 <= end))
        edges = [start, *(int(x) for i in inside for x in (pieces.x0[i], pieces.x1[i])), end]
        widest[k] = max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True))
    return widest


def _at_foot(pieces: Pieces, signs: Sequence[int], unit: float) -> Mask:
    """Which pieces are small and stand where a point or comma stands: at the signs' foot."""
    height = pieces.y1 - pieces.y0
    digits = [i for i in signs if height[i] >= _SIGN * unit]
    bottom = float(np.median(pieces.y1[np.array(digits or signs)]))
    small = (height < _SIGN * unit) & (pieces.x1 - pieces.x0 < _FLAT * unit)
    low = (pieces.y1 > bottom - _FOOT * unit) & (pieces.y0 < bottom + _FOOT * unit)
    return small & low & (height >= _POINT * unit)


def _beside_figure(reading: LineReading, x: float) -> bool:
    """Whether a word that is a figure starts or ends at the gap around ``x``."""
    text, edges = reading.text, reading.edges
    if len(edges) != len(text) + 1:
        return False
    at = min(max(bisect_right(edges, x), 1), len(text))
    for cut in (at, at - 1, at + 1):
        if not 0 < cut < len(text):
            continue
        before, after = text[:cut].split(), text[cut:].split()
        if before and after and (_is_figure(before[-1]) and _is_figure(after[0])):
            return True
        spaced = text[cut - 1].isspace() or text[cut].isspace()
        if spaced and before and after and (_is_figure(before[-1]) or _is_figure(after[0])):
            return True
    return False


def _is_figure(word: str) -> bool:
    return len(word) >= _WORD and bool(_FIGURE.fullmatch(word))


def _figures_in(text: str) -> int:
    """How many figures of two decimals the text is made of, 1 where it is no such row."""
    found = _DECIMALS.findall(text)
    rest = _DECIMALS.sub("", text).strip(_DIRT)
    return len(found) if found and not rest.strip(_DIRT) else 1


def _parts(pieces: Pieces, signs: Sequence[int], cuts: Sequence[int]) -> tuple[InkLine, ...]:
    """The line's signs cut after the given ones; what is small counts between signs only."""
    edges = [0, *(int(k) + 1 for k in cuts), len(signs)]
    groups = [signs[a:b] for a, b in itertools.pairwise(edges)]
    return tuple(_between(pieces, group) for group in groups)


def _between(pieces: Pieces, signs: Sequence[int]) -> InkLine:
    """The frame from the first to the last sign, points and commas between them included."""
    x0, x1 = int(pieces.x0[signs[0]]), int(max(pieces.x1[i] for i in signs))
    return frame_of(pieces.take((pieces.x0 >= x0) & (pieces.x1 <= x1)))


def _unless_same(line: InkLine, parts: tuple[InkLine, ...]) -> Anew:
    return Anew(parts) if (parts[0].x0, parts[0].x1) != (line.x0, line.x1) else Anew()
