"""Idempotency keys: the same request sent twice is done once and answered twice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from service.store.store import Store
from service.store.tables import idempotency

_HOURS = 48


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key is taken: by another request (422), or by this one, which is being done (409)."""

    status: int
    message: str


def begin(store: Store, actor: str, key: str, request: str) -> Answer | Conflict | None:
    """None: do the request, then :func:`finish` or :func:`forget` it."""

    def claim(connection: Connection) -> Answer | Conflict | None:
        now = store.clock()
        connection.execute(delete(idempotency).where(idempotency.c.created < now - _HOURS * 3600))
        row = connection.execute(
            select(idempotency).where(_is(actor, key)).with_for_update()
        ).first()
        if row is None:
            connection.execute(
                insert(idempotency).values(actor=actor, key=key, request=request, created=now)
            )
            return None
        if row.request != request:
            return Conflict(
                422, "that Idempotency-Key was used for another request: take a new one."
            )
        if row.answer is None:
            if row.created < now - 900:  # who began it is gone
                connection.execute(update(idempotency).where(_is(actor, key)).values(created=now))
                return None
            return Conflict(409, "that request is being done right now: ask again in a moment.")
        return Answer(bytes(row.answer))

    return store.database.transact(claim)


def finish(store: Store, actor: str, key: str, answer: bytes) -> None:
    with store.database.write() as connection:
        connection.execute(update(idempotency).where(_is(actor, key)).values(answer=answer))


def forget(store: Store, actor: str, key: str) -> None:
    """The request failed: the key may be used again."""
    with store.database.write() as connection:
        connection.execute(delete(idempotency).where(_is(actor, key)))


def _is(actor: str, key: str) -> ColumnElement[bool]:
    return and_(idempotency.c.actor == actor, idempotency.c.key == key)
