"""Taking uploads in: every file a row of its batch, every new content a document.

Order of work. Each document carries a lane (0: a person waits for it, 1: a batch) and a tag;
work is done by lane, then tag. Tags in lane 0 are milliseconds: first come, first served. In
lane 1 they are start tags of fair queueing (Goyal, Vin and Cheng, *Start-time Fair Queuing*,
SIGCOMM 1996, with documents as packets of equal length): each batch counts on from where it
is, a new batch starts where the queue is now. So batches take turns document by document,
however large they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from schemas.errors import UsageError
from service.store.audit import note
from service.store.confidential import make_confidential
from service.store.rows import add_missing, held_blob
from service.store.store import Store
from service.store.tables import WAITING, batch_items, batches, blobs, documents, steps

INTERACTIVE, BATCH = 0, 1


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file of an upload.

    ``kind`` is what the first bytes say it is (``pdf``, ``png``, …); None where it is not to
    be read, and then ``category`` and ``message`` say why. ``sha256`` is None where it could
    not be unpacked.
    """

    name: str
    size: int
    sha256: str | None
    kind: str | None = None
    category: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its document, and whether that was there before."""

    incoming: Incoming
    document: str | None
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """Who sends files, as what.

    ``batch``: the name of the batch to make, None for none. ``into``: the id of a batch that
    is there already and gets these files too.
    """

    actor: str
    lane: int
    batch: str | None
    settings: Mapping[str, Any]
    into: str | None = None


def take_in(
    store: Store, files: Sequence[Incoming], intake: Intake, restore: Callable[[str], None]
) -> tuple[str | None, list[Taken]]:
    """The id of the batch made, and what became of each file, in order; one transaction.

    ``restore`` is called with the hash of every content within the transaction: it makes
    sure that the blob is still there, which a deletion of the same content may have taken.
    """
    return store.database.transact(
        lambda connection: _take_in(connection, store, files, intake, restore)
    )


def _take_in(
    connection: Connection,
    store: Store,
    files: Sequence[Incoming],
    intake: Intake,
    restore: Callable[[str], None],
) -> tuple[str | None, list[Taken]]:
    now = store.clock()
    contents: dict[str, Incoming] = {}
    for file in files:
        if file.kind is not None and file.sha256 is not None:
            contents.setdefault(file.sha256, file)
    add_missing(
        connection,
        blobs,
        [held_blob(sha, file.size, now) for sha, file in contents.items()],
    )
    before = _documents_of(connection, list(contents))
    fresh = [file for sha, file in contents.items() if sha not in before]
    batch = _batch(connection, store, intake)
    _add_documents(connection, store, fresh, intake, batch)
    after = _documents_of(connection, list(contents))
    told = intake.settings.get("confidential") is True
    marked = make_confidential(connection, after.values()) if told else []
    for sha in contents:
        restore(sha)
    taken = _judge(files, before, after)
    if batch is not None:
        _add_items(connection, batch, taken)
        note(connection, store, intake.actor, "batch taken in", batch, {"files": len(files)})
    for document in marked:
        note(connection, store, intake.actor, "document made confidential", document)
    return batch, taken


def _documents_of(connection: Connection, contents: Sequence[str]) -> dict[str, str]:
    """Hash → id of the documents of that content."""
    found: dict[str, str] = {}
    for start in range(0, len(contents), 500):
        some = contents[start : start + 500]
        query = select(documents.c.sha256, documents.c.id).where(documents.c.sha256.in_(some))
        found.update((row.sha256, row.id) for row in connection.execute(query))
    return found


def _batch(connection: Connection, store: Store, intake: Intake) -> str | None:
    if intake.into is not None:
        query = select(batches.c.id).where(batches.c.id == intake.into).with_for_update()
        if connection.execute(query).first() is None:
            raise UsageError(f"there is no batch {intake.into}.")
        return intake.into
    if intake.batch is None:
        return None
    batch = store.new_id()
    connection.execute(
        insert(batches).values(
            id=batch,
            name=intake.batch[:500],
            tag=0,
            created=store.clock(),
            created_by=intake.actor,
        )
    )
    return batch


def _add_documents(
    connection: Connection,
    store: Store,
    files: Sequence[Incoming],
    intake: Intake,
    batch: str | None,
) -> None:
    now, settings = store.clock(), json.dumps(dict(intake.settings), sort_keys=True)
    first = _first_tag(connection, store, intake.lane, batch)
    rows = [
        {
            "id": store.new_id(),
            "sha256": file.sha256,
            "name": file.name[:500],
            "kind": file.kind,
            "size": file.size,
            "lane": intake.lane,
            "tag": first if intake.lane == INTERACTIVE else first + n,
            "status": "queued",
            "run": 1,
            "settings": settings,
            "pages": None,
            "pages_done": 0,
            "version": 0,
            **NOTHING_FOUND,
            "seconds": 0.0,
            "created": now,
            "created_by": intake.actor,
            "changed": now,
        }
        for n, file in enumerate(files)
    ]
    add_missing(connection, documents, rows)
    held = _documents_of(connection, [str(row["sha256"]) for row in rows])
    own = [row for row in rows if held.get(str(row["sha256"])) == row["id"]]
    add_missing(connection, steps, [first_step(store, row, now) for row in own])
    if batch is not None and own:
        last = max(int(str(row["tag"])) for row in own)
        connection.execute(update(batches).where(batches.c.id == batch).values(tag=last))


NOTHING_FOUND: dict[str, Any] = {
    "tables": 0,
    "figures": 0,
    "checks_passed": 0,
    "checks_rounding": 0,
    "checks_failed": 0,
    "doubts": 0,
}


def first_step(store: Store, document: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The row of the step that a document's run begins with."""
    return step_row(store, document, "open", 0, now)


