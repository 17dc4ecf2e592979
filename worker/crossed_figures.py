"""Figures that a stamp or a stroke runs into: a part of them may be lost in it.

Ink that hangs together with something large is no text. Where such ink stands right beside a
figure it may have swallowed a digit, and what is left reads as surely as a whole figure: it is
doubted, so that the sums or a person decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.page import Token
from worker.components import components
from worker.figure_tokens import may_be_figure

Mask = NDArray[np.bool_]

_NEAR = 0.5  # text heights beside a figure in which the next digit would stand
_AROUND = 3.0  # text heights around that are looked at
_LARGE = 2.5  # text heights: no character is so high or wide
_DOUBT = 0.5  # of its probability, for a figure of which a part may be lost


def doubted_where_crossed(
    tokens: Sequence[Token], ink: Mask, hidden: Mask, unit: float, sx: float, sy: float
) -> list[Token]:
    """The tokens; figures beside large ink, or where ink was ``hidden``, are half as sure.

    ``ink`` is the page's without its rulings, ``unit`` the text height in pixels, ``sx`` and
    ``sy`` are points per pixel.
    """
    places = [_Place.of(token.box, sx, sy) for token in tokens]
    near = round(_NEAR * unit)
    return [
        _doubted(token)
        if may_be_figure(token) and any(map(str.isdigit, token.text))
        and (place.wider(near).of_mask(hidden).any() or _crossed(place, ink, near, unit))
        else token
        for token, place in zip(tokens, places, strict=True)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """Rows and columns of a page's pixels."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def of(cls, box: Box, sx: float, sy: float) -> _Place:
        return cls(
            max(math.floor(box.y0 / sy), 0), math.ceil(box.y1 / sy),
            max(math.floor(box.x0 / sx), 0), math.ceil(box.x1 / sx),
        )  # fmt: skip

    def wider(self, by: int) -> _Place:
        return replace(self, left=max(self.left - by, 0), right=self.right + by)

    def of_mask(self, mask: Mask) -> Mask:
        return mask[self.top : self.bottom, self.left : self.right]


def _doubted(token: Token) -> Token:
    readings = tuple(replace(r, probability=_DOUBT * r.probability) for r in token.readings)
    return replace(token, confidence=_DOUBT * token.confidence, readings=readings)


def _crossed(place: _Place, ink: Mask, near: int, unit: float) -> bool:
    sides = (
        replace(place, left=max(place.left - near, 0), right=place.left),
        replace(place, left=place.right, right=place.right + near),
    )
    return any(side.of_mask(ink).any() and _is_large(ink, side, unit) for side in sides)


def _is_large(ink: Mask, place: _Place, unit: float) -> bool:
    """Whether ink in a place is part of something large."""
    room = round(_AROUND * unit)
    y, x = max(place.top - room, 0), max(place.left - room, 0)
    window = np.ascontiguousarray(ink[y : place.bottom + room, x : place.right + room])
    labels, stats = components(window.view(np.uint8))
    rows, columns = slice(place.top - y, place.bottom - y), slice(place.left - x, place.right - x)
    here = np.unique(labels[rows, columns])
    sides = stats[here[here > 0], 2:4]
    return bool((sides > _LARGE * unit).any())
