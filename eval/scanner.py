"""An office scanner made by code: clean pages in, scans with known faults out.

The same page, settings and seed give the same pixels, so that a score on a made scan can be
reproduced. What happens to a page, in the order in which it happens to paper: it is worn and
seals are stamped, the sheet is laid on the glass turned, curled and askew, the lamp lights it
unevenly, the optics blur it, the sensor adds noise, the driver reduces its colours, JPEG packs
it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import pymupdf

from eval.paper import UNWORN, Wear, streaked, worn
from eval.seal import Seal, stamp
from schemas.geometry import Affine, Box, turn

Picture = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float32]
Mode = Literal["colour", "grey", "bilevel"]

_BILEVEL_THRESHOLD = 165
_SHADOW_MM = 5.0
_MM_PER_INCH = 25.4
_POINTS_PER_INCH = 72.0


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What the scanner does to a page.

    Attributes:
        mode: what the driver delivers; ``bilevel`` is black and white without greys.
        quarter_turns: clockwise quarter turns of the sheet on the glass.
        skew_degrees: clockwise tilt that remains after them.
        curl_mm: how far the middle of each line sags below its ends.
        blur: sigma of the optics, in pixels.
        noise: standard deviation of the sensor, in grey levels of 255.
        contrast: 1.0 keeps black black; 0.6 prints the darkest ink at 40 % grey.
        paper: the grey level of blank paper.
        uneven: how much light the darkest part of the glass lacks, 0 to 1.
        edge_shadow: how dark the shadow along one long and one short edge is, 0 to 1.
        specks: dust on the glass, in dark specks per page.
        jpeg_quality: 1 to 100, None for lossless.
        seals: stamped on the paper before it is scanned.
        wear: what else the paper went through.

    Raises:
        ValueError: if a figure is outside its range.
    """

    mode: Mode = "grey"
    quarter_turns: int = 0
    skew_degrees: float = 0.0
    curl_mm: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    contrast: float = 1.0
    paper: int = 255
    uneven: float = 0.0
    edge_shadow: float = 0.0
    specks: int = 0
    jpeg_quality: int | None = None
    seals: tuple[Seal, ...] = ()
    wear: Wear = UNWORN

    def __post_init__(self) -> None:
        for name in ("uneven", "edge_shadow", "contrast"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} outside 0 to 1: {getattr(self, name)}")
        if min(self.blur, self.noise, self.specks) < 0:
            raise ValueError("blur, noise and specks can't be negative")
        if not 0 < self.paper <= 255:
            raise ValueError(f"paper outside 1 to 255: {self.paper}")
        if self.jpeg_quality is not None and not 1 <= self.jpeg_quality <= 100:
            raise ValueError(f"jpeg_quality outside 1 to 100: {self.jpeg_quality}")


def scan_page(image: Picture, settings: ScanSettings, seed: int, dpi: int = 200) -> Picture:
    """``image`` (RGB) as the scanner delivers it, JPEG losses included, again RGB.

    Args:
        image: the clean page, height x width x 3.
        settings: what to do to it.
        seed: the same seed gives the same pixels.
        dpi: of ``image``; seals and shadows have sizes in millimetres.
    """
    packed = _pack(_expose(image, settings, np.random.default_rng(seed), dpi), settings)
    decoded = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_COLOR_RGB)
    return np.asarray(decoded, np.uint8)


def scan_pdf(
    pdf: bytes,
    settings: ScanSettings | Sequence[ScanSettings],
    dpi: int | Sequence[int] = 200,
    seed: int = 0,
    pages: Sequence[int] | None = None,
) -> bytes:
    """An image-only PDF of the scanned pages, each as large as its page is displayed.

    Args:
        pdf: the clean document.
        settings: for all pages, or one for each page scanned.
        dpi: of the scan, for all pages or one for each page scanned.
        seed: of the document; each page gets its own noise from it.
        pages: which pages, counting from 0; None for all.

    Raises:
        ValueError: if there are not as many settings or resolutions as pages.
    """
    with pymupdf.open(stream=pdf, filetype="pdf") as source, pymupdf.open() as scanned:
        chosen = range(source.page_count) if pages is None else pages
        each = [settings] * len(chosen) if isinstance(settings, ScanSettings) else settings
        fine = [dpi] * len(chosen) if isinstance(dpi, int) else dpi
        for index, of_page, at in zip(chosen, each, fine, strict=True):
            page = source[index]
            rng = np.random.default_rng((seed, index))
            picture = _pack(_expose(_render(page, at), of_page, rng, at), of_page)
            width, height = page.rect.width, page.rect.height
            if of_page.quarter_turns % 2:
                width, height = height, width
            sheet = scanned.new_page(width=width, height=height)
            sheet.insert_image(sheet.rect, stream=picture, keep_proportion=False)
        return bytes(scanned.tobytes(garbage=3, deflate=True, no_new_id=True))


def placement(settings: ScanSettings, width: float, height: float) -> Affine:
    """Where the scanner puts a point of a ``width`` x ``height`` page on the scanned page.

    The page is flat; :func:`landing` knows of its curl.
    """
    turned = turn(settings.quarter_turns, width, height)
    if settings.quarter_turns % 2:
        width, height = height, width
    return turned.then(_tilt(settings.skew_degrees, width, height))


def landing(settings: ScanSettings, width: float, height: float, box: Box) -> Box:
    """Where the scanner puts a box of a ``width`` x ``height`` page, in points, curl included."""
    lying = turn(settings.quarter_turns, width, height).box(box)
    if settings.quarter_turns % 2:
        width, height = height, width
    sag = settings.curl_mm / _MM_PER_INCH * _POINTS_PER_INCH
    tilt = _tilt(settings.skew_degrees, width, height)
    points = [
        tilt.point(x, y + sag * _bow(x / width))
        for x in (lying.x0, lying.cx, lying.x1)
        for y in (lying.y0, lying.y1)
    ]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _bow(across: float) -> float:
    """How far a line sags at this share of its width: 0 at its ends, 1 in the middle."""
    return 1.0 - (2.0 * across - 1.0) ** 2


