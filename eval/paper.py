"""What happens to a sheet of paper before it is scanned: ink of others, holes, coffee.

All effects multiply, as ink does: print stays darker than what falls on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Cover = npt.NDArray[np.float32]

_MM_PER_INCH = 25.4
_PEN = (38, 44, 96)
_COFFEE = (150, 110, 62)
_HOLE_MM, _HOLE_INSET_MM, _HOLE_STEP_MM = 5.5, 12.0, 80.0


@dataclass(frozen=True, slots=True)
class Wear:
    """What the sheet went through.

    Attributes:
        bleed: how much of the print on the back shines through, 0 to 1.
        signatures: how many are scrawled over the lower two thirds of the sheet.
        coffee: rings of a cup.
        holes: punched along the left edge.
        streaks: thin dark lines down the page, as a dirty roller leaves them.

    Raises:
        ValueError: if a figure is outside its range.
    """

    bleed: float = 0.0
    signatures: int = 0
    coffee: int = 0
    holes: int = 0
    streaks: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.bleed <= 1.0:
            raise ValueError(f"bleed outside 0 to 1: {self.bleed}")
        if min(self.signatures, self.coffee, self.holes, self.streaks) < 0:
            raise ValueError("nothing can happen to a sheet less than 0 times")


UNWORN = Wear()
"""A sheet to which nothing happened."""


def worn(image: Picture, wear: Wear, dpi: int, rng: np.random.Generator) -> Picture:
    """``image`` (RGB) as the sheet looks after all that."""
    if wear.bleed:
        image = _bled(image, wear.bleed, dpi)
    for _ in range(wear.coffee):
        image = _stained(image, dpi, rng)
    for _ in range(wear.signatures):
        image = _signed(image, dpi, rng)
    for number in range(wear.holes):
        image = _punched(image, number - (wear.holes - 1) / 2, dpi)
    return image


def streaked(image: Picture, count: int, rng: np.random.Generator, dpi: int) -> Picture:
    """``image`` with ``count`` lines down its whole height, here and there broken."""
    if not count:
        return image
    dirty = image.copy()
    height, width = image.shape[:2]
    thick = max(round(0.12 / _MM_PER_INCH * dpi), 1)
    for _ in range(count):
        x = int(rng.integers(width - thick))
        dark = rng.random(height) < rng.uniform(0.25, 0.8)
        part = dirty[dark, x : x + thick]
        dirty[dark, x : x + thick] = np.minimum(part, rng.integers(60, 150))
    return dirty


def _bled(image: Picture, strength: float, dpi: int) -> Picture:
    """The back of the sheet, printed like its front, seen through the paper."""
    back = cv2.GaussianBlur(image[:, ::-1], (0, 0), max(0.35 / _MM_PER_INCH * dpi, 0.5))
    shift = round(3.0 / _MM_PER_INCH * dpi)
    back = np.roll(back, shift, axis=0)
    through = 1.0 - strength * (1.0 - back.astype(np.float32) / 255.0)
    return _multiplied(image, through)


def _stained(image: Picture, dpi: int, rng: np.random.Generator) -> Picture:
    """The ring of a cup, darker at its rim, with a run of brown inside."""
    height, width = image.shape[:2]
    radius = rng.uniform(36, 44) / 2 / _MM_PER_INCH * dpi
    x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height
    down, across = np.ogrid[:height, :width]
    distance = np.hypot(across - x, down - y) / radius
    angle = np.arctan2(down - y, across - x)
    patchy = 0.65 + 0.35 * np.sin(angle * 2 + rng.uniform(0, 6)) * np.sin(angle * 5)
    rim = np.exp(-(((distance - 1.0) / 0.035) ** 2)) * patchy
    inside = 0.12 * (distance < 1.0)
    return _dyed(image, np.asarray(np.clip(0.6 * rim + inside, 0, 1), np.float32), _COFFEE)


def _signed(image: Picture, dpi: int, rng: np.random.Generator) -> Picture:
    """Loops of a pen of 0.5 mm, some 40 mm wide."""
    height, width = image.shape[:2]
    unit = dpi / _MM_PER_INCH
    way = np.linspace(0.0, 1.0, 240)
    x = rng.uniform(0.2, 0.75) * width + way * rng.uniform(30, 48) * unit
    y = rng.uniform(0.35, 0.9) * height - way * rng.uniform(-4, 10) * unit
    for loops in (2, 3, 5, 8):
        phase, swing = rng.uniform(0, 2 * math.pi), rng.uniform(8, 18) / loops * unit
        x = x + 0.7 * swing * np.sin(2 * math.pi * loops * way + phase)
        y = y + swing * np.cos(2 * math.pi * loops * way + phase * rng.uniform(0.5, 1.5))
    cover = np.zeros((height, width), np.uint8)
    points = np.stack([x, y], axis=1).round().astype(np.int32)
    cv2.polylines(cover, [points], False, 235, max(round(0.5 * unit), 1), cv2.LINE_AA)
    return _dyed(image, np.asarray(cover.astype(np.float32) / 255.0, np.float32), _PEN)


def _punched(image: Picture, step: float, dpi: int) -> Picture:
    """A hole through which the dark lid is seen."""
    unit = dpi / _MM_PER_INCH
    punched = image.copy()
    centre = (
        round(_HOLE_INSET_MM * unit),
        round(image.shape[0] / 2 + step * _HOLE_STEP_MM * unit),
    )
    cv2.circle(punched, centre, round(_HOLE_MM / 2 * unit), (52, 52, 56), -1, cv2.LINE_AA)
    return punched


def _dyed(image: Picture, cover: Cover, ink: tuple[int, int, int]) -> Picture:
    dye = 1.0 - np.array(ink, np.float32) / 255.0
    return _multiplied(image, np.asarray(1.0 - cover[..., None] * dye, np.float32))


def _multiplied(image: Picture, light: Cover) -> Picture:
    return np.asarray(np.round(image.astype(np.float32) * light), np.uint8)
