"""The books of calls to language models, in SQL: see :class:`worker.llm.books.Books`.

A call is entered with the most that it may cost before it is sent, so that a crash leaves an
entry that still counts, and settled with its answer in one transaction, so that an answer
which was paid for is there for whoever asks the same again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select, text, update

from service.store.confidential import is_confidential
from service.store.rows import add_missing
from service.store.store import Store
from service.store.tables import batch_items, model_answers, model_calls
from worker.llm.books import DAY, Budgets, Call, Made, refuse_beyond
from worker.llm.faults import Confidential

_CONFIDENTIAL = "the document is confidential now: nothing more of it is sent to a model."
_LOCK = 0x6D6F64656C  # under which PostgreSQL adds up what is spent and enters the next call


@dataclass(frozen=True, slots=True)
class SqlBooks:
    """Shared by all workers on one database."""

    store: Store

    def known(self, request: str) -> str | None:
        with self.store.database.read() as connection:
            found = select(model_answers.c.answer).where(model_answers.c.request == request)
            answer = connection.execute(found).scalar()
        return str(answer) if answer is not None else None

    def reserve(self, call: Call, budgets: Budgets) -> str:
        entry, now = self.store.new_id(), self.store.clock()

        def enter(connection: Connection) -> None:
            calls = model_calls.c
            if not self.store.database.is_sqlite:  # where writers come one after another anyway
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            if is_confidential(connection, call.purpose.document):
                raise Confidential(_CONFIDENTIAL)
            document = _spent(connection, calls.document == call.purpose.document)
            batch = _spent(connection, calls.batch == call.purpose.batch)
            day = _spent(connection, calls.at > now - DAY)
            refuse_beyond(call, budgets, document, batch, day)
            connection.execute(
                model_calls.insert().values(
                    id=entry,
                    at=now,
                    document=call.purpose.document,
                    batch=call.purpose.batch,
                    model=call.model,
                    prompt=call.prompt,
                    request=call.request,
                    cost=call.most,
                )
            )

        self.store.database.transact(enter)
        return entry

    def settle(self, entry: str, made: Made) -> None:
        def write(connection: Connection) -> None:
            request = connection.execute(
                update(model_calls)
                .where(model_calls.c.id == entry)
                .values(
                    cost=made.cost,
                    input_tokens=made.tokens.input,
                    output_tokens=made.tokens.output,
                    seconds=made.seconds,
                    category=made.category,
                    asked=made.asked,
                )
                .returning(model_calls.c.request)
            ).scalar_one()
            if made.answer is not None:
                row = {"request": request, "answer": made.answer, "at": self.store.clock()}
                add_missing(connection, model_answers, [row])

        self.store.database.transact(write)


def _spent(connection: Connection, which: ColumnElement[bool]) -> int:
    """What calls cost or may yet cost, in billionths of a dollar."""
    total = select(func.coalesce(func.sum(model_calls.c.cost), 0)).where(which)
    return int(connection.execute(total).scalar_one())


def batch_of(store: Store, document: str) -> str:
    """The newest batch that the document came with; empty where it came alone."""
    wanted = select(func.max(batch_items.c.batch_id)).where(batch_items.c.document_id == document)
    with store.database.read() as connection:
        return str(connection.execute(wanted).scalar() or "")
