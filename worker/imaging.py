"""Clean, upright page images: light, stamps and quarter turns.

Pure functions on numpy images. Grey images are 8 bit, dark ink on light paper; lengths are
pixels, origin top left, angles degrees. Thresholds are relative to the page's size or to
the height of its text, so that they hold at any resolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.components import components, frames

Image = NDArray[np.uint8]
Colour = NDArray[np.uint8]
Mask = NDArray[np.bool_]

PAPER = 255
_DARK = 105  # paper darker than this bears light text
_STAMP_LIGHTER = 40  # grey levels that a stamp must be lighter than text to be told from it
_BREAK = (3, 3)  # pixels: breaks in the strokes of ragged print, at the resolutions that are read
_MOSTLY = 0.6  # of the width of characters must be left where such breaks are closed
_LEGIBLE = 10  # pixels: no print is so low that could be read
_SOME = 3  # pieces of ink that tell a height
_WORD = 8  # pixels: what is lower is a ruling
_LONG = (3, 12)  # times its height: a ruling is longer
_FULL = 0.55  # of its frame that the ink of a word fills
_LOWER = 0.75  # of a title's height

# --- ink and paper ----------------------------------------------------------------------


def flatten_light(grey: Image) -> Image:
    """The image as if evenly lit: paper is 255 everywhere, shaded cells become paper too.

    The paper around each place is what is left when all that is narrower than a fortieth
    of the page is closed (dark text, rulings) and opened (light text on dark): the edges of
    shaded cells stay sharp. Light text on dark comes out as dark text on light.
    """
    scale = 240 / min(grey.shape)
    bright = cv2.dilate(grey, np.ones((5, 5), np.uint8))
    small = cv2.resize(bright, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    room = np.ones((5, 5), np.uint8)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, room)
    paper = cv2.morphologyEx(paper, cv2.MORPH_OPEN, room)
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), 0.8)
    size = (grey.shape[1], grey.shape[0])
    light = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    even: Image
    if paper.min() >= _DARK:  # and so is all between its pixels
        even = cv2.divide(grey, light, scale=250)
        return even
    even = cv2.divide(grey, np.maximum(light, _DARK), scale=250)
    dark = light < _DARK
    even[dark] = 250 - np.minimum(cv2.subtract(grey, light)[dark], 250)
    return even


_SQUARE = 16  # pixels
_NOISY = 5.0  # grey levels by which the paper of a good scan varies from pixel to pixel, at most


def paper_noise(grey: Image) -> float:
    """How much the paper varies from pixel to pixel, in grey levels.

    The median standard deviation of small squares: on a page most of them are paper. 0.0 for
    an image smaller than a square.
    """
    height, width = (side // _SQUARE for side in grey.shape)
    if not height * width:
        return 0.0
    sums = np.empty((2, height, width * _SQUARE), np.float32)
    for k in range(height):  # one row of squares at a time stays in the processor's cache
        rows = grey[k * _SQUARE : (k + 1) * _SQUARE, : width * _SQUARE].astype(np.float32)
        cv2.reduce(rows, 0, cv2.REDUCE_SUM, dst=sums[0, k : k + 1])
        cv2.multiply(rows, rows, dst=rows)
        cv2.reduce(rows, 0, cv2.REDUCE_SUM, dst=sums[1, k : k + 1])
    mean, of_squares = (
        cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA) / _SQUARE for one in sums
    )
    return float(np.median(np.sqrt(np.maximum(of_squares - mean * mean, 0.0))))


def calmed(grey: Image) -> Image:
    """The image without the noise of its paper, where there is much; strokes stay sharp.

    Non-local means (Buades, Coll and Morel 2005): what repeats is ink, what doesn't is noise.
    """
    noise = paper_noise(grey)
    if noise < _NOISY:
        return grey
    calm: Image = cv2.fastNlMeansDenoising(grey, None, 0.95 * noise, 5, 15)
    return calm


def ink_threshold(grey: Image) -> int:
    """The grey between ink and paper of an evenly lit page, half way from the darkest ink."""
    dark = grey_counts(grey)[:225]
    if dark.sum() < 50:
        return 160
    # The light tail of blurred edges belongs to the ink only up to half way to the paper.
    core = quantile_of(dark, 0.15)
    return int(np.clip((core + PAPER) / 2 + 15, 175, 205))


def grey_counts(grey: Image) -> NDArray[np.int64]:
    """How many pixels have each grey, from 0 to 255."""
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256])
    return np.asarray(counts, np.int64).ravel()


def quantile_of(counts: NDArray[np.int64], share: float) -> float:
    """The quantile of whole numbers from 0 on of which there are so many each, at least one.

    Between the two nearest, as numpy has it; of a page's greys in a tenth of its time.
    """
    reached = np.cumsum(counts)
    place = float(reached[-1] - 1) * share
    low, high = np.searchsorted(reached, [int(place), math.ceil(place)], side="right").tolist()
    return float(low + (high - low) * (place - int(place)))


def text_height(ink: Mask) -> float:
    """Height in pixels of the page's ordinary characters; 0.0 where there are none.

    The height at which most width of character-like pieces stands: fragments of characters
    are lower but narrow, titles are higher but short. Black and white scans break thin
    strokes, and then most pieces are fragments: with the breaks closed the characters are
    higher, never lower.
    """
    drawn = ink.view(np.uint8)
    closed = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones(_BREAK, np.uint8))
    height, width = _usual_height(drawn)
    mended, as_wide = _usual_height(closed)
    # Closing may join the characters of small or blurred print; what is left then is few.
    characters = as_wide >= _MOSTLY * width or height < _LEGIBLE
    return max(height, mended) if characters else height


def _usual_height(ink: Image) -> tuple[float, float]:
    """The height at which most width of character-like pieces stands, and that width.

    Blurred print of small sizes runs together to words, turned ones perhaps: where there is more
    of them than of single characters, and they are lower, those are but a title's.
    """
    width, height, area = frames(ink)
    tallest = max(ink.shape) / 20
    letters = (height >= 5) & (height < tallest) & (width < 3 * height) & (area >= 8)
    letters &= area > 0.08 * width * height
    found = [_most(height[letters], width[letters])] if letters.sum() >= _SOME else []
    across, along = np.minimum(width, height), np.maximum(width, height)
    words = (across >= _WORD) & (across < tallest) & (area > _FULL * width * height)
    words &= (along >= _LONG[0] * across) & (along < _LONG[1] * across)
    if words.sum() >= _SOME:
        low, wide = _most(across[words], along[words])
        if not found or (wide > found[0][1] and low < _LOWER * found[0][0]):
            return low, wide
    return found[0] if found else (0.0, 0.0)


def _most(heights: NDArray[np.int32], widths: NDArray[np.int32]) -> tuple[float, float]:
    """The height that most of the widths have, and how much."""
    weights = np.bincount(heights, weights=widths)
    smooth = np.convolve(weights, [0.5, 1, 1, 1, 0.5], mode="same")
    most = float(smooth.max())
    # Of heights that are about as frequent the largest: the others are parts of characters.
    return float(np.flatnonzero(smooth > 0.85 * most)[-1]), most


_LARGE, _STILL_LEGIBLE = 44, 20  # pixels
_SMALL_SHARE = 0.2  # of the width of all print on a page may be that of its small print


def without_excess(image: Image) -> Image:
    """The page, grey or in colour; at half its size where :func:`print_is_large`."""
    return halved(image) if print_is_large(halved(halved(image))) else image


def print_is_large(small: Image) -> bool:
    """Whether a page loses nothing at half its size, told by the pieces of its ink at a quarter.

    Half of its print is then still as high as that of a good scan of a table, and its small print
    can be read.
    """
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    _, stats = components((grey < ink_threshold(grey)).view(np.uint8))
    width, height = stats[1:, 2], stats[1:, 3]
    letters = (height > 1) & (height < max(grey.shape) / 20) & (width < 3 * height)
    widths = np.bincount(height[letters], weights=width[letters]).round().astype(np.int64)
    if not widths.any():
        return False
    usual, low = (4 * quantile_of(widths, share) for share in (0.5, _SMALL_SHARE))
    return bool(usual >= _LARGE and low >= _STILL_LEGIBLE)


def halved(image: Image) -> Image:
    """The image, grey or in colour, at half its size; an odd last row or column is left out.

    OpenCV averages halves twenty times as fast as other parts: what is to be made much smaller
    is halved first.
    """
    height, width = image.shape[0] // 2, image.shape[1] // 2
    half: Image = cv2.resize(
        image[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA
    )
    return half


# --- stamps -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """A coloured stamp (seal) on the page: its frame in pixels, and the grey of its solid parts."""

    x0: int
    y0: int
    x1: int
    y1: int
    level: float


def grey_without_stamps(rgb: Colour) -> tuple[Image, tuple[Stamp, ...]]:
    """The page in grey, coloured stamps lifted off it, and the stamps that were lifted.

    ``rgb`` is (height, width, 3), or (height, width) of a page that has no colours.
    A stamp is a large piece of coloured ink, as high as wide or nearly. Red ink is light in
    the red channel while black text under it stays dark: inside a stamp the page is seen
    through the ink's own channel and stretched until the ink is paper.
    """
    if rgb.ndim == 2:
        return rgb, ()
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    lifted = []
    for region in _coloured_stamps(rgb):
        x0, y0, width, height = cv2.boundingRect(region.view(np.uint8))
        x1, y1 = x0 + width, y0 + height
        inside = region[y0:y1, x0:x1]
        part, level = _through_ink(rgb[y0:y1, x0:x1], inside)
        grey[y0:y1, x0:x1][inside] = part[inside]
        lifted.append(Stamp(x0, y0, x1, y1, level))
    return grey, tuple(lifted)


def _saturation(rgb: Colour) -> Image:
    r, g, b = cv2.split(rgb)
    spread: Image = cv2.subtract(cv2.max(cv2.max(r, g), b), cv2.min(cv2.min(r, g), b))
    return spread


def _coloured_stamps(rgb: Colour) -> list[Mask]:
    """A filled mask per stamp-like piece of coloured ink."""
    height, width = rgb.shape[:2]
    scale = min(1.0, 1000 / max(height, width))
    size = round(width * scale), round(height * scale)
    seen = halved(rgb) if scale <= 0.5 else rgb
    small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
    ink = (_saturation(small) > 36).astype(np.uint8)
    if ink.mean() > 0.25:  # a coloured page, not coloured ink
        return []
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    labels, stats = components(joined)
    side = min(height, width) * scale
    regions: list[Mask] = []
    order = sorted(range(1, len(stats)), key=lambda i: -int(stats[i, 2]) * int(stats[i, 3]))
    for i in order:
        _, _, w, h, _ = (int(v) for v in stats[i])
        if min(w, h) < 0.07 * side or max(w, h) > 0.5 * side or max(w, h) > 1.8 * min(w, h):
            continue
        points = np.argwhere(labels == i)[:, ::-1].astype(np.int32)
        filled = np.zeros(small.shape[:2], np.uint8)
        cv2.fillConvexPoly(filled, cv2.convexHull(points), 1)
        filled = cv2.dilate(filled, np.ones((7, 7), np.uint8))
        region = cv2.resize(filled, (width, height), interpolation=cv2.INTER_NEAREST) > 0
        if not any(np.logical_and(region, other).any() for other in regions):
            regions.append(region)
    return regions


def _through_ink(rgb: Colour, inside: Mask) -> tuple[Image, float]:
    """The part seen through its coloured ink, and the ink's grey there.

    JPEG keeps colour coarser than brightness: along the edges of the ink the colour is
    lost while the darkness is sharp. There the brightness itself is stretched.
    """
    bright, colour = rgb.max(axis=2), _saturation(rgb)
    ink = inside & (colour > 50)
    if ink.sum() < 20:
        return bright, float(PAPER)
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    level = float(np.percentile(bright[ink], 35))
    black = float(np.percentile(bright[inside], 0.5))
    lit = _stretched(bright, black, level)
    dark = float(np.percentile(luma[ink], 60))
    if dark - black > _STAMP_LIGHTER:
        reach = np.ones((7, 7), np.uint8)
        edge = cv2.dilate(ink.astype(np.uint8), reach).astype(bool)
        edge &= colour < 0.8 * float(np.median(colour[ink]))
        lit[edge] = np.maximum(lit, _stretched(luma, black, dark))[edge]
    return lit, level


def _stretched(grey: Image, black: float, paper: float) -> Image:
    """The image with the greys from ``black`` to ``paper`` spread to white."""
    share = (grey.astype(np.float32) - black) / max(paper - black, 1.0)
    spread: Image = np.clip(black + share * (PAPER - black), 0, PAPER).astype(np.uint8)
    return spread


# --- turning ----------------------------------------------------------------------------


def quarter_turned(image: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    """The image turned clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(image, -turns % 4))
