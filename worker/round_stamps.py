"""Round stamps in grey or black ink, taken off the page by their symmetry.

A ring looks the same all the way round and a five-pointed star after every fifth of a turn; the
print below doesn't. So what most of such places agree on is the stamp. Ink multiplies: a
pale stamp is divided away, which leaves the print below as dark as it was, though it be no
darker than the stamp. Through a black one nothing can be seen: it is painted over as a
ruling is, and where it was is told. What is left then, the signs along the ring, is faded where
it is lighter than the page's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.imaging import PAPER

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

ROOM = 1.25
"""Of a ring's radius: half of a side of the square that a stamp is said to stand in."""

_SEEN_AT = 800  # pixels of the page's longer side, at which circles are looked for
_RADII = (32, 112)  # pixels there: of a stamp of 25 to 90 mm on a page of A4
_ROUND = 0.45  # of Hough's measure of a circle's perfectness
_BAND = (0.8, 1.2)  # of a circle's radius, between which its ring is looked for
_STEPS = 720  # places around the ring at which it is looked for
_PASSES = 4  # at most, in which the middle of a ring is found
_ROUGHLY = 4  # of these places one is looked at to tell the circles that are none
_SMOOTH = 9  # places, over which the way of the ring is averaged
_WAVES = 2  # of the ring's way: it may lie off the centre and be an oval
_ON_THE_WAY = 2.5  # pixels by which a place of the ring may miss its way
_DRAWN = 0.52  # share of the places around that must be on the way and drawn
_HINT = 0.6  # of half of that share: what seems less at a rough look is not looked at
_AROUND = 0.1  # of a turn on either side, from which the ring's own ink is told
_PALE = 110  # a stamp lets print be seen through it where it is lighter
_DIM = 140  # print may be lost in a stamp that is darker
_DOTS = 15  # per cent of a black stamp's pixels that must be dots of black
_GRAINY = 190  # the mean of a black stamp's dots is darker
_GRAIN_OF_INK = 40  # grey levels by which a stamp's own ink may be darker than most of it
_DARKER = 30  # and more below, at which ink is surely print
_INKED = 215  # paper is lighter
_STAR = 0.45  # of the ring's radius, within which its star stands
_POINTS = 5
_BEGINS = 0.45  # of the way from black to a stamp: what is lighter is faded
_EDGE = 1.1  # of a ring's radius: its stroke lies within
_LIGHTER = 50  # grey levels that a stamp must be lighter than text to be told from it
_STROKES = 200  # strokes of print are darker
_CORE = 20  # per cent of their pixels are the cores of strokes
_GRAIN = (7, 3)  # pixels along and across a ring, over which its dots are averaged
_SPECK = (5, 5)  # the same of a star
_TOUCHING = 150  # grey of ink that meets a ring
_BESIDE = 4  # pixels beside a ring's stroke that its edge may blur
_REACH = 14  # pixels between the two sides of a ring that ink runs through


@dataclass(frozen=True, slots=True)
class RoundStamp:
    """A stamp with a ring around it, in pixels.

    ``waves`` are the harmonics of the radius of the middle of the ring's stroke, seen from
    ``x`` and ``y``: its mean, then a cosine and a sine for each. ``level`` is the grey of its
    ink, and ``black`` says that nothing is seen through it: a fax makes it of black dots.
    """

    x: float
    y: float
    waves: tuple[float, ...]
    thickness: float
    level: float
    black: bool

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of a square that it stands in, with some room."""
        reach = ROOM * self.waves[0]
        x, y = self.centre
        return x - reach, y - reach, x + reach, y + reach

    @property
    def centre(self) -> tuple[float, float]:
        """The ring's middle: its first wave tells how far that lies from ``x`` and ``y``."""
        return self.x + self.waves[1], self.y + self.waves[2]

    def radius(self, turns: NDArray[np.floating]) -> Floats:
        """The ring's radius in pixels, for directions in radians."""
        way: Floats = (_harmonics(turns) @ np.array(self.waves)).astype(np.float32)
        return way


