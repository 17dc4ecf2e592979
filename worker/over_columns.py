"""Figures of two columns read as one, told apart by the figures above and below them.

Where a seal's ring or a stroke fills the blank between two columns, their figures hang together
in one line of ink. The other rows show where the blank is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from schemas.page import Token

_AROUND = 16.0  # line heights above and below within which the columns are the same
_BLANK = 0.6  # line heights of blank that part two columns
_SEVERAL = 2  # figures, one over the other, that make a column
_HELD = 0.5  # of the width of a column's figures that must lie under the token


def column_cuts(token: Token, amounts: Sequence[Token]) -> tuple[float, ...]:
    """The x at which a token of several columns' figures is to be cut, none where it has one.

    ``amounts`` are figures of the page in upright space, in whatever order; those on the token's
    own line say nothing of it.
    """
    box = token.box
    held = [
        a.box
        for a in amounts
        if 0.5 * box.height < abs(a.box.cy - box.cy) < _AROUND * box.height
        and min(a.box.x1, box.x1) - max(a.box.x0, box.x0) > _HELD * a.box.width
    ]
    ends = sorted([(one.x0, 1) for one in held] + [(one.x1, -1) for one in held])
    columns: list[tuple[float, float]] = []
    depth, start = 0, 0.0
    for x, step in ends:
        if depth < _SEVERAL <= depth + step:
            start = x
        elif depth + step < _SEVERAL <= depth:
            columns.append((start, x))
        depth += step
    gaps = [(left[1], right[0]) for left, right in pairwise(columns)]
    return tuple((a + b) / 2 for a, b in gaps if b - a > _BLANK * box.height)
