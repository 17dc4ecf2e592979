"""The pages of a document as read: each by the way that suits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from schemas.errors import DamagedFile
from schemas.page import PageText, Warn
from worker.ocr import OcrEngine, shared_engine
from worker.pdf import Document
from worker.scan import read_scan
from worker.textlayer import read_text_layer

Progress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""


def read_pages(
    document: Document, engine: OcrEngine | None = None, progress: Progress | None = None
) -> Iterator[PageText]:
    """Every page in order, as :func:`read_page` reads it."""
    for index in range(document.page_count):
        yield read_page(document, index, engine)
        if progress is not None:
            progress(index + 1, document.page_count)


def read_page(document: Document, index: int, engine: OcrEngine | None = None) -> PageText:
    """The page by the way that suits it; a page that can't be read is blank with a warning.

    ``index`` counts from 0. ``engine`` reads scans; None: the one inside the package.
    """
    number = index + 1
    try:
        judged = document.judge(index)
        width, height = document.page_size(index)
        match judged.source:
            case "text":
                page = read_text_layer(
                    number, width, height, document.chars(index), document.segments(index)
                )
            case "scan":
                pixels = document.render(index, document.scan_dpi(index))
                page = read_scan(pixels, number, width, height, engine or shared_engine())
            case _:
                page = PageText(number, "blank", width, height, width, height)
    except DamagedFile as error:
        lost = Warn("page_missing", error.message, number)
        return PageText(number, "blank", 0.0, 0.0, 0.0, 0.0, warnings=(lost,))
    damage = document.damage() or judged.damage
    return _with_damage(page, damage) if damage else page


def _with_damage(page: PageText, damage: str) -> PageText:
    said = (
        f"page {page.number} is damaged, part of it could not be shown ({damage}): "
        "get the file again, or check the page by eye."
    )
    return replace(page, warnings=(*page.warnings, Warn("page_damaged", said, page.number)))
