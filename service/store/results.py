"""Results: each version a blob, what it found counted in the document's row, its doubts listed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from schemas.result import Result
from service.store.store import Store
from service.store.tables import documents, doubts, results
from service.summary import summarise

_LONGEST = 2000  # characters of a label or reason that the queue shows


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that a person must look at."""

    table_id: str
    row_id: str
    column_key: str
    label: str
    reason: str
    reason_zh: str
    priority: float
    page: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a result says, as far as lists and queues show it."""

    status: str
    tables: int
    figures: int
    checks_passed: int
    checks_rounding: int
    checks_failed: int
    doubts: tuple[Doubt, ...]
    category: str | None
    message: str | None

    def counts(self) -> dict[str, int]:
        """The columns of the document's row that count."""
        return {
            "tables": self.tables,
            "figures": self.figures,
            "checks_passed": self.checks_passed,
            "checks_rounding": self.checks_rounding,
            "checks_failed": self.checks_failed,
            "doubts": len(self.doubts),
        }


def finding(result: Result) -> Finding:
    """What the result says, counted."""
    summaries = [summarise(table, result) for table in result.tables]
    first = result.warnings[0] if result.warnings and result.status == "review" else None
    return Finding(
        status=result.status,
        tables=len(summaries),
        figures=sum(s.figures for s in summaries),
        checks_passed=sum(s.checks["pass"] for s in summaries),
        checks_rounding=sum(s.checks["rounding"] for s in summaries),
        checks_failed=sum(s.checks["fail"] for s in summaries),
        doubts=tuple(_doubts(result)),
        category=result.error.category if result.error else (first.code if first else None),
        message=result.error.message if result.error else (first.message if first else None),
    )


def _doubts(result: Result) -> list[Doubt]:
    rows = {(t.id, r.id): (t, r) for t in result.tables for r in t.rows}
    found: dict[tuple[str, str, str], Doubt] = {}
    for item in result.review:
        table, row = rows[item.table, item.row]
        cell = row.cells.get(item.column)
        page = cell.page if cell else (row.pages or table.pages)[0]
        found.setdefault(
            (item.table, item.row, item.column),
            Doubt(
                item.table,
                item.row,
                item.column,
                row.label[:_LONGEST],
                item.reason[:_LONGEST],
                item.reason_zh[:_LONGEST],
                item.priority,
                page,
            ),
        )
    return list(found.values())


def add_result(
    connection: Connection,
    document: str,
    run: int,
    version: int,
    sha256: str,
    found: Finding,
    now: float,
) -> None:
    """Adds a version of the run's result and lists its doubts in place of the former ones."""
    connection.execute(
        insert(results).values(
            document_id=document,
            run=run,
            version=version,
            sha256=sha256,
            status=found.status,
            created=now,
        )
    )
    connection.execute(delete(doubts).where(doubts.c.document_id == document))
    if found.doubts:
        rows = [
            {"document_id": document, "number": n, **asdict(doubt)}
            for n, doubt in enumerate(found.doubts)
        ]
        connection.execute(insert(doubts), rows)


@dataclass(frozen=True, slots=True)
class Version:
    """Which blob holds a version of a document's result."""

    run: int
    version: int
    sha256: str


def current_result(store: Store, document: str) -> Version | None:
    """The version that stands now; None where there is none yet."""
    return _version(store, document, documents.c.version)


def first_result(store: Store, document: str) -> Version | None:
    """What the machine read, before any decision; None where there is no result."""
    return _version(store, document, 1)


def _version(store: Store, document: str, version: Any) -> Version | None:
    query = (
        select(results.c.run, results.c.version, results.c.sha256)
        .join(documents, documents.c.id == results.c.document_id)
        .where(
            documents.c.id == document,
            results.c.run == documents.c.run,
            results.c.version == version,
        )
    )
    with store.database.read() as connection:
        row = connection.execute(query).first()
    return Version(row.run, row.version, row.sha256) if row else None
