"""Documents of which nothing may leave the machine: once said of a content, it stays so.

The same bytes are one document, whoever sends them. Who sends them as confidential binds all
runs from then on, one that is under way too; who sends them again without saying so frees
nothing. Only with the document itself is it forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from service.store.tables import documents


def is_confidential(connection: Connection, sha256: str) -> bool:
    """Whether the content with this hash is a document that must not leave."""
    query = select(documents.c.settings).where(documents.c.sha256 == sha256)
    settings = connection.execute(query).scalar()
    return settings is not None and _says_so(settings)


def make_confidential(connection: Connection, ids: Iterable[str]) -> list[str]:
    """Marks the documents, also the runs that are under way; the ids of those newly marked."""
    query = select(documents.c.id, documents.c.settings).where(documents.c.id.in_(list(ids)))
    rows = connection.execute(query.order_by(documents.c.id).with_for_update()).all()
    changed = [row for row in rows if not _says_so(row.settings)]
    for row in changed:
        settings = json.dumps({**json.loads(row.settings), "confidential": True}, sort_keys=True)
        written = update(documents).where(documents.c.id == row.id)
        connection.execute(written.values(settings=settings))
    return [row.id for row in changed]


def still_confidential(before: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the next run: what came in as confidential stays so."""
    return {**settings, "confidential": True} if _says_so(before) else dict(settings)


def _says_so(settings: str) -> bool:
    return json.loads(settings).get("confidential") is True
