"""Decisions of people: kept for ever in order, and the result that stands after each.

Two people may work on one document: whoever decides names the version that was looked at,
and is refused when another was faster.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from service.store.audit import note
from service.store.change import change_document
from service.store.results import Finding, add_result
from service.store.rows import add_missing, held_blob
from service.store.store import Store
from service.store.tables import blobs, decisions, documents


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision on record. ``undone_by`` is the number of the one that took it back."""

    number: int
    version: int
    body: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    actor: str
    at: float
    undone_by: int | None

    @property
    def counts(self) -> bool:
        """Whether it is part of what stands now."""
        return self.undone_by is None and self.body["kind"] != "undo"


@dataclass(frozen=True, slots=True)
class Made:
    """A new decision with what stood at its place before and what stands after."""

    body: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome of decisions made on ``version`` of ``run``: the new result's blob."""

    document: str
    run: int
    version: int
    sha256: str
    size: int
    found: Finding
    actor: str


def list_decisions(store: Store, document: str, run: int) -> list[Kept]:
    """All decisions on that run's result, in order."""
    query = (
        select(decisions)
        .where(decisions.c.document_id == document, decisions.c.run == run)
        .order_by(decisions.c.number)
    )
    with store.database.read() as connection:
        return [_kept(row) for row in connection.execute(query)]


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        number=row.number,
        version=row.version,
        body=json.loads(row.body),
        before=json.loads(row.before),
        after=json.loads(row.after),
        actor=row.actor,
        at=row.at,
        undone_by=row.undone_by,
    )


def keep_decisions(store: Store, settled: Settled, made: Sequence[Made]) -> bool:
    """Keeps them with the result that they lead to; False where the version is no longer it."""

    def commit(connection: Connection) -> bool:
        if not _keep_result(connection, store, settled, "settled", approved_by=None):
            return False
        first = _next_number(connection, settled.document)
        for number, one in enumerate(made, start=first):
            _keep_one(connection, store, settled, number, one)
        numbers = list(range(first, first + len(made)))
        detail = {"version": settled.version + 1, "decisions": numbers}
        note(connection, store, settled.actor, "result settled", settled.document, detail)
        return True

    return store.database.transact(commit)


def approve(store: Store, settled: Settled) -> bool:
    """Keeps that a person says the result is right; False where the version is no longer it."""

    def commit(connection: Connection) -> bool:
        done = _keep_result(connection, store, settled, "approved", approved_by=settled.actor)
        if done:
            detail = {"version": settled.version + 1}
            note(connection, store, settled.actor, "result approved", settled.document, detail)
        return done

    return store.database.transact(commit)


def _keep_result(
    connection: Connection, store: Store, settled: Settled, event: str, **values: Any
) -> bool:
    now, found = store.clock(), settled.found
    held = connection.execute(
        select(documents.c.version)
        .where(documents.c.id == settled.document, documents.c.run == settled.run)
        .with_for_update()
    ).first()
    if held is None or held.version != settled.version:
        return False
    done = change_document(
        connection,
        event,
        settled.document,
        settled.run,
        found.status,
        version=settled.version + 1,
        changed=now,
        category=found.category,
        message=found.message,
        **found.counts(),
        **values,
    )
    if not done:
        return False
    add_missing(connection, blobs, [held_blob(settled.sha256, settled.size, now)])
    version = settled.version + 1
    add_result(connection, settled.document, settled.run, version, settled.sha256, found, now)
    return True


def _next_number(connection: Connection, document: str) -> int:
    last = connection.execute(
        select(decisions.c.number)
        .where(decisions.c.document_id == document)
        .order_by(decisions.c.number.desc())
        .limit(1)
    ).scalar()
    return (last or 0) + 1


def _keep_one(
    connection: Connection, store: Store, settled: Settled, number: int, made: Made
) -> None:
    connection.execute(
        insert(decisions).values(
            document_id=settled.document,
            number=number,
            run=settled.run,
            version=settled.version + 1,
            body=json.dumps(made.body, ensure_ascii=False),
            before=json.dumps(made.before, ensure_ascii=False),
            after=json.dumps(made.after, ensure_ascii=False),
            actor=settled.actor,
            at=store.clock(),
        )
    )
    if made.body["kind"] == "undo":
        connection.execute(
            update(decisions)
            .where(
                decisions.c.document_id == settled.document,
                decisions.c.number == made.body["decision"],
            )
            .values(undone_by=number)
        )
