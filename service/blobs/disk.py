"""Blobs on a disk: each a file, whole or not there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from service.blobs.port import NO_ROOM, BlobMissing, BlobRotten, BlobTrouble, StoreFull


@dataclass(frozen=True, slots=True)
class DiskBlobs:
    """Blobs under ``folder``, in 256 folders by the first two digits of their names."""

    folder: Path

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        self._write(sha256, lambda file: file.write(content))
        return sha256

    def put_file(self, path: Path, sha256: str) -> None:
        def copy(target: IO[bytes]) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, target, 1024 * 1024)

        self._write(sha256, copy)

    def get(self, sha256: str) -> bytes:
        try:
            content = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissing(_missing(sha256)) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobRotten(_rotten(sha256))
        return content

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        path = self._path(sha256)
        try:
            with path.open("rb") as file:
                held = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise BlobMissing(_missing(sha256)) from error
        if held != sha256:
            raise BlobRotten(_rotten(sha256))
        yield path

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def discard(self, sha256: str, before: float) -> bool:
        path = self._path(sha256)
        aside = path.with_name(f".gone-{sha256}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        # Looked at where nobody can put it any more: what was put until now is put back.
        if aside.stat().st_mtime >= before:
            aside.rename(path)
            return False
        aside.unlink()
        return True

    def discard_halves(self, before: float) -> int:
        halves = [path for path in self.folder.glob("??/.part-*") if path.stat().st_mtime < before]
        for path in halves:
            path.unlink(missing_ok=True)
        return len(halves)

    def names(self) -> Iterator[tuple[str, float]]:
        for path in self.folder.glob("??/*"):
            if len(path.name) == 64:
                yield path.name, path.stat().st_mtime

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
            raise BlobMissing("that is no name of a blob.")
        return self.folder / sha256[:2] / sha256

    def _write(self, sha256: str, fill: Callable[[IO[bytes]], object]) -> None:
        path = self._path(sha256)
        try:
            with suppress(FileNotFoundError):
                os.utime(path)  # young again: nothing that cleans up will take it
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
            part = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    fill(file)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)
                _sync_folder(path.parent)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            if error.errno in NO_ROOM:
                raise StoreFull(
                    f"no room for a blob in {self.folder} ({error.strerror}): make room there."
                ) from error
            raise BlobTrouble(
                f"can't write to {self.folder}: {error.strerror or error}."
            ) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _missing(sha256: str) -> str:
    return f"the blob {sha256[:12]}… is not there: restore it from a backup."


def _rotten(sha256: str) -> str:
    return f"the blob {sha256[:12]}… is not what was once written: restore it from a backup."
