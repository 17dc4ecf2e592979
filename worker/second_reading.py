"""A second reading: named places of the pages are read again from their pixels.

The one way back up the stream: a later stage asks about places that decide between worlds
and gets new readings of their ink, never values. The first reading saw the page at one
resolution, its rulings painted over; the second sees the ink finer, as the scanner gave it but
for the noise of the paper, through crops of several heights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Affine, Box
from schemas.page import PageText, Posterior, Reading
from worker.ctc import SIGNS, figure_beam, posterior_of
from worker.figure_crop import CLOSE_LOOKS, Digits, Frame, digits_of, figure_crop
from worker.figure_reader import FigureReader
from worker.imaging import calmed, flatten_light
from worker.round_stamps import round_stamps, without_stamps
from worker.specks import past_speck

Image = NDArray[np.uint8]
Colour = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: ``page`` counts from 1, boxes are in its page space.

    ``column`` and ``row`` are other figures in line with it, where there are some: they tell
    where a figure begins and ends of which little was seen. ``blank`` says that nothing was,
    ``part`` that it may be a part of one. ``room`` is the cell that it stands in, None where that
    is not known.
    """

    page: int
    box: Box
    column: tuple[Box, ...] = ()
    row: tuple[Box, ...] = ()
    blank: bool = False
    part: bool = False
    room: Box | None = None


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What the ink at a place says, seen again: candidate texts best first, and the looks.

    Both are empty where the page has no pixels to read (a text layer, a blank page). ``wider``
    says that more was looked at than the place: its figure had been cut.
    """

    readings: tuple[Reading, ...] = ()
    posteriors: tuple[Posterior, ...] = ()
    wider: bool = False


class SecondReader(Protocol):
    """What a stage after reading may ask for."""

    def read(self, places: Sequence[Place]) -> list[SecondReading]:
        """One second reading for each place, in the same order."""


Pixels = Callable[[int], Colour]
"""The pixels of a page, which counts from 1, rendered finer than for the first reading."""

_KEPT = 12
_CHARACTER = 40.0  # pixels of an ordinary character's height in the window cut out
_ROOM = 0.8  # character heights cut out around the ink
_PAPER = 250
_IN_LINE = 0.3  # of their height by which figures of a column may end apart
_MOSTLY = 0.6  # share of a column's figures that must end in line
_INK = 40  # grey levels below white from which ink counts
_FULL = 0.8  # of a window's columns are lighter than those of its digits
_INKED = 0.3  # of those columns' ink from which one belongs to a digit
_APART = 1.3  # digit heights of paper that no figure has: between it and dirt
_HIGH = 1.5  # of its row's figures: what is higher holds more than a figure
_RULING = 1.0  # points of a cell's edge that its ruling may take up
_OFF = 0.6  # of their height: a figure that ends so far off was cut


@dataclass(frozen=True)
class PageSecondReader:
    """Reads places of scanned pages again; a page is rendered once for all its places."""

    pages: Mapping[int, PageText]
    pixels: Pixels
    reader: FigureReader

    def read(self, places: Sequence[Place]) -> list[SecondReading]:
        found = [SecondReading()] * len(places)
        for number in sorted({place.page for place in places}):
            page = self.pages.get(number)
            if page is None or page.source != "scan":
                continue
            here = [k for k, place in enumerate(places) if place.page == number]
            sight = _sight(self.pixels(number))
            windows = [_windows_of(sight, page, places[k]) for k in here]
            for k, reading in zip(here, self._readings(windows), strict=True):
                found[k] = reading
        return found

    def _readings(self, windows: Sequence[Sequence[_Window]]) -> list[SecondReading]:
        """One reading for all windows of each place."""
        crops = [
            figure_crop(window.grey, window.frame, window.digits, look)
            for one in windows
            for window in one
            for look in CLOSE_LOOKS
        ]
        seen = iter(self.reader.read_closely(crops))
        return [
            _reading([next(seen) for _ in one for _ in CLOSE_LOOKS], one[0].wider)
            for one in windows
        ]


@dataclass(frozen=True)
class _Window:
    """An upright cut-out around a place's ink; the frame and the digits are in its pixels."""

    grey: Image
    frame: Frame
    digits: Digits
    wider: bool = False


