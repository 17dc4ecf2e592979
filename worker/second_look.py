"""Reading effort that follows doubt: a glance, a close look where it is unsure, more looks.

Most lines are sure at a glance. A recogniser that was trained on lines stumbles over a lone
sign and over figures at the edge of legibility; what it says of several crops of the same
ink, with more or less paper around it, is worth more than one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.page import Reading
from worker.line_parts import Part, letters_in_doubt, parts_in_doubt, with_parts
from worker.ocr import LineReading, OcrEngine

Image = NDArray[np.uint8]

_SURE = 0.995
_PLAIN_FIGURE = 0.98  # probability of a figure read at a glance that needs no closer look
_PAPER = 250
_ROOMS = ((1.0, 0.3), (1.0, 0.5))
"""Paper added beside and above, in heights of the crop, for a lone sign."""
_TRIMS = ((0.1, 0.12), (-0.06, 0.0))
"""The same for a figure, and the shift of the crop's middle."""


Told = Callable[[int, LineReading], bool]
"""Whether the shape of a crop's ink, by its place, settles what was read there."""


def _untold(_place: int, _reading: LineReading) -> bool:
    return False


def read_lines(
    engine: OcrEngine, crops: Sequence[Image], told: Told = _untold
) -> list[LineReading]:
    """One reading per crop, those looked at closely that a glance leaves in doubt.

    What is ``told`` needs no more than a glance.
    """
    readings = engine.glance(crops)
    unclear = [i for i, read in enumerate(readings) if not (_plain(read) or told(i, read))]
    for i, reading in _in_parts(engine, crops, readings, unclear):
        readings[i] = reading
        unclear.remove(i)
    closely = look_closely(
        engine, [crops[i] for i in unclear], lambda k, reading: told(unclear[k], reading)
    )
    for i, reading in zip(unclear, closely, strict=True):
        readings[i] = reading
    return readings


def _in_parts(
    engine: OcrEngine,
    crops: Sequence[Image],
    readings: Sequence[LineReading],
    unclear: Sequence[int],
) -> Iterator[tuple[int, LineReading]]:
    """Those of the ``unclear`` lines, by their places, whose few doubtful letters settle them."""
    parts = {i: found for i in unclear if (found := _parts(readings[i], crops[i]))}
    if not parts:
        return
    cut = [crops[i][:, part.x0 : part.x1] for i, found in parts.items() for part in found]
    seen = iter(engine.recognise(cut))
    for i, found in parts.items():
        mended = with_parts(readings[i], found, [next(seen) for _ in found])
        if mended is not None:
            yield i, mended


def _parts(reading: LineReading, crop: Image) -> tuple[Part, ...]:
    return () if reading.alternatives else parts_in_doubt(reading, crop)


def look_closely(
    engine: OcrEngine, crops: Sequence[Image], told: Told = _untold
) -> list[LineReading]:
    """One close reading per crop, more looks at lone signs and figures that are in doubt."""
    best = engine.recognise(crops)
    again = [i for i, read in enumerate(best) if _doubtful(read) and not told(i, read)]
    looks = [look for i in again for look in _looks(crops[i], best[i])]
    more = engine.recognise([image for image, _ in looks])
    for k, i in enumerate(again):
        width = crops[i].shape[1]
        seen = [_moved(more[n], looks[n][1], width) for n in (2 * k, 2 * k + 1)]
        best[i] = _agreed([best[i], *seen])
    return best


def _plain(reading: LineReading) -> bool:
    """Whether a glance was enough. Marks between letters are unsure to either size of model."""
    if reading.alternatives:
        return _own(reading) >= _PLAIN_FIGURE
    if len(reading.text) < 2:
        return reading.score >= _SURE
    return any(map(str.isalnum, reading.text)) and not letters_in_doubt(reading)


def _own(reading: LineReading) -> float:
    """The probability of a figure's own text."""
    return next((a.probability for a in reading.alternatives if a.text == reading.text), 0.0)


def _doubtful(reading: LineReading) -> bool:
    if reading.alternatives:
        return _own(reading) < _SURE
    return len(reading.text) == 1 and reading.score < _SURE


def _looks(crop: Image, reading: LineReading) -> list[tuple[Image, int]]:
    """Other crops of the same ink, and how far each starts left of the first."""
    height = crop.shape[0]
    if len(reading.text) == 1:
        return [_roomier(crop, round(x * height), round(y * height)) for x, y in _ROOMS]
    return [_roomier(crop, 0, round(y * height), round(dy * height)) for y, dy in _TRIMS]


def _roomier(crop: Image, x: int, y: int, shift: int = 0) -> tuple[Image, int]:
    top, bottom = y + shift, y - shift
    if min(top, bottom) < 0:
        cut = crop[max(-top, 0) : crop.shape[0] - max(-bottom, 0)]
        return cut if cut.shape[0] > 8 else crop, 0
    wide = cv2.copyMakeBorder(crop, top, bottom, x, x, cv2.BORDER_CONSTANT, value=_PAPER)
    return wide, x


def _moved(reading: LineReading, left: int, width: int) -> LineReading:
    """The reading with its edges counted from the first crop again."""
    edges = tuple(min(max(x - left, 0.0), float(width)) for x in reading.edges)
    return replace(reading, edges=edges)


def _agreed(readings: Sequence[LineReading]) -> LineReading:
    """The reading of the text that all looks together find most probable.

    Its probability, and those of the other texts, are means over the looks.
    """
    odds: dict[str, float] = defaultdict(float)
    for reading in readings:
        for text, probability in _candidates(reading):
            odds[text] += probability / len(readings)
    if not odds:
        return readings[0]
    said = [reading for reading in readings if reading.text]
    best = max(said, key=lambda reading: (odds[reading.text], reading.score))
    ranked = sorted(odds.items(), key=lambda item: -item[1])
    figure = any(reading.alternatives for reading in readings)
    alternatives = tuple(Reading(text, min(p, 1.0)) for text, p in ranked) if figure else ()
    posteriors = tuple(p for reading in readings for p in reading.posteriors)
    return replace(best, alternatives=alternatives, posteriors=posteriors)


def _candidates(reading: LineReading) -> list[tuple[str, float]]:
    if reading.alternatives:
        return [(a.text, a.probability) for a in reading.alternatives]
    return [(reading.text, math.prod(reading.scores))] if reading.text else []
