"""Dirt of a scan far from all print: strokes of a ragged edge that read as dashes or nonsense.

Left standing, it becomes rows and columns of its own beneath or beside a table, and pulls the
columns of a table without rulings apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.geometry import Box
from schemas.page import Ruling, Token
from worker.ruled import lattices

_DASHES = "-—–−.·,'"
_FAR = 3.0
"""Text heights from all print at which a dash belongs to no line of a table."""
_SMALL = 0.65
"""Of the page's text height: ink so low is no character of its print."""
_SURE = 0.9
_FEW = 2
_EDGE = 0.012
"""Share of the page's width, along its left and right edges, where nothing is ever printed."""


def without_margin_dirt(
    tokens: Sequence[Token], rulings: Sequence[Ruling], width: float
) -> list[Token]:
    """The tokens, in order, less strokes and nonsense that stand far from all print.

    Far is above and below all lines of print, or left and right of the longest of them. What
    stands in a ruled cell stays: it may be a figure that a person must see. What stands wholly
    within the edge of the page, whose ``width`` is in points, is its shadow.
    """
    rim = _EDGE * width
    tokens = [t for t in tokens if t.box.x1 > rim and t.box.x0 < width - rim]
    legible = sorted(t.box.height for t in tokens if t.legible and not _is_stroke(t))
    if not legible:
        return list(tokens)
    height = legible[len(legible) // 2]
    print_ = [token.box for token in tokens if not _is_dirt(token, height)]
    left, right = min(b.x0 for b in print_) - height, max(b.x1 for b in print_) + height
    slots = [slot.box for lattice in lattices(rulings) for slot in lattice.slots]
    gone = {
        id(token)
        for token in tokens
        if _is_dirt(token, height)
        and (
            not left < token.box.cx < right
            or all(_apart(token.box, other) > _FAR * height for other in print_)
        )
        and not any(box.contains(token.box.cx, token.box.cy) for box in slots)
    }
    return [token for token in tokens if id(token) not in gone]


def _is_dirt(token: Token, height: float) -> bool:
    """Whether a token may be dirt: a stroke, nonsense, or ink too low for a character."""
    if _is_stroke(token) or not token.legible:
        return True
    unsure = token.confidence < _SURE or len(token.text.strip()) <= _FEW
    return token.box.height < _SMALL * height and unsure


def _is_stroke(token: Token) -> bool:
    return not token.text.strip().strip(_DASHES)


def _apart(one: Box, other: Box) -> float:
    """The blank between two boxes from top to bottom; 0.0 where they share a line."""
    return max(one.y0 - other.y1, other.y0 - one.y1, 0.0)
