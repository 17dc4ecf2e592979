"""What nobody owns any more: blobs without a row, halves of files, folders of killed processes.

A blob is written before its row is committed, and a row is deleted before its blob. Whoever is
killed in between leaves a file that no row names: it takes room and does no harm.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from service.blobs.port import BlobStore
from service.scratch import remove_ownerless
from service.settings import Settings
from service.store.store import Store
from service.store.tables import blobs

YOUNG = 6 * 3600.0
"""Seconds for which nothing is touched: longer than an upload or a step takes to be committed."""
_SOME = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """How many there were of each, and are no more."""

    blobs: int
    halves: int
    uploads: int
    folders: int

    @property
    def any(self) -> bool:
        return bool(self.blobs or self.halves or self.uploads or self.folders)


def sweep_orphans(
    store: Store, files: BlobStore, settings: Settings, clock: Callable[[], float]
) -> Swept:
    """Removes all that has no owner and has been left alone for ``YOUNG`` seconds.

    ``clock`` gives seconds since 1970 as file systems do. A blob that is put again meanwhile
    stays: whoever puts one makes it young before its row is committed.
    """
    before = clock() - YOUNG
    return Swept(
        blobs=sum(files.discard(name, before) for name in _unnamed(store, files, before)),
        halves=files.discard_halves(before),
        uploads=sum(_removed(path, before) for path in _uploads(settings)),
        folders=remove_ownerless(before),
    )


def _unnamed(store: Store, files: BlobStore, before: float) -> Iterator[str]:
    some: list[str] = []
    for name, put in files.names():
        if put < before:
            some.append(name)
        if len(some) == _SOME:
            yield from _without_row(store, some)
            some = []
    yield from _without_row(store, some)


def _without_row(store: Store, names: Sequence[str]) -> list[str]:
    with store.database.read() as connection:
        query = select(blobs.c.sha256).where(blobs.c.sha256.in_(names))
        known = set(connection.execute(query).scalars())
    return [name for name in names if name not in known]


def _uploads(settings: Settings) -> list[Path]:
    return list(settings.incoming.iterdir()) if settings.incoming.is_dir() else []


def _removed(path: Path, before: float) -> bool:
    with suppress(FileNotFoundError):
        if path.lstat().st_mtime >= before:
            return False
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
        return True
    return False
