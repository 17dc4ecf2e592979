"""Pictures of pages for a person: the whole page, or the ink of one box enlarged."""

from __future__ import annotations

import io

from PIL import Image

from schemas.errors import UsageError
from schemas.geometry import Box
from worker.pdf import Document

_MOST_DPI = 600.0
_INK_DPI = 300.0
"""For a box: the whole page is drawn to cut it out, and scans hold no more than this."""
_MOST_PIXELS = 40_000_000


def picture(
    document: Document, number: int, width: int, box: tuple[float, float, float, float] | None
) -> bytes:
    """PNG of page ``number`` (from 1), ``width`` pixels wide; of ``box`` (page points) if given.

    No page is drawn finer than 600 dpi, no box finer than 300: a narrow one may come out less
    wide than asked.

    Raises:
        UsageError: if there is no such page, or the box lies off it.
        DamagedFile: if the page can't be drawn.
    """
    if not 1 <= number <= document.page_count:
        raise UsageError(f"there is no page {number}: the document has {document.page_count}.")
    page_width, page_height = document.page_size(number - 1)
    area = _within(box, page_width, page_height) if box else Box(0, 0, page_width, page_height)
    dpi = min(width / max(area.width, 0.1) * 72, _INK_DPI if box else _MOST_DPI)
    dpi = min(dpi, 72 * (_MOST_PIXELS / max(page_width * page_height, 1.0)) ** 0.5)
    image = Image.fromarray(document.render(number - 1, dpi))
    if box:
        zoom = dpi / 72
        edges = (area.x0 * zoom, area.y0 * zoom, area.x1 * zoom, area.y1 * zoom)
        image = image.crop((int(edges[0]), int(edges[1]), int(edges[2]) + 1, int(edges[3]) + 1))
    elif image.width != width:
        image = image.resize((width, max(1, round(image.height * width / image.width))))
    held = io.BytesIO()
    image.save(held, "PNG", compress_level=3)
    return held.getvalue()


def _within(box: tuple[float, float, float, float], width: float, height: float) -> Box:
    x0, y0, x1, y1 = box
    x0, x1 = max(0.0, min(x0, width)), max(0.0, min(x1, width))
    y0, y1 = max(0.0, min(y0, height)), max(0.0, min(y1, height))
    if x1 - x0 < 0.5 or y1 - y0 < 0.5:
        raise UsageError("the box lies off the page: give x0 < x1 and y0 < y1 in page points.")
    return Box(x0, y0, x1, y1)
