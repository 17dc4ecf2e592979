"""Steps of work: claimed with a lease and a fence, committed in one transaction each.

A claim counts the attempt before the work begins, so that work which kills its worker is
counted too. Whoever commits must hold the last fence handed out; a worker whose lease ran
out and was given to another is refused, whatever it brings.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, update

from schemas.errors import CrossfootError
from service.store.audit import note
from service.store.change import cancel_steps, change_document, change_step, claim_step
from service.store.intake import step_row
from service.store.results import Finding, add_result
from service.store.rows import add_missing, held_blob
from service.store.states import UNFINISHED
from service.store.store import Store
from service.store.tables import RUNNING, WAITING, blobs, documents, steps
from service.store.webhooks import announce

Kind = Literal["open", "page", "assemble"]
T = TypeVar("T")
_LONGEST_PAUSE = 300.0  # seconds; those that are made are of a few


class Fenced(CrossfootError):
    """The step is no longer this worker's: another has it, or nobody needs it any more."""

    category = "fenced"


@dataclass(frozen=True, slots=True)
class Claim:
    """A step that one worker may do until ``lease_until``, and what it needs to know.

    ``number`` is the page (from 1) of a page step, 0 of others; ``attempt`` counts from 1.
    ``lane`` and ``tag`` are the document's place in the queue.
    """

    step: str
    document: str
    run: int
    kind: Kind
    number: int
    attempt: int
    fence: int
    lease_until: float
    lane: int
    tag: int
    sha256: str
    name: str
    settings: dict[str, Any]

    def following(self, store: Store, kind: Kind, number: int, now: float) -> dict[str, Any]:
        """The row of a step that comes after this one."""
        document = {"id": self.document, "run": self.run, "lane": self.lane, "tag": self.tag}
        return step_row(store, document, kind, number, now)


@dataclass(frozen=True, slots=True)
class Taker:
    """A worker that asks for a step, and for how long it may hold it."""

    name: str
    lease_seconds: float


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit left: ``waiting`` steps wait because of it, ``next`` is the taker's now."""

    waiting: int
    next: Claim | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A blob that a step made: its hash and size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step could not be done, and whether another try may help."""

    category: str
    message: str
    again: bool


def claim(store: Store, taker: Taker) -> Claim | None:
    """The most urgent step that is due, now the taker's; None where nothing is due."""
    return store.database.transact(lambda c: _claim(c, store, taker))


