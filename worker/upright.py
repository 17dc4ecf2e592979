"""Which way up a page stands.

A page-orientation model judges the whole page at a glance and is mostly right; where it is
not sure the page is read a little in each position, and the legible one is taken.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from worker.imaging import quarter_turned
from worker.ocr import LineBox, OcrEngine

Image = NDArray[np.uint8]

_SURE = 0.85
_SIDE = 1600  # pixels of the longer side that are enough to try a few lines
_LINES = 6


def quarter_turns(grey: Image, engine: OcrEngine) -> int:
    """Clockwise quarter turns (0 to 3) that make the page upright."""
    odds = engine.orientation(grey)
    likely = int(np.argmax(odds))
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    order = sorted(range(4), key=lambda k: -odds[k])
    legible = {}
    for k in order:
        legible[k] = legibility(quarter_turned(small, k), engine)
        if legible[k] > (0.8 if odds[k] > _SURE else 0.92):
            return k
    best = max(legible, key=lambda k: legible[k])
    return best if legible[best] > 0.0 else likely


def legibility(grey: Image, engine: OcrEngine) -> float:
    """How well a few lines read as the page stands, 0.0 to 1.0.

    It is the recogniser's mean score times the share of text that lies in wide boxes: a
    page on its side has high ones.
    """
    boxes = engine.detect(grey)
    wide = [b for b in boxes if b.x1 - b.x0 > 2 * (b.y1 - b.y0)]
    high = [b for b in boxes if b.y1 - b.y0 > 2 * (b.x1 - b.x0)]
    share = _area(wide) / max(_area(wide) + _area(high), 1)
    sample = sorted(wide, key=_promise, reverse=True)[:_LINES]
    readings = engine.recognise([grey[b.y0 : b.y1, b.x0 : b.x1] for b in sample])
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
