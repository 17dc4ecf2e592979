"""Rulings that go on where they were not found, because a lattice says where they must run.

A dotted or ragged ruling falls below what tells a line from dirt in some of its cells, and text
that stands close to it hides it in others. Where it was found in one cell of a row, and lines
cross its way at both sides of another one, much less ink at the same height tells that it goes
on there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from worker.drawn_line import Line

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_CONTRAST = 24  # grey levels by which a ruling is darker than what stands on both sides of it
_OFF = 3  # pixels that it may lie off the height at which it was found
_DRAWN = 0.25  # share of its open columns that must be drawn
_OPEN = 0.3  # share of its columns that must have no ink close beside it
_INK = 190  # grey of ink that stands beside it
_FOUND = 0.25  # of the way between the outermost lines across it that must have been found
_PARTS = 5  # of the way from one line across to the next
_SOME = 0.12  # share of each part's open columns that must be drawn
_COVERED = 0.5  # share of a cell's width from which its ruling was found
_LEAST = 1.5  # text heights: what is narrower is no cell


def gaps_closed(
    grey: Image, lines: Sequence[Line], across: Sequence[Line], unit: float
) -> Iterator[Line]:
    """The missing pieces of horizontal ``lines``, from one line ``across`` to the next.

    All in pixels of ``grey``; ``unit`` is the height of ordinary text.
    """
    seen: set[tuple[int, int, int]] = set()
    for line in lines:
        crossing = sorted(
            other.at for other in across if other.start - unit < line.at < other.end + unit
        )
        level = [one for one in lines if abs(one.at - line.at) < max(unit / 3, 4.0)]
        if not crossing or sum(o.length for o in level) < _FOUND * (crossing[-1] - crossing[0]):
            continue
        for left, right in _within_reach(list(pairwise(crossing)), level, lines, unit):
            place = (round(left), round(right), round(line.at / unit))
            if right - left < _LEAST * unit or place in seen:
                continue
            seen.add(place)
            at = _runs_at(grey, line, round(left), round(right), unit)
            if at is not None:
                yield Line(True, at, left, right, line.thickness, faint=True)


Band = tuple[float, float]
"""From one line across to the next, in pixels."""


def _within_reach(
    bands: Sequence[Band], level: Sequence[Line], lines: Sequence[Line], unit: float
) -> Iterator[Band]:
    """The bands in which a ruling was not found, but in others of the same lattice.

    Bands hang together where some line runs through them; a ruling of one table says nothing of
    the table above it, with text between them. Where it is found on both sides it goes on.
    """
    found = [_held(level, band) > _COVERED * (band[1] - band[0]) for band in bands]
    bridged = [
        any(o.start < left + unit and o.end > right - unit for o in lines) for left, right in bands
    ]
    for at, band in enumerate(bands):
        before, behind = any(found[:at]), any(found[at + 1 :])
        if not found[at] and ((before and behind) or (bridged[at] and _near(found, bridged, at))):
            yield band


def _held(level: Sequence[Line], band: Band) -> float:
    """The length on which lines are found in a band."""
    return sum(max(min(o.end, band[1]) - max(o.start, band[0]), 0.0) for o in level)


def _near(found: Sequence[bool], bridged: Sequence[bool], at: int) -> bool:
    """Whether a band in which the ruling is found hangs together with band ``at``."""
    for way in (range(at - 1, -1, -1), range(at + 1, len(found))):
        for other in way:
            if found[other]:
                return True
            if not bridged[other]:
                break
    return False


def _runs_at(grey: Image, line: Line, left: int, right: int, unit: float) -> float | None:
    """The height at which a ruling goes on from ``left`` to ``right``; None where none does."""
    edge = round(unit / 4)  # the lines across stand there
    first, last = left + edge, right - edge
    reach = max(round(unit / 4), 4) + round(line.thickness / 2)
    top = round(line.at - 0.5) - _OFF - reach
    strip = grey[max(top, 0) : top + 2 * (_OFF + reach) + 1, first:last]
    if top < 0 or strip.shape[0] < 2 * (_OFF + reach) + 1 or last - first < unit / 2:
        return None
    best: tuple[float, float] | None = None
    for off in range(-_OFF, _OFF + 1):
        middle = reach + _OFF + off
        half = max(round(line.thickness / 2), 1)
        core = strip[middle - half : middle + half + 1].min(axis=0)
        above = strip[middle - reach : middle - half]
        below = strip[middle + half + 1 : middle + reach + 1]
        beside = np.minimum(above.min(axis=0), below.min(axis=0))
        open_ = beside >= _INK
        if open_.mean() < _OPEN:
            continue
        drawn = (beside.astype(np.int16) - core >= _CONTRAST) & open_
        share = float(drawn.sum() / open_.sum())
        told = share >= _DRAWN and _all_along(drawn, open_)
        if told and (best is None or share > best[0]):
            best = share, line.at + off
    return best[1] if best else None


def _all_along(drawn: Mask, open_: Mask) -> bool:
    """Whether it is drawn at both ends and in between: strokes of text end short of the lines."""
    parts = [
        (drawn[part].sum(), open_[part].sum())
        for part in np.array_split(np.arange(len(drawn)), _PARTS)
    ]
    told = [inked >= _SOME * free for inked, free in parts if free]
    ends = parts[0][1] > 0 and parts[-1][1] > 0
    return ends and all(told) and len(told) > _PARTS / 2