def _reading(seen: Sequence[Floats], wider: bool) -> SecondReading:
    posteriors = tuple(posterior_of(s[:, : 1 + len(SIGNS)], weight=1 / len(seen)) for s in seen)
    return SecondReading(tuple(figure_beam(posteriors, _KEPT)), posteriors, wider)


@dataclass(frozen=True)
class _Sight:
    """A page's pixels without noise; ``clear`` without its stamps too, which are at ``stamps``."""

    image: Image
    clear: Image
    stamps: tuple[Box, ...]

    def at(self, page: PageText, box: Box) -> list[Image]:
        """What to look at for a place, given in page space."""
        sx, sy = self.image.shape[1] / page.page_width, self.image.shape[0] / page.page_height
        here = Box(box.x0 * sx, box.y0 * sy, box.x1 * sx, box.y1 * sy)
        met = any(stamp.overlap(here) > 0 for stamp in self.stamps)
        return [self.image, self.clear] if met else [self.image]


def _sight(pixels: Colour) -> _Sight:
    image = calmed(_brightness(pixels))
    even = flatten_light(image)
    stamps = round_stamps(even)
    clear = without_stamps(even, stamps).grey if stamps else image
    return _Sight(image, clear, tuple(Box(*stamp.frame) for stamp in stamps))


def _windows_of(sight: _Sight, page: PageText, place: Place) -> list[_Window]:
    """What to look at: the place, and as far as ink goes on before it in its cell.

    A stamp's ring may have cut it there.
    """
    images = sight.at(page, place.room or place.box)
    here = _line(page, place)
    windows = [_window_of(image, page, place, here) for image in images]
    if place.room is None or windows[0].wider:
        return windows
    left = page.to_page.back_box(place.room).x0 + _RULING
    if here.x0 - left < _OFF * here.height:
        return windows
    for image in images:
        reach = _window(image, page, page.to_page.box(replace(here, x0=left)))
        seen = (reach.frame.x1 - reach.frame.x0) * here.width / (here.x1 - left)
        frame = _inked(reach, seen)
        if frame.x1 - frame.x0 - seen > _OFF * reach.digits.height:
            windows.append(replace(reach, frame=frame))
    return windows


def _line(page: PageText, place: Place) -> Box:
    """The place's upright box, no higher than the figures of its row: signs of a stamp are."""
    here = page.to_page.back_box(place.box)
    row = [page.to_page.back_box(box) for box in place.row]
    if place.blank or not row or here.height < _HIGH * median(box.height for box in row):
        return here
    return replace(here, y0=median(box.y0 for box in row), y1=median(box.y1 for box in row))


def _window_of(image: Image, page: PageText, place: Place, here: Box) -> _Window:
    """The place as it is, or as wide as its column where a part of its figure was not seen."""
    whole = _whole(page, place, here)
    off = whole is not None and abs(here.x1 - whole.x1) > _OFF * here.height
    if whole is None or not (place.blank or place.part or off):
        return _window(image, page, page.to_page.box(here))
    window = _window(image, page, page.to_page.box(whole))
    seen = (window.frame.x1 - window.frame.x0) * here.width / whole.width
    return replace(window, frame=_inked(window, 0.0 if place.blank else seen), wider=True)


def _inked(window: _Window, seen: float) -> Frame:
    """The frame from where the figure at its right end begins: bare paper's noise reads as digits.

    ``seen`` is how wide it is at least.
    """
    frame, digits = window.frame, window.digits
    half = digits.height / 2
    rows = slice(max(round(digits.middle - half), 0), round(digits.middle + half))
    start = round(frame.x0)
    dark = float(_PAPER) - window.grey[rows, start : math.ceil(frame.x1)].astype(np.float32)
    ink = np.clip(dark, 0.0, None).sum(axis=0)
    if not ink.any():
        return frame
    inked = np.flatnonzero(ink > _INKED * np.quantile(ink, _FULL))
    gaps = np.flatnonzero(np.diff(inked) > _APART * digits.height)
    left = inked[gaps[-1] + 1] if len(gaps) else inked[0]
    return replace(frame, x0=max(min(float(start + left), frame.x1 - seen), frame.x0))


