"""Documents and batches as lists and single rows; deleting them, and running them again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select

from service.store.audit import note
from service.store.change import change_document
from service.store.confidential import still_confidential
from service.store.intake import NOTHING_FOUND, first_step
from service.store.rows import add_missing
from service.store.states import UNFINISHED
from service.store.store import Store
from service.store.tables import (
    batch_items,
    batches,
    blobs,
    decisions,
    documents,
    doubts,
    results,
    steps,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents; None: any."""

    statuses: tuple[str, ...] = ()
    batch: str | None = None
    search: str | None = None


def get_document(store: Store, document: str) -> Row[Any] | None:
    with store.database.read() as connection:
        return connection.execute(select(documents).where(documents.c.id == document)).first()


def find_by_content(store: Store, sha256: str) -> Row[Any] | None:
    with store.database.read() as connection:
        return connection.execute(select(documents).where(documents.c.sha256 == sha256)).first()


def list_documents(
    store: Store, wanted: Filter, limit: int, before: str | None
) -> Sequence[Row[Any]]:
    """The newest first, from the one before id ``before`` on."""
    query = _filtered(select(documents), wanted).order_by(documents.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(documents.c.id < before)
    with store.database.read() as connection:
        return connection.execute(query).all()


def _filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.statuses:
        query = query.where(documents.c.status.in_(wanted.statuses))
    if wanted.batch is not None:
        items = select(batch_items.c.document_id).where(batch_items.c.batch_id == wanted.batch)
        query = query.where(documents.c.id.in_(items))
    if wanted.search:
        query = query.where(
            func.lower(documents.c.name).contains(wanted.search.lower(), autoescape=True)
        )
    return query


def count_by_status(store: Store) -> dict[str, int]:
    query = select(documents.c.status, func.count()).group_by(documents.c.status)
    with store.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch and how many of its files are in which state; ``refused`` were never read."""

    id: str
    name: str
    created: float
    created_by: str
    files: int
    duplicates: int
    statuses: Mapping[str, int]
    pages: int
    pages_done: int
    doubts: int

    @property
    def finished(self) -> bool:
        return not any(self.statuses.get(status) for status in UNFINISHED)


def get_batch(store: Store, batch: str) -> BatchSummary | None:
    with store.database.read() as connection:
        row = connection.execute(select(batches).where(batches.c.id == batch)).first()
        return _summary(connection, row) if row else None


def list_batches(store: Store, limit: int, before: str | None) -> list[BatchSummary]:
    """The newest first."""
    query = select(batches).order_by(batches.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(batches.c.id < before)
    with store.database.read() as connection:
        return [_summary(connection, row) for row in connection.execute(query).all()]


def _summary(connection: Connection, row: Row[Any]) -> BatchSummary:
    found = connection.execute(
        select(
            func.coalesce(documents.c.status, "refused").label("status"),
            func.count().label("files"),
            func.sum(func.coalesce(documents.c.pages, 0)).label("pages"),
            func.sum(func.coalesce(documents.c.pages_done, 0)).label("done"),
            func.sum(func.coalesce(documents.c.doubts, 0)).label("doubts"),
        )
        .select_from(batch_items)
        .outerjoin(documents, documents.c.id == batch_items.c.document_id)
        .where(batch_items.c.batch_id == row.id)
        .group_by("status")
    ).all()
    duplicates = connection.execute(
        select(func.count()).where(
            batch_items.c.batch_id == row.id, batch_items.c.duplicate.is_(True)
        )
    ).scalar_one()
    return BatchSummary(
        id=row.id,
        name=row.name,
        created=row.created,
        created_by=row.created_by,
        files=sum(r.files for r in found),
        duplicates=int(duplicates),
        statuses={r.status: int(r.files) for r in found},
        pages=sum(int(r.pages) for r in found),
        pages_done=sum(int(r.done) for r in found),
        doubts=sum(int(r.doubts) for r in found),
    )


def list_items(store: Store, batch: str, limit: int, after: int) -> Sequence[Row[Any]]:
    """The batch's files in order, from the one after position ``after`` on.

    Each has the columns of its document, prefixed ``document_``; all None where it has none.
    """
    wanted = [column.label(f"document_{column.name}") for column in documents.c]
    query = (
        select(
            batch_items.c.position,
            batch_items.c.name,
            batch_items.c.sha256,
            batch_items.c.size,
            batch_items.c.duplicate,
            batch_items.c.category,
            batch_items.c.message,
            *wanted,
        )
        .outerjoin(documents, documents.c.id == batch_items.c.document_id)
        .where(batch_items.c.batch_id == batch, batch_items.c.position > after)
        .order_by(batch_items.c.position)
        .limit(limit)
    )
    with store.database.read() as connection:
        return connection.execute(query).all()


def run_again(store: Store, document: str, settings: Mapping[str, Any], actor: str) -> bool:
    """Reads the document anew; False where it is still being read.

    Decisions of former runs stay on record and no longer apply.
    """

    def commit(connection: Connection) -> bool:
        row = connection.execute(
            select(documents).where(documents.c.id == document).with_for_update()
        ).first()
        if row is None:
            return False
        now = store.clock()
        kept = still_confidential(row.settings, settings)
        done = change_document(
            connection,
            "run again",
            document,
            row.run,
            "queued",
            run=row.run + 1,
            settings=json.dumps(kept, sort_keys=True),
            pages=None,
            pages_done=0,
            version=0,
            **NOTHING_FOUND,
            category=None,
            message=None,
            changed=now,
            finished=None,
            approved_by=None,
        )
        if not done:
            return False
        connection.execute(delete(doubts).where(doubts.c.document_id == document))
        fresh = {**row._mapping, "run": row.run + 1}
        add_missing(connection, steps, [first_step(store, fresh, now)])
        detail = {"run": row.run + 1, "settings": kept}
        note(connection, store, actor, "document run again", document, detail)
        return True

    return store.database.transact(commit)


def delete_document(store: Store, document: str, actor: str) -> list[str] | None:
    """Removes the document with all that was read of it; None where there is none such.

    Returns the hashes of the blobs that nobody else needs, whose files are now to be removed.
    """

    def commit(connection: Connection) -> list[str] | None:
        row = connection.execute(
            select(documents).where(documents.c.id == document).with_for_update()
        ).first()
        if row is None:
            return None
        held = {row.sha256}
        for column in (steps.c.output, results.c.sha256):
            owned = select(column).where(column.table.c.document_id == document)
            held |= {name for (name,) in connection.execute(owned) if name is not None}
        for table in (decisions, doubts, results, steps):
            connection.execute(delete(table).where(table.c.document_id == document))
        connection.execute(delete(documents).where(documents.c.id == document))
        gone = [name for name in sorted(held) if not _needed(connection, name)]
        for name in gone:
            connection.execute(delete(blobs).where(blobs.c.sha256 == name))
        detail = {"name": row.name, "sha256": row.sha256, "status": row.status}
        note(connection, store, actor, "document deleted", document, detail)
        return gone

    return store.database.transact(commit)


def _needed(connection: Connection, sha256: str) -> bool:
    return any(
        connection.execute(select(column).where(column == sha256).limit(1)).first() is not None
        for column in (documents.c.sha256, steps.c.output, results.c.sha256)
    )


def older_than(store: Store, moment: float, limit: int) -> list[str]:
    """Finished documents that nothing happened to since ``moment``."""
    query = (
        select(documents.c.id)
        .where(documents.c.changed < moment, documents.c.status.not_in(UNFINISHED))
        .limit(limit)
    )
    with store.database.read() as connection:
        return [row.id for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class QueueMark:
    """Where a page of the queue of doubts ended."""

    priority: float
    document: str
    number: int


def list_doubts(
    store: Store, limit: int, after: QueueMark | None, document: str | None = None
) -> Sequence[Row[Any]]:
    """Doubtful cells, the most helpful first, each with its document's name and version."""
    query = (
        select(doubts, documents.c.name, documents.c.version, documents.c.sha256)
        .join(documents, documents.c.id == doubts.c.document_id)
        .order_by(doubts.c.priority.desc(), doubts.c.document_id, doubts.c.number)
        .limit(limit)
    )
    if document is not None:
        query = query.where(doubts.c.document_id == document)
    if after is not None:
        same = doubts.c.priority == after.priority
        query = query.where(
            (doubts.c.priority < after.priority)
            | (same & (doubts.c.document_id > after.document))
            | (same & (doubts.c.document_id == after.document) & (doubts.c.number > after.number))
        )
    with store.database.read() as connection:
        return connection.execute(query).all()


def count_doubts(store: Store) -> int:
    with store.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(doubts)).scalar_one())
