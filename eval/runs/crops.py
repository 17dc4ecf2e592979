"""Pieces of page that show the ink of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from schemas.errors import InputError
from schemas.result import BoxList
from worker.pdf import Pixels, open_document

_DPI = 130
_MARGIN = 4.0
_QUALITY = 45
_LARGEST = 900
"""Pixels: a cell of a whole paragraph is shown by its beginning."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A place on a page, which counts from 1; the box in points of the page as displayed."""

    page: int
    box: BoxList


def cut(path: Path, places: Sequence[Ink | None]) -> list[bytes | None]:
    """A WebP picture of each place, None where there is none to show.

    Each page is drawn once, whatever the order of the places.
    """
    pictures: list[bytes | None] = [None] * len(places)
    wanted = sorted({place.page for place in places if place is not None})
    if not wanted:
        return pictures
    try:
        with open_document(path) as document:
            for page in (page for page in wanted if 1 <= page <= document.page_count):
                pixels = document.render(page - 1, _DPI)
                for at, place in enumerate(places):
                    if place is not None and place.page == page:
                        pictures[at] = _piece(pixels, place.box)
    except InputError:
        return pictures
    return pictures


def _piece(pixels: Pixels, box: BoxList) -> bytes | None:
    scale = _DPI / 72
    x0, y0, x1, y1 = (
        round((edge + margin) * scale)
        for edge, margin in zip(box, (-_MARGIN, -_MARGIN, _MARGIN, _MARGIN), strict=True)
    )
    piece = pixels[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)][:_LARGEST, :_LARGEST]
    if not piece.size:
        return None
    bgr = np.ascontiguousarray(piece[:, :, ::-1])
    done, packed = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])
    return bytes(packed) if done else None