def _whole(page: PageText, place: Place, here: Box) -> Box | None:
    """The upright box of the widest figure that could stand there; None where nothing tells.

    Figures of a column end in line. One that does not was cut, as by a stamp that was taken off
    it with the rest of its ink. Without ink the row's figures tell how high it stands.
    """
    column = [page.to_page.back_box(box) for box in place.column]
    if not column:
        return None
    right = median(box.x1 for box in column)
    height = median(box.height for box in column)
    if sum(abs(box.x1 - right) < _IN_LINE * height for box in column) < _MOSTLY * len(column):
        return None
    row = [page.to_page.back_box(box) for box in place.row] if place.blank else [here]
    left = min(box.x0 for box in column)
    return Box(left, median(box.y0 for box in row), right, median(box.y1 for box in row))


def _window(image: Image, page: PageText, box: Box) -> _Window:
    """The ink at ``box``, upright, so large that ordinary characters are 40 pixels high."""
    centre = page.to_page.back(box.cx, box.cy)
    here = page.to_page.near(centre[0])
    width, height = _upright_size(here, box)
    character = _character(page)
    room = _ROOM * character
    zoom = _CHARACTER / character
    left, top = centre[0] - width / 2 - room, centre[1] - height / 2 - room
    size = round((width + 2 * room) * zoom), round((height + 2 * room) * zoom)
    # From the window's pixels over upright points and page points to the image's pixels.
    sx, sy = image.shape[1] / page.page_width, image.shape[0] / page.page_height
    way = (
        Affine(1 / zoom, 0, left + 0.5 / zoom, 0, 1 / zoom, top + 0.5 / zoom)
        .then(here)
        .then(Affine(sx, 0, -0.5, 0, sy, -0.5))
    )
    matrix = np.array([[way.a, way.b, way.c], [way.d, way.e, way.f]])
    cut = cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    grey = _evenly_lit(cut)
    frame = _past_speck(
        grey, Frame(*(zoom * at for at in (room, room, room + width, room + height)))
    )
    return _Window(grey, frame, digits_of(grey, frame, _CHARACTER))


def _past_speck(grey: Image, frame: Frame) -> Frame:
    """The frame without a free dot of dirt at its left end."""
    left = round(frame.x0)
    part = grey[round(frame.y0) : math.ceil(frame.y1), left : math.ceil(frame.x1)]
    inked = np.flatnonzero((_PAPER - np.minimum(part, _PAPER).min(axis=0)) > _INK)
    if not len(inked):
        return frame
    begins = past_speck(part, inked)
    return replace(frame, x0=float(left + begins)) if begins > inked[0] else frame


def _upright_size(to_page: Affine, box: Box) -> tuple[float, float]:
    """Width and height of the upright box whose frame in page space is ``box``."""
    turn = np.abs(np.array([[to_page.a, to_page.b], [to_page.d, to_page.e]]))
    outer = np.array([box.width, box.height])
    width, height = np.linalg.solve(turn, outer)
    if min(width, height) > 0.2 * outer.min():
        return float(width), float(height)
    # A box tighter than its tilted ink has no such upright one: its own sides will do.
    return (box.width, box.height) if turn[0, 0] > turn[0, 1] else (box.height, box.width)


def _character(page: PageText) -> float:
    """The height of the page's ordinary characters, in points."""
    heights = [token.box.height for token in page.tokens if len(token.text) > 1]
    return max(median(heights), 1.0) if heights else 8.0


def _brightness(pixels: Colour) -> Image:
    """The pixels in grey, coloured ink, as of a seal, light."""
    if pixels.ndim == 2:
        return pixels
    bright = pixels[..., 0]
    for k in range(1, pixels.shape[2]):  # far faster than the maximum along the last axis
        bright = np.maximum(bright, pixels[..., k])
    return bright


def _evenly_lit(cut: Image) -> Image:
    """The cut-out on white paper."""
    bright = cut.astype(np.float32)
    paper = max(float(np.percentile(bright, 85)), 100.0)
    lit: Image = np.clip(bright * (_PAPER / paper), 0, 255).astype(np.uint8)
    return lit
