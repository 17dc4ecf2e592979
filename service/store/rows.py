"""Adding rows that may be there already, in the words of either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_MOST = 500  # rows in one statement; SQLite takes 32,766 values


def add_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds those of ``rows`` whose key (any unique one) is not taken."""
    words = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for start in range(0, len(rows), _MOST):
        some = [dict(row) for row in rows[start : start + _MOST]]
        connection.execute(words(table).values(some).on_conflict_do_nothing())


def held_blob(sha256: str, size: int, created: float) -> dict[str, Any]:
    """The row of a blob."""
    return {"sha256": sha256, "size": size, "created": created}
