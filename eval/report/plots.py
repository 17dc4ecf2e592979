"""Plots as inline SVG: lines with intervals over named or numbered positions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from eval.report.html import Html, tag

_WIDTH, _HEIGHT = 460.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 24.0, 12.0, 44.0
COLOURS = ("#1f6f8b", "#c8553d", "#5b8c5a", "#8e5ea2", "#b8860b", "#4a4e69", "#d1495b", "#2b9348")
_DASHES = (None, "6 3", "2 3", "8 3 2 3")


@dataclass(frozen=True, slots=True)
class Mark:
    """A point; ``low`` and ``high`` are the ends of its interval, None where it has none."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A named line."""

    name: str
    marks: tuple[Mark, ...]
    dots: bool = True


@dataclass(frozen=True, slots=True)
class Axis:
    """From ``low`` to ``high``; ``ticks`` are positions with their labels."""

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = field(default=())

    def at(self, value: float, start: float, end: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return start + min(max(share, 0.0), 1.0) * (end - start)


def percent_axis(title: str, values: Sequence[float]) -> Axis:
    """An axis of shares that holds ``values`` in round steps."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    step = next((s for s in _STEPS if (high - low) / s <= 5), _STEPS[-1])
    first = int(low / step) * step
    last = min(max(first + step, -(-high // step) * step), 1.0) if high <= 1 else high
    count = max(round((last - first) / step), 1)
    digits = 0 if step >= 0.01 else 1 if step >= 0.001 else 2
    ticks = tuple((first + n * step, f"{100 * (first + n * step):.{digits}f} %")
                  for n in range(count + 1))  # fmt: skip
    return Axis(title, first, first + count * step, ticks)


_STEPS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def number_axis(top: float) -> Axis:
    """An axis of plain numbers from 0 to ``top``, in round steps."""
    rough = max(top, 1e-6) / 5
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * n for n in (1, 2, 5, 10) if scale * n >= rough)
    count = max(math.ceil(top / step), 1)
    ticks = tuple((n * step, f"{n * step:g}") for n in range(count + 1))
    return Axis("", 0.0, count * step, ticks)


def named_axis(title: str, names: Sequence[str]) -> Axis:
    """An axis of names, at the whole numbers from 0 on."""
    return Axis(title, -0.3, len(names) - 0.7, tuple((n, name) for n, name in enumerate(names)))


def plot(title: str, x: Axis, y: Axis, series: Sequence[Series], *, diagonal: bool = False) -> Html:
    """The plot with its legend below."""
    parts = [tag("title", title), *_grid(x, y)]
    if diagonal:
        parts.append(_line(x, y, (x.low, y.low), (x.high, y.high), class_="diagonal"))
    for number, one in enumerate(series):
        parts += _series(x, y, one, number)
    picture = tag(
        "svg", *parts, viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", role="img", aria_label=title
    )
    legend = [
        tag("li", tag("span", "", class_="swatch", style=f"background:{_colour(n)}"), one.name)
        for n, one in enumerate(series)
    ]
    caption = tag("figcaption", tag("strong", title), tag("ul", *legend, class_="legend"))
    return tag("figure", picture, caption)


def _grid(x: Axis, y: Axis) -> list[Html]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = []
    for value, label in y.ticks:
        at = y.at(value, bottom, _TOP)
        parts.append(tag("line", x1=_LEFT, x2=right, y1=at, y2=at, class_="grid"))
        parts.append(tag("text", label, x=_LEFT - 6, y=at + 4, text_anchor="end"))
    for value, label in x.ticks:
        at = x.at(value, _LEFT, right)
        parts.append(tag("text", label, x=at, y=bottom + 16, text_anchor="middle"))
    middle = (_LEFT + right) / 2
    parts.append(tag("text", x.title, x=middle, y=_HEIGHT - 6, text_anchor="middle"))
    parts.append(tag("line", x1=_LEFT, x2=right, y1=bottom, y2=bottom, class_="axis"))
    return parts


def _series(x: Axis, y: Axis, series: Series, number: int) -> list[Html]:
    points = [_place(x, y, mark.x, mark.y) for mark in series.marks]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    dash = _DASHES[number // len(COLOURS) % len(_DASHES)]
    colour = _colour(number)
    parts = [tag("polyline", points=path, stroke=colour, stroke_dasharray=dash, class_="line")]
    for mark, (px, py) in zip(series.marks, points, strict=True):
        if mark.low is not None and mark.high is not None:
            ends = (_place(x, y, mark.x, mark.low)[1], _place(x, y, mark.x, mark.high)[1])
            parts.append(
                tag("line", x1=px, x2=px, y1=ends[0], y2=ends[1], stroke=colour, class_="whisker")
            )
        if series.dots:
            parts.append(tag("circle", cx=px, cy=py, r=3.0, fill=colour))
    return parts


def _place(x: Axis, y: Axis, at: float, value: float) -> tuple[float, float]:
    return x.at(at, _LEFT, _WIDTH - _RIGHT), y.at(value, _HEIGHT - _BOTTOM, _TOP)


def _line(
    x: Axis, y: Axis, start: tuple[float, float], end: tuple[float, float], class_: str
) -> Html:
    (x1, y1), (x2, y2) = _place(x, y, *start), _place(x, y, *end)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]
