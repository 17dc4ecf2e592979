"""Dots of dirt before a figure, which a reader takes for a minus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_INK = 40  # grey levels below white from which ink counts
_SMALL = 0.27  # of the figure's height: no minus is so short
_FREE = 0.25  # of it, of bare paper behind a speck
_FOOT = 0.75  # of it, from the top: a point stands below


def past_speck(part: Image, inked: NDArray[np.intp]) -> int:
    """Where the figure in ``part`` begins: the first column with ink that is of no free speck.

    ``part`` is (height, width) of grey and as high as the figure, ``inked`` its columns with ink,
    at least one. A minus is wider than a speck, and a point stands at the figure's foot.
    """
    first = int(inked[0])
    gaps = np.flatnonzero(np.diff(inked) > 1)
    if not len(gaps):
        return first
    last, then = int(inked[gaps[0]]), int(inked[gaps[0] + 1])
    height = len(part)
    if last + 1 - first >= _SMALL * height or then - last <= _FREE * height:
        return first
    rows = np.flatnonzero((255 - part[:, first : last + 1].min(axis=1)) > _INK)
    low = len(rows) and rows[-1] >= _FOOT * height
    return first if low else then
