"""One document from file to result files, whatever happens on the way."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from schemas.errors import CrossfootError
from schemas.result import Document, Engine, Failure, Result, Status, Usage
from service.atomic import write_whole
from service.inputs import Input
from service.plain import file_label, one_line
from service.result_file import result_bytes
from service.summary import summarise
from service.version import crossfoot_version

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the number of pages done and the number of all pages."""


class Extract(Protocol):
    """What reads a document: ``worker.extract.extract``."""

    def __call__(self, path: Path, *, progress: Progress | None = None) -> Result: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input: its result, the files that hold it, and what went wrong."""

    input: Input
    result: Result
    files: tuple[Path, ...]
    trouble: Failure | None

    @property
    def status(self) -> Status:
        """``failed`` also where the document was read but its files could not be written."""
        return "failed" if self.trouble else self.result.status

    def as_json(self) -> dict[str, Any]:
        result = self.result
        return {
            "input": file_label(str(self.input.path)),
            "status": self.status,
            "sha256": result.document.sha256,
            "pages": result.document.pages,
            "files": [file_label(str(path)) for path in self.files],
            "tables": [summarise(table, result).as_json() for table in result.tables],
            "warnings": [warning.model_dump() for warning in result.warnings],
            "error": self.trouble.model_dump() if self.trouble else None,
            "seconds": result.usage.seconds,
        }


def extract_input(
    document: Input, out: Path, extract: Extract, *, csv: bool, progress: Progress | None = None
) -> Outcome:
    """Reads the document and writes its files into ``out``; a failure is an outcome too."""
    result = read(document.path, extract, progress)
    files: list[Path] = []
    trouble = result.error
    try:
        for name, content in _files(result, document.stem, csv):
            write_whole(out / name, content)
            files.append(out / name)
    except OSError as error:
        message = f"can't write to {out}: {error.strerror or error}; make room there."
        trouble = Failure(category="output", message=message)
    except Exception as error:  # noqa: BLE001  what is written stays, the others go on
        trouble = _internal(document.path, error)
    if trouble is None and result.status == "failed":
        trouble = Failure(category="internal", message="the document failed without a cause.")
    return Outcome(document, result, tuple(files), trouble)


def _files(result: Result, stem: str, csv: bool) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of the document, the result file first."""
    from service.export.csv import table_csv
    from service.export.xlsx import workbook_bytes

    yield f"{stem}.json", result_bytes(result)
    if result.status == "failed":
        return
    yield f"{stem}.xlsx", workbook_bytes(result)
    for table in result.tables if csv else ():
        yield f"{stem}.{table.id}.csv", table_csv(table)


def read(path: Path, extract: Extract, progress: Progress | None = None) -> Result:
    """The result of the document, ``failed`` with the cause where it can't be read."""
    start = time.monotonic()
    try:
        return _named(extract(path, progress=progress), path)
    except CrossfootError as error:
        category, message = error.category, error.message
    except OSError as error:
        category = "input:unreadable"
        message = f"can't read {file_label(path.name)}: {error.strerror or error}."
    except MemoryError:
        category = "engine:memory"
        message = f"{file_label(path.name)} needs more memory than there is: split the file."
    except Exception as error:  # noqa: BLE001  one document's trouble must not end the others
        _log.debug("extraction of %s failed", path, exc_info=True)
        internal = _internal(path, error)
        category, message = internal.category, internal.message
    return failed(path, category, message, time.monotonic() - start)


def _internal(path: Path, error: Exception) -> Failure:
    said = one_line(f"{type(error).__name__}: {error}")
    message = f"Crossfoot failed on {file_label(path.name)} ({said}): please report it."
    return Failure(category="internal", message=message)


def _named(result: Result, path: Path) -> Result:
    """The result with a document name that JSON can hold, whatever bytes name the file."""
    document = result.document.model_copy(update={"name": file_label(path.name)})
    return result.model_copy(update={"document": document})


def failed(path: Path, category: str, message: str, seconds: float) -> Result:
    """The result of a document that could not be read."""
    return Result(
        status="failed",
        document=Document(
            name=file_label(path.name),
            sha256=_sha256(path),
            pages=0,
            page_sources=(),
            engine=Engine(crossfoot=crossfoot_version(), ocr=None),
        ),
        usage=Usage(seconds=round(seconds, 3)),
        error=Failure(category=category, message=message),
    )


def _sha256(path: Path) -> str:
    """The file's digest; empty where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
