"""The few letters of a line that are in doubt, looked at apart from the rest of it.

A long line costs as much to read closely as ten short ones, and mostly one of its letters is
unsure. That letter is cut out with its neighbours, which the close look must confirm: where it
reads them otherwise the cut went wrong, and the whole line is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from worker.ocr import LineReading, looks_like_figure

Image = NDArray[np.uint8]

PLAIN_LETTER = 0.95
"""Probability from which a letter or digit of a text read at a glance needs no closer look."""

_AROUND = 2  # letters on either side of one in doubt; the outer one is the witness
_MOST = 0.6  # of a line: where more is in doubt, all of it is looked at
_SLIP = 0.2  # of the line's height: how far the edge between two letters may be off


@dataclass(frozen=True, slots=True)
class Part:
    """Letters ``first`` to ``last`` (exclusive) of a reading, and where they stand.

    ``x0`` and ``x1`` are pixels of the line's crop.
    """

    first: int
    last: int
    x0: int
    x1: int


def letters_in_doubt(reading: LineReading) -> list[int]:
    """The places of letters and digits that a glance leaves unsure; marks are so to any look."""
    return [
        k
        for k, (letter, p) in enumerate(zip(reading.text, reading.scores, strict=True))
        if letter.isalnum() and p < PLAIN_LETTER
    ]


def parts_in_doubt(reading: LineReading, crop: Image) -> tuple[Part, ...]:
    """What of a line to look at closely, from left to right; nothing where that is all of it."""
    doubts = letters_in_doubt(reading)
    count = len(reading.text)
    if not doubts or len(reading.edges) != count + 1:
        return ()
    spans: list[tuple[int, int]] = []
    for k in doubts:
        first, last = _witnessed(reading.text, k)
        if spans and first <= spans[-1][1]:
            first = spans.pop()[0]
        spans.append((first, last))
    if sum(last - first for first, last in spans) > _MOST * count:
        return ()
    return tuple(_cut(reading, first, last, crop) for first, last in spans)


def with_parts(
    reading: LineReading, parts: Sequence[Part], seen: Sequence[LineReading]
) -> LineReading | None:
    """The line with its ``parts`` as a close look has ``seen`` them.

    None where it saw other witnesses than the glance did, where it left a doubt that more of the
    line may settle, or where a figure would come out.
    """
    text, scores, edges = "", [], []
    done = 0
    for part, close in zip(parts, seen, strict=True):
        inner = _between_witnesses(reading, part, close)
        if inner is None:
            return None
        first, last = part.first + (part.first > 0), part.last - (part.last < len(reading.text))
        text += reading.text[done:first] + close.text[inner]
        scores += [*reading.scores[done:first], *close.scores[inner]]
        edges += [*reading.edges[done:first], *(part.x0 + x for x in close.edges[:-1][inner])]
        done = last
    text += reading.text[done:]
    scores += reading.scores[done:]
    edges += reading.edges[done:]
    whole = replace(
        reading,
        text=text,
        scores=tuple(scores),
        edges=tuple(edges),
        score=sum(scores) / len(scores),
    )
    out_of_order = any(a > b for a, b in pairwise(edges))
    if looks_like_figure(text) or letters_in_doubt(whole) or out_of_order:
        return None
    return whole


def _witnessed(text: str, place: int) -> tuple[int, int]:
    """The letters around one in doubt, the outermost of them no marks."""
    first = max(place - _AROUND, 0)
    while first > 0 and not text[first].isalnum():
        first -= 1
    last = min(place + _AROUND + 1, len(text))
    while last < len(text) and not text[last - 1].isalnum():
        last += 1
    return first, last


def _cut(reading: LineReading, first: int, last: int, crop: Image) -> Part:
    x0 = _blank(crop, reading.edges[first]) if first else 0
    x1 = _blank(crop, reading.edges[last]) if last < len(reading.text) else crop.shape[1]
    return Part(first, last, x0, x1)


def _between_witnesses(reading: LineReading, part: Part, close: LineReading) -> slice | None:
    """What of the close look is new; None where it has other witnesses."""
    start = int(part.first > 0)
    end = len(close.text) - int(part.last < len(reading.text))
    if end <= start or len(close.edges) != len(close.text) + 1:
        return None
    if start and close.text[0] != reading.text[part.first]:
        return None
    if end < len(close.text) and close.text[-1] != reading.text[part.last - 1]:
        return None
    return slice(start, end)


def _blank(crop: Image, edge: float) -> int:
    """The x near an edge between letters where there is least ink."""
    height, width = crop.shape
    slip = round(_SLIP * height)
    left, right = max(round(edge) - slip, 0), min(round(edge) + slip + 1, width)
    if left == 0 or right == width:
        return round(edge)
    light = crop[:, left:right].sum(axis=0, dtype=np.int64)
    lightest = np.flatnonzero(light == light.max())
    return int(left + lightest[len(lightest) // 2])
