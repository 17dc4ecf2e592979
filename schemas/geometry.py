"""Boxes, points and the affine maps between the spaces that a page has.

Two spaces are used, both in PDF points (1/72 inch), origin top left, y downwards:

* *page space*: the page as a viewer displays it, after the PDF's own /Rotate;
* *upright space*: page space turned by a multiple of 90 degrees, straightened and laid flat,
  so that the text of the page runs left to right along the x axis. Stages between reading and
  result work here; boxes go back to page space once, when the result is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle; ``x0 <= x1`` and ``y0 <= y1``, in points.

    Raises:
        ValueError: if a side is negative or a coordinate is not finite.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if 0 <= self.x1 - self.x0 < math.inf and 0 <= self.y1 - self.y0 < math.inf:
            return  # as all are but those at fault, and very few that are too wide to say
        if not all(map(math.isfinite, (self.x0, self.y0, self.x1, self.y1))):
            raise ValueError(f"box with a coordinate that is not finite: {self}")
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError(f"box with a negative side: {self}")

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def area(self) -> float:
        return self.width * self.height

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies inside or on the edge."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def overlap(self, other: Box) -> float:
        """The shared area, 0.0 where the boxes are apart."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(width, 0.0) * max(height, 0.0)

    def grow(self, dx: float, dy: float) -> Box:
        """The box with ``dx`` added at left and right, ``dy`` at top and bottom."""
        return Box(self.x0 - dx, self.y0 - dy, self.x1 + dx, self.y1 + dy)

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of ``boxes``.

        Raises:
            ValueError: if there are none.
        """
        held = list(boxes)
        if not held:
            raise ValueError("no boxes to draw a box around")
        if len(held) == 1:
            return held[0]
        x0s, y0s, x1s, y1s = zip(*map(_sides, held), strict=True)
        return Box(min(x0s), min(y0s), max(x1s), max(y1s))


_sides = attrgetter("x0", "y0", "x1", "y1")


@dataclass(frozen=True, slots=True)
class Affine:
    """The map ``x' = a x + b y + c``, ``y' = d x + e y + f``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def box(self, box: Box) -> Box:
        """The axis-aligned box around the mapped corners."""
        if self.b == self.d == 0:  # most pages lie as they are shown
            if self.a == self.e == 1 and self.c == self.f == 0:
                return box
            x0, x1 = self.a * box.x0 + self.c, self.a * box.x1 + self.c
            y0, y1 = self.e * box.y0 + self.f, self.e * box.y1 + self.f
            return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        return _around([self.point(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)])

    def then(self, after: Affine) -> Affine:
        """The map that applies this one first and ``after`` second."""
        return Affine(
            after.a * self.a + after.b * self.d,
            after.a * self.b + after.b * self.e,
            after.a * self.c + after.b * self.f + after.c,
            after.d * self.a + after.e * self.d,
            after.d * self.b + after.e * self.e,
            after.d * self.c + after.e * self.f + after.f,
        )

    def inverse(self) -> Affine:
        """The map back.

        Raises:
            ValueError: if the map is singular.
        """
        det = self.a * self.e - self.b * self.d
        if det == 0:
            raise ValueError(f"singular map: {self}")
        a, b, d, e = self.e / det, -self.b / det, -self.d / det, self.a / det
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))


@dataclass(frozen=True, slots=True)
class PageMap:
    """The map from upright space to page space: a sheet's bow, then a turn and a shift.

    The lines of a sheet that did not lie flat are parabolas: ``(x, y)`` lies at
    ``flat(x, y + bow * (x - middle) ** 2)``. ``bow`` is per point.
    """

    flat: Affine = Affine()
    bow: float = 0.0
    middle: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.flat.point(x, y + self.bow * (x - self.middle) ** 2)

    def back(self, x: float, y: float) -> tuple[float, float]:
        """The point of upright space that lies at this point of the page.

        Raises:
            ValueError: if the map is singular.
        """
        x, y = self.flat.inverse().point(x, y)
        return x, y - self.bow * (x - self.middle) ** 2

    def box(self, box: Box) -> Box:
        """The axis-aligned box around what lies in ``box``."""
        if not self.bow:
            return self.flat.box(box)
        turning = min(max(self.middle, box.x0), box.x1)  # where the bow runs level
        xs = (box.x0, turning, box.x1)
        return _around([self.point(x, y) for x in xs for y in (box.y0, box.y1)])

    def back_box(self, box: Box) -> Box:
        """The axis-aligned box around the corners of ``box``, which is in page space."""
        return _around([self.back(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)])

    def near(self, x: float) -> Affine:
        """The map as it is close to this x of upright space, where every bow is straight."""
        slope = 2 * self.bow * (x - self.middle)
        sag = self.bow * (x - self.middle) ** 2
        return Affine(d=slope, f=sag - slope * x).then(self.flat)


def _around(points: Iterable[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def turn(quarter_turns: int, width: float, height: float) -> Affine:
    """The map that turns a ``width`` x ``height`` page clockwise by quarter turns.

    The turned page starts at the origin again; after one or three quarter turns it is
    ``height`` wide and ``width`` high.
    """
    match quarter_turns % 4:
        case 0:
            return Affine()
        case 1:
            return Affine(0, -1, height, 1, 0, 0)
        case 2:
            return Affine(-1, 0, width, 0, -1, height)
        case _:
            return Affine(0, 1, 0, -1, 0, width)
