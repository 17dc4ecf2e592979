"""Sheets of made-up figures: a table page as printed, and where each figure's ink stands."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from eval.training.amounts import made_text
from eval.training.faces import Face
from schemas.geometry import Box

Picture = NDArray[np.uint8]

_FINE = 4  # times larger than the sheet: figures are drawn so, then reduced
_SIZES = (6.0, 6.5, 7.0, 7.5, 8.0, 8.0, 9.0, 9.0, 9.0, 10.0, 10.5, 12.0)


@dataclass(frozen=True, slots=True)
class Printed:
    """A text on a sheet and the frame of its ink, in pixels."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Sheet:
    """A printed page (height x width, grey) and its figures; ``dpi`` is its resolution."""

    picture: Picture
    printed: tuple[Printed, ...]
    dpi: int


def made_sheet(rng: random.Random, faces: Sequence[Face], dpi: int) -> Sheet:
    """A landscape page full of columns of figures, ruled or not, in one or two faces."""
    size = rng.choice(_SIZES)
    # Small print is scanned finer, as by eval.levels.
    dpi = round(dpi * min(max(8.0 / size, 1.0), 1.5))
    width, height = round(11.7 * dpi), round(8.3 * dpi)
    page = np.full((height, width), 255, np.uint8)
    pixels = size / 72 * dpi
    pitch = pixels * rng.choice((1.25, 1.35, 1.45, 1.6, 1.9))
    styles = [_style(rng, faces, pixels) for _ in range(rng.choice((1, 2, 3, 4)))]
    margin = 0.03 * width
    printed: list[Printed] = []
    edges, x = [margin], margin
    ys = np.arange(margin + pitch, height - margin - pitch, pitch)
    while x < width - margin - 8 * pixels:
        style = rng.choice(styles)
        x = _column(page, printed, rng, style, x, ys)
        edges.append(x)
    if rng.random() < 0.8:
        _rule(page, rng, edges, [y - pitch / 2 for y in (*ys, ys[-1] + pitch)], dpi)
    return Sheet(page, tuple(printed), dpi)


@dataclass(frozen=True)
class _Style:
    face: Face
    pixels: float
    stretch: float
    weight: int
    slant: float
    cell: float  # ems of width that every sign is given; 0.0: what the face gives it


def _style(rng: random.Random, faces: Sequence[Face], pixels: float) -> _Style:
    face = rng.choices(faces, [f.weight for f in faces])[0]
    return _Style(
        face,
        pixels * rng.uniform(0.92, 1.08),
        rng.choice((1.0, 1.0, 1.0, rng.uniform(0.78, 1.15))),
        rng.choice((0, 0, 0, 0, 1, -1)),
        rng.choice((0.0, 0.0, 0.0, 0.0, rng.uniform(-0.05, 0.25))),
        rng.choice((0.0, 0.0, 0.0, 0.5, 0.5, rng.uniform(0.48, 0.62))),
    )


def _column(
    page: Picture,
    printed: list[Printed],
    rng: random.Random,
    style: _Style,
    left: float,
    ys: Sequence[float] | NDArray[np.floating],
) -> float:
    """Draws one column of figures from ``left`` on; the x where the next one starts."""
    longest = rng.choice((2, 3, 4, 5, 6, 7, 9))
    texts = [made_text(rng, longest) if rng.random() < 0.95 else "" for _ in ys]
    inks = [_ink(text, style, rng) if text else None for text in texts]
    inks = [ink if ink is not None and ink.shape[1] < 0.2 * page.shape[1] else None for ink in inks]
    wide = max((ink.shape[1] for ink in inks if ink is not None), default=0)
    padding = style.pixels * rng.choice((0.2, 0.3, 0.4, 0.6))
    right = left + wide + 2 * padding
    align = rng.choice(("right", "right", "right", "center", "left"))
    for text, ink, y in zip(texts, inks, ys, strict=True):
        if ink is None:
            continue
        room = right - left - 2 * padding - ink.shape[1]
        x = left + padding + {"right": room, "center": room / 2, "left": 0.0}[align]
        top = round(y - ink.shape[0] / 2)
        _laid(page, ink, round(x), top)
        box = _frame(ink, round(x), top)
        if box is not None and right < page.shape[1] and top + ink.shape[0] < page.shape[0]:
            printed.append(Printed(text, box))
    return right


