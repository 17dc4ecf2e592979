"""The way of one document, from a file to a result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from schemas.page import PageText
from schemas.result import Document as DocumentInfo
from schemas.result import Engine, Result, Usage
from worker.assemble import assemble
from worker.figure_reader import shared_figure_reader
from worker.ocr import OcrEngine, shared_engine
from worker.pages import Progress, read_pages, second_reader
from worker.pdf import open_document


def extract(
    path: Path, *, progress: Progress | None = None, engine: OcrEngine | None = None
) -> Result:
    """Everything that is on the document's pages, as tables with their checks.

    ``engine`` reads scans; None: the one inside the package. What becomes of pages that
    can't be read says :func:`worker.assemble.assemble`.

    Raises:
        InputError: where the file can't be opened at all.
    """
    started = time.perf_counter()
    digest = _sha256(path)
    with open_document(path) as document:
        pages = tuple(read_pages(document, engine, progress))
        told = document_info(path.name, digest, pages, engine)
        result = assemble(pages, told, second_reader(document, pages))
    seconds = round(time.perf_counter() - started, 3)
    return result.model_copy(update={"usage": Usage(seconds=seconds)})


def document_info(
    name: str, digest: str, pages: Sequence[PageText], engine: OcrEngine | None = None
) -> DocumentInfo:
    """What the result says of the document: ``digest`` is the SHA-256 of its file."""
    return DocumentInfo(
        name=name,
        sha256=digest,
        pages=len(pages),
        page_sources=tuple(page.source for page in pages),
        engine=_engine(pages, engine),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _engine(pages: Sequence[PageText], engine: OcrEngine | None) -> Engine:
    scanned = any(page.source == "scan" for page in pages)
    ocr = f"{(engine or shared_engine()).name}; {shared_figure_reader().name}" if scanned else None
    return Engine(crossfoot=version("crossfoot"), ocr=ocr)
