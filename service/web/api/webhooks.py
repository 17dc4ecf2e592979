"""Webhooks: addresses that hear of each finished document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from service.store.webhooks import add_webhook, list_webhooks, remove_webhook
from service.web.api.models import Identifier, Model, Taken, moment
from service.web.doors import OpenDoors
from service.web.people import Admin
from service.web.problems import ANSWERS, not_found
from service.webhook_sender import require_address

router = APIRouter(prefix="/webhooks", tags=["webhooks"], responses=ANSWERS)


class WebhookIn(Taken):
    url: Annotated[str, Field(min_length=8, max_length=2000, pattern=r"^https?://[^\s\x00]+$")]


class WebhookOut(Model):
    """``secret`` signs the messages; it is shown once, when the webhook is made."""

    id: str
    url: str
    created: datetime
    secret: str | None = None


class WebhooksOut(Model):
    items: list[WebhookOut]


@router.get("", operation_id="list_webhooks")
def listed(doors: OpenDoors, _person: Admin) -> WebhooksOut:
    items = [
        WebhookOut(id=one.id, url=one.url, created=moment(one.created))
        for one in list_webhooks(doors.store)
    ]
    return WebhooksOut(items=items)


@router.post("", status_code=201, operation_id="add_webhook")
def added(doors: OpenDoors, person: Admin, sent: WebhookIn) -> WebhookOut:
    """Adds one. Messages carry ``Crossfoot-Signature``, and come again until answered 2xx."""
    require_address(sent.url, doors.settings)
    made = add_webhook(doors.store, sent.url, person.name)
    return WebhookOut(id=made.id, url=made.url, created=moment(made.created), secret=made.secret)


@router.delete("/{webhook}", status_code=204, operation_id="remove_webhook")
def removed(doors: OpenDoors, person: Admin, webhook: Identifier) -> None:
    if not remove_webhook(doors.store, webhook, person.name):
        raise not_found("webhook")
