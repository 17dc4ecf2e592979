"""The dark edges of a scan: the gap under a lid, the shadow of a sheet, made paper.

They lie along the scanner's glass, whatever lies on it. Black-and-white scans break them into
pieces of the size of print, and where a grey one darkens its sheet towards the border, light
that is evened out leaves the border itself as a line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.imaging import grey_counts, quantile_of

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

_DARK = 0.6  # of the paper's grey: what is darker is no paper
_DEEP = 0.04  # of the page's size across it: how far in an edge may reach
_PARTS = 8  # of a side, each for itself: sheets lie askew
_BLACK = 0.3  # share of a line along the side that is dark somewhere in the edge
_RIM = 0.1  # of the depth looked at, which may be blank before the edge begins
_CLEAR = 0.02  # the same from which on there is paper
_SHADED = 0.97  # of the paper's grey: the grey of paper in a shadow


def without_edges(grey: Image) -> Image:
    """The image with its dark edges as light as its paper; the image itself where it has none.

    An edge begins at the image's border, or close to it, and ends where paper begins, within a
    twenty-fifth of the page. What goes on further may be print, as a table that the border
    cuts. In a shadow that darkens paper evenly along the side, print stays.
    """
    clear = grey
    for turns in range(4):
        side = np.rot90(grey, turns)  # its left edge is looked at
        strip = np.ascontiguousarray(side[:, : max(round(_DEEP * side.shape[1]), 1)])
        for rows, mended in _mended(strip):
            if clear is grey:
                clear = grey.copy()
            np.rot90(clear, turns)[rows, : mended.shape[1]] = mended
    return clear


def _mended(strip: Image) -> Iterator[tuple[slice, Image]]:
    """The stretches of a side that are dark, and what is to stand there."""
    steps = np.linspace(0, len(strip), _PARTS + 1).astype(int)
    for first, last in pairwise(steps):
        part = strip[first:last]
        if not part.size:
            continue
        paper = max(quantile_of(grey_counts(part[::4, part.shape[1] // 2 :]), 0.5), 1.0)
        least = math.ceil(_DARK * paper)  # what is darker is dark
        dark = part < np.uint8(least)
        bare = len(part) - _sums(dark.view(np.uint8))
        black = _depth((len(part) - bare) / len(part))
        _, lit_only = cv2.threshold(part, least - 1, 0, cv2.THRESH_TOZERO)
        light: Floats = _sums(lit_only) / (paper * np.maximum(bare, 1))
        light[bare == 0] = 1.0
        lit = np.flatnonzero(light[black:] >= _SHADED)
        shaded = black + int(lit[0]) if len(lit) else black
        if shaded:
            mended = part[:, :shaded] / light[:shaded]
            mended[:, :black][dark[:, :black]] = paper
            yield slice(int(first), int(last)), np.clip(mended, 0, 255).astype(np.uint8)


def _sums(part: Image) -> NDArray[np.int32]:
    """The sum of each column."""
    sums: NDArray[np.int32] = cv2.reduce(part, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
    return sums


def _depth(share: Floats) -> int:
    """How many lines along the side are dark, given the dark share of each; 0: none.

    A line or two at the very border may be blank, where an image was turned or cut.
    """
    dark = np.flatnonzero(share > _CLEAR)
    if not len(dark) or dark[0] > _RIM * len(share):
        return 0
    paper = dark[0] + np.flatnonzero(share[dark[0] :] <= _CLEAR)
    found = len(paper) and share[: paper[0]].max() > _BLACK
    return int(paper[0]) if found else 0
