"""From files on disk to documents in the store: sniffed, unpacked, kept by hash, counted once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import InputError
from service.archives import unpack
from service.blobs.port import BlobStore
from service.plain import file_label
from service.settings import MIB, Settings
from service.sniff import ARCHIVES, DOCUMENTS, sniff
from service.store.intake import Incoming, Intake, Taken, take_in
from service.store.store import Store


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent."""

    name: str
    path: Path
    sha256: str
    size: int


def holds_archive(files: Sequence[Sent]) -> bool:
    return any(sniff(file.path) in ARCHIVES for file in files)


def keep_and_take_in(
    store: Store,
    blobs: BlobStore,
    files: Sequence[Sent],
    intake: Intake,
    settings: Settings,
) -> tuple[str | None, list[Taken]]:
    """The batch made (None: none asked for) and what became of each file.

    Members of archives are files too. The files on disk are left to the caller.
    """
    incoming: list[Incoming] = []
    places: dict[str, Path] = {}
    for file, path in _members(files, settings):
        if file.sha256 is not None and path is not None:
            if file.sha256 not in places:
                blobs.put_file(path, file.sha256)
            places.setdefault(file.sha256, path)
        incoming.append(file)

    def restore(sha256: str) -> None:
        if not blobs.exists(sha256):
            blobs.put_file(places[sha256], sha256)

    return take_in(store, incoming, intake, restore)


def _members(files: Sequence[Sent], settings: Settings) -> Iterator[tuple[Incoming, Path | None]]:
    for file in files:
        kind = sniff(file.path)
        if kind in ARCHIVES:
            yield from _unpacked(file, kind, settings)
        else:
            yield _judged(file, kind, settings)


def _unpacked(
    archive: Sent, kind: str, settings: Settings
) -> Iterator[tuple[Incoming, Path | None]]:
    try:
        for member in unpack(archive.path, kind, archive.path.parent, settings):
            name = file_label(member.name)
            if member.path is None or member.sha256 is None:
                yield _refused(name, member.size, None, "input:archive", member.trouble or "")
                continue
            found = sniff(member.path)
            sent = Sent(name, member.path, member.sha256, member.size)
            if found in ARCHIVES:
                trouble = "it is an archive within an archive: send it by itself."
                yield _refused(name, member.size, member.sha256, "input:nested_archive", trouble)
            else:
                yield _judged(sent, found, settings)
    except InputError as error:
        yield _refused(archive.name, archive.size, archive.sha256, error.category, error.message)


def _judged(file: Sent, kind: str | None, settings: Settings) -> tuple[Incoming, Path | None]:
    name = file_label(file.name)
    if file.size == 0:
        trouble = "it is empty (0 bytes): get it again from its source."
        return _refused(name, 0, file.sha256, "input:empty", trouble)
    if kind not in DOCUMENTS:
        trouble = "it is no PDF, PNG, JPEG or TIFF: print it to PDF."
        return _refused(name, file.size, file.sha256, "input:format", trouble)
    if file.size > settings.file_mib * MIB:
        trouble = f"it is larger than the {settings.file_mib} MiB of CROSSFOOT_FILE_MIB."
        return _refused(name, file.size, file.sha256, "input:too_large", trouble)
    return Incoming(name, file.size, file.sha256, kind), file.path


def _refused(
    name: str, size: int, sha256: str | None, category: str, message: str
) -> tuple[Incoming, None]:
    return Incoming(name, size, sha256, None, category, message), None
