"""The dark edges of a scan: the gap under a lid, the shadow of a sheet, made paper.

They lie along the scanner's glass, whatever lies on it, and black-and-white scans break them
into pieces of the size of print.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

_DARK = 0.6  # of the paper's grey: what is darker is no paper
_DEEP = 0.04  # of the page's size across it: how far in an edge may reach
_PARTS = 8  # of a side, each for itself: sheets lie askew
_BLACK = 0.3  # share of a line along the side that is dark somewhere in the edge
_CLEAR = 0.02  # the same from which on there is paper


def without_edges(grey: Image) -> Image:
    """The image with its dark edges as light as its paper; the image itself where it has none.

    An edge begins at the image's border and ends where paper begins, within a twenty-fifth of
    the page. What goes on further may be print, as a table that the border cuts.
    """
    paper = int(np.median(grey[::8, ::8]))
    clear = grey
    for turns in range(4):
        side = np.rot90(grey, turns)  # its left edge is looked at
        strip = side[:, : max(round(_DEEP * side.shape[1]), 1)]
        for rows, depth in _depths(strip < _DARK * paper):
            if clear is grey:
                clear = grey.copy()
            np.rot90(clear, turns)[rows, :depth] = paper
    return clear


def _depths(dark: NDArray[np.bool_]) -> Iterator[tuple[slice, int]]:
    """The stretches of a side that are dark, and how many pixels deep."""
    steps = np.linspace(0, len(dark), _PARTS + 1).astype(int)
    for first, last in pairwise(steps):
        share: Floats = dark[first:last].mean(axis=0)
        paper = np.flatnonzero(share <= _CLEAR)
        if len(paper) and share[: paper[0]].max(initial=0.0) > _BLACK:
            yield slice(int(first), int(last)), int(paper[0])