def _ink(text: str, style: _Style, rng: random.Random) -> Picture | None:
    """The text's ink at the sheet's size, 0 to 255; None where the face lacks a sign."""
    if not style.face.has(text):
        return None
    fine = round(style.pixels * _FINE)
    ink = np.asarray(_written(text, style, fine))
    if style.weight:
        kernel = np.ones((3, 3), np.uint8)
        ink = cv2.dilate(ink, kernel) if style.weight > 0 else cv2.erode(ink, kernel)
    # A random part of a pixel to the right and down: print does not keep to a scanner's grid.
    sx, sy = style.stretch / _FINE, 1 / _FINE
    size = (
        round(ink.shape[1] * sx) + 2 + int(2 * style.slant * style.pixels),
        round(ink.shape[0] * sy) + 2,
    )
    finer = cv2.GaussianBlur(ink, (0, 0), 0.4 * _FINE)
    matrix = np.array([
        [sx, -style.slant * sy, rng.random() + style.slant * style.pixels],
        [0.0, sy, rng.random()],
    ])  # fmt: skip
    printed: Picture = cv2.warpAffine(finer, matrix, size, flags=cv2.INTER_LINEAR)
    return printed


def _written(text: str, style: _Style, fine: int) -> Pillow.Image:
    """The text in white on black, ``fine`` pixels an em.

    In cells of one width, as Chinese faces set figures, a comma stands at the left of its
    cell and a digit in the middle.
    """
    font = style.face.sized(fine)
    x0, _, x1, _ = font.getbbox(text)
    width = max(x1 - min(x0, 0), len(text) * style.cell * fine)
    canvas = Pillow.new("L", (round(width) + fine, 2 * fine), 0)
    draw = ImageDraw.Draw(canvas)
    if not style.cell:
        draw.text((fine // 4 - min(x0, 0), fine // 4), text, fill=255, font=font)
        return canvas
    cell = style.cell * fine
    for k, sign in enumerate(text):
        room = cell - font.getlength(sign)
        beside = 0.1 * cell if sign in ",." else room / 2
        draw.text((fine // 4 + k * cell + beside, fine // 4), sign, fill=255, font=font)
    return canvas


def _laid(page: Picture, ink: Picture, x: int, y: int) -> None:
    part = page[max(y, 0) : y + ink.shape[0], max(x, 0) : x + ink.shape[1]]
    ink = ink[max(-y, 0) :, max(-x, 0) :][: part.shape[0], : part.shape[1]]
    part[:] = np.minimum(part, 255 - ink)


def _frame(ink: Picture, x: int, y: int) -> Box | None:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 90), np.flatnonzero(ink.max(axis=0) > 90)
    if not len(rows) or not len(columns):
        return None
    return Box(x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1)


def _rule(
    page: Picture, rng: random.Random, xs: Sequence[float], ys: Sequence[float], dpi: int
) -> None:
    """Draws the lines of a table: all, or the horizontal or vertical ones only."""
    thick = max(round(rng.uniform(0.3, 0.8) / 72 * dpi), 1)
    grey = rng.choice((0, 0, 60, 120))
    manner = rng.choice(("grid", "grid", "grid", "rows", "columns"))
    left, right, top, bottom = round(xs[0]), round(xs[-1]), round(ys[0]), round(ys[-1])
    if manner != "columns":
        for y in map(round, ys):
            page[y : y + thick, left:right] = np.minimum(page[y : y + thick, left:right], grey)
    if manner != "rows":
        for x in map(round, xs):
            page[top:bottom, x : x + thick] = np.minimum(page[top:bottom, x : x + thick], grey)
