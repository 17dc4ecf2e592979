"""How messages come in from Redis: what is no message is dropped, and nothing else happens.

kombu lets one that it can't decode end the worker, or drop its connection; whoever may write
to the queue could keep all workers busy with starting again. Our messages carry nothing, so
one that is dropped is missed by nobody.
"""

from __future__ import annotations

import logging
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis

_log = logging.getLogger(__name__)
_NO_MESSAGE = (ValueError, TypeError, KeyError, RecursionError)
"""What kombu raises for bytes that are no JSON, and for JSON that is no message."""


class Channel(kombu_redis.Channel):  # type: ignore[misc]
    """Hears what comes, and drops what can't be understood."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except _NO_MESSAGE as error:
            _log.warning("a message that is none was dropped", extra={"reason": repr(error)[:200]})
            raise Empty from error  # as kombu says that nothing came

    def decode_body(self, body: Any, encoding: Any = None) -> Any:
        try:
            return super().decode_body(body, encoding)
        except AttributeError as error:
            raise ValueError("a body in an encoding that there is not") from error


class Transport(kombu_redis.Transport):  # type: ignore[misc]
    Channel = Channel


def receive_with_care() -> None:
    """Has every connection to a Redis in this process receive so."""
    # By its alias, because kombu takes the transport of a redis+socket:// address from there.
    for name in ("redis", "rediss"):
        TRANSPORT_ALIASES[name] = f"{__name__}:Transport"
