"""The way of one document, from a file to a result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from schemas.amount import Amount, parse_amount
from schemas.draft import Draft
from schemas.errors import DamagedFile
from schemas.grid import Grid, Sheet
from schemas.page import PageText, Warn
from schemas.result import (
    Document as DocumentInfo,
)
from schemas.result import (
    Engine,
    Failure,
    Result,
    ResultWarning,
    ReviewItem,
    Status,
    Table,
    Usage,
)
from worker.crossfoot import crossfoot
from worker.drafting.draft import draft
from worker.grid import grids
from worker.ocr import OcrEngine, shared_engine
from worker.pdf import Document, open_document
from worker.scan import read_scan
from worker.stitch import stitch
from worker.textlayer import read_text_layer

Progress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""

# Warnings that mean that something printed may be missing from the result.
LOSSES = ("page_missing", "page_damaged", "page_failed", "page_hard_to_read")


def extract(
    path: Path, *, progress: Progress | None = None, engine: OcrEngine | None = None
) -> Result:
    """Everything that is on the document's pages, as tables with their checks.

    A document of which some pages can't be read gives the tables of the others, with status
    ``review`` and a warning for each lost page; one of which none can be read gives status
    ``failed``. ``engine`` reads scans; None: the one inside the package.

    Raises:
        InputError: where the file can't be opened at all.
    """
    started = time.perf_counter()
    digest = _sha256(path)
    with open_document(path) as document:
        pages = tuple(_read_pages(document, engine, progress))
    gridded = [_grids(page) for page in pages]
    sheets = [s for s in stitch([found for found, _ in gridded]) if _is_table(s)]
    drafts = [draft(sheet) for sheet in sheets]
    checked = [crossfoot(d, f"t{k}") for k, d in enumerate(drafts, start=1)]
    tables = tuple(table for table, _ in checked)
    review = tuple(item for _, items in checked for item in items)
    warnings = _warnings(pages, [w for _, lost in gridded for w in lost], drafts)
    info = DocumentInfo(
        name=path.name,
        sha256=digest,
        pages=len(pages),
        page_sources=tuple(page.source for page in pages),
        engine=_engine(pages, engine),
    )
    return Result(
        status=_status(pages, tables, review, warnings),
        document=info,
        tables=tables,
        review=review,
        usage=Usage(seconds=round(time.perf_counter() - started, 3)),
        warnings=warnings,
        error=_failure(path, pages, warnings),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_pages(
    document: Document, engine: OcrEngine | None, progress: Progress | None
) -> Iterator[PageText]:
    for index in range(document.page_count):
        yield _read_page(document, index, engine)
        if progress is not None:
            progress(index + 1, document.page_count)


def _read_page(document: Document, index: int, engine: OcrEngine | None) -> PageText:
    """The page by the way that suits it; a page that can't be read is blank with a warning."""
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


def _grids(page: PageText) -> tuple[tuple[Grid, ...], tuple[Warn, ...]]:
    """The page's tables; a fault of ours on one page costs that page, not the document."""
    try:
        return grids(page), ()
    except Exception as error:  # noqa: BLE001 - named in a warning, and the page goes to review
        said = (
            f"the tables of page {page.number} could not be recovered "
            f"({type(error).__name__}: {error}): check the page by eye, and please report it."
        )
        return (), (Warn("page_failed", said, page.number),)


def _with_damage(page: PageText, damage: str) -> PageText:
    said = (
        f"page {page.number} is damaged, part of it could not be shown ({damage}): "
        "get the file again, or check the page by eye."
    )
    return replace(page, warnings=(*page.warnings, Warn("page_damaged", said, page.number)))


def _is_table(sheet: Sheet) -> bool:
    """Whether a sheet says more than a box with a remark.

    Figures make a table; so does a header that names most columns, for an empty form and a
    list are right answers too, and so do the filled fields of a form.
    """
    if sheet.cols < 2 or not sheet.body:
        return False
    texts = [cell.text for row in sheet.body for cell in row if cell.text]
    named = {col for c in sheet.header if c.text for col in range(c.col, c.col + c.colspan)}
    return (
        any(isinstance(parse_amount(text), Amount) for text in texts)
        or len(named) > 0.6 * sheet.cols
        or (len(texts) > 1 and any(c.isdigit() for text in texts for c in text))
    )


def _warnings(
    pages: Sequence[PageText], lost: Sequence[Warn], drafts: Sequence[Draft]
) -> tuple[ResultWarning, ...]:
    said = [
        *(warn for page in pages for warn in page.warnings),
        *lost,
        *(warn for d in drafts for warn in d.warnings),
    ]
    return tuple(ResultWarning(code=w.code, page=w.page, message=w.message) for w in said)


def _status(
    pages: Sequence[PageText],
    tables: Sequence[Table],
    review: Sequence[ReviewItem],
    warnings: Sequence[ResultWarning],
) -> Status:
    if _all_lost(pages, warnings):
        return "failed"
    if review or any(w.code in LOSSES for w in warnings):
        return "review"
    figures = any(c.type == "amount" for table in tables for c in table.columns)
    return "verified" if figures else "empty"


def _all_lost(pages: Sequence[PageText], warnings: Sequence[ResultWarning]) -> bool:
    lost = {w.page for w in warnings if w.code in LOSSES}
    return bool(lost) and all(p.source == "blank" for p in pages)


def _failure(
    path: Path, pages: Sequence[PageText], warnings: Sequence[ResultWarning]
) -> Failure | None:
    if not _all_lost(pages, warnings):
        return None
    return Failure(
        category=DamagedFile.category,
        message=f"no page of {path.name} can be shown, its content is damaged: get the file "
        "again from its source, or print it to a new PDF.",
    )


def _engine(pages: Sequence[PageText], engine: OcrEngine | None) -> Engine:
    scanned = any(page.source == "scan" for page in pages)
    ocr = (engine or shared_engine()).name if scanned else None
    return Engine(crossfoot=version("crossfoot"), ocr=ocr)
