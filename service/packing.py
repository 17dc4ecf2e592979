"""Results packed for taking home: one document in a format, a whole batch as one ZIP."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from schemas.result import Result
from service.outcomes import FileOutcome, outcomes_csv
from service.plain import one_line
from service.result_file import result_bytes

Format = Literal["json", "xlsx", "csv", "parquet"]
_UNSAFE = '<>:"/\\|?*'
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Packed:
    """A file to take home."""

    name: str
    media_type: str
    content: bytes


def pack_one(result: Result, form: Format) -> Packed:
    """The document's result in that format; several files come as a ZIP."""
    stem = safe_stem(result.document.name)
    files = list(_files(result, stem, form))
    if len(files) == 1:
        name, content = files[0]
        return Packed(name, _MEDIA[form], content)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(_entry(name), content)
    return Packed(f"{stem}-{form}.zip", "application/zip", held.getvalue())


_MEDIA: dict[Format, str] = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def pack_batch(
    outcomes: Iterable[FileOutcome],
    results: Callable[[], Iterator[Result]],
    form: Format,
    target: IO[bytes],
) -> None:
    """Writes the batch's ZIP: ``outcomes.csv`` and each result, or all as tidy tables."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("outcomes.csv"), outcomes_csv(outcomes))
        if form == "parquet":
            for name, content in _parquet(list(results())):
                archive.writestr(_entry(name), content)
            return
        used: set[str] = set()
        for result in results():
            stem = _fresh(safe_stem(result.document.name), used)
            for name, content in _files(result, stem, form):
                archive.writestr(_entry(name), content)


def _files(result: Result, stem: str, form: Format) -> Iterator[tuple[str, bytes]]:
    match form:
        case "json":
            yield f"{stem}.json", result_bytes(result)
        case "xlsx":
            from service.export.xlsx import workbook_bytes

            yield f"{stem}.xlsx", workbook_bytes(result)
        case "csv":
            from service.export.csv import table_csv

            for table in result.tables:
                yield f"{stem}.{table.id}.csv", table_csv(table)
            if not result.tables:
                yield f"{stem}.csv", b"\xef\xbb\xbf"
        case "parquet":
            yield from _parquet([result])


def _parquet(results: list[Result]) -> Iterator[tuple[str, bytes]]:
    from service.duck import write_parquet
    from service.export.tidy import tidy

    with tempfile.TemporaryDirectory(prefix="crossfoot-") as folder:
        for path in write_parquet(tidy(results), Path(folder)):
            yield path.name, path.read_bytes()


def safe_stem(name: str) -> str:
    """A file name for any system, made of the document's own."""
    stem = PurePosixPath(one_line(name).replace("\\", "/")).stem
    kept = "".join("_" if c in _UNSAFE else c for c in stem).strip(" .")[:_LONGEST]
    return kept or "document"


def _fresh(stem: str, used: set[str]) -> str:
    name, number = stem, 1
    while name.casefold() in used:
        number += 1
        name = f"{stem}-{number}"
    used.add(name.casefold())
    return name


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of day, so that the same results give the same archive."""
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