def _claim(
    connection: Connection, store: Store, taker: Taker, before: Claim | None = None
) -> Claim | None:
    """``before``: a step of the taker's, whose document need not be looked up again."""
    now, other = store.clock(), steps.alias("urgent")
    most_urgent = (
        select(other.c.id)
        .where(other.c.status == WAITING, _is_due(other.c.due, now))
        .order_by(other.c.lane, other.c.tag, other.c.document_id, other.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = claim_step(
        connection,
        steps.c.id == most_urgent,
        fence=steps.c.fence + 1,
        attempts=steps.c.attempts + 1,
        lease_until=now + taker.lease_seconds,
        worker=taker.name,
    )
    if row is None:
        return None
    sha256, name, settings = _told(connection, row, before)
    return Claim(
        step=row.id,
        document=row.document_id,
        run=row.run,
        kind=row.kind,
        number=row.number,
        attempt=row.attempts,
        fence=row.fence,
        lease_until=row.lease_until,
        lane=row.lane,
        tag=row.tag,
        sha256=sha256,
        name=name,
        settings=settings,
    )


def _is_due(due: ColumnElement[float], now: float) -> ColumnElement[bool]:
    """Whether a step may be done now.

    No pause is that long: a step that is due far ahead was laid out before the clock was set
    back.
    """
    return or_(due <= now, due > now + _LONGEST_PAUSE)


def _told(
    connection: Connection, row: Row[Any], before: Claim | None
) -> tuple[str, str, dict[str, Any]]:
    """The step's document: hash of its content, name, and the settings of its run."""
    if before is not None and (before.document, before.run) == (row.document_id, row.run):
        return before.sha256, before.name, before.settings
    query = select(documents.c.sha256, documents.c.name, documents.c.settings)
    document = connection.execute(query.where(documents.c.id == row.document_id)).one()
    return document.sha256, document.name, json.loads(document.settings)


def _and_claim(
    connection: Connection, store: Store, held: Claim, waiting: int, taker: Taker | None
) -> Committed:
    """Ends a commit: the taker gets its next step in the same transaction."""
    following = _claim(connection, store, taker, held) if taker is not None else None
    return Committed(waiting, following)


def commit_opened(
    store: Store, held: Claim, pages: int, seconds: float, taker: Taker | None = None
) -> Committed:
    """Notes how many pages there are, each a step that now waits.

    ``taker`` gets its next step in the same transaction, which halves the commits that a
    disk must be waited for.

    Raises:
        Fenced: if the claim is no longer good; nothing is changed then.
    """

    def commit(connection: Connection) -> Committed:
        now = store.clock()
        _finish_step(connection, store, held, seconds)
        values = {"pages": pages, "changed": now, "seconds": documents.c.seconds + seconds}
        _require_document(connection, held, "opened", "reading", **values)
        waiting = [held.following(store, "page", n, now) for n in range(1, pages + 1)]
        add_missing(connection, steps, waiting)
        return _and_claim(connection, store, held, pages, taker)

    return _fenced(store, held, commit)


def commit_page(
    store: Store, held: Claim, page: Kept, seconds: float, taker: Taker | None = None
) -> Committed:
    """Keeps a page as read; after the last one the document waits to be assembled.

    Raises:
        Fenced: if the claim is no longer good; nothing is changed then.
    """

    def commit(connection: Connection) -> Committed:
        now = store.clock()
        add_missing(connection, blobs, [held_blob(page.sha256, page.size, now)])
        _finish_step(connection, store, held, seconds, output=page.sha256)
        counted = connection.execute(
            update(documents)
            .where(
                documents.c.id == held.document,
                documents.c.run == held.run,
                documents.c.status == "reading",
            )
            .values(
                pages_done=documents.c.pages_done + 1,
                changed=now,
                seconds=documents.c.seconds + seconds,
            )
            .returning(documents.c.pages, documents.c.pages_done)
        ).first()
        if counted is None:
            raise Fenced("the document no longer waits for its pages.")
        if counted.pages_done < counted.pages:
            return _and_claim(connection, store, held, 0, taker)
        _require_document(connection, held, "pages read", "assembling")
        add_missing(connection, steps, [held.following(store, "assemble", 0, now)])
        return _and_claim(connection, store, held, 1, taker)

    return _fenced(store, held, commit)


def pages_of(store: Store, held: Claim) -> list[str]:
    """The hashes of the pages as read, in order."""
    return page_outputs(store, held.document, held.run)


def page_outputs(store: Store, document: str, run: int) -> list[str]:
    """The hashes of the pages of that run as read, in order."""
    query = (
        select(steps.c.output)
        .where(steps.c.document_id == document, steps.c.run == run, steps.c.kind == "page")
        .order_by(steps.c.number)
    )
    with store.database.read() as connection:
        return [row.output for row in connection.execute(query) if row.output is not None]


def commit_result(
    store: Store,
    held: Claim,
    blob: Kept,
    found: Finding,
    seconds: float,
    taker: Taker | None = None,
) -> Committed:
    """Keeps the document's result and brings the document to its end.

    Raises:
        Fenced: if the claim is no longer good; nothing is changed then.
    """

    def commit(connection: Connection) -> Committed:
        now = store.clock()
        add_missing(connection, blobs, [held_blob(blob.sha256, blob.size, now)])
        _finish_step(connection, store, held, seconds, output=blob.sha256)
        add_result(connection, held.document, held.run, 1, blob.sha256, found, now)
        _require_document(
            connection,
            held,
            "assembled",
            found.status,
            version=1,
            changed=now,
            finished=now,
            seconds=documents.c.seconds + seconds,
            category=found.category,
            message=found.message,
            **found.counts(),
        )
        announce(connection, store, held.document, found.status)
        return _and_claim(connection, store, held, 0, taker)

    return _fenced(store, held, commit)


def give_back(store: Store, held: Claim, trouble: Trouble, attempts: int, pause: float) -> None:
    """Ends a try that failed: the step waits ``pause`` seconds for the next, or it was the last.

    Raises:
        Fenced: if the claim is no longer good; nothing is changed then.
    """

    def commit(connection: Connection) -> None:
        said = {"category": trouble.category, "message": trouble.message}
        if trouble.again and held.attempt < attempts:
            done = change_step(
                connection,
                "released",
                held.step,
                held.fence,
                "waiting",
                due=store.clock() + pause,
                lease_until=None,
                **said,
            )
            _require(done)
            _note_back(connection, store, held, trouble.category)
            return
        done = change_step(
            connection,
            "failed",
            held.step,
            held.fence,
            "failed",
            finished=store.clock(),
            lease_until=None,
            **said,
        )
        _require(done)
        end_document(connection, store, held.document, held.run, "refused", "failed", trouble)

    _fenced(store, held, commit)


def end_document(
    connection: Connection,
    store: Store,
    document: str,
    run: int,
    event: str,
    status: str,
    trouble: Trouble,
) -> None:
    """Ends a document that can't be read; what was still to do for it is cancelled."""
    now = store.clock()
    ended = change_document(
        connection,
        event,
        document,
        run,
        status,
        changed=now,
        finished=now,
        category=trouble.category,
        message=trouble.message,
    )
    if ended:
        cancel_steps(connection, document, run)
        announce(connection, store, document, status)


def waiting_steps(store: Store, overdue_by: float = 0.0) -> int:
    """How many steps have been due for that many seconds; counts to 1000 and no further."""
    due = (
        select(steps.c.id)
        .where(steps.c.status == WAITING, _is_due(steps.c.due, store.clock() - overdue_by))
        .limit(1000)
        .subquery()
    )
    with store.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(due)).scalar_one())


