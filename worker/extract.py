"""The way of one document, from a file to a result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from schemas.geometry import Box
from schemas.page import PageText
from schemas.result import Document as DocumentInfo
from schemas.result import Engine, Result
from worker.assemble import put_together
from worker.figure_reader import shared_figure_reader
from worker.llm.case import Case
from worker.llm.desk import CROP_WIDTH, Desk
from worker.llm.needs import Mode
from worker.llm.told import Told
from worker.ocr import OcrEngine, shared_engine
from worker.pages import Progress, read_pages, second_reader
from worker.pdf import Document, open_document
from worker.picture import picture

Consult = Callable[[Desk, str], Result]


def extract(
    path: Path,
    *,
    progress: Progress | None = None,
    engine: OcrEngine | None = None,
    consult: Consult | None = None,
) -> Result:
    """Everything that is on the document's pages, as tables with their checks.

    ``engine`` reads scans; None: the one inside the package. ``consult`` asks a model where
    one is to be asked, given the document and the SHA-256 of its file. What becomes of pages
    that can't be read says :func:`worker.assemble.put_together`.

    Raises:
        InputError: where the file can't be opened at all.
    """
    started = time.perf_counter()
    digest = _sha256(path)
    with open_document(path) as document:
        pages = tuple(read_pages(document, engine, progress))
        told = document_info(path.name, digest, pages, engine)
        desk = OpenDesk(document, pages, told)
        result = desk.assemble(Told(), "off")[0] if consult is None else consult(desk, digest)
    usage = {"seconds": round(time.perf_counter() - started, 3)}
    return result.model_copy(update={"usage": result.usage.model_copy(update=usage)})


@dataclass(frozen=True)
class OpenDesk:
    """An open document whose pages are read, in this process."""

    document: Document
    pages: Sequence[PageText]
    told: DocumentInfo

    def assemble(self, told: Told, mode: Mode) -> tuple[Result, tuple[Case, ...]]:
        again = second_reader(self.document, self.pages)
        whole = put_together(self.pages, self.told, again, told)
        return whole.result, whole.cases(mode)

    def crop(self, page: int, box: Box) -> bytes:
        return picture(self.document, page, CROP_WIDTH, (box.x0, box.y0, box.x1, box.y1))


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
    return Engine(crossfoot=_ours(), ocr=ocr)


@cache  # a file is read for it
def _ours() -> str:
    return version("crossfoot")
