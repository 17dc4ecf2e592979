"""Lines of text in the cells of a ruled table, told by rulings and ink: nothing has to find them.

In a cell whose ink stands in rows as high as print, the rows are its lines. Where a stamp, a blot
or a figure over a border makes them anything else, and outside of tables, a detector must look.
Lengths are pixels of the upright page, origin top left, unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from schemas.page import Ruling
from worker.ink_lines import GAP, Ink, InkLine, Pieces, far_apart, frame_of
from worker.ocr import LineBox
from worker.ruled import Lattice, lattices

_LOW, _HIGH = 0.45, 1.6  # text heights of a row of print
_STROKE = 0.3  # text heights: what is lower is but a stroke of a sign, as of 二
_ONE_SIGN = 1.25  # text heights: that it and what is above or below it have together
_SMALL, _SEVERAL = 0.2, 3  # text heights, and pieces, of a row of print that is unusually small
_WORD = 1.0  # text heights: what is narrower and of one piece may be dirt
_LEAST = 6.0  # text heights of table that are worth leaving out
_BLANK = 4.0  # text heights of paper that part what is looked at
_MARGIN = 1.0  # text heights that are looked at beyond what must be
_ROOM = 8.0
"""Text heights: where a table bears more than print, a wider and higher cell may hold anything."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Band:
    """Rows of pixels, each from the first to before the last.

    Lines in the middle of which lie rows from ``top`` to ``bottom`` are to be found, in sight of
    those from ``above`` to ``below``.
    """

    top: int
    bottom: int
    above: int
    below: int


