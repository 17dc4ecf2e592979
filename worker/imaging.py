"""Clean, upright page images: light, stamps, skew and quarter turns.

Pure functions on numpy images. Grey images are 8 bit, dark ink on light paper; lengths are
pixels, origin top left, angles degrees. Thresholds are relative to the page's size or to
the height of its text, so that they hold at any resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Affine

Image = NDArray[np.uint8]
Colour = NDArray[np.uint8]
Mask = NDArray[np.bool_]

PAPER = 255
_DARK = 105  # paper darker than this bears light text
_CRISP = 0.6  # of the way from black to a stamp: most ink of crisp text is darker
_STAMP_LIGHTER = 40  # grey levels that a stamp must be lighter than text to be told from it
_BREAK = (3, 3)  # pixels: breaks in the strokes of ragged print, at the resolutions that are read

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
    even: Image = cv2.divide(grey, np.maximum(light, _DARK), scale=250)
    dark = light < _DARK
    if dark.any():
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
    level = grey[: height * _SQUARE, : width * _SQUARE].astype(np.float32)
    mean = cv2.resize(level, (width, height), interpolation=cv2.INTER_AREA)
    of_squares = cv2.resize(level * level, (width, height), interpolation=cv2.INTER_AREA)
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
    dark = grey[grey < 225]
    if dark.size < 50:
        return 160
    # The light tail of blurred edges belongs to the ink only up to half way to the paper.
    core = float(np.percentile(dark, 15))
    return int(np.clip((core + PAPER) / 2 + 15, 175, 205))


def text_height(ink: Mask) -> float:
    """Height in pixels of the page's ordinary characters; 0.0 where there are none.

    The height at which most width of character-like pieces stands: fragments of characters
    are lower but narrow, titles are higher but short. Black and white scans break thin
    strokes, and then most pieces are fragments: with the breaks closed the characters are
    higher, never lower.
    """
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones(_BREAK, np.uint8))
    return max(_usual_height(ink), _usual_height(closed.astype(bool)))


def _usual_height(ink: Mask) -> float:
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    tallest = max(ink.shape) / 20
    letters = (height >= 5) & (height < tallest) & (width < 3 * height) & (area >= 8)
    letters &= area > 0.08 * width * height
    if letters.sum() < 3:
        return 0.0
    weights = np.bincount(height[letters], weights=width[letters])
    smooth = np.convolve(weights, [0.5, 1, 1, 1, 0.5], mode="same")
    # Of heights that are about as frequent the largest: the others are parts of characters.
    return float(np.flatnonzero(smooth > 0.85 * smooth.max())[-1])


# --- stamps -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp (seal) over the page: its frame in pixels, and how dark its ink is.

    ``level`` is the grey of its solid parts. ``coloured`` stamps were told by their
    colour, the others by their round shape.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    level: float
    coloured: bool


def grey_without_stamps(rgb: Colour) -> tuple[Image, tuple[Stamp, ...]]:
    """The page in grey, coloured stamps lifted off it, and the stamps that were lifted.

    A stamp is a large piece of coloured ink, as high as wide or nearly. Red ink is light in
    the red channel while black text under it stays dark: inside a stamp the page is seen
    through the ink's own channel and stretched until the ink is paper.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    lifted = []
    for region in _coloured_stamps(rgb):
        y0, x0 = (int(v.min()) for v in np.nonzero(region))
        y1, x1 = (int(v.max()) + 1 for v in np.nonzero(region))
        inside = region[y0:y1, x0:x1]
        part, level = _through_ink(rgb[y0:y1, x0:x1], inside)
        grey[y0:y1, x0:x1][inside] = part[inside]
        lifted.append(Stamp(x0, y0, x1, y1, level, True))
    return grey, tuple(lifted)


def _saturation(rgb: Colour) -> Image:
    r, g, b = cv2.split(rgb)
    spread: Image = cv2.subtract(cv2.max(cv2.max(r, g), b), cv2.min(cv2.min(r, g), b))
    return spread


