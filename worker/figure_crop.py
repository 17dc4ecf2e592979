"""Crops of figures as the reader of figures sees them: the row of digits, one size for all.

What decides how well a figure is read is the crop: with one of twice the digits' height the
same network read none of the figures of a bad scan that it read all with one of 1.4 times
it. So the row of digits is found in the ink first; commas, brackets and the dirt above and
below do not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.imaging import grey_counts, quantile_of

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

HEIGHT = 32
"""Pixels of height of every crop."""

DIGIT = HEIGHT / 1.4
"""Pixels of height that a digit has in a crop."""

_PAPER = 250
_BESIDE = 0.4  # digit heights of paper kept left and right of the ink
_DARK = 40  # grey levels below white from which ink counts
_IN_ROW = 0.3  # of the fullest rows' ink: rows with more belong to the digits
_GAP = 0.15  # text heights between two rows of ink that are one row of digits
_LOWEST, _USUAL, _HIGHEST = 0.45, 0.75, 1.35  # text heights that digits may have


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a figure's ink in pixels of its page image, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Look:
    """How a crop differs from the plain one.

    ``scale`` is the height seen, 1.0 for 1.4 digit heights; ``shift`` how far its middle
    lies below the digits' middle, in digit heights.
    """

    scale: float = 1.0
    shift: float = 0.0


PLAIN = Look()

CLOSE_LOOKS = (PLAIN, Look(0.9), Look(1.12), Look(1.0, -0.07), Look(1.0, 0.07))
"""The looks at a figure that a glance left unsure."""


@dataclass(frozen=True, slots=True)
class Digits:
    """The row of digits in a frame: its middle and height in pixels of the page image."""

    middle: float
    height: float


def digits_of(grey: Image, frame: Frame, unit: float) -> Digits:
    """The row of digits inside ``frame``; ``unit`` is the page's usual character height.

    A lone dash or dot has none: there the row is one of usual digits around it.
    """
    top = max(int(frame.y0 - 0.25 * unit), 0)
    rows = slice(top, int(np.ceil(frame.y1 + 0.25 * unit)))
    columns = slice(max(int(frame.x0), 0), int(np.ceil(frame.x1)))
    dark = 255.0 - grey[rows, columns]
    dark[dark < _DARK] = 0.0
    profile = dark.sum(axis=1)
    usual = Digits((frame.y0 + frame.y1) / 2, _USUAL * unit)
    if profile.size == 0 or profile.max() <= 0:
        return usual
    full = _quantile(profile[profile > 0], 0.7)
    start, end = _fullest(profile, profile > _IN_ROW * full, _GAP * unit)
    height = float(end - start)
    if height < _LOWEST * unit:
        return usual
    middle = top + (start + end) / 2
    return Digits(middle, min(height, _HIGHEST * unit))


def _fullest(
    profile: NDArray[np.floating], inside: NDArray[np.bool_], gap: float
) -> tuple[int, int]:
    """First and last (exclusive) row of the run with the most ink, small gaps bridged."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if runs and start - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], int(end))
        else:
            runs.append((int(start), int(end)))
    return max(runs, key=lambda run: float(profile[run[0] : run[1]].sum()))


def figure_crop(
    grey: Image, frame: Frame, digits: Digits, look: Look = PLAIN, height: int = HEIGHT
) -> Floats:
    """The (height, width) crop: 0.0 for paper, about 1.0 for the figure's darkest ink."""
    seen = 1.4 * digits.height * look.scale
    zoom = height / seen
    left = frame.x0 - _BESIDE * digits.height
    width = max(round((frame.x1 - frame.x0 + 2 * _BESIDE * digits.height) * zoom), 8)
    top = digits.middle + look.shift * digits.height - seen / 2
    return inked(_window(grey, left, top, zoom, (width, height)))


def _window(grey: Image, left: float, top: float, zoom: float, size: tuple[int, int]) -> Image:
    """The part of ``grey`` from (left, top) on, enlarged by ``zoom`` to (width, height)."""
    # Pixel centres lie half a pixel in.
    x, y = (0.5 - left) * zoom - 0.5, (0.5 - top) * zoom - 0.5
    if zoom >= 0.8:
        matrix = np.array([[zoom, 0.0, x], [0.0, zoom, y]])
        larger: Image = cv2.warpAffine(
            grey, matrix, size, flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT, borderValue=_PAPER,
        )  # fmt: skip
        return larger
    # Made much smaller, a figure is averaged: sampling would lose thin strokes.
    rows = slice(max(round(top), 0), max(round(top + size[1] / zoom), 1))
    columns = slice(max(round(left), 0), max(round(left + size[0] / zoom), 1))
    part = grey[rows, columns]
    if part.size == 0:
        return np.full(size[::-1], _PAPER, np.uint8)
    smaller: Image = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return smaller


def inked(window: Image) -> Floats:
    """Greys as ink: paper 0.0, the darkest fortieth 1.0, so that faint print looks like dark."""
    dark = np.clip(_PAPER - window.astype(np.float32), 0.0, None)
    counts = grey_counts(window)[_PAPER::-1]
    counts[0] += window.size - counts.sum()  # what is lighter than paper
    most = max(quantile_of(counts, 0.975), 60.0)
    ink: Floats = np.minimum(dark / most, 1.25).astype(np.float32)
    return ink


def _quantile(values: NDArray[np.floating], share: float) -> float:
    """The quantile, between the two nearest values; sooner there than numpy's own for a few."""
    place = (len(values) - 1) * share
    below = int(place)
    above = min(below + 1, len(values) - 1)
    low, high = np.partition(values, (below, above))[[below, above]].tolist()
    return float(low + (high - low) * (place - below))
