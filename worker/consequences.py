"""What each reading of a cell would do to the sums that the cell takes part in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from schemas.errors import UsageError
from schemas.result import Cell, CheckResult, CheckStatus, Result, Table
from worker.outcome import outcome


@dataclass(frozen=True, slots=True)
class Effect:
    """One sum under one reading; ``difference`` is result minus terms, in the printed unit."""

    check: str
    status: CheckStatus
    difference: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the cell: None for a blank; ``confidence`` as the result has it."""

    value: str | None
    confidence: float
    effects: tuple[Effect, ...]


def consequences(
    result: Result, table: str, row: str, column: str, typed: str | None = None
) -> tuple[Candidate, ...]:
    """The readings of the cell, the present one first, then the likelier ones first.

    ``typed`` is a figure that a person thinks of; it comes last where no reading has it.

    Raises:
        UsageError: if there is no such cell.
    """
    held = next((t for t in result.tables if t.id == table), None)
    cell = _cells(held).get((row, column)) if held is not None else None
    if held is None or cell is None:
        raise UsageError(f"there is no cell {row}, {column} in {table}.")
    readings = {cell.value: cell.confidence}
    for other in cell.alternatives:
        readings.setdefault(other.value, other.confidence)
    if typed is not None:
        readings.setdefault(typed, 0.0)
    return tuple(
        Candidate(value, sure, tuple(_effects(held, (row, column), value)))
        for value, sure in readings.items()
    )


def _effects(table: Table, at: tuple[str, str], value: str | None) -> Iterator[Effect]:
    cells = _cells(table)
    for check in table.checks:
        if at in (check.result, *check.terms):
            status, difference = _outcome(check, cells, at, value)
            yield Effect(check.id, status, None if difference is None else f"{difference:f}")


def _outcome(
    check: CheckResult, cells: dict[tuple[str, str], Cell], at: tuple[str, str], value: str | None
) -> tuple[CheckStatus, Decimal | None]:
    def figure(ref: tuple[str, str]) -> Decimal | None:
        said = value if ref == at else cells[ref].value if ref in cells else None
        return None if said is None else Decimal(said)

    return outcome(figure(check.result), [figure(term) for term in check.terms])


def _cells(table: Table) -> dict[tuple[str, str], Cell]:
    return {(row.id, key): cell for row in table.rows for key, cell in row.cells.items()}
