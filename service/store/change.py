"""Changes of state in SQL: compare, set, and say whether it was done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, update

from service.store.states import DOCUMENT, STEP
from service.store.tables import documents, steps


def change_document(
    connection: Connection, event: str, document: str, run: int, after: str, /, **values: Any
) -> bool:
    """Brings the document's run to state ``after``; False where the event does not apply."""
    allowed = DOCUMENT[event]
    _require(after in allowed.after, event, after)
    done = connection.execute(
        update(documents)
        .where(
            documents.c.id == document,
            documents.c.run == run,
            documents.c.status.in_(sorted(allowed.before)),
        )
        .values(status=after, **values)
    )
    return done.rowcount == 1


def change_step(
    connection: Connection, event: str, step: str, fence: int, after: str, /, **values: Any
) -> bool:
    """Brings the step to state ``after`` where ``fence`` is still the last one handed out."""
    allowed = STEP[event]
    _require(after in allowed.after, event, after)
    done = connection.execute(
        update(steps)
        .where(
            steps.c.id == step,
            steps.c.fence == fence,
            steps.c.status.in_(sorted(allowed.before)),
        )
        .values(status=after, **values)
    )
    return done.rowcount == 1


def claim_step(
    connection: Connection, which: ColumnElement[bool], **values: Any
) -> Row[Any] | None:
    """Brings the one step that ``which`` names to ``running``; its row, None where none waits."""
    done = connection.execute(
        update(steps)
        .where(which, steps.c.status.in_(sorted(STEP["claimed"].before)))
        .values(status="running", **values)
        .returning(steps)
    )
    return done.first()


def cancel_steps(connection: Connection, document: str, run: int) -> None:
    """Nothing more is done for this run: who still works on it will find its fence passed."""
    connection.execute(
        update(steps)
        .where(
            steps.c.document_id == document,
            steps.c.run == run,
            steps.c.status.in_(sorted(STEP["cancelled"].before)),
        )
        .values(status="cancelled", fence=steps.c.fence + 1)
    )


def _require(fits: bool, event: str, after: str) -> None:
    if not fits:
        raise ValueError(f"{event!r} never leads to {after!r}")
