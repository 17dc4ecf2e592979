"""Which lines of a table are drawn, given the boxes of its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.made.spec import Rulings
from eval.typeset import Leaf
from schemas.geometry import Box

Line = tuple[float, float, float]
"""(at, start, end)."""


def draw_rulings(
    leaf: Leaf, cells: Sequence[Box], header: Sequence[Box], style: Rulings, width: float
) -> None:
    """Draw the lines of one page's part of a table; ``header`` are those of ``cells`` on top.

    A full grid has the borders of every cell, so that merged cells stay whole; the three
    lines of a booktabs table stand above, below the header and below all.
    """
    if style == "none" or not cells:
        return
    frame = Box.around(cells)
    if style == "three_line":
        below = Box.around(header).y1 if header else frame.y0
        for y, heavy in ((frame.y0, 1.6), (below, 1.0), (frame.y1, 1.6)):
            leaf.rule(frame.x0, y, frame.x1, y, width * heavy)
        return
    for y, start, end in _joined((y, box.x0, box.x1) for box in cells for y in (box.y0, box.y1)):
        leaf.rule(start, y, end, y, width)
    if style == "rows":
        return
    for x, start, end in _joined((x, box.y0, box.y1) for box in cells for x in (box.x0, box.x1)):
        outer = x in (round(frame.x0, 3), round(frame.x1, 3))
        if style == "grid" or not outer:
            leaf.rule(x, start, x, end, width)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """The lines with those that touch or overlap on the same course as one."""
    done: list[Line] = []
    for at, start, end in sorted((round(a, 3), round(s, 3), round(e, 3)) for a, s, e in lines):
        if done and done[-1][0] == at and start <= done[-1][2]:
            done[-1] = (at, done[-1][1], max(done[-1][2], end))
        else:
            done.append((at, start, end))
    return done
