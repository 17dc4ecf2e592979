"""What every transaction needs: the database, the clock, and where new ids come from."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from service.store.database import Database

Clock = Callable[[], float]
"""Seconds since 1970."""


def sortable_id() -> str:
    """An id that nobody can guess; later ones sort after earlier ones (by the millisecond)."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class Store:
    """The database with the clock and ids that its rows get."""

    database: Database
    clock: Clock = time.time
    new_id: Callable[[], str] = field(default=sortable_id)
