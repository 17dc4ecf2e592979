"""What each reading of a cell would do to the sums that the cell takes part in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from schemas.errors import UsageError
from schemas.result import Cell, CheckResult, CheckStatus, Result, Table
from schemas.yuan import unit_of_column, yuan_factor
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

    ``typed`` is a figure that a person thinks of; it comes last where no reading has it. A
    place where row and column cross and nothing was read has no readings.

    Raises:
        UsageError: if there is no such row or column.
    """
    held = next((t for t in result.tables if t.id == table), None)
    if held is None or not _is_place(held, row, column):
        raise UsageError(f"there is no cell {row}, {column} in {table}.")
    cell = _cells(held).get((row, column))
    readings = {cell.value: cell.confidence} if cell is not None else {}
    for other in cell.alternatives if cell is not None else ():
        readings.setdefault(other.value, other.confidence)
    if typed is not None:
        readings.setdefault(typed, 0.0)
    at = (table, row, column)
    return tuple(
        Candidate(
            value,
            sure,
            (*_effects(held, (row, column), value), *_effects_between(result, at, value)),
        )
        for value, sure in readings.items()
    )


def _is_place(table: Table, row: str, column: str) -> bool:
    return any(one.id == row for one in table.rows) and any(
        one.key == column for one in table.columns
    )


def _effects(table: Table, at: tuple[str, str], value: str | None) -> Iterator[Effect]:
    cells = _cells(table)
    for check in table.checks:
        if at in (check.result, *check.terms):
            yield _effect(check.id, *_outcome(check, cells, at, value))


def _effect(check: str, status: CheckStatus, difference: Decimal | None) -> Effect:
    return Effect(check, status, None if difference is None else f"{difference:f}")


def _outcome(
    check: CheckResult, cells: dict[tuple[str, str], Cell], at: tuple[str, str], value: str | None
) -> tuple[CheckStatus, Decimal | None]:
    def figure(ref: tuple[str, str]) -> Decimal | None:
        said = value if ref == at else cells[ref].value if ref in cells else None
        return None if said is None else Decimal(said)

    return outcome(figure(check.result), [figure(term) for term in check.terms])


def _effects_between(
    result: Result, at: tuple[str, str, str], value: str | None
) -> Iterator[Effect]:
    """The sums between tables, figures brought to the unit in which their check is told."""
    checks = [check for check in result.checks if at in (check.result, *check.terms)]
    if not checks:
        return
    tables = {table.id: table for table in result.tables}
    cells = {name: _cells(table) for name, table in tables.items()}

    def figure(ref: tuple[str, str, str], unit: Decimal) -> Decimal | None:
        cell = cells[ref[0]].get(ref[1:])
        said = value if ref == at else cell.value if cell is not None else None
        if said is None:
            return None
        return Decimal(said) * _factor(tables[ref[0]], ref[2]) / unit

    for check in checks:
        unit = yuan_factor(check.unit) or Decimal(1)
        terms = [figure(term, unit) for term in check.terms]
        yield _effect(check.id, *outcome(figure(check.result, unit), terms))


def _factor(table: Table, key: str) -> Decimal:
    path = next((c.path or (c.label,) for c in table.columns if c.key == key), ())
    return yuan_factor(unit_of_column(path, table.unit)) or Decimal(1)


def _cells(table: Table) -> dict[tuple[str, str], Cell]:
    return {(row.id, key): cell for row in table.rows for key, cell in row.cells.items()}
