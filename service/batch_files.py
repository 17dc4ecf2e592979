"""The files of a batch: every one of a folder or an archive, with its hash and kind."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import InputError, UsageError
from service.archives import unpack
from service.plain import file_label
from service.settings import Settings
from service.sniff import ARCHIVES, DOCUMENTS, sniff


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file: its name within the batch, where it lies, what its content is.

    ``path`` is None where it can't be read; then, and where it is no document, ``category``
    and ``reason`` say why.
    """

    name: str
    path: Path | None
    sha256: str
    category: str = ""
    reason: str = ""

    @property
    def is_document(self) -> bool:
        return not self.category


@contextmanager
def batch_files(source: Path, out: Path, settings: Settings) -> Iterator[tuple[BatchFile, ...]]:
    """Every file of the folder or archive ``source`` in order of name, ``out`` left aside.

    Raises:
        UsageError: if ``source`` is neither.
    """
    if source.is_dir():
        yield tuple(_in_folder(source, out.resolve()))
        return
    if not source.is_file():
        raise UsageError(f"there is no {source}: check the path.")
    kind = sniff(source)
    if kind not in ARCHIVES:
        raise UsageError(f"{source} is no folder and no archive: `crossfoot extract` reads it.")
    with tempfile.TemporaryDirectory(dir=out, prefix=".crossfoot-unpacked-") as folder:
        yield tuple(_in_archive(source, kind, Path(folder), settings))


def _in_folder(source: Path, out: Path) -> Iterator[BatchFile]:
    for path in sorted(source.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
        if hidden or path.is_dir() or path.is_symlink() or out in path.resolve().parents:
            continue
        name = file_label(str(path.relative_to(source)))
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield _judged(name, path, digest)
        except OSError as error:
            reason = f"it can't be read: {error.strerror or error}."
            yield BatchFile(name, None, "", "input:unreadable", reason)


def _in_archive(source: Path, kind: str, folder: Path, settings: Settings) -> Iterator[BatchFile]:
    try:
        for member in unpack(source, kind, folder, settings):
            name = file_label(member.name)
            if member.path is None or member.sha256 is None:
                yield BatchFile(name, None, "", "input:archive", member.trouble or "")
            else:
                yield _judged(name, member.path, member.sha256)
    except InputError as error:
        yield BatchFile(file_label(source.name), None, "", error.category, error.message)


def _judged(name: str, path: Path, sha256: str) -> BatchFile:
    kind = sniff(path)
    if path.stat().st_size == 0:
        category, reason = "input:empty", "it is empty (0 bytes): get it again from its source."
    elif kind in ARCHIVES:
        category, reason = "input:nested_archive", "it is an archive: run it as a batch of its own."
    elif kind not in DOCUMENTS:
        category, reason = "input:format", "it is no PDF, PNG, JPEG or TIFF: print it to PDF."
    else:
        category = reason = ""
    return BatchFile(name, path, sha256, category, reason)
