"""The pages of a document as read: each by the way that suits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from schemas.errors import DamagedFile, TooLarge
from schemas.page import PageText, Warn
from worker.figure_reader import FigureReader, shared_figure_reader
from worker.ocr import OcrEngine, shared_engine
from worker.pdf import Document
from worker.scan import read_scan
from worker.second_reading import PageSecondReader, SecondReader
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


def read_page(
    document: Document,
    index: int,
    engine: OcrEngine | None = None,
    figures: FigureReader | None = None,
    *,
    as_scan: bool = False,
) -> PageText:
    """The page by the way that suits it; a page that can't be read is blank with a warning.

    ``index`` counts from 0. ``engine`` reads scans and ``figures`` their figures; None: the
    ones inside the package. ``as_scan``: a text layer is not believed.
    """
    number = index + 1
    try:
        judged = document.judge(index)
        width, height = document.page_size(index)
        match "scan" if as_scan and judged.source == "text" else judged.source:
            case "text":
                page = read_text_layer(
                    number, width, height, document.stretches(index), document.segments(index)
                )
            case "scan":
                pixels = document.scan(index)
                page = read_scan(
                    pixels,
                    number,
                    width,
                    height,
                    engine or shared_engine(),
                    figures or shared_figure_reader(),
                )
            case _:
                page = PageText(number, "blank", width, height, width, height)
    except (DamagedFile, TooLarge) as error:
        code = "page_missing" if isinstance(error, DamagedFile) else "page_too_large"
        lost = Warn(code, error.message, number)
        return PageText(number, "blank", 0.0, 0.0, 0.0, 0.0, warnings=(lost,))
    damage = document.damage() or judged.damage
    return _with_damage(page, damage) if damage else page


def second_reader(
    document: Document, pages: Sequence[PageText], figures: FigureReader | None = None
) -> SecondReader:
    """What reads figures of the open document's scanned pages again."""
    return PageSecondReader(
        {page.number: page for page in pages},
        lambda number: document.scan(number - 1),
        figures or shared_figure_reader(),
    )


def _with_damage(page: PageText, damage: str) -> PageText:
    said = (
        f"page {page.number} is damaged, part of it could not be shown ({damage}): "
        "get the file again, or check the page by eye."
    )
    return replace(page, warnings=(*page.warnings, Warn("page_damaged", said, page.number)))
