"""Archives unpacked with care: members counted, sizes measured, names never used as paths."""

from __future__ import annotations

import hashlib
import lzma
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from schemas.errors import DamagedFile, TooLarge
from service.blobs.port import NO_ROOM, StoreFull
from service.settings import MIB, Settings

_CHUNK = 1 << 20
_SPOILT = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, struct.error,
    NotImplementedError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip
"""What the libraries raise for archives that are damaged, or packed in ways they don't know."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name as told, where it lies, its hash and size.

    ``path`` is None where it could not be unpacked; ``trouble`` then says why.
    """

    name: str
    path: Path | None
    sha256: str | None
    size: int
    trouble: str | None = None


def unpack(archive: Path, kind: str, folder: Path, settings: Settings) -> Iterator[Member]:
    """Each regular file of the archive, as a file of an arbitrary name in ``folder``.

    Names that lead elsewhere do no harm, for they are only told. Links, devices and folders
    are passed over.

    Raises:
        TooLarge: if it holds more members or bytes than the settings allow.
        DamagedFile: if it can't be read.
        StoreFull: if there is no room for what it holds.
    """
    unpacker = _Unpacker(folder, settings)
    try:
        yield from unpacker.zip(archive) if kind == "zip" else unpacker.tar(archive)
    except (*_SPOILT, OSError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise StoreFull("no room to unpack an archive: make room.") from error
        raise DamagedFile(
            f"the archive can't be unpacked ({type(error).__name__}): pack it again."
        ) from error


class _Unpacker:
    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder, self._settings = folder, settings
        self._left, self._members = settings.archive_mib * MIB, 0

    def zip(self, archive: Path) -> Iterator[Member]:
        with zipfile.ZipFile(archive) as held:
            for info in held.infolist():
                if info.filename.endswith("/") or _is_clutter(info.filename):
                    continue
                name = self._counted(info.filename)
                if info.flag_bits & 1:
                    trouble = "it is encrypted: pack it again without a password."
                    yield Member(name, None, None, info.file_size, trouble)
                    continue
                try:
                    with held.open(info) as source:
                        yield self._copy(name, source)
                except _SPOILT as error:
                    trouble = f"it can't be unpacked ({type(error).__name__}): pack it again."
                    yield Member(name, None, None, info.file_size, trouble)

    def tar(self, archive: Path) -> Iterator[Member]:
        with tarfile.open(archive, "r|*") as held:
            for info in held:
                if not info.isreg() or _is_clutter(info.name):
                    continue
                name = self._counted(info.name)
                source = held.extractfile(info)
                if source is not None:
                    with source:
                        yield self._copy(name, source)

    def _counted(self, name: str) -> str:
        """The member's name, its number where a spoilt archive has lost it; one more is counted."""
        self._members += 1
        if self._members > self._settings.archive_members:
            raise TooLarge(
                f"the archive holds more than {self._settings.archive_members} files: split it, "
                "or raise CROSSFOOT_ARCHIVE_MEMBERS."
            )
        return name or f"#{self._members}"

    def _copy(self, name: str, source: IO[bytes]) -> Member:
        digest, size = hashlib.sha256(), 0
        most = self._settings.file_mib * MIB
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as target:
            path = Path(target.name)
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                self._left -= len(chunk)
                if self._left < 0:
                    raise TooLarge(
                        f"the archive unpacks to more than {self._settings.archive_mib} MiB: "
                        "split it, or raise CROSSFOOT_ARCHIVE_MIB."
                    )
                if size > most:
                    break
                digest.update(chunk)
                target.write(chunk)
        if size > most:
            path.unlink()
            trouble = f"it is larger than the {self._settings.file_mib} MiB of CROSSFOOT_FILE_MIB."
            return Member(name, None, None, size, trouble)
        return Member(name, path, digest.hexdigest(), size)


def _is_clutter(name: str) -> bool:
    """What Finder and Windows add to archives by themselves."""
    last = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or last in (".DS_Store", "Thumbs.db", "desktop.ini")
