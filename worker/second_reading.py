"""A second reading: named places of the pages are read again from their pixels.

The one way back up the stream: a later stage asks about places that decide between worlds
and gets new readings of their ink, never values. The first reading saw the page at one
resolution, its noise taken away and its rulings painted over; the second sees the ink as the
scanner gave it, finer, through crops of several heights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

Image = NDArray[np.uint8]
Colour = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: ``page`` counts from 1, boxes are in its page space.

    ``column`` and ``row`` are other figures in line with it, where there are some: they tell
    where a figure begins and ends of which little was seen.
    """

    page: int
    box: Box
    column: tuple[Box, ...] = ()
    row: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What the ink at a place says, seen again: candidate texts best first, and the looks.

    Both are empty where the page has no pixels to read (a text layer, a blank page).
    """

    readings: tuple[Reading, ...] = ()
    posteriors: tuple[Posterior, ...] = ()


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
            image = self.pixels(number)
            windows = [_window_of(image, page, places[k]) for k in here]
            for k, reading in zip(here, self._readings(windows), strict=True):
                found[k] = reading
        return found

    def _readings(self, windows: Sequence[_Window]) -> list[SecondReading]:
        crops = [
            figure_crop(window.grey, window.frame, window.digits, look)
            for window in windows
            for look in CLOSE_LOOKS
        ]
        seen = self.reader.read_closely(crops)
        many = len(CLOSE_LOOKS)
        return [_reading(seen[k * many : (k + 1) * many]) for k in range(len(windows))]


@dataclass(frozen=True)
class _Window:
    """An upright cut-out around a place's ink; the frame and the digits are in its pixels."""

    grey: Image
    frame: Frame
    digits: Digits


def _reading(seen: Sequence[Floats]) -> SecondReading:
    posteriors = tuple(posterior_of(s[:, : 1 + len(SIGNS)], weight=1 / len(seen)) for s in seen)
    return SecondReading(tuple(figure_beam(posteriors, _KEPT)), posteriors)


def _window_of(image: Colour, page: PageText, place: Place) -> _Window:
    """The place as it is, or as wide as its column where a part of its figure was not seen."""
    whole, here = _whole(page, place), page.to_page.back_box(place.box)
    cut = whole is not None and (place.row or abs(here.x1 - whole.x1) > _OFF * here.height)
    return _window(image, page, page.to_page.box(whole) if whole and cut else place.box)


def _whole(page: PageText, place: Place) -> Box | None:
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
    row = [page.to_page.back_box(box) for box in place.row or (place.box,)]
    left = min(box.x0 for box in column)
    return Box(left, median(box.y0 for box in row), right, median(box.y1 for box in row))


def _window(image: Colour, page: PageText, box: Box) -> _Window:
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
    frame = Frame(room * zoom, room * zoom, room * zoom + width * zoom, room * zoom + height * zoom)
    return _Window(grey, frame, digits_of(grey, frame, _CHARACTER))


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


def _evenly_lit(cut: Colour) -> Image:
    """The cut-out in grey on white paper; coloured ink, as of a seal, is light."""
    bright = cut.max(axis=2).astype(np.float32) if cut.ndim == 3 else cut.astype(np.float32)
    paper = max(float(np.percentile(bright, 85)), 100.0)
    lit: Image = np.clip(bright * (_PAPER / paper), 0, 255).astype(np.uint8)
    return lit