@dataclass(frozen=True, slots=True)
class Told:
    """The lines that cells tell, and the bands of the page that a detector must look at."""

    lines: tuple[LineBox, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Rows of a table that tell all of their lines: from ``top`` to ``bottom``."""

    top: float
    bottom: float
    lines: tuple[LineBox, ...]


def told_by_cells(
    ink: Ink, rulings: Sequence[Ruling], scale: tuple[float, float], unit: float
) -> Told:
    """What the cells of the page's ruled tables tell of its lines.

    ``rulings`` are in points, ``scale`` is points per pixel across and along, ``unit`` the height
    of ordinary characters.
    """
    stretches = [
        stretch
        for lattice in lattices(rulings)
        for stretch in _stretches(lattice, ink, scale, unit)
        if stretch.bottom - stretch.top > _LEAST * unit
    ]
    lines = tuple(line for stretch in stretches for line in stretch.lines)
    return Told(lines, tuple(_bands(stretches, ink, unit)))


def _stretches(
    lattice: Lattice, ink: Ink, scale: tuple[float, float], unit: float
) -> Iterator[_Stretch]:
    xs, ys = np.array(lattice.xs) / scale[0], np.array(lattice.ys) / scale[1]
    room = _ROOM * unit if _bears_more_than_print(ink, xs, ys) else math.inf
    lines, plain = _rows_of_cells(lattice, ink.writing, xs, ys, unit, room)
    plain &= ~_spoilt(ink, xs, ys, unit)
    for told, run in groupby(range(len(plain)), lambda row: bool(plain[row])):
        rows = list(run)
        if told:
            held = (line for row in rows for line in lines[row])
            yield _Stretch(float(ys[rows[0]]), float(ys[rows[-1] + 1]), tuple(held))


def _bears_more_than_print(ink: Ink, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> bool:
    """Whether anything but print, as a signature, stands in the table."""
    x, y = (ink.astray.x0 + ink.astray.x1) / 2, (ink.astray.y0 + ink.astray.y1) / 2
    return bool(((xs[0] < x) & (x < xs[-1]) & (ys[0] < y) & (y < ys[-1])).any())


def _rows_of_cells(
    lattice: Lattice,
    pieces: Pieces,
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    unit: float,
    room: float,
) -> tuple[list[list[LineBox]], Flags]:
    """For each row of the table the lines of the cells that begin there, and whether all are.

    Cells wider and higher than ``room`` tell nothing.
    """
    cell_at = np.full((len(ys) - 1, len(xs) - 1), -1)
    for number, slot in enumerate(lattice.slots):
        cell_at[slot.row : slot.row + slot.rowspan, slot.col : slot.col + slot.colspan] = number
    x, y = (pieces.x0 + pieces.x1) / 2, (pieces.y0 + pieces.y1) / 2
    column, row = np.searchsorted(xs, x) - 1, np.searchsorted(ys, y) - 1
    inside = (column >= 0) & (column < len(xs) - 1) & (row >= 0) & (row < len(ys) - 1)
    cell = np.full(len(pieces), -1)
    cell[inside] = cell_at[row[inside], column[inside]]
    lines: list[list[LineBox]] = [[] for _ in ys[1:]]
    plain = np.ones(len(ys) - 1, bool)
    order = np.argsort(cell, kind="stable")
    begins = np.searchsorted(cell[order], np.arange(len(lattice.slots) + 1))
    for slot, (first, last) in zip(lattice.slots, pairwise(begins.tolist()), strict=True):
        if first == last:
            continue
        wide = xs[slot.col + slot.colspan] - xs[slot.col] > room
        high = ys[slot.row + slot.rowspan] - ys[slot.row] > room
        found = None if wide and high else _lines_of(pieces.take(order[first:last]), unit)
        if found is None:
            plain[slot.row : slot.row + slot.rowspan] = False
        else:
            lines[slot.row] += found
    return lines, plain


def _lines_of(pieces: Pieces, unit: float) -> list[LineBox] | None:
    """The lines of a cell; None where its ink stands in anything but rows of print."""
    lines = []
    for row in _rows(pieces, unit):
        if frame_of(row).height > _HIGH * unit:
            return None
        for part in far_apart(row, GAP * unit):
            frame = frame_of(part)
            if _is_print(frame, len(part), unit):
                lines.append(LineBox(frame.x0, frame.y0, frame.x1, frame.y1, 1.0))
    return lines


def _is_print(frame: InkLine, pieces: int, unit: float) -> bool:
    """Whether so many pieces of ink in a frame are print; a lone one may be a mark or dirt."""
    several = frame.height > _SMALL * unit and pieces >= _SEVERAL
    word = pieces > 1 or frame.width >= _WORD * unit
    return several or (word and frame.height >= _LOW * unit)


def _rows(pieces: Pieces, unit: float) -> Iterator[Pieces]:
    """The pieces of each row of ink, a stroke in one with what it is a part of."""
    order = np.argsort(pieces.y0, kind="stable")
    tops, bottoms = pieces.y0[order], np.maximum.accumulate(pieces.y1[order])
    cuts = (np.flatnonzero(tops[1:] >= bottoms[:-1]) + 1).tolist()
    begin, middle = 0, 0  # of the row, and of the ink that was added to it last
    for cut, end in pairwise([*cuts, len(order)]):
        high, low = bottoms[cut - 1] - tops[middle], bottoms[end - 1] - tops[cut]
        stroke = min(high, low) < _STROKE * unit
        if not stroke or bottoms[end - 1] - tops[begin] > _ONE_SIGN * unit:
            yield pieces.take(order[begin:cut])
            begin = cut
        middle = cut
    yield pieces.take(order[begin:])


def _spoilt(ink: Ink, xs: NDArray[np.float64], ys: NDArray[np.float64], unit: float) -> Flags:
    """The rows of a table through which anything but print runs, or beside which print stands."""
    spoilt = np.zeros(len(ys) - 1, bool)
    letters = ink.writing.y1 - ink.writing.y0 > _LOW * unit
    x = (ink.writing.x0 + ink.writing.x1) / 2
    beside = ink.writing.take(letters & ((x < xs[0]) | (x > xs[-1])))
    for pieces in (beside, ink.astray):
        first = np.searchsorted(ys, pieces.y0, side="right") - 1
        last = np.searchsorted(ys, pieces.y1, side="left")
        for a, b in zip(first.tolist(), last.tolist(), strict=True):
            spoilt[max(a, 0) : max(b, 0)] = True
    return spoilt


def _bands(stretches: Sequence[_Stretch], ink: Ink, unit: float) -> Iterator[Band]:
    """What stretches leave of the page's rows, as far as there is ink in them or close by."""
    margin = round(_MARGIN * unit)
    inked = np.zeros(ink.height, bool)
    for pieces in (ink.writing, ink.astray):
        for top, bottom in zip(pieces.y0.tolist(), pieces.y1.tolist(), strict=True):
            inked[top:bottom] = True
    for stretch in stretches:
        inked[round(stretch.top) : round(stretch.bottom)] = False
    rows = np.flatnonzero(inked)
    for part in np.split(rows, np.flatnonzero(np.diff(rows) > _BLANK * unit) + 1):
        if len(part) >= _LOW * unit:
            top, bottom = int(part[0]), int(part[-1]) + 1
            yield Band(top, bottom, max(top - margin, 0), min(bottom + margin, ink.height))