def _coloured_stamps(rgb: Colour) -> list[Mask]:
    """A filled mask per stamp-like piece of coloured ink."""
    scale = min(1.0, 1000 / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = (_saturation(small) > 36).astype(np.uint8)
    if ink.mean() > 0.25:  # a coloured page, not coloured ink
        return []
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    side = min(rgb.shape[:2]) * scale
    size = (rgb.shape[1], rgb.shape[0])
    regions: list[Mask] = []
    order = sorted(range(1, count), key=lambda i: -int(stats[i, 2]) * int(stats[i, 3]))
    for i in order:
        _, _, w, h, _ = (int(v) for v in stats[i])
        if min(w, h) < 0.07 * side or max(w, h) > 0.5 * side or max(w, h) > 1.8 * min(w, h):
            continue
        points = np.argwhere(labels == i)[:, ::-1].astype(np.int32)
        filled = np.zeros(small.shape[:2], np.uint8)
        cv2.fillConvexPoly(filled, cv2.convexHull(points), 1)
        filled = cv2.dilate(filled, np.ones((7, 7), np.uint8))
        region = cv2.resize(filled, size, interpolation=cv2.INTER_NEAREST) > 0
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


def round_stamps(grey: Image) -> tuple[Stamp, ...]:
    """Round stamps in grey ink that is lighter than the text.

    Circles come from the Hough transform; each must be drawn along most of its way in ink
    thicker than strokes of text.
    """
    scale = 800 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.HoughCircles(
        small, cv2.HOUGH_GRADIENT_ALT, 1.5, 20,
        param1=120, param2=0.6, minRadius=32, maxRadius=112,
    )  # fmt: skip
    if found is None:
        return ()
    circles = (found.reshape(-1, found.shape[-1])[:, :3] / scale).astype(float)
    stamps = [_round_stamp(grey, *circle) for circle in circles]
    return tuple(stamp for stamp in stamps if stamp is not None)


def _round_stamp(grey: Image, cx: float, cy: float, r: float) -> Stamp | None:
    # Stamps are often a little oval in a scan: the ring is looked for a way around r.
    x0, y0 = max(round(cx - 1.25 * r), 0), max(round(cy - 1.25 * r), 0)
    x1, y1 = min(round(cx + 1.25 * r), grey.shape[1]), min(round(cy + 1.25 * r), grey.shape[0])
    part = grey[y0:y1, x0:x1]
    thick = max(round(r / 30), 3)
    solid = cv2.erode((part < 200).astype(np.uint8), np.ones((thick, thick), np.uint8)) > 0
    ys, xs = np.mgrid[y0:y1, x0:x1]
    distance = np.hypot(xs - cx, ys - cy) / r
    ring = solid & (distance > 0.8) & (distance < 1.22)
    turns = np.arctan2(ys[ring] - cy, xs[ring] - cx)
    seen = np.unique(np.floor((turns + np.pi) / (2 * np.pi) * 48)).size
    if seen < 24:
        return None
    return Stamp(x0, y0, x1, y1, float(np.median(part[ring])), False)


def faded(grey: Image, stamps: tuple[Stamp, ...]) -> Image:
    """The image with grey stamps faded to paper where their ink is lighter than the text.

    What is nearly as dark as the darkest ink around stays, what is nearly as light as the
    stamp goes; thin strokes of text lie between and are thinned, not lost. Where the page's
    text is blurred, so that most of it is as light as that, only the stamp's own strokes are
    faded, as far as they are thicker than those of text.
    """
    clear = grey.copy()
    usual = _usual_ink(grey, stamps)
    for stamp in stamps:
        area = (slice(stamp.y0, stamp.y1), slice(stamp.x0, stamp.x1))
        part = grey[area].astype(np.float32)
        black = float(np.percentile(part, 1))
        span = stamp.level - black
        if span < _STAMP_LIGHTER:
            continue
        smooth = cv2.GaussianBlur(part, (0, 0), 0.5)
        fade = np.clip((smooth - black - 0.45 * span) / (0.4 * span), 0, 1)
        if usual > black + _CRISP * span:
            fade *= _on_strokes(grey[area], stamp.level)
        clear[area] = (part + (PAPER - part) * fade).astype(np.uint8)
    return clear


def _usual_ink(grey: Image, stamps: tuple[Stamp, ...]) -> float:
    """The median grey of the ink beside the stamps."""
    beside = np.ones(grey.shape, bool)
    for stamp in stamps:
        beside[stamp.y0 : stamp.y1, stamp.x0 : stamp.x1] = False
    ink = grey[beside & (grey < 200)]
    return float(np.median(ink)) if ink.size else 0.0


def _on_strokes(part: Image, level: float) -> NDArray[np.uint8]:
    """1 on and close around strokes as dark as ``level`` that are thicker than text's."""
    thick = max(round(max(part.shape) / 80), 3)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick, thick))
    solid = (part < level + 0.45 * (PAPER - level)).astype(np.uint8)
    strokes = cv2.morphologyEx(solid, cv2.MORPH_OPEN, disc)
    rim = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thick + 1, 2 * thick + 1))
    around: NDArray[np.uint8] = cv2.dilate(strokes, rim)
    return around