def step_row(
    store: Store, document: Mapping[str, Any], kind: str, number: int, now: float
) -> dict[str, Any]:
    """The row of a step that waits to be done."""
    return {
        "id": store.new_id(),
        "document_id": document["id"],
        "run": document["run"],
        "kind": kind,
        "number": number,
        "status": "waiting",
        "lane": document["lane"],
        "tag": document["tag"],
        "due": now,
        "attempts": 0,
        "fence": 0,
    }


def _first_tag(connection: Connection, store: Store, lane: int, batch: str | None) -> int:
    if lane == INTERACTIVE:
        return int(store.clock() * 1000)
    waiting = connection.execute(
        select(func.min(steps.c.tag)).where(steps.c.lane == BATCH, steps.c.status == WAITING)
    ).scalar()
    last = connection.execute(select(func.max(batches.c.tag))).scalar()
    own = connection.execute(select(batches.c.tag).where(batches.c.id == batch)).scalar()
    return max(int(waiting if waiting is not None else last or 0), int(own or 0)) + 1


def _judge(
    files: Sequence[Incoming], before: Mapping[str, str], after: Mapping[str, str]
) -> list[Taken]:
    seen: set[str] = set()
    taken = []
    for file in files:
        sha = file.sha256 if file.kind is not None else None
        known = sha is not None and (sha in before or sha in seen)
        taken.append(Taken(file, after.get(sha) if sha is not None else None, known))
        if sha is not None:
            seen.add(sha)
    return taken


def _add_items(connection: Connection, batch: str, taken: Sequence[Taken]) -> None:
    held = select(func.max(batch_items.c.position)).where(batch_items.c.batch_id == batch)
    last = connection.execute(held).scalar()
    first = 0 if last is None else last + 1
    rows = [
        {
            "batch_id": batch,
            "position": position,
            "name": one.incoming.name,
            "sha256": one.incoming.sha256,
            "size": one.incoming.size,
            "document_id": one.document,
            "duplicate": one.duplicate,
            "category": one.incoming.category,
            "message": one.incoming.message,
        }
        for position, one in enumerate(taken, start=first)
    ]
    add_missing(connection, batch_items, rows)
