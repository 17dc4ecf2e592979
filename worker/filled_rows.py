"""Long stretches of a mask's rows that are drawn most of the way, as those of a ruling are.

Most rows have none. That is told by counting bits first, eight pixels at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_BAND = 64  # rows that are told of at once, so that the cache holds them


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a mask, all others being empty: their places in order, and what is drawn."""

    at: NDArray[np.intp]
    drawn: NDArray[np.uint8]

    def bands(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """What is drawn in rows that follow each other, and the place of the first."""
        inked = np.flatnonzero(_inked(self.drawn))
        for rows in np.split(inked, np.flatnonzero(np.diff(self.at[inked]) > 1) + 1):
            if len(rows):
                yield int(self.at[rows[0]]), self.drawn[rows[0] : rows[-1] + 1]


def filled(mask: NDArray[np.uint8], length: float, share: float) -> Rows:
    """What of a mask of 0 and 1 lies on some stretch of ``length`` that is drawn to ``share``."""
    window = max(round(length), 5) | 1
    least = math.ceil(share * window)
    inked = np.flatnonzero(cv2.reduce(mask, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S) >= least)
    bands = (inked[first : first + _BAND] for first in range(0, len(inked), _BAND))
    at = np.concatenate([inked[:0], *(band[_hopeful(mask[band], window, least)] for band in bands)])
    rows = mask[at]
    full = (along(rows, window) >= least).view(np.uint8)
    kept = _inked(full)
    # Where any is full; cv2.dilate takes the longer the wider the window is.
    grown = (along(full[kept], window) > 0).view(np.uint8)
    return Rows(at[kept], grown & rows[kept])


def _hopeful(rows: NDArray[np.uint8], window: int, least: int) -> Mask:
    """Which rows may have ``least`` pixels in a ``window``: so many in the bytes that it meets."""
    eights = np.bitwise_count(np.packbits(rows, axis=1))
    hopeful: Mask = along(eights, (window // 8 + 2) | 1).max(axis=1, initial=0) >= least
    return hopeful


def along(rows: NDArray[np.uint8], window: int) -> NDArray[np.uint16]:
    """The sum of the ``window`` pixels around each, in its row."""
    if not len(rows):
        return rows.astype(np.uint16)
    summed: NDArray[np.uint16] = cv2.boxFilter(
        rows, cv2.CV_16U, (window, 1), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return summed


def _inked(mask: NDArray[np.uint8]) -> Mask:
    rows: Mask = mask.max(axis=1, initial=0) > 0  # sooner than any()
    return rows