# --- skew -------------------------------------------------------------------------------


_MARGIN = 0.03  # of the page's shorter side: an edge so wide may be the scanner's shadow


def skew_angle(ink: Mask, limit: float = 5.0) -> float:
    """Degrees by which the page's horizontals fall to the right, within ``limit``.

    The angle at which ink gathers most sharply in rows (Postl 1986): coarse on a thinned
    set of ink, then ever finer on more of it. The margins, whose dark edges lie along the
    scanner and not along the page, count where there is hardly any other ink. 0.0 for a
    page without ink.
    """
    edge = round(_MARGIN * min(ink.shape))
    ys, xs = np.nonzero(ink[edge:-edge, edge:-edge])
    if len(xs) < 200:
        ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0
    order = np.random.default_rng(0).permutation(len(xs))
    xs, ys = xs[order] - ink.shape[1] / 2, ys[order] - ink.shape[0] / 2
    best, step = 0.0, 0.5
    angles = np.arange(-limit, limit + step / 2, step)
    for points, pixels in ((12000, 3.0), (30000, 2.0), (60000, 1.0), (60000, 1.0)):
        scores = [_row_sharpness(xs[:points], ys[:points], a, pixels) for a in angles]
        best = float(angles[int(np.argmax(scores))])
        angles = best + np.arange(-4, 5) * step / 4
        step /= 4
    return best


def _row_sharpness(
    xs: NDArray[np.float64], ys: NDArray[np.float64], angle: float, bin_: float
) -> float:
    slope = np.tan(np.radians(angle))
    rows = np.floor((ys - xs * slope) / bin_).astype(np.int64)
    counts = np.bincount(rows - rows.min())
    return float((counts.astype(np.float64) ** 2).sum())


# --- turning ----------------------------------------------------------------------------


def quarter_turned(image: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    """The image turned clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(image, -turns % 4))


def straightened(grey: Image, angle: float) -> tuple[Image, Affine]:
    """The image turned back by its skew, none of it cut off; and the pixel map to it."""
    h, w = grey.shape
    if abs(angle) < 0.02:
        return grey, Affine()
    cos, sin = float(np.cos(np.radians(angle))), float(np.sin(np.radians(angle)))
    width, height = round(w * cos + h * abs(sin)), round(h * cos + w * abs(sin))
    there = Affine(
        cos, sin, width / 2 - (cos * w + sin * h) / 2,
        -sin, cos, height / 2 - (cos * h - sin * w) / 2,
    )  # fmt: skip
    # Pixel centres lie half a pixel in; the map above is on edges.
    shift = Affine(c=0.5, f=0.5).then(there).then(Affine(c=-0.5, f=-0.5))
    matrix = np.array([[shift.a, shift.b, shift.c], [shift.d, shift.e, shift.f]])
    turned = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=PAPER)
    return turned, there
