"""The ink of rulings, lifted off the page; what stands on them or runs through them stays.

Text often stands so close to a ruling that they share pixels. Where a ruling runs alone its
profile across is seen, grey by grey; that much is taken away all along it. What is darker than
the ruling alone would be, and goes on outside it, is the foot of a character.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

PAPER = 255
_RIM = 2  # pixels beside a ruling that its blur reaches
_BESIDE = 3  # pixels beyond, on which it is seen whether anything stands there
_BARE = 200  # grey above which nothing does
_INK = 205  # grey below which something is left when a ruling's own is taken away
_DARK = 110  # grey of a stroke that stands free of what is beside it
_BLACK = 40  # grey of a ruling that hides all ink
_PALER = 80  # grey levels above it at which a ruling hides none
_THROUGH = 150  # grey of ink that runs through a ruling
_WIDEST = 40  # pixels of a character's foot, at the resolutions that are read
_FEWEST = 12  # columns in which a ruling runs alone
_SHARE = 0.1  # of all, likewise


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A horizontal run of a ruling's ink, in pixels.

    ``middles`` has the y of its middle for each column from ``x0`` on: it may bend slowly.
    """

    x0: int
    middles: Floats
    half: float


def drawn(strokes: Sequence[Stroke], height: int, width: int) -> Mask:
    """The pixels of a page that the strokes are drawn with."""
    mask = np.zeros((height, width), bool)
    for stroke in strokes:
        first = np.maximum(np.rint(stroke.middles - stroke.half), 0).astype(np.intp)
        last = np.minimum(np.rint(stroke.middles + stroke.half), height - 1).astype(np.intp)
        rows = first + np.arange(int((last - first).max()) + 1)[:, None]
        inside = rows <= last
        columns = np.arange(stroke.x0, stroke.x0 + len(stroke.middles))
        mask[rows[inside], np.broadcast_to(columns, rows.shape)[inside]] = True
    return mask


def lift(page: Image, strokes: Sequence[Stroke], across: Mask) -> None:
    """Takes the strokes off ``page``, in place; ``across`` are the pixels of vertical lines."""
    near = cv2.dilate(across.view(np.uint8), np.ones((3, 7), np.uint8)).view(bool)
    for stroke in strokes:
        _lift(page, stroke, near)


def _lift(page: Image, stroke: Stroke, near: Mask) -> None:
    core = round(stroke.half)
    reach = core + _RIM + _BESIDE
    offsets = np.arange(-reach, reach + 1)[:, None]
    rows = np.clip(np.rint(stroke.middles).astype(np.intp) + offsets, 0, len(page) - 1)
    columns = np.arange(stroke.x0, stroke.x0 + len(stroke.middles))
    seen = page[rows, columns]
    crossed = near[rows[reach], columns]
    left = _less(seen, _profile(seen, core, crossed))
    upper, lower = _feet(seen, left, core), _feet(seen[::-1], left[::-1], core)[::-1]
    through = _touching(seen, upper, core) & _touching(seen[::-1], lower[::-1], core)
    lifted = np.where(upper | lower, left, PAPER).astype(np.uint8)
    # A line that crosses is lifted in its own turn.
    rim = np.abs(offsets) > core
    of_another = rim & (seen <= _DARK)
    lifted = np.where(crossed, np.where(of_another, seen, PAPER), lifted)
    lifted = np.where(through & ~crossed, seen, lifted).astype(np.uint8)
    own = slice(_BESIDE, -_BESIDE)
    page[rows[own], columns] = lifted[own]


def _less(seen: Image, own: Image) -> Image:
    """What is left of the ink when a ruling's ``own`` is taken away.

    One ink over another lets as much less light through; of black nothing more can be told than
    by how much it is darker still.
    """
    ruling = own.astype(np.float32)
    told = np.clip((ruling - _BLACK) / _PALER, 0, 1)
    through = seen * (PAPER / np.maximum(ruling, 1.0))
    left: Image = np.clip(told * through + (1 - told) * (seen + (PAPER - ruling)), 0, PAPER).astype(
        np.uint8
    )
    return left


def _profile(seen: Image, core: int, crossed: Mask) -> Image:
    """The ruling's own grey at each distance from its middle: (distances, 1)."""
    bare = seen > _BARE
    alone = bare[:_BESIDE].all(axis=0) & bare[-_BESIDE:].all(axis=0) & ~crossed
    enough = np.count_nonzero(alone) >= max(_FEWEST, _SHARE * len(alone))
    own: Image = np.median(seen[:, alone] if enough else seen, axis=1).astype(np.uint8)
    if not enough:  # what stands beside it is no blur of the ruling
        own[: len(own) // 2 - core] = own[len(own) // 2 + core + 1 :] = PAPER
    return own[:, None]


def _feet(seen: Image, left: Image, core: int) -> Mask:
    """Where ink that stands above the ruling goes on in its upper half."""
    feet = np.zeros(seen.shape, bool)
    middle = len(seen) // 2
    inked = left < _INK
    feet[_BESIDE - 1] = inked[_BESIDE - 1]
    for row in range(_BESIDE, middle + 1):
        above = feet[row - 1 : row].view(np.uint8)
        goes_on: Mask = cv2.dilate(above, np.ones((1, 3), np.uint8))[0].view(bool)
        if row < middle - core - 1:
            free = (seen[row] <= _DARK) & (seen[row + 1] > _DARK)  # a stroke of its own
            goes_on = np.logical_or(goes_on, free)
        feet[row] = _spread(goes_on & inked[row], inked[row])
    return feet


def _spread(some: Mask, inked: Mask) -> Mask:
    """The runs of ``inked`` pixels that hold ``some``, but for those wider than a character."""
    if not some.any():
        return some
    edges = np.flatnonzero(np.diff(inked.view(np.int8), prepend=0, append=0))
    starts, ends = edges[::2], edges[1::2]
    before = np.concatenate(([0], np.cumsum(some)))
    held = (before[ends] > before[starts]) & (ends - starts <= _WIDEST)
    change = np.zeros(len(inked) + 1, np.int8)
    change[starts[held]] += 1
    change[ends[held]] -= 1
    whole: Mask = np.cumsum(change[:-1]).astype(bool)
    return whole | some


def _touching(seen: Image, feet: Mask, core: int) -> Mask:
    """The columns in which dark ink meets the ruling from above."""
    rim = slice(_BESIDE, len(seen) // 2 - core)
    touching: Mask = np.any(feet[rim] & (seen[rim] < _THROUGH), axis=0)
    return touching
