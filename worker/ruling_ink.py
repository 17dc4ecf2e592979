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


def drawn_turned(strokes: Sequence[Stroke], height: int, width: int) -> Image:
    """255 where a page is drawn on with the strokes, its rows and columns exchanged.

    ``height`` and ``width`` are those of the page as the strokes lie.
    """
    mask = np.zeros((width, height), np.uint8)
    for stroke in strokes:
        first = np.maximum(np.rint(stroke.middles - stroke.half), 0).astype(np.intp)
        last = np.minimum(np.rint(stroke.middles + stroke.half), height - 1).astype(np.intp)
        rows = first[:, None] + np.arange(int((last - first).max()) + 1)
        inside = rows <= last[:, None]
        columns = np.arange(stroke.x0, stroke.x0 + len(stroke.middles))[:, None]
        mask[np.broadcast_to(columns, rows.shape)[inside], rows[inside]] = PAPER
    return mask


def lift(page: Image, strokes: Sequence[Stroke], across: Image) -> None:
    """Takes the strokes off ``page``, in place; ``across`` is not 0 where vertical lines are."""
    for stroke in strokes:
        _lift(page, stroke, across)


def _lift(page: Image, stroke: Stroke, across: Image) -> None:
    core = round(stroke.half)
    reach = core + _RIM + _BESIDE
    offsets = np.arange(-reach, reach + 1)[:, None]
    middles = np.rint(stroke.middles).astype(np.intp)
    rows = np.clip(middles + offsets, 0, len(page) - 1)
    # In one long row of pixels they are found sooner.
    pixels, places = page.reshape(-1), rows * page.shape[1]
    places += np.arange(stroke.x0, stroke.x0 + len(middles))
    seen = pixels[places]
    crossed = _crossed(across, stroke.x0, rows[reach])
    left = _less(seen, _profile(seen, core, crossed))
    upper, lower = _feet(seen, left, core), _feet(seen[::-1], left[::-1], core)[::-1]
    through = _touching(seen, upper, core) & _touching(seen[::-1], lower[::-1], core)
    lifted = np.where(upper | lower, left, np.uint8(PAPER))
    # A line that crosses is lifted in its own turn.
    rim = np.abs(offsets) > core
    of_another = rim & (seen <= _DARK)
    lifted = np.where(crossed, np.where(of_another, seen, np.uint8(PAPER)), lifted)
    lifted = np.where(through & ~crossed, seen, lifted)
    own = slice(_BESIDE, -_BESIDE)
    pixels[places[own]] = lifted[own]


def _crossed(across: Image, x0: int, middles: NDArray[np.intp]) -> Mask:
    """Where a line runs across a stroke or close by it, in each of its columns."""
    left, top = max(x0 - 3, 0), max(int(middles.min()) - 1, 0)
    near = cv2.dilate(
        across[top : int(middles.max()) + 2, left : x0 + len(middles) + 3],
        np.ones((3, 7), np.uint8),
    )
    crossed: Mask = near[middles - top, np.arange(len(middles)) + (x0 - left)] > 0
    return crossed


def _less(seen: Image, own: Image) -> Image:
    """What is left of the ink when a ruling's ``own`` is taken away.

    One ink over another lets as much less light through; of black nothing more can be told than
    by how much it is darker still. Told once for each grey that may be seen.
    """
    greys = np.arange(PAPER + 1, dtype=np.uint8)
    ruling = own.astype(np.float32)
    told = np.clip((ruling - _BLACK) / _PALER, 0, 1)
    through = greys * (PAPER / np.maximum(ruling, 1.0))
    left = np.clip(told * through + (1 - told) * (greys + (PAPER - ruling)), 0, PAPER)
    table: Image = left.astype(np.uint8)
    return np.take_along_axis(table, seen.astype(np.intp), axis=1)


def _profile(seen: Image, core: int, crossed: Mask) -> Image:
    """The ruling's own grey at each distance from its middle: (distances, 1)."""
    bare = seen > _BARE
    alone = bare[:_BESIDE].all(axis=0) & bare[-_BESIDE:].all(axis=0) & ~crossed
    enough = np.count_nonzero(alone) >= max(_FEWEST, _SHARE * len(alone))
    # Of small numbers sorted so, and sooner than np.median finds their middle.
    asked = np.sort(seen[:, alone] if enough else seen, axis=1, kind="stable").astype(np.uint16)
    half = asked.shape[1] // 2
    own = ((asked[:, half] + asked[:, asked.shape[1] - half - 1]) // 2).astype(np.uint8)
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
        above = feet[row - 1]
        goes_on = above.copy()
        goes_on[1:] |= above[:-1]
        goes_on[:-1] |= above[1:]
        if row < middle - core - 1:
            goes_on |= (seen[row] <= _DARK) & (seen[row + 1] > _DARK)  # a stroke of its own
        feet[row] = _spread(goes_on & inked[row], inked[row])
    return feet


def _spread(some: Mask, inked: Mask) -> Mask:
    """The runs of ``inked`` pixels that hold ``some``, but for those wider than a character."""
    places = np.flatnonzero(some)
    if not len(places):
        return some
    framed = np.zeros(len(inked) + 2, bool)
    framed[1:-1] = inked
    edges = np.flatnonzero(framed[1:] != framed[:-1])
    # Before a run's end and not before its start: an even number of edges has passed by others.
    at = np.searchsorted(edges, places, side="right")
    runs = at[at % 2 == 1] - 1
    starts, ends = edges[runs], edges[runs + 1]
    whole = some.copy()
    for start, end in set(zip(starts.tolist(), ends.tolist(), strict=True)):
        if end - start <= _WIDEST:
            whole[start:end] = True
    return whole


def _touching(seen: Image, feet: Mask, core: int) -> Mask:
    """The columns in which dark ink meets the ruling from above."""
    rim = slice(_BESIDE, len(seen) // 2 - core)
    touching: Mask = np.any(feet[rim] & (seen[rim] < _THROUGH), axis=0)
    return touching
