"""Tidy tables in DuckDB: as Parquet files, as a database file, and to be asked in SQL."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from schemas.errors import UsageError
from service.export.tidy import Field, Tidy, Value

_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(38,10)",  # ten places: figures are printed with eight at most, and in 分
    "real": "DOUBLE",
    "flag": "BOOLEAN",
}
_QUESTIONS = (
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.MULTI,  # PIVOT becomes several statements
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gave: names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def write_parquet(tables: Sequence[Tidy], folder: Path) -> tuple[Path, ...]:
    """``<folder>/<table>.parquet`` for each table; an older file is replaced whole."""
    with _loaded(tables) as base:
        return tuple(_parquet(base, table, folder / f"{table.name}.parquet") for table in tables)


def _parquet(base: duckdb.DuckDBPyConnection, table: Tidy, path: Path) -> Path:
    part = path.with_name(f".{path.name}.part")
    order = ", ".join(table.key)
    try:
        base.table(table.name).order(order).write_parquet(str(part), compression="zstd")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def write_database(tables: Sequence[Tidy], path: Path) -> Path:
    """A DuckDB database with one table for each, its key declared; replaces an older file."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(_connect(str(part))) as base:
            for table in tables:
                _fill(base, table)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def ask(tables: Sequence[Tidy], question: str) -> Answer:
    """What ``question``, one SQL query, says of the tables.

    The tables are a copy in memory, and the query can neither read nor write any file.

    Raises:
        UsageError: if it is no query, more than one, or one that fails.
    """
    with _loaded(tables) as base:
        base.execute("SET enable_external_access = false")
        base.execute("SET lock_configuration = true")
        try:
            _require_query(base, question)
            found = base.execute(question)
            columns = tuple(str(column[0]) for column in found.description or ())
            return Answer(columns, tuple(found.fetchall()))
        except duckdb.Error as error:
            raise UsageError(f"the query failed: {error}") from error


def _require_query(base: duckdb.DuckDBPyConnection, question: str) -> None:
    statements = base.extract_statements(question)
    if len(statements) != 1:
        raise UsageError(f"give one query, not {len(statements)}.")
    if statements[0].type not in _QUESTIONS:
        raise UsageError(
            f"{statements[0].type.name.lower()} is no question: results are only read here. "
            "Ask with select; `crossfoot export --format duckdb` gives a database to change."
        )


@contextmanager
def _loaded(tables: Sequence[Tidy]) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(_connect(":memory:")) as base:
        for table in tables:
            _fill(base, table)
        yield base


def _connect(path: str) -> duckdb.DuckDBPyConnection:
    """One thread, so that the order of lines is always the same."""
    config: dict[str, str | bool | int | float | list[str]] = {"threads": 1}
    config["autoinstall_known_extensions"] = config["autoload_known_extensions"] = False
    return duckdb.connect(path, config=config)


def _fill(base: duckdb.DuckDBPyConnection, table: Tidy) -> None:
    """Makes the table and fills it, by way of a file: line by line would take minutes."""
    columns = ", ".join(f'"{field.name}" {_TYPES[field.kind]}' for field in table.fields)
    key = ", ".join(f'"{name}"' for name in table.key)
    base.execute(f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({key}))')
    for field in table.fields:
        meaning = field.meaning.replace("'", "''")
        base.execute(f'COMMENT ON COLUMN "{table.name}"."{field.name}" IS \'{meaning}\'')
    if not table.lines:
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as held:
        for line in table.lines:
            held.write(json.dumps(_as_json(table.fields, line), ensure_ascii=False) + "\n")
        held.flush()
        types = {field.name: _TYPES[field.kind] for field in table.fields}
        base.execute(
            f'INSERT INTO "{table.name}" SELECT * FROM read_json(?, '  # noqa: S608  our own name
            "format = 'newline_delimited', columns = ?)",
            [held.name, types],
        )


def _as_json(fields: Sequence[Field], line: Sequence[Value]) -> dict[str, Value]:
    return {
        field.name: f"{value:f}" if isinstance(value, Decimal) else value
        for field, value in zip(fields, line, strict=True)
    }