@dataclass(frozen=True, slots=True)
class Lifted:
    """A page without its round stamps.

    ``hidden`` is where black or dark ones were; on ``drawn`` the black ones are left: rulings go on
    below them, and would seem to end where they are painted over. On ``ruled`` nothing is faded
    either, for a thin ruling may be as pale as a stamp; it is ``drawn`` itself where that is so.
    """

    grey: Image
    hidden: Mask
    drawn: Image
    ruled: Image


def round_stamps(grey: Image) -> tuple[RoundStamp, ...]:
    """The round stamps of an evenly lit page.

    Circles come from the Hough transform; each must be a ring that is drawn most of the way
    round, and of those in one place the one that is drawn furthest counts.
    """
    scale = _SEEN_AT / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.HoughCircles(
        cv2.GaussianBlur(small, (0, 0), 1.0), cv2.HOUGH_GRADIENT_ALT, 1.5, 20,
        param1=120, param2=_ROUND, minRadius=_RADII[0], maxRadius=_RADII[1],
    )  # fmt: skip
    if found is None:
        return ()
    circles = (found.reshape(-1, found.shape[-1])[:, :3] / scale).tolist()
    rings = [ring for x, y, radius in circles if (ring := _stamp(grey, x, y, radius)) is not None]
    stamps: list[RoundStamp] = []
    for _, stamp in sorted(rings, key=lambda ring: -ring[0]):
        if not any(_apart(stamp, other) < ROOM * other.waves[0] for other in stamps):
            stamps.append(stamp)
    return tuple(stamps)


def _apart(one: RoundStamp, other: RoundStamp) -> float:
    """Pixels between two middles. Strokes make many circles of one stamp."""
    return float(np.hypot(*np.subtract(one.centre, other.centre)))


def without_stamps(grey: Image, stamps: Sequence[RoundStamp]) -> Lifted:
    """The evenly lit page with the stamps taken off."""
    hidden = np.zeros(grey.shape, bool)
    if not stamps:
        return Lifted(grey, hidden, grey, grey)
    drawn = grey.copy()
    ink = _Print.of(grey, stamps)
    ruled = grey.copy()
    for stamp in stamps:
        if stamp.black:
            continue
        if _faded(drawn, stamp, ink):
            _lift(ruled, np.zeros_like(hidden), stamp)
            continue
        _lift(drawn, hidden, stamp)
        whole = _square(grey, stamp, _EDGE * stamp.waves[0] + stamp.thickness + _BESIDE)
        ruled[whole] = drawn[whole]
        _fade_signs(drawn, stamp, ink)
    clear = drawn.copy()
    for stamp in stamps:
        if stamp.black:
            _lift(clear, hidden, stamp)
    unfaded = all(stamp.black for stamp in stamps)
    return Lifted(clear, hidden, drawn, drawn if unfaded else ruled)


# --- where rings are --------------------------------------------------------------------


def _harmonics(turns: NDArray[np.floating]) -> NDArray[np.float64]:
    """(..., 1 + 2 waves): a one, then cosine and sine of each multiple of the turn."""
    waves = [np.ones_like(turns)]
    for k in range(1, _WAVES + 1):
        waves += [np.cos(k * turns), np.sin(k * turns)]
    return np.stack(waves, axis=-1).astype(np.float64)


@cache
def _all_around() -> tuple[Floats, NDArray[np.float64]]:
    """The directions in which a ring is looked for, and their harmonics."""
    turns = np.linspace(-np.pi, np.pi, _STEPS, endpoint=False, dtype=np.float32)
    return turns, _harmonics(turns)


def _stamp(grey: Image, x: float, y: float, rough: float) -> tuple[float, RoundStamp] | None:
    """The ring near a circle and how far round it is drawn; None where that is not enough.

    Rulings and text that cross it are thinner than its stroke; a ring of dots shows only with
    them.
    """
    if _ring(grey, x, y, rough, _ROUGHLY)[1].mean() < _HINT * _DRAWN / 2:
        return None
    turns, around = _all_around()
    circle = rough
    waves, on = _ring(grey, x, y, rough)
    for _ in range(_PASSES):
        if on.mean() < _DRAWN / 2 or not _BAND[0] < waves[0] / circle < _BAND[1]:
            return None
        if np.hypot(*waves[1:3]) < 1:
            break
        # Seen from its own middle more of a ring lies in the band.
        x, y, rough = x + float(waves[1]), y + float(waves[2]), float(waves[0])
        waves, on = _ring(grey, x, y, rough)
    if on.mean() < _DRAWN:
        return None
    thick = _thickest(rough)
    spread = np.arange(-2 * thick, 2 * thick + 1, dtype=np.float32)
    middle = (around @ waves).astype(np.float32)[:, None]
    across = _sampled(grey, x, y, turns[:, None], middle + spread)[on]
    profile = across.mean(axis=0)
    stroke = profile < (float(profile.min()) + PAPER) / 2
    inside = across[:, stroke]
    return float(on.mean()), RoundStamp(
        x, y, tuple(map(float, waves)), float(stroke.sum()), float(np.median(inside)),
        black=float(np.percentile(inside, _DOTS)) < _PALE,
    )  # fmt: skip


