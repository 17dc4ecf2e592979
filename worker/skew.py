"""How a sheet lay on the glass: its skew and its bow, and the page made straight and flat.

Angles are degrees, clockwise; lengths are pixels, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Affine, PageMap
from worker.imaging import PAPER

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Bend = tuple[float, float]
"""Pixels: the fall from the middle to the edge, and the sag of the middle."""

_MARGIN = 0.03  # of the page's shorter side: an edge so wide may be the scanner's shadow
_LEAST_INK = 200  # pixels that tell anything
_SLOPES = 21  # tried at first, over twice the limit
_MOST_BOW = 0.012  # of the page's width
_BOWS = 7  # tried at first, over twice that
_ROUNDS = ((10000, 3.0, 6), (15000, 2.0, 3), (30000, 1.0, 2), (60000, 1.0, 1))
"""Pixels of ink, the height of the rows that they are gathered in, ever finer, and how many bends
the next round begins from: what is sharpest for few pixels may be so by chance."""
_FINER = 3.0  # times, from round to round
_LEVEL = 0.02  # degrees of skew that are left
_FLAT = 1.5  # pixels of bow that are left
_BAND = 32  # rows that are laid flat at once


@dataclass(frozen=True, slots=True)
class Lie:
    """How a sheet lies: its horizontals fall to the right by ``degrees`` on the whole.

    ``bow`` is by how much the middle of each line sags below its ends where those are at the
    page's left and right edge; negative where it rises.
    """

    degrees: float = 0.0
    bow: float = 0.0


def lie_of(ink: Mask, limit: float = 5.0) -> Lie:
    """How the page lies, its skew within ``limit`` degrees.

    It lies so that ink gathers most sharply in rows (Postl 1986), which may be parabolas: tried
    coarsely on a thinned set of ink, then ever finer on more of it. The margins, whose dark
    edges lie along the scanner and not along the page, count where there is hardly any other
    ink. A page without ink lies straight.
    """
    edge = round(_MARGIN * min(ink.shape))
    some = _some_of(ink[edge:-edge, edge:-edge])
    if some is None:
        some, edge = _some_of(ink), 0
    if some is None:
        return Lie()
    half = ink.shape[1] / 2
    xs, ys = some
    found = _Ink((xs + np.float32(edge - half)) / np.float32(half), ys)
    most = float(np.tan(np.radians(limit))) * half
    slopes, bows = _over(most, _SLOPES), _over(_MOST_BOW * ink.shape[1], _BOWS)
    tried = [(slope, bow) for slope in slopes for bow in bows]
    step_of_slope, step_of_bow = float(slopes[1] - slopes[0]), float(bows[1] - bows[0])
    for many, height, kept in _ROUNDS:
        best = found.sharpest(tried, many, height)[:kept]
        step_of_slope, step_of_bow = step_of_slope / _FINER, step_of_bow / _FINER
        tried = _around(best, step_of_slope, step_of_bow)
    slope, bow = best[0]
    if abs(bow) < _FLAT:
        # What little bow was seen had its part in the slope that suits it.
        straight = [(one, 0.0) for one, _ in _around([(slope, 0.0)], step_of_slope * _FINER, 0.0)]
        slope, bow = found.sharpest(straight, many, height)[0]
    return Lie(float(np.degrees(np.arctan(slope / half))), bow)


def _some_of(ink: Mask) -> tuple[Floats, Floats] | None:
    """The x and y of some pixels of ink, drawn by chance; None where there are too few."""
    if not ink.size:
        return None
    room = -ink.shape[1] % 8
    framed = cv2.copyMakeBorder(ink.view(np.uint8), 0, 0, 0, room, cv2.BORDER_CONSTANT, value=0)
    # Eight pixels at a time, most of which are bare: that takes a third of the time.
    eights = framed.view(np.uint64).ravel()
    inked = np.flatnonzero(eights != 0)
    pixels = np.flatnonzero(eights[inked].view(bool))
    if len(pixels) < _LEAST_INK:
        return None
    some = pixels[np.random.default_rng(0).integers(0, len(pixels), _ROUNDS[-1][0])]
    ys, xs = np.divmod(8 * inked[some // 8] + some % 8, framed.shape[1])
    return xs.astype(np.float32), ys.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Ink:
    """Pixels of ink: how far across the page each is, from -1 to 1, and its y."""

    across: Floats
    ys: Floats

    def sharpest(self, tried: Sequence[Bend], many: int, height: float) -> list[Bend]:
        """The bends, that by which the first pixels gather most sharply in rows first."""
        across, ys = self.across[:many], self.ys[:many]
        sagging = 1 - across**2
        falls = {s: np.float32(s) * across for s in dict.fromkeys(s for s, _ in tried)}
        sags = {b: np.float32(b) * sagging for b in dict.fromkeys(b for _, b in tried)}
        room = np.empty_like(ys)
        scores = []
        for slope, bow in tried:
            np.add(falls[slope], sags[bow], out=room)
            np.subtract(ys, room, out=room)
            scores.append(_sharpness(room, height))
        return [tried[k] for k in np.argsort(scores)[::-1]]


def _sharpness(ys: Floats, height: float) -> float:
    """How sharply pixels gather in rows; ``ys`` is overwritten."""
    ys -= ys.min()
    ys *= np.float32(1 / height)
    counts = np.bincount(ys.astype(np.int32))
    return float(np.dot(counts, counts))


def _over(most: float, many: int) -> Floats:
    return np.linspace(-most, most, many, dtype=np.float32)


def _around(best: Sequence[Bend], step_of_slope: float, step_of_bow: float) -> list[Bend]:
    """What to try next: steps to all sides of the bends found best."""
    steps = range(-2, 3)
    return list(
        dict.fromkeys(
            (slope + i * step_of_slope, bow + j * step_of_bow)
            for slope, bow in best
            for i in steps
            for j in steps
        )
    )


Part = tuple[slice, slice]
"""Rows and columns of an image; both ends are given."""


def straightened(grey: Image, lie: Lie) -> tuple[Image, PageMap]:
    """The image turned back and laid flat, none of it cut off; and the pixel map from it."""
    if _lies_straight(lie):
        return grey, PageMap()
    laid = _Laid.of(grey.shape, lie)
    whole = slice(0, laid.height), slice(0, laid.width)
    return laid.part(grey, whole), laid.sheet


def straightened_part(grey: Image, lie: Lie, part: Part) -> Image:
    """A part of what :func:`straightened` makes of the image."""
    if _lies_straight(lie):
        return grey[part]
    return _Laid.of(grey.shape, lie).part(grey, part)


def _lies_straight(lie: Lie) -> bool:
    return abs(lie.degrees) < _LEVEL and abs(lie.bow) < _FLAT


@dataclass(frozen=True, slots=True)
class _Laid:
    """An image laid straight: its size, and the map from it to where its pixels come from."""

    width: int
    height: int
    sheet: PageMap

    @classmethod
    def of(cls, shape: tuple[int, ...], lie: Lie) -> _Laid:
        h, w = shape
        turn = np.radians(lie.degrees)
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        width, height = round(w * cos + h * abs(sin)), round(h * cos + w * abs(sin))
        back = Affine(
            cos, sin, width / 2 - (cos * w + sin * h) / 2,
            -sin, cos, height / 2 - (cos * h - sin * w) / 2,
        ).inverse()  # fmt: skip
        if abs(lie.bow) < _FLAT:
            return cls(width, height, PageMap(back))
        # The bow is that over the sheet's width; what is wider now for its turn is bowed on.
        bow = lie.bow * (width / w) ** 2
        flat = Affine(f=min(bow, 0.0)).then(back)
        sheet = PageMap(flat, -lie.bow / (w / 2) ** 2, width / 2)
        return cls(width, height + round(abs(bow)), sheet)

    def part(self, grey: Image, part: Part) -> Image:
        """The rows and columns as they are laid straight."""
        return _flattened(grey, self.sheet, part) if self.sheet.bow else _turned(grey, self, part)


def _turned(grey: Image, laid: _Laid, part: Part) -> Image:
    rows, columns = part
    # Pixel centres lie half a pixel in; the map is on edges.
    shift = (
        Affine(c=columns.start + 0.5, f=rows.start + 0.5)
        .then(laid.sheet.flat)
        .then(Affine(c=-0.5, f=-0.5))
    )
    turned: Image = cv2.warpAffine(
        grey,
        np.array([[shift.a, shift.b, shift.c], [shift.d, shift.e, shift.f]]),
        (columns.stop - columns.start, rows.stop - rows.start),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderValue=PAPER,
    )
    return turned


def _flattened(grey: Image, sheet: PageMap, part: Part) -> Image:
    rows, columns = part
    laid = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    xs = np.arange(columns.start, columns.stop, dtype=np.float32) + np.float32(0.5)
    sag = np.float32(sheet.bow) * (xs - np.float32(sheet.middle)) ** 2
    flat = sheet.flat
    far = np.float32(flat.a) * xs, np.float32(flat.d) * xs
    # In bands of rows, for what is reckoned of one stays in the processor's cache.
    for top in range(0, len(laid), _BAND):
        band = laid[top : top + _BAND]
        first = rows.start + top
        ys = np.arange(first, first + len(band), dtype=np.float32)[:, None] + np.float32(0.5) + sag
        from_x = far[0] + np.float32(flat.b) * ys
        from_x += np.float32(flat.c - 0.5)
        from_y = far[1] + np.float32(flat.e) * ys
        from_y += np.float32(flat.f - 0.5)
        cv2.remap(
            grey, from_x, from_y, cv2.INTER_CUBIC,
            dst=band, borderMode=cv2.BORDER_CONSTANT, borderValue=PAPER,
        )  # fmt: skip
    return laid