@dataclass(frozen=True, slots=True)
class Running:
    """A step that some worker does, or did when it ended."""

    step: str
    document: str
    run: int
    fence: int
    attempts: int
    worker: str
    lease_until: float


def running_steps(store: Store) -> list[Running]:
    """All steps that are being done, the oldest lease first."""
    query = select(steps).where(steps.c.status == RUNNING).order_by(steps.c.lease_until)
    with store.database.read() as connection:
        return [
            Running(r.id, r.document_id, r.run, r.fence, r.attempts, r.worker, r.lease_until)
            for r in connection.execute(query)
        ]


def expire(store: Store, lost: Running, cause: str, attempts: int, *, counted: bool = True) -> bool:
    """Takes a step from a worker that is gone; False where it ended or was taken already.

    After the last attempt the step and its document are dead; an attempt that an orderly
    shutdown cut off is not ``counted``.
    """

    def commit(connection: Connection) -> bool:
        if lost.attempts < attempts or not counted:
            done = change_step(
                connection,
                "released",
                lost.step,
                lost.fence,
                "waiting",
                fence=steps.c.fence + 1,
                attempts=steps.c.attempts - (0 if counted else 1),
                due=store.clock(),
                lease_until=None,
                category="engine:lost",
                message=cause,
            )
            if done:
                _note_back(connection, store, lost, cause)
            return done
        trouble = Trouble(
            "engine:poison",
            f"{attempts} tries to read it ended the worker each time ({cause}): "
            "it was set aside; run it again when the cause is mended.",
            again=False,
        )
        done = change_step(
            connection,
            "given up",
            lost.step,
            lost.fence,
            "dead",
            fence=steps.c.fence + 1,
            finished=store.clock(),
            lease_until=None,
            category=trouble.category,
            message=trouble.message,
        )
        if done:
            end_document(connection, store, lost.document, lost.run, "given up", "dead", trouble)
            note(connection, store, "crossfoot", "document given up", lost.document)
        return done

    return store.database.transact(commit)


def _note_back(connection: Connection, store: Store, held: Claim | Running, cause: str) -> None:
    detail = {"step": held.step, "fence": held.fence, "cause": cause}
    note(connection, store, "crossfoot", "step released", held.document, detail)


def _finish_step(
    connection: Connection, store: Store, held: Claim, seconds: float, **values: Any
) -> None:
    done = change_step(
        connection,
        "done",
        held.step,
        held.fence,
        "done",
        finished=store.clock(),
        seconds=seconds,
        lease_until=None,
        category=None,
        message=None,
        **values,
    )
    _require(done)


def _require(done: bool) -> None:
    if not done:
        raise Fenced("the step was given to another worker, or is not needed any more.")


def _require_document(
    connection: Connection, held: Claim, event: str, after: str, **values: Any
) -> None:
    _require(change_document(connection, event, held.document, held.run, after, **values))


def _fenced(store: Store, held: Claim, commit: Callable[[Connection], T]) -> T:
    """Runs ``commit`` in one transaction; a refusal by the fence leaves a row in the audit."""
    try:
        return store.database.transact(commit)
    except Fenced:
        store.database.transact(
            lambda c: note(
                c,
                store,
                "crossfoot",
                "late commit refused",
                held.document,
                {"step": held.step, "fence": held.fence, "kind": held.kind},
            )
        )
        raise


def unfinished(store: Store) -> int:
    """How many documents are on their way."""
    query = select(func.count()).where(documents.c.status.in_(UNFINISHED))
    with store.database.read() as connection:
        return int(connection.execute(query).scalar_one())
