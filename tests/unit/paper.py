"""Page images drawn for the tests of scanned pages: text, a table, seals, skew, shadow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

Colour = NDArray[np.uint8]

WIDTH, HEIGHT = 595, 420
"""Points of the drawn page, half of A4 in landscape."""

COLUMNS = (40, 240, 340, 440, 555)
ROWS = (90, 120, 150, 180, 210, 240)
CELLS = (
    ("项目名称", "总计", "财政拨款", "其他资金"),
    ("合计", "1,390.50", "1,274.50", "116.00"),
    ("产业扶持资金", "1,154.38", "1,154.38", "0.00"),
    ("商务运行经费", "120.12", "120.12", "-"),
    ("招商引资工作", "116.00", "", "7"),
)
TITLE = "项目支出绩效目标表"


@dataclass(frozen=True)
class Ink:
    """How a page is drawn: dots per inch, point sizes, whether the table has rulings."""

    dpi: int = 200
    size: float = 10.0
    ruled: bool = True


def table_page(ink: Ink | None = None) -> Colour:
    """A page with a title and the table of CELLS, as an RGB image."""
    ink = ink or Ink()
    document = pymupdf.open()
    page = document.new_page(width=WIDTH, height=HEIGHT)
    writer = pymupdf.TextWriter(page.rect)
    font = pymupdf.Font("china-s")
    writer.append((210, 60), TITLE, font=font, fontsize=18)
    writer.append((470, 84), "单位：万元", font=font, fontsize=ink.size)
    for top, row in zip(ROWS, CELLS, strict=False):
        for column, text in enumerate(row):
            if text:
                writer.append(
                    (_start(font, column, text, ink.size), top + 19), text, font, ink.size
                )
    writer.write_text(page)
    if ink.ruled:
        for y in ROWS:
            page.draw_line((COLUMNS[0], y), (COLUMNS[-1], y), width=0.6)
        for x in COLUMNS:
            page.draw_line((x, ROWS[0]), (x, ROWS[-1]), width=0.6)
    pix = page.get_pixmap(dpi=ink.dpi, alpha=False)
    image = np.frombuffer(pix.samples, np.uint8).reshape(pix.height, pix.width, 3).copy()
    document.close()
    return image


def _start(font: pymupdf.Font, column: int, text: str, size: float) -> float:
    """Figures end at the right border of their cell, words start at the left one."""
    if column == 0:
        return COLUMNS[0] + 5.0
    return float(COLUMNS[column + 1] - 4 - font.text_length(text, size))


def skewed(image: Colour, degrees: float) -> Colour:
    """The image turned so that its rows fall to the right by so many degrees."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    turned = cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8)


def bowed(image: Colour, sag: float) -> Colour:
    """The image whose lines sag in the middle by so many pixels below their ends."""
    height, width = image.shape[:2]
    xs = np.arange(width, dtype=np.float32)
    bow = sag * (1 - ((xs + 0.5) / (width / 2) - 1) ** 2)
    ys = np.arange(height, dtype=np.float32)[:, None] - bow.astype(np.float32)
    across = np.tile(xs, (height, 1))
    white = (255, 255, 255)
    sagging = cv2.remap(
        image, across, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=white
    )
    return np.asarray(sagging, np.uint8)


def stamped(image: Colour, x: int, y: int, radius: int, ink: tuple[int, int, int]) -> Colour:
    """The image with a round seal whose ink darkens what lies below, as real ink does."""
    seal = np.full_like(image, 255)
    cv2.circle(seal, (x, y), radius, ink, max(radius // 14, 3))
    star = [
        (
            x + radius * (0.42 if k % 2 == 0 else 0.17) * np.sin(k * np.pi / 5),
            y - radius * (0.42 if k % 2 == 0 else 0.17) * np.cos(k * np.pi / 5),
        )
        for k in range(10)
    ]
    cv2.fillPoly(seal, [np.array(star, np.int32)], ink)
    product = image.astype(np.uint16) * seal.astype(np.uint16) // 255
    return product.astype(np.uint8)


def shaded(image: Colour) -> Colour:
    """The image under light that falls off to the right and to a dark page edge."""
    height, width = image.shape[:2]
    light = np.linspace(1.0, 0.72, width)[None, :, None] * np.ones((height, 1, 1))
    light[:, : width // 150] = 0.35
    return (image * light).astype(np.uint8)


def noisy(image: Colour, quality: int = 60) -> Colour:
    """The image after a scanner's noise and JPEG compression."""
    grain = np.random.default_rng(1).normal(0, 5, image.shape)
    dirty = np.clip(image + grain, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", dirty, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
