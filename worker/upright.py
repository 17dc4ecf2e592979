"""Which way up a page stands.

A page-orientation model judges the whole page at a glance and is nearly always right. Where
it is not sure, or what was read so makes no sense, a few lines are read in each position and
the legible one is taken.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.imaging import quarter_turned
from worker.ocr import LineBox, OcrEngine, lines_seen

Image = NDArray[np.uint8]

_SURE = 0.85
_LEGIBLE = 0.92  # above this no other position is tried
_SIDE = 1600  # pixels of the longer side that are enough to try a few lines
_LINES = 6


def likely_turns(grey: Image, engine: OcrEngine) -> int | None:
    """Clockwise quarter turns that make the page upright, None where the model is unsure."""
    odds = engine.orientation(grey)
    likely = int(np.argmax(odds))
    return likely if odds[likely] > _SURE else None


def legible_turns(grey: Image, seen: float, engine: OcrEngine) -> int:
    """The clockwise quarter turns with which a few lines of the page read best.

    ``seen`` is the scale of the image that is enough to see lines.
    """
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    odds = engine.orientation(grey)
    best, best_legible = int(np.argmax(odds)), 0.0
    for k in sorted(range(4), key=lambda k: -odds[k]):
        legible = legibility(quarter_turned(small, k), seen / scale, engine)
        if legible > best_legible:
            best, best_legible = k, legible
        if legible > _LEGIBLE:
            break
    return best


def legibility(grey: Image, seen: float, engine: OcrEngine) -> float:
    """How well a few lines read as the page stands, 0.0 to 1.0; ``seen`` is the scale to find them.

    It is the recogniser's mean score times the share of text that lies in wide boxes: a
    page on its side has high ones.
    """
    boxes = lines_seen(engine, grey, seen)
    wide = [b for b in boxes if b.x1 - b.x0 > 2 * (b.y1 - b.y0)]
    high = [b for b in boxes if b.y1 - b.y0 > 2 * (b.x1 - b.x0)]
    share = _area(wide) / max(_area(wide) + _area(high), 1)
    sample = sorted(wide, key=_promise, reverse=True)[:_LINES]
    readings = engine.glance([grey[b.y0 : b.y1, b.x0 : b.x1] for b in sample])
    letters = sum(len(r.text) for r in readings)
    if not letters:
        return 0.0
    return share * sum(r.score * len(r.text) for r in readings) / letters


def _area(boxes: list[LineBox]) -> int:
    return sum((b.x1 - b.x0) * (b.y1 - b.y0) for b in boxes)


def _promise(box: LineBox) -> float:
    """Lines of about ten characters tell most for their cost."""
    height = box.y1 - box.y0
    return box.score * min((box.x1 - box.x0) / max(height, 1), 10)