def _thickest(radius: float) -> int:
    """Pixels: strokes of print and rulings are thinner than a ring."""
    return max(round(radius / 25), 3)


def _ring(
    grey: Image, x: float, y: float, rough: float, every: int = 1
) -> tuple[NDArray[np.float64], Mask]:
    """The waves of the ring about as far from a point, and the directions it is drawn in.

    ``every``: of so many directions one is looked at.
    """
    turns, smooth = _all_around()[0][::every], -(-_SMOOTH // every)
    radii = np.arange(_BAND[0] * rough, _BAND[1] * rough).astype(np.float32)
    strip = _sampled(grey, x, y, turns[:, None], radii[None, :])
    thick = _thickest(rough)
    round_about = np.concatenate([strip[-smooth:], strip, strip[:smooth]])  # it has no ends
    strokes = cv2.morphologyEx(round_about, cv2.MORPH_CLOSE, np.ones((thick, thick), np.uint8))
    looks = [cv2.blur(seen, (thick, smooth))[smooth:-smooth] for seen in (strokes, round_about)]
    ways = [_way(radii[look.argmin(axis=1)], look.min(axis=1) < _INKED, every) for look in looks]
    return max(ways, key=lambda way: way[1].mean())


def _way(radii: Floats, dark: Mask, every: int) -> tuple[NDArray[np.float64], Mask]:
    """The slow wave through radii by direction, far ones left out; and which lie on it."""
    harmonics, kept = _all_around()[1][::every], dark
    waves: NDArray[np.float64] = np.zeros(harmonics.shape[1])
    off: NDArray[np.float64] = np.full(len(radii), np.inf)
    for _ in range(6):
        if kept.sum() < _DRAWN * len(radii) / 2:
            break
        seen = harmonics[kept]
        found = np.linalg.solve(seen.T @ seen, seen.T @ radii[kept])
        waves = np.asarray(found, np.float64)
        off = np.abs(harmonics @ waves - radii.astype(np.float64))
        near = dark & (off < max(_ON_THE_WAY, 2.5 * float(np.median(off[kept]))))
        if np.array_equal(near, kept):
            break
        kept = near
    return waves, dark & (off < _ON_THE_WAY)


def _sampled(grey: Image, x: float, y: float, turns: Floats, radii: Floats) -> Image:
    """The greys at directions and distances from a point; paper beyond the page's edges."""
    seen: Image = cv2.remap(
        grey,
        (x + radii * np.cos(turns)).astype(np.float32),
        (y + radii * np.sin(turns)).astype(np.float32),
        cv2.INTER_LINEAR,
        borderValue=PAPER,
    )
    return seen


# --- taking them off --------------------------------------------------------------------


def _lift(grey: Image, hidden: Mask, stamp: RoundStamp) -> None:
    """Takes ring and star off ``grey``, and marks in ``hidden`` what they hid."""
    _lift_ring(grey, hidden, stamp)
    _lift_star(grey, hidden, stamp)


def _lift_ring(grey: Image, hidden: Mask, stamp: RoundStamp) -> None:
    """Takes the ring off ``grey``, and marks in ``hidden`` where it was black or dark.

    Along its stroke laid out straight, what most places around agree on is the ring.
    """
    reach = round(stamp.thickness + _BESIDE)
    steps = round(2 * np.pi * stamp.waves[0])
    turns = np.linspace(-np.pi, np.pi, steps, endpoint=False, dtype=np.float32)
    offsets = np.arange(-reach, reach + 1, dtype=np.float32)[:, None]
    strip = _sampled(grey, stamp.x, stamp.y, turns[None], stamp.radius(turns)[None] + offsets)
    own = _own_ink(cv2.blur(strip, _GRAIN) if stamp.black else strip)
    black = (own < _GRAINY) & stamp.black
    drawn = cv2.dilate(black.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    erased = drawn & ~_run_through(strip, drawn)
    area, ys, xs = _around(grey, stamp, 1.1 * stamp.waves[0] + reach)
    directions = np.arctan2(ys - stamp.y, xs - stamp.x)
    offset = np.hypot(xs - stamp.x, ys - stamp.y) - stamp.radius(directions)
    near = np.abs(offset) <= reach
    column = np.mod(np.rint((directions[near] + np.pi) / (2 * np.pi) * steps), steps)
    at = (np.rint(offset[near]) + reach).astype(np.intp), column.astype(np.intp)
    part, dark = grey[area], hidden[area]
    through = _divided(part[near], np.where(stamp.black, PAPER, own)[at], stamp.level)
    part[near] = np.where(erased[at], PAPER, through)
    dark[near] |= (black | (own < _DIM))[at]


def _run_through(strip: Image, ring: Mask) -> Mask:
    """Where ink that stands on both sides of the ring runs through it."""
    blur = cv2.dilate(ring.view(np.uint8), np.ones((5, 3), np.uint8)).view(bool) & ~ring
    touching = (blur & (strip < _TOUCHING)).view(np.uint8)
    downward = cv2.dilate(touching, np.ones((_REACH, 1), np.uint8), anchor=(0, _REACH - 1))
    upward = cv2.dilate(touching, np.ones((_REACH, 1), np.uint8), anchor=(0, 0))
    through: Mask = (downward & upward).view(bool)
    return through


def _own_ink(strip: Image) -> Floats:
    """The grey of the ring alone at each place of its strip, (offsets, places)."""
    places = strip.shape[1]
    half = max(round(_AROUND * places), 12)
    few = half // 12
    columns = np.arange(0, places, few)
    around = np.arange(-half, half + 1, few)
    told = np.median(strip[:, np.mod(columns[:, None] + around, places)], axis=2)
    own: Floats = cv2.resize(
        told.astype(np.float32), (places, len(strip)), interpolation=cv2.INTER_LINEAR
    )
    return own


def _lift_star(grey: Image, hidden: Mask, stamp: RoundStamp) -> None:
    """Takes what is the same after every fifth of a turn off the stamp's middle."""
    x, y = stamp.centre
    radius = _STAR * stamp.waves[0]
    area, ys, xs = _around(grey, stamp, radius)
    if not xs.size:
        return  # it lies beyond the page's edge
    away, directions = np.hypot(xs - x, ys - y), np.arctan2(ys - y, xs - x)
    seen = cv2.blur(grey, _SPECK) if stamp.black else grey
    shares = away / stamp.radius(directions)  # an oval stamp has an oval star
    turned = [directions + turn for turn in 2 * np.pi * np.arange(_POINTS) / _POINTS]
    own = np.median(
        [
            _sampled(
                seen, x, y, at.astype(np.float32), (shares * stamp.radius(at)).astype(np.float32)
            )
            for at in turned
        ],
        axis=0,
    )
    own[away > radius] = PAPER
    black = _solid(own < _GRAINY, stamp) & stamp.black
    through = _divided(grey[area], np.where((own > _INKED) | stamp.black, PAPER, own), stamp.level)
    grey[area] = np.where(black, PAPER, through)
    hidden[area] |= black | ((own < _DIM) & (not stamp.black))


def _solid(black: Mask, stamp: RoundStamp) -> Mask:
    """The pieces of a mask that are as thick as a star's middle; rulings and text are thinner."""
    size = max(round(stamp.waves[0] / 12), 3)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    core = cv2.morphologyEx(black.view(np.uint8), cv2.MORPH_OPEN, disc)
    _, labels = cv2.connectedComponents(black.view(np.uint8), connectivity=4)
    solid: Mask = np.isin(labels, np.unique(labels[core > 0])) & black
    return solid


def _divided(ink: Image, by: NDArray[np.floating], level: float) -> Image:
    """The ink as dark as it is without what lies over it.

    What is much darker than the stamp's ``level`` is print that it hardly darkened: it stays.
    """
    through = np.minimum(ink * (PAPER / np.maximum(by, 1.0)), PAPER)
    printed = np.clip((level - _GRAIN_OF_INK - ink) / _DARKER, 0, 1)
    seen: Image = (printed * ink + (1 - printed) * through).astype(np.uint8)
    return seen


def _around(
    grey: Image, stamp: RoundStamp, reach: float
) -> tuple[tuple[slice, slice], NDArray[np.float64], NDArray[np.float64]]:
    """The square of the page around the stamp's middle, with y and x of each of its pixels."""
    rows, columns = _square(grey, stamp, reach)
    ys, xs = np.mgrid[rows, columns].astype(np.float64)
    return (rows, columns), ys, xs


def _square(grey: Image, stamp: RoundStamp, reach: float) -> tuple[slice, slice]:
    x, y = stamp.centre
    rows = slice(max(int(y - reach), 0), min(max(int(y + reach) + 2, 0), grey.shape[0]))
    columns = slice(max(int(x - reach), 0), min(max(int(x + reach) + 2, 0), grey.shape[1]))
    return rows, columns


# --- fading what is left ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Print:
    """The grey of a page's print beside its stamps: of most of it, and of its strokes' cores."""

    usual: float
    core: float

    @classmethod
    def of(cls, grey: Image, stamps: Sequence[RoundStamp]) -> _Print:
        beside = np.ones(grey.shape, bool)
        for stamp in stamps:
            area, _, _ = _around(grey, stamp, ROOM * stamp.waves[0])
            beside[area] = False
        ink = grey[beside & (grey < _STROKES)]
        if not ink.size:
            return cls(0.0, 0.0)
        return cls(float(np.median(ink)), float(np.percentile(ink, _CORE)))


def _faded(grey: Image, stamp: RoundStamp, ink: _Print) -> bool:
    """Whether most of the page's print is so dark that the stamp could be faded by its tone.

    What is nearly as dark as the darkest ink around stays, what is nearly as light as the
    stamp goes; thin strokes of text lie between and are thinned, not lost.
    """
    area, ys, xs = _around(grey, stamp, ROOM * stamp.waves[0])
    black = float(np.percentile(grey[area], 1))
    span = stamp.level - black
    if span < _LIGHTER or ink.usual > black + _BEGINS * span:
        return False
    x, y = stamp.centre
    within = np.hypot(xs - x, ys - y) < _EDGE * stamp.radius(np.arctan2(ys - y, xs - x))
    _fade(grey[area], black, stamp.level, within)
    return True


def _fade(part: Image, black: float, level: float, where: Mask) -> None:
    span = max(level - black, 1.0)
    smooth = cv2.GaussianBlur(part.astype(np.float32), (0, 0), 0.5)
    fade = np.clip((smooth - black - _BEGINS * span) / (0.4 * span), 0, 1) * where
    part[...] = (part + (PAPER - part) * fade).astype(np.uint8)


def _fade_signs(grey: Image, stamp: RoundStamp, ink: _Print) -> None:
    """Fades the signs between star and ring where the cores of the page's print are darker.

    As far as their strokes are thicker than those of text.
    """
    if stamp.level - ink.core < _LIGHTER:
        return
    area, ys, xs = _around(grey, stamp, stamp.waves[0])
    x, y = stamp.centre
    away = np.hypot(xs - x, ys - y) / stamp.waves[0]
    strokes = _on_strokes(grey[area], stamp) & (away > _STAR) & (away < 1)
    _fade(grey[area], float(np.percentile(grey[area], 1)), stamp.level, strokes)


def _on_strokes(part: Image, stamp: RoundStamp) -> Mask:
    """Strokes as dark as the stamp's that are thicker than text's, and their rims."""
    thick = max(round(stamp.waves[0] / 32), 3)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick, thick))
    solid = (part < stamp.level + 0.45 * (PAPER - stamp.level)).astype(np.uint8)
    strokes = cv2.morphologyEx(solid, cv2.MORPH_OPEN, disc)
    rim = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thick + 1, 2 * thick + 1))
    around: Mask = cv2.dilate(strokes, rim) > 0
    return around
