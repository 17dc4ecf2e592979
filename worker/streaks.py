"""Streaks through a row of digits: lines that no digit is as high as.

What is left of a ruling, or a dirty roller's mark, runs on above and below the digits. Digits
do not, and neighbouring rows stand further off; so a narrow column of pixels that is dark in
both margins of the row is no part of a figure.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from worker.figure_crop import Digits, Frame

Image = NDArray[np.uint8]

_ABOVE = (-0.95, -0.62)  # of the digits' height, from their middle: where no digit reaches
_BELOW = (0.66, 0.98)  # the same below; commas hang down less
_BESIDE = 0.5  # digit heights left and right of the ink that are looked at
_DARK = 175
_DRAWN = 0.2  # least share of a margin's rows that is dark in a streak
_THICKEST = 0.2  # digit heights


def streaks(grey: Image, frame: Frame, digits: Digits) -> list[tuple[int, int]]:
    """The streaks near a figure's ink: first and last (exclusive) column of each, in pixels."""
    left = max(math.floor(frame.x0 - _BESIDE * digits.height), 0)
    right = math.ceil(frame.x1 + _BESIDE * digits.height)
    above = _margin(grey, digits, _ABOVE)[:, left:right]
    below = _margin(grey, digits, _BELOW)[:, left:right]
    if not above.size or not below.size:
        return []
    drawn = _smeared(_share(above)) & _smeared(_share(below))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], drawn, [False])).astype(np.int8)))
    thickest = max(_THICKEST * digits.height, 3) + 2
    return [
        (left + int(a), left + int(b))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if b - a <= thickest
    ]


def _margin(grey: Image, digits: Digits, band: tuple[float, float]) -> Image:
    start, end = (round(digits.middle + share * digits.height) for share in band)
    return grey[max(start, 0) : max(end, start + 2, 0)]


def _share(margin: Image) -> NDArray[np.bool_]:
    drawn: NDArray[np.bool_] = (margin < _DARK).mean(axis=0) >= _DRAWN
    return drawn


def _smeared(columns: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The columns and their neighbours: a streak leans a little."""
    wide = columns.copy()
    wide[1:] |= columns[:-1]
    wide[:-1] |= columns[1:]
    return wide


def erased(grey: Image, found: list[tuple[int, int]], digits: Digits) -> None:
    """Paints the streaks over, in place, as far as a crop of the row sees."""
    top = max(round(digits.middle - digits.height), 0)
    rows = slice(top, max(round(digits.middle + digits.height), 0))
    for start, end in found:
        grey[rows, start:end] = 255
