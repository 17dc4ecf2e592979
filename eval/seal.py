"""Round office seals: a ring, a star, the organisation's name along the ring."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import pymupdf

Picture = npt.NDArray[np.uint8]
Cover = npt.NDArray[np.float32]
Ink = tuple[int, int, int]

RED: Ink = (214, 38, 44)
GREY: Ink = (96, 96, 100)

_FONT = pymupdf.Font("china-s")
_POINTS_PER_MM = 72 / 25.4
_NAME_ARC_DEGREES = 240.0


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal and where it is stamped.

    ``x`` and ``y`` are the centre as fractions of the page's width and height, from the top
    left of the page as its reader holds it. ``middle`` is a straight line under the star.
    ``angle`` turns the seal clockwise, in degrees. ``strength`` is how much of the paper the
    ink hides where the stamp took fully, 0 to 1. Chinese offices use 38 to 45 mm.
    """

    name: str
    x: float
    y: float
    middle: str = ""
    ink: Ink = RED
    diameter_mm: float = 42.0
    angle: float = 0.0
    strength: float = 0.85


def seal_cover(seal: Seal, dpi: int) -> Cover:
    """How much ink the clean stamp leaves, 0.0 to 1.0, as a square picture of the seal."""
    side = seal.diameter_mm * _POINTS_PER_MM
    with pymupdf.open() as document:
        page = document.new_page(width=side, height=side)
        _draw_ring_and_star(page, side)
        _write_name(page, seal.name, side)
        if seal.middle:
            _write_middle(page, seal.middle, side)
        pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
        grey = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width)
    return _turned(1.0 - grey.astype(np.float32) / 255.0, seal.angle)


def stamp(image: Picture, seal: Seal, dpi: int, rng: np.random.Generator) -> Picture:
    """``image`` (RGB) with the seal stamped on it, patchily, as ink takes to paper.

    Ink multiplies: print under the seal stays darker than the seal.
    """
    cover = seal_cover(seal, dpi)
    cover = cover * _patches(cover.shape[:2], rng) * seal.strength
    height, width = image.shape[:2]
    left = round(seal.x * width - cover.shape[1] / 2)
    top = round(seal.y * height - cover.shape[0] / 2)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + cover.shape[1], width), min(top + cover.shape[0], height)
    if x1 <= x0 or y1 <= y0:
        return image
    part = cover[y0 - top : y1 - top, x0 - left : x1 - left, None]
    dye = 1.0 - np.array(seal.ink, np.float32) / 255.0
    stamped = image.copy()
    under = stamped[y0:y1, x0:x1].astype(np.float32)
    stamped[y0:y1, x0:x1] = np.round(under * (1.0 - part * dye)).astype(np.uint8)
    return stamped


def _draw_ring_and_star(page: pymupdf.Page, side: float) -> None:
    centre = pymupdf.Point(side / 2, side / 2)
    ring = side * 0.03
    shape = page.new_shape()
    shape.draw_circle(centre, side / 2 - ring)
    shape.finish(width=ring, color=(0, 0, 0))
    shape.draw_polyline(_star(centre, side * 0.15))
    shape.finish(width=0, color=None, fill=(0, 0, 0), closePath=True, even_odd=False)
    shape.commit()


def _star(centre: pymupdf.Point, radius: float) -> list[pymupdf.Point]:
    radii = (radius, radius * math.sin(math.radians(18)) / math.sin(math.radians(126)))
    angles = [math.radians(-90 + 36 * i) for i in range(10)]
    return [
        centre + pymupdf.Point(radii[i % 2] * math.cos(a), radii[i % 2] * math.sin(a))
        for i, a in enumerate(angles)
    ]


def _write_name(page: pymupdf.Page, name: str, side: float) -> None:
    """The name's characters upright on the ring's inside, centred at the top."""
    size = min(side * 0.14, side * 1.25 / max(len(name), 1))
    radius = side / 2 - side * 0.075 - size / 2
    step = min(_NAME_ARC_DEGREES / max(len(name) - 1, 1), 40.0)
    for i, character in enumerate(name):
        angle = (i - (len(name) - 1) / 2) * step
        radians = math.radians(angle)
        centre = pymupdf.Point(
            side / 2 + radius * math.sin(radians), side / 2 - radius * math.cos(radians)
        )
        _write_at(page, character, centre, size, angle)


def _write_middle(page: pymupdf.Page, text: str, side: float) -> None:
    size = min(side * 0.11, side * 0.6 / len(text))
    _write_at(page, text, pymupdf.Point(side / 2, side * 0.74), size, 0.0)


def _write_at(
    page: pymupdf.Page, text: str, centre: pymupdf.Point, size: float, angle: float
) -> None:
    writer = pymupdf.TextWriter(page.rect)
    origin = centre + pymupdf.Point(-_FONT.text_length(text, size) / 2, size * 0.36)
    writer.append(origin, text, font=_FONT, fontsize=size)
    writer.write_text(page, morph=(centre, pymupdf.Matrix(angle)), render_mode=2)


def _turned(cover: Cover, degrees: float) -> Cover:
    height, width = cover.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(cover, matrix, (width, height)), np.float32)


def _patches(shape: tuple[int, int], rng: np.random.Generator) -> Cover:
    """Where the stamp took: blotches of a few millimetres and fine grain, 0.0 to 1.0."""
    blotches = cv2.resize(
        rng.normal(0.95, 0.12, (9, 9)).astype(np.float32),
        shape[::-1],
        interpolation=cv2.INTER_CUBIC,
    )
    grain = rng.normal(0.0, 0.10, shape).astype(np.float32)
    return np.asarray(np.clip(blotches + grain, 0.0, 1.0), np.float32)