def _render(page: pymupdf.Page, dpi: int) -> Picture:
    pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csRGB, alpha=False)
    return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)


def _expose(image: Picture, settings: ScanSettings, rng: np.random.Generator, dpi: int) -> Picture:
    """The sensor's picture: RGB, or height x width where the mode has no colours."""
    image = worn(image, settings.wear, dpi, rng)
    for seal in settings.seals:
        image = stamp(image, seal, dpi, rng)
    image = np.ascontiguousarray(np.rot90(image, -settings.quarter_turns))
    image = _curled(image, settings.curl_mm, dpi)
    image = _skewed(image, settings.skew_degrees)
    if settings.mode != "colour":
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    image = _specked(image, settings.specks, rng, dpi)
    image = streaked(image, settings.wear.streaks, rng, dpi)
    if settings.blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), settings.blur), np.uint8)
    image = _lit(image, settings, rng, dpi)
    if settings.mode == "bilevel":
        image = np.where(image >= _BILEVEL_THRESHOLD, 255, 0).astype(np.uint8)
    return image


def _tilt(degrees: float, width: float, height: float) -> Affine:
    """The clockwise turn about the middle of the page."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = width / 2, height / 2
    return Affine(cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y)


def _curled(image: Picture, curl_mm: float, dpi: int) -> Picture:
    if not curl_mm:
        return image
    height, width = image.shape[:2]
    sag = curl_mm / _MM_PER_INCH * dpi
    bow = np.array([_bow((x + 0.5) / width) for x in range(width)], np.float32)
    across = np.tile(np.arange(width, dtype=np.float32), (height, 1))
    down = np.arange(height, dtype=np.float32)[:, None] - sag * bow
    curled = cv2.remap(
        image, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )  # fmt: skip
    return np.asarray(curled, np.uint8)


def _skewed(image: Picture, degrees: float) -> Picture:
    if not degrees:
        return image
    height, width = image.shape[:2]
    m = _tilt(degrees, width, height)
    matrix = np.array([[m.a, m.b, m.c], [m.d, m.e, m.f]])
    white = (255, 255, 255)
    tilted = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=white
    )
    return np.asarray(tilted, np.uint8)


def _specked(image: Picture, count: int, rng: np.random.Generator, dpi: int) -> Picture:
    """``image`` with ``count`` dark specks of 0.1 to 0.4 mm."""
    if not count:
        return image
    specked = image.copy()
    height, width = image.shape[:2]
    for _ in range(count):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        radius = max(round(rng.uniform(0.05, 0.2) / _MM_PER_INCH * dpi), 1)
        grey = int(rng.integers(30, 140))
        cv2.circle(specked, centre, radius, (grey, grey, grey), -1, cv2.LINE_AA)
    return specked


def _lit(image: Picture, settings: ScanSettings, rng: np.random.Generator, dpi: int) -> Picture:
    """What the sensor sees of ``image``: lamp, paper, contrast, noise."""
    height, width = image.shape[:2]
    light = _lamp(height, width, settings.uneven, rng)
    light *= _edge_shadow(height, width, settings.edge_shadow, rng, dpi)
    light *= settings.paper / 255.0
    if image.ndim == 3:
        light = light[..., None]
    seen = (255.0 - (255.0 - image.astype(np.float32)) * settings.contrast) * light
    if settings.noise:
        seen += rng.normal(0.0, settings.noise, image.shape).astype(np.float32)
    return np.clip(np.round(seen), 0, 255).astype(np.uint8)


def _lamp(height: int, width: int, uneven: float, rng: np.random.Generator) -> Light:
    """Light on the glass, 1.0 where it is full, falling off smoothly to ``1 - uneven``."""
    if not uneven:
        return np.ones((height, width), np.float32)
    coarse = rng.random((3, 3)).astype(np.float32)
    smooth = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))
    span = float(smooth.max() - smooth.min())
    return np.asarray(1.0 - uneven * (smooth - smooth.min()) / span, np.float32)


def _edge_shadow(
    height: int, width: int, strength: float, rng: np.random.Generator, dpi: int
) -> Light:
    """The shadow of a lid that does not close: along one side edge and one end."""
    shadow = np.ones((height, width), np.float32)
    if not strength:
        return shadow
    reach = _SHADOW_MM / _MM_PER_INCH * dpi
    across = 1.0 - strength * np.exp(-np.arange(width, dtype=np.float32) / reach * 3)
    down = 1.0 - strength * np.exp(-np.arange(height, dtype=np.float32) / reach * 6)
    shadow *= across if rng.random() < 0.5 else across[::-1]
    shadow *= (down if rng.random() < 0.5 else down[::-1])[:, None]
    return shadow


def _pack(picture: Picture, settings: ScanSettings) -> bytes:
    """``picture`` as a JPEG, or a PNG where nothing may be lost."""
    if picture.ndim == 3:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), np.uint8)
    if settings.mode == "bilevel":
        done, packed = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_BILEVEL, 1])
    elif settings.jpeg_quality is None:
        done, packed = cv2.imencode(".png", picture)
    else:
        quality = [cv2.IMWRITE_JPEG_QUALITY, settings.jpeg_quality]
        done, packed = cv2.imencode(".jpg", picture, quality)
    if not done:
        raise ValueError("the picture can't be packed")
    return bytes(packed)
