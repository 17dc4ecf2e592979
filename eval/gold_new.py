"""A gold file begun from a result: its values are what was read, to be made true by a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.scores.case import value_of
from schemas.errors import UsageError
from schemas.result import Cell, Result, Row, Table, Usage

Extract = Callable[[Path], Result]


@dataclass(frozen=True, slots=True)
class Begun:
    """A gold begun, and the result that it was begun from."""

    gold: Result
    read: Result


def begin_gold(path: Path, extract: Extract) -> Begun:
    """The gold begun: ``path`` is a result file, or a document that ``extract`` reads.

    Verdicts, checks, review and alternatives are left out, for they are opinions of a reader.
    Of a repaired figure the repair stands as text too: a person must look at it anyway.

    Raises:
        UsageError: if the file holds no table.
    """
    result = _result(path) if path.suffix.lower() == ".json" else extract(path)
    if not result.tables:
        raise UsageError(f"no table was found in {path.name}: there is nothing to begin with.")
    gold = result.model_copy(
        update={
            "status": "verified",
            "tables": tuple(map(_bare_table, result.tables)),
            "review": (),
            "warnings": (),
            "usage": Usage(seconds=0.0),
        }
    )
    return Begun(gold, result)


def doubtful_places(result: Result) -> list[str]:
    """What to look at first: the cells that the reader itself doubted, one line each."""
    labels = {(table.id, row.id): row.label for table in result.tables for row in table.rows}
    return [
        f"{item.table} {labels.get((item.table, item.row), item.row)[:40]} | {item.column}: "
        f"{item.reason}"
        for item in result.review
    ]


def _result(path: Path) -> Result:
    try:
        return Result.model_validate_json(path.read_bytes())
    except ValueError as error:
        raise UsageError(f"{path.name} is no result file of Crossfoot.") from error


def _bare_table(table: Table) -> Table:
    return table.model_copy(update={"rows": tuple(map(_bare_row, table.rows)), "checks": ()})


def _bare_row(row: Row) -> Row:
    return row.model_copy(update={"cells": {key: _bare(cell) for key, cell in row.cells.items()}})


def _bare(cell: Cell) -> Cell:
    text = cell.value or cell.text if cell.verdict == "repaired" else cell.text
    return cell.model_copy(update={"text": text, "verdict": None, "checks": (), "alternatives": ()})


def slips_in(path: Path) -> list[str]:
    """Figures of a gold file whose text and value do not say the same, one line each.

    Only gold in the result format says both.
    """
    if path.suffix != ".json" or b'"schema_version"' not in path.read_bytes():
        return []
    result = _result(path)
    return [
        f"{table.id}/{row.id} {row.label[:30]} | {key}: text {cell.text!r}, value {cell.value!r}"
        for table in result.tables
        for row in table.rows
        for key, cell in row.cells.items()
        if _slipped(table, key, cell)
    ]


def _slipped(table: Table, key: str, cell: Cell) -> bool:
    amounts = {column.key for column in table.columns if column.type == "amount"}
    return key in amounts and value_of(cell.text) != value_of(cell.value)
