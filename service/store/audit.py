"""The audit: what was done, by whom; rows are only ever added, each sealed by a hash.

A row's hash covers its own content and the hash of the row before, so that whoever edits or
removes one has to rewrite all that follow; the last hash, kept elsewhere, shows even that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.store.store import Store
from service.store.tables import audit, audit_head

START = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRow:
    number: int
    at: float
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    hash: str


def note(
    connection: Connection,
    store: Store,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Adds a row to the audit, as part of the caller's transaction; call it last therein."""
    head = connection.execute(select(audit_head).with_for_update()).one()
    number, said = head.number + 1, json.dumps(detail or {}, ensure_ascii=False, sort_keys=True)
    at = round(store.clock(), 3)
    sealed = _seal(head.hash, number, at, actor, action, subject, said)
    connection.execute(
        insert(audit).values(
            number=number, at=at, actor=actor, action=action, subject=subject, detail=said,
            hash=sealed,
        )
    )  # fmt: skip
    connection.execute(update(audit_head).values(number=number, hash=sealed))


def rows(store: Store, *, subject: str | None = None, after: int = 0, limit: int) -> list[AuditRow]:
    """The rows in order, from the one after number ``after`` on."""
    query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    with store.database.read() as connection:
        return [
            AuditRow(r.number, r.at, r.actor, r.action, r.subject, json.loads(r.detail), r.hash)
            for r in connection.execute(query)
        ]


def first_bad_row(store: Store) -> int | None:
    """The number of the first row that is not what was once written; None: all are."""
    held, number = START, 0
    with store.database.read() as connection:
        head = connection.execute(select(audit_head)).one()
        for row in _in_order(connection):
            number += 1
            seal = _seal(held, number, row.at, row.actor, row.action, row.subject, row.detail)
            if row.number != number or row.hash != seal:
                return number
            held = row.hash
    return None if (head.number, head.hash) == (number, held) else number + 1


def _in_order(connection: Connection) -> Iterator[Any]:
    last = 0
    query = select(audit).order_by(audit.c.number).limit(1000)
    while found := connection.execute(query.where(audit.c.number > last)).all():
        yield from found
        last = found[-1].number


def _seal(before: str, number: int, at: float, *words: str) -> str:
    content = json.dumps([before, number, f"{at:.3f}", *words], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
