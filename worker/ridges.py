"""Pixels that are darker than what stands above and below them, as those of a ruling are.

A page is gone through in bands of rows: what is reckoned of one stays in the processor's cache, and
costs a third of what it costs in images of the whole page.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_BAND = 64  # rows


def ridges(grey: Image, contrast: int, off: tuple[int, int], smooth: int = 1) -> Image:
    """1 where a pixel, or the next above or below it, is darker by ``contrast`` than its sides.

    These stand so many rows ``off``: far for thick lines, or near for those that have something
    close to them. Beyond the image there is paper. The image is smoothed first, over so many pixels
    along its rows.
    """
    near, far = off
    found = np.empty_like(grey)
    for top in range(0, len(grey), _BAND):
        bottom = min(top + _BAND, len(grey))
        rows = _framed(grey, top - 1 - far, bottom + 1 + far)
        if smooth > 1:
            rows = cv2.blur(rows, (smooth, 1))
        sharp = _sharp(rows, contrast, near, far)
        band = found[top:bottom]
        cv2.max(sharp[:-2], sharp[1:-1], dst=band)
        cv2.max(band, sharp[2:], dst=band)
    return found


def _framed(grey: Image, top: int, bottom: int) -> Image:
    """The rows of an image, with paper for those that lie beyond it."""
    above, below = max(-top, 0), max(bottom - len(grey), 0)
    rows = grey[top + above : bottom - below]
    if not above and not below:
        return rows
    framed: Image = cv2.copyMakeBorder(rows, above, below, 0, 0, cv2.BORDER_CONSTANT, value=255)
    return framed


def _sharp(rows: Image, contrast: int, near: int, far: int) -> Image:
    """The same without the next ones, for all rows but ``far`` at both ends."""
    height = len(rows) - 2 * far
    sides = cv2.min(rows[:height], rows[2 * far :])
    if near < far:
        above, below = far - near, far + near
        nearer = cv2.min(rows[above : above + height], rows[below : below + height])
        cv2.max(sides, nearer, dst=sides)
    cv2.subtract(sides, rows[far : far + height], dst=sides)
    sharp: Image
    _, sharp = cv2.threshold(sides, contrast, 1, cv2.THRESH_BINARY, dst=sides)
    return sharp
