"""Sending webhooks: signed, to public addresses only, tried again when they fail.

The signature is ``Crossfoot-Signature: t=SECONDS,v1=HEX``: HMAC-SHA256 with the webhook's
secret over the seconds, a dot and the body, so that a listener can tell that a message is
ours and not an old one sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

from schemas.errors import UsageError
from service.settings import Settings
from service.store.store import Store
from service.store.webhooks import Delivery, delivered, next_delivery, not_delivered

_SECONDS = 5.0
_MOST = 20  # messages in one go


def signature(secret: str, seconds: int, body: str) -> str:
    """The value of the header for ``body`` sent at ``seconds`` since 1970."""
    said = hmac.new(secret.encode(), f"{seconds}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={seconds},v1={said}"


def send_due(store: Store, settings: Settings) -> int:
    """Sends the messages that are due; how many were tried."""
    tried = 0
    while tried < _MOST and (delivery := next_delivery(store, _SECONDS * 4)) is not None:
        tried += 1
        _send(store, delivery, settings)
    return tried


def _send(store: Store, delivery: Delivery, settings: Settings) -> None:
    try:
        require_address(delivery.url, settings)
        answer = httpx.post(
            delivery.url,
            content=delivery.body.encode(),
            headers={
                "Content-Type": "application/json",
                "User-Agent": "Crossfoot",
                "Crossfoot-Delivery": delivery.id,
                "Crossfoot-Signature": signature(
                    delivery.secret, int(store.clock()), delivery.body
                ),
            },
            timeout=_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )
    except (httpx.HTTPError, httpx.InvalidURL, UsageError, OSError) as error:
        not_delivered(store, delivery, f"{type(error).__name__}: {error}"[:500])
        return
    if answer.is_success:
        delivered(store, delivery, str(answer.status_code))
    else:
        not_delivered(store, delivery, str(answer.status_code))


def require_address(url: str, settings: Settings) -> None:
    """Refuses addresses inside: a webhook must not become a way to our own machines.

    Raises:
        UsageError: if the URL is none, or its host is not to be reached.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise UsageError("a webhook's url begins with https:// or http:// and names a host.")
    if settings.webhook_private_addresses:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        raise UsageError(f"the webhook's host {parts.hostname} can't be found.") from error
    for entry in found:
        if not ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_global:
            raise UsageError(
                f"the webhook's host {parts.hostname} is a private address: set "
                "CROSSFOOT_WEBHOOK_PRIVATE_ADDRESSES=true if that is meant."
            )
