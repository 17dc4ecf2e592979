"""What must hold of everything that Crossfoot keeps, whatever went wrong before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from sqlalchemy import Select, and_, exists, func, select

from schemas.errors import CrossfootError
from service.blobs.port import BlobMissing, BlobRotten, BlobStore
from service.orphans import YOUNG
from service.settings import Settings
from service.store.audit import first_bad_row
from service.store.states import UNFINISHED
from service.store.store import Store
from service.store.tables import audit, blobs, documents, results, steps

_YOUNG = 4 * YOUNG
"""Seconds in which a file may lie without a row: by then a worker that runs has removed it."""


class Broken(CrossfootError):
    """An invariant that does not hold."""

    category = "invariant"


def invariants(
    store: Store, files: BlobStore, settings: Settings
) -> Iterator[tuple[str, Callable[[], str]]]:
    """Name and test of each; a test says what it counted, or raises :class:`Broken`."""
    yield "every document is at its end or on its way", lambda: _on_the_way(store, settings)
    yield "one result for each run of a document", lambda: _results(store)
    yield "every step back is in the audit", lambda: _steps_back(store)
    yield "the audit is unbroken", lambda: _audit(store)
    yield "every row has its file, unchanged", lambda: _files(store, files)
    yield "every file has its row", lambda: _orphans(store, files)
    yield "nothing temporary is left", lambda: _leftovers(settings)


def _count(store: Store, query: Select[int]) -> int:
    with store.database.read() as connection:
        return int(connection.execute(query).scalar_one())


def _on_the_way(store: Store, settings: Settings) -> str:
    alive = exists().where(
        steps.c.document_id == documents.c.id,
        steps.c.run == documents.c.run,
        steps.c.status.in_(("waiting", "running")),
    )
    stuck = _count(
        store,
        select(func.count())
        .select_from(documents)
        .where(documents.c.status.in_(UNFINISHED), ~alive),
    )
    if stuck:
        raise Broken(f"{stuck} documents wait for steps that nobody will do: run them again.")
    late = store.clock() - settings.lease_seconds - 60
    overdue = _count(
        store,
        select(func.count())
        .select_from(steps)
        .where(steps.c.status == "running", steps.c.lease_until < late),
    )
    if overdue:
        raise Broken(f"{overdue} steps were due back long ago: is a worker running?")
    ended = and_(documents.c.status.not_in(UNFINISHED), alive)
    if extra := _count(store, select(func.count()).select_from(documents).where(ended)):
        raise Broken(f"{extra} documents are at their end and still have steps to do.")
    return f"{_count(store, select(func.count()).select_from(documents))} documents"


def _results(store: Store) -> str:
    read = ("verified", "review", "empty")
    has = exists().where(
        results.c.document_id == documents.c.id,
        results.c.run == documents.c.run,
        results.c.version == documents.c.version,
    )
    without = select(func.count()).select_from(documents).where(documents.c.status.in_(read), ~has)
    if missing := _count(store, without):
        raise Broken(f"{missing} documents that were read have no result: run them again.")
    doubled = (
        select(steps.c.document_id)
        .where(steps.c.kind == "assemble", steps.c.status == "done")
        .group_by(steps.c.document_id, steps.c.run)
        .having(func.count() > 1)
        .subquery()
    )
    if twice := _count(store, select(func.count()).select_from(doubled)):
        raise Broken(f"{twice} documents were assembled twice in one run.")
    return f"{_count(store, select(func.count()).select_from(results))} results"


def _steps_back(store: Store) -> str:
    repeated = int(
        _count(
            store,
            select(func.coalesce(func.sum(steps.c.attempts - 1), 0)).where(steps.c.attempts > 1),
        )
    )
    noted = _count(
        store,
        select(func.count()).select_from(audit).where(audit.c.action == "step released"),
    )
    if noted < repeated:
        raise Broken(f"{repeated} steps were tried again and {noted} are in the audit.")
    return f"{noted} steps taken back"


def _audit(store: Store) -> str:
    bad = first_bad_row(store)
    if bad is not None:
        raise Broken(f"row {bad} is not what was written: someone changed the audit.")
    return f"{_count(store, select(func.count()).select_from(audit))} rows"


def _files(store: Store, files: BlobStore) -> str:
    with store.database.read() as connection:
        names = list(connection.execute(select(blobs.c.sha256)).scalars())
    missing, rotten = [], []
    for name in names:
        try:
            files.get(name)
        except BlobMissing:
            missing.append(name)
        except BlobRotten:
            rotten.append(name)
    if missing or rotten:
        first = (missing or rotten)[0]
        raise Broken(
            f"{len(missing)} blobs are missing and {len(rotten)} changed (the first: "
            f"{first[:12]}…): restore them from a backup."
        )
    return f"{len(names)} blobs"


def _orphans(store: Store, files: BlobStore) -> str:
    with store.database.read() as connection:
        known = set(connection.execute(select(blobs.c.sha256)).scalars())
    now = time.time()
    found = [name for name, put in files.names() if name not in known and put < now - _YOUNG]
    if found:
        raise Broken(
            f"{len(found)} files belong to no row (the first: {found[0][:12]}…): they do no harm, "
            "and a worker that runs for some hours removes them."
        )
    return "no file without a row"


def _leftovers(settings: Settings) -> str:
    left = []
    if settings.incoming.is_dir():
        for path in settings.incoming.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - _YOUNG:
                    left.append(path)
    if left:
        raise Broken(f"{len(left)} uploads were left half way in {settings.incoming}.")
    return "nothing"
