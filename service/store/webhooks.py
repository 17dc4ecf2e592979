"""Webhooks: who wants to hear of finished documents, and what is still to be delivered."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from service.store.audit import note
from service.store.store import Store
from service.store.tables import deliveries, documents, webhooks

_PAUSES = (5, 30, 120, 600, 3600, 6 * 3600)  # seconds before each further try


@dataclass(frozen=True, slots=True)
class Webhook:
    id: str
    url: str
    secret: str
    created: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to be sent; ``attempt`` counts from 1 and this one is already counted."""

    id: str
    url: str
    secret: str
    body: str
    attempt: int


def announce(connection: Connection, store: Store, document: str, status: str) -> None:
    """Lays out one message for each webhook, as part of the caller's transaction."""
    wanted = connection.execute(select(webhooks.c.id)).scalars().all()
    if not wanted:
        return
    row = connection.execute(select(documents).where(documents.c.id == document)).one()
    now = store.clock()
    body = {
        "event": "document.finished",
        "document": document,
        "name": row.name,
        "sha256": row.sha256,
        "run": row.run,
        "status": status,
        "at": now,
    }
    rows = [
        {
            "id": store.new_id(),
            "webhook_id": one,
            "body": json.dumps(body, ensure_ascii=False),
            "status": "waiting",
            "attempts": 0,
            "due": now,
        }
        for one in wanted
    ]
    connection.execute(insert(deliveries), rows)


def add_webhook(store: Store, url: str, actor: str) -> Webhook:
    """A new webhook with a secret of its own."""
    made = Webhook(store.new_id(), url, secrets.token_urlsafe(32), store.clock())
    with store.database.write() as connection:
        connection.execute(
            insert(webhooks).values(
                id=made.id, url=url, secret=made.secret, created=made.created, created_by=actor
            )
        )
        note(connection, store, actor, "webhook added", made.id, {"url": url})
    return made


def list_webhooks(store: Store) -> list[Webhook]:
    with store.database.read() as connection:
        rows = connection.execute(select(webhooks).order_by(webhooks.c.id))
        return [Webhook(r.id, r.url, r.secret, r.created) for r in rows]


def remove_webhook(store: Store, webhook: str, actor: str) -> bool:
    """Whether it was there."""
    with store.database.write() as connection:
        done = connection.execute(delete(webhooks).where(webhooks.c.id == webhook)).rowcount == 1
        if done:
            note(connection, store, actor, "webhook removed", webhook)
    return done


def next_delivery(store: Store, patience: float) -> Delivery | None:
    """A message that is due, kept from others for ``patience`` seconds; None: none is due."""

    def claim(connection: Connection) -> Delivery | None:
        row = connection.execute(
            select(deliveries, webhooks.c.url, webhooks.c.secret)
            .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
            .where(deliveries.c.status == "waiting", deliveries.c.due <= store.clock())
            .order_by(deliveries.c.due)
            .limit(1)
            .with_for_update(skip_locked=True, of=deliveries)
        ).first()
        if row is None:
            return None
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(attempts=row.attempts + 1, due=store.clock() + patience)
        )
        return Delivery(row.id, row.url, row.secret, row.body, row.attempts + 1)

    return store.database.transact(claim)


def delivered(store: Store, delivery: Delivery, answer: str) -> None:
    _settle(store, delivery, status="done", answer=answer)


def not_delivered(store: Store, delivery: Delivery, answer: str) -> None:
    """Plans the next try, or gives up after the last."""
    if delivery.attempt > len(_PAUSES):
        _settle(store, delivery, status="failed", answer=answer)
        return
    due = store.clock() + _PAUSES[delivery.attempt - 1]
    _settle(store, delivery, status="waiting", due=due, answer=answer)


def _settle(store: Store, delivery: Delivery, **values: object) -> None:
    with store.database.write() as connection:
        connection.execute(
            update(deliveries).where(deliveries.c.id == delivery.id).values(**values)
        )
