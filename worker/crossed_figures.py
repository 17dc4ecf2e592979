"""Figures that a stamp or a stroke runs into: a part of them may be lost in it.

Ink that hangs together with something large is no text. Where such ink stands right beside a
figure it may have swallowed a digit, and what is left reads as surely as a whole figure: it is
doubted, so that the sums or a person decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.page import Token
from worker.figure_tokens import may_be_figure

Mask = NDArray[np.bool_]

_NEAR = 0.5  # text heights beside a figure in which the next digit would stand
_AROUND = 3.0  # text heights around that are looked at
_LARGE = 2.5  # text heights: no character is so high or wide
_DOUBT = 0.5  # of its probability, for a figure of which a part may be lost


def doubted_where_crossed(
    tokens: Sequence[Token], ink: Mask, unit: float, sx: float, sy: float
) -> list[Token]:
    """The tokens; figures beside large ink are half as sure.

    ``ink`` is the page's without its rulings, ``unit`` the text height in pixels, ``sx`` and
    ``sy`` are points per pixel.
    """
    return [
        _doubted(token)
        if may_be_figure(token) and any(map(str.isdigit, token.text))
        and _crossed(token, ink, unit, sx, sy)
        else token
        for token in tokens
    ]  # fmt: skip


def _doubted(token: Token) -> Token:
    readings = tuple(replace(r, probability=_DOUBT * r.probability) for r in token.readings)
    return replace(token, confidence=_DOUBT * token.confidence, readings=readings)


def _crossed(token: Token, ink: Mask, unit: float, sx: float, sy: float) -> bool:
    box = token.box
    top, bottom = max(math.floor(box.y0 / sy), 0), math.ceil(box.y1 / sy)
    near = round(_NEAR * unit)
    left, right = math.floor(box.x0 / sx), math.ceil(box.x1 / sx)
    return any(
        _is_large(ink, (top, bottom), (max(start, 0), end), unit)
        for start, end in ((left - near, left), (right, right + near))
        if ink[top:bottom, max(start, 0) : end].any()
    )


def _is_large(ink: Mask, rows: tuple[int, int], columns: tuple[int, int], unit: float) -> bool:
    """Whether ink in those rows and columns is part of something large."""
    room = round(_AROUND * unit)
    y, x = max(rows[0] - room, 0), max(columns[0] - room, 0)
    window = np.ascontiguousarray(ink[y : rows[1] + room, x : columns[1] + room])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(window.view(np.uint8), connectivity=8)
    here = np.unique(labels[rows[0] - y : rows[1] - y, columns[0] - x : columns[1] - x])
    sides = stats[here[here > 0], 2:4]
    return bool((sides > _LARGE * unit).any())
