"""Adding rows that may be there already, in the words of either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds those of ``rows`` whose key (any unique one) is not taken; all have the same keys."""
    if rows:
        words = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        # Values apart from the statement, which is then worked out once and not each time.
        connection.execute(words(table).on_conflict_do_nothing(), [dict(row) for row in rows])


def held_blob(sha256: str, size: int, created: float) -> dict[str, Any]:
    """The row of a blob."""
    return {"sha256": sha256, "size": size, "created": created}
