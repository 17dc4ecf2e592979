"""A whole document read in the cage, page by page, without a database or a queue."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from schemas.errors import CrossfootError
from schemas.result import Document, Engine, Failure, Result, Usage
from service.cage import Cage, CageError, OutOfTime, Refused
from service.caged_desk import CagedDesk, asked_about
from service.caged_pages import Pages, Progress
from service.cages import Cages
from service.plain import file_label
from service.settings import Settings
from service.version import crossfoot_version
from worker.llm.consult import Consultation


def read_caged(
    path: Path,
    name: str,
    sha256: str,
    cage: Cage,
    settings: Settings,
    progress: Progress,
    consultation: Consultation | None = None,
    others: Cages | None = None,
) -> Result:
    """The document's result; status ``failed`` with the cause where it can't be read.

    A page that ends its process twice, or takes too long, is lost; the others are read.
    ``others``: see :func:`desk_of`.
    """
    started = time.perf_counter()
    try:
        desk = desk_of(path, name, sha256, cage, settings, progress, others)
        result = asked_about(desk, consultation)
    except CrossfootError as error:
        result = _failed(name, sha256, error)
    usage = {"seconds": round(time.perf_counter() - started, 3)}
    return result.model_copy(update={"usage": result.usage.model_copy(update=usage)})


def desk_of(
    path: Path,
    name: str,
    sha256: str,
    cage: Cage,
    settings: Settings,
    progress: Progress = lambda _done, _pages: None,
    others: Cages | None = None,
) -> CagedDesk:
    """The document with its pages read, ready to be put together.

    Its pages are read in ``cage``, and of a long document in all of the ``others``, too, that
    nobody else uses.

    Raises:
        Refused, CageError: if it can't be opened.
    """
    request: dict[str, Any] = {"do": "open", "path": str(path), "most": settings.pages}
    request["limits"] = settings.page_limits
    count = int(cage.ask(request, seconds=settings.page_seconds).said["pages"])
    pages = Pages(count, lambda number, held: _page(path, number, held, settings), progress)
    return CagedDesk(
        cage,
        path,
        pages.read(cage, others),
        file_label(name),
        sha256,
        settings.assemble_seconds,
        limits=settings.page_limits,
    )


def _page(path: Path, number: int, cage: Cage, settings: Settings) -> bytes:
    request: dict[str, Any] = {"do": "page", "path": str(path), "number": number}
    request["limits"] = settings.page_limits
    for last in (False, True):
        try:
            return cage.ask(request, seconds=settings.page_seconds).parts[0]
        except (CageError, Refused) as error:
            again = isinstance(error, CageError) and not isinstance(error, OutOfTime)
            if again and not last:
                continue
            why = f"{error.category}: {error.message.rstrip('.')}"
            break
    request = {"do": "lost", "number": number, "why": why}
    return cage.ask(request, seconds=settings.page_seconds).parts[0]


def _failed(name: str, sha256: str, error: CrossfootError) -> Result:
    return Result(
        status="failed",
        document=Document(
            name=file_label(name),
            sha256=sha256,
            pages=0,
            page_sources=(),
            engine=Engine(crossfoot=crossfoot_version(), ocr=None),
        ),
        usage=Usage(seconds=0.0),
        error=Failure(category=error.category, message=error.message),
    )
