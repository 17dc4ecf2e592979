"""Results as a few long tables: one line for each figure, check and indicator.

What each column means is said here once; docs/export.md is held to it by a test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from schemas.result import (
    BoxList,
    Cell,
    CheckResult,
    IndicatorResult,
    Result,
    ResultColumn,
    Row,
    Table,
    TargetValue,
)
from schemas.yuan import in_yuan, unit_of_column
from service.export.places import TablePlaces
from service.plain import one_line, plain_text
from service.printed import figure_of, is_figure_column
from service.wording import SIGNS

Kind = Literal["text", "integer", "decimal", "real", "flag"]
Value = str | int | Decimal | float | bool | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a tidy table; ``decimal`` is exact, with up to ten places."""

    name: str
    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True)
class Tidy:
    """A long table: its columns, and a tuple of values for each line.

    ``key`` names the columns that together are unique and stay the same when the same file
    is read again by the same version.
    """

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    lines: tuple[tuple[Value, ...], ...]


_ORIGIN = (
    Field("document", "text", "name of the file"),
    Field("sha256", "text", "SHA-256 of the file"),
)
_TABLE = (
    *_ORIGIN,
    Field("table_id", "text", "id of the table in its result (t1, t2, …)"),
    Field("organisation", "text", "as printed; empty where the pages do not say"),
    Field("fiscal_year", "integer", "as printed; empty where the pages do not say"),
    Field("form", "text", "key of the form, generic where none matches"),
    Field("table_title", "text", "title as printed"),
)
_BOX = (
    Field("page", "integer", "page of the file, from 1"),
    Field("x0", "real", "left edge of the box, points from the left of the page as displayed"),
    Field("y0", "real", "upper edge, points from the top"),
    Field("x1", "real", "right edge"),
    Field("y1", "real", "lower edge"),
)

DOCUMENTS = (
    *_ORIGIN,
    Field("status", "text", "verified, review, empty or failed"),
    Field("pages", "integer", "pages of the file"),
    Field("tables", "integer", "tables found"),
    Field("figures", "integer", "lines of this document in figures"),
    Field("checks_pass", "integer", "sums that hold to the last digit"),
    Field("checks_rounding", "integer", "sums that differ by rounding alone"),
    Field("checks_fail", "integer", "sums that do not hold"),
    Field("to_review", "integer", "cells that a person must look at"),
    Field("warnings", "integer", "warnings in the result"),
    Field("error", "text", "why the document failed"),
    Field("crossfoot", "text", "version that read the file"),
)
FIGURES = (
    *_TABLE,
    Field("row_id", "text", "id of the row in its table"),
    Field("parent_id", "text", "id of the row that this one adds into"),
    Field("role", "text", "total, group, unit, project, item or note"),
    Field("level", "integer", "depth in the tree of rows, 0 at the top"),
    Field("leaf", "flag", "whether no other row adds into this one"),
    Field("label", "text", "label of the row as printed"),
    Field("row_path", "text", "labels from the top row down to this one, between them ' / '"),
    Field("code", "text", "whole code of the row, parts that only rows above print included"),
    Field("column_id", "text", "key of the column in its table"),
    Field("column_path", "text", "header from the outermost cell inwards, between them ' / '"),
    Field("type", "text", "amount, percent or count"),
    Field("amount_yuan", "decimal", "an amount in 元, exact; empty where the unit is unknown"),
    Field("amount", "decimal", "the figure in the printed unit; empty where none is printed"),
    Field("unit", "text", "unit as printed; empty where none is"),
    Field("text", "text", "what was read off the page"),
    Field("verdict", "text", "proved, accepted, repaired, doubtful, source_error or human"),
    Field("confidence", "real", "probability that the figure is what is printed"),
    Field("source", "text", "text, ocr, llm or human"),
    *_BOX,
)
CHECKS = (
    *_TABLE,
    Field("check_id", "text", "id of the check in its table"),
    Field("rule", "text", "kind of sum: row_total, tree, …"),
    Field("status", "text", "pass, rounding, fail or not_applicable"),
    Field("row_id", "text", "row of the result"),
    Field("column_id", "text", "column of the result"),
    Field("row_path", "text", "row of the result in words"),
    Field("column_path", "text", "column of the result in words"),
    Field("terms", "text", "cells that add up: row.column, or table.row.column between tables"),
    Field("equation", "text", "the sum written out with its figures"),
    Field("difference", "decimal", "result minus terms in the printed unit"),
    Field("difference_yuan", "decimal", "the same in 元"),
    Field("page", "integer", "page of the result, from 1"),
)
INDICATORS = (
    *_TABLE,
    Field("row_id", "text", "row of the project"),
    Field("label", "text", "label of the project"),
    Field("position", "integer", "place among the indicators of the row, from 1"),
    Field("number", "integer", "number as printed"),
    Field("level1_code", "text", "1, 2, 3, …"),
    Field("level1", "text", "name of the first level"),
    Field("level2_code", "text", "11, 12, …"),
    Field("level2", "text", "name of the second level"),
    Field("name", "text", "what is measured"),
    *(
        Field(f"{term}_{part}", "text", f"target for the {words}: {meaning}")
        for term, words in (("term", "whole term"), ("year", "year"))
        for part, meaning in (
            ("target", "as printed"), ("operator", "its sign"), ("value", "its figure"),
            ("unit", "its unit"), ("words", "its words, where it is no figure"),
        )
    ),
    Field("text", "text", "the indicator as read"),
    *_BOX,
)  # fmt: skip


def tidy(results: Sequence[Result]) -> tuple[Tidy, ...]:
    """The four tables, lines in the order of ``results``, each file once.

    A printed figure gives a line, and so does a dash or ink that is no figure; a blank does
    not. Of several results of the same file the first counts.
    """
    once = list({(r.document.sha256 or r.document.name): r for r in reversed(results)}.values())
    results = tuple(reversed(once))
    tables = [(r, t, TablePlaces.of(t)) for r in results for t in r.tables]
    figures = [line for r, t, places in tables for line in _figures(r, t, places)]
    checks = [line for r, t, places in tables for line in _checks(r, t, places)]
    checks += [line for r in results for line in _between(r)]
    indicators = [line for r, t, _ in tables for line in _indicators(r, t)]
    count = Counter(line[1] for line in figures)
    documents = [_document(r, count[r.document.sha256]) for r in results]
    return (
        Tidy("documents", ("sha256", "document"), DOCUMENTS, tuple(documents)),
        Tidy("figures", ("sha256", "table_id", "row_id", "column_id"), FIGURES, tuple(figures)),
        Tidy("checks", ("sha256", "table_id", "check_id"), CHECKS, tuple(checks)),
        Tidy(
            "indicators", ("sha256", "table_id", "row_id", "position"), INDICATORS,
            tuple(indicators),
        ),
    )  # fmt: skip


def _document(result: Result, figures: int) -> tuple[Value, ...]:
    checks = [check.status for table in result.tables for check in table.checks]
    checks += [check.status for check in result.checks]
    held = result.document
    return (
        one_line(held.name), held.sha256, result.status, held.pages, len(result.tables), figures,
        checks.count("pass"), checks.count("rounding"), checks.count("fail"),
        len({(i.table, i.row, i.column) for i in result.review}), len(result.warnings),
        one_line(result.error.message) if result.error else None, held.engine.crossfoot,
    )  # fmt: skip


def _origin(result: Result, table: Table) -> tuple[Value, ...]:
    return (
        one_line(result.document.name), result.document.sha256, table.id,
        _words(table.organisation), table.fiscal_year, table.form, _words(table.title),
    )  # fmt: skip


def _figures(result: Result, table: Table, places: TablePlaces) -> Iterator[tuple[Value, ...]]:
    origin = _origin(result, table)
    columns = [column for column in table.columns if is_figure_column(column)]
    for row in table.rows:
        for column in columns:
            cell = row.cells.get(column.key)
            if cell is not None and (cell.value is not None or cell.text.strip()):
                yield (*origin, *_figure(table, places, row, column, cell))


def _figure(
    table: Table, places: TablePlaces, row: Row, column: ResultColumn, cell: Cell
) -> tuple[Value, ...]:
    figure = figure_of(cell, column)
    value = figure.value if figure else None
    unit = unit_of_column(column.path or (column.label,), table.unit)
    money = column.type == "amount" and value is not None
    return (
        row.id, places.parent(row.id, column.key), places.role(row, column.key),
        len(places.line(row.id, column.key)) - 1, places.leaf(row.id, column.key),
        places.label(row.id, column.key), places.path(row.id, column.key), _words(row.code),
        column.key, places.column(column.key), column.type,
        in_yuan(value, unit) if money and value is not None else None, value,
        _words(unit) if column.type == "amount" else None,
        one_line(cell.text), cell.verdict, round(cell.confidence, 6), cell.source,
        cell.page, *_box(cell.bbox),
    )  # fmt: skip


def _checks(result: Result, table: Table, places: TablePlaces) -> Iterator[tuple[Value, ...]]:
    origin = _origin(result, table)
    for check in table.checks:
        yield (*origin, *_check(table, places, check))


def _check(table: Table, places: TablePlaces, check: CheckResult) -> tuple[Value, ...]:
    row, key = check.result
    off = None if check.difference is None else Decimal(check.difference)
    column = places.names.columns.get(key)
    unit = unit_of_column(column.path or (column.label,) if column else (), table.unit)
    return (
        check.id, check.rule, check.status, row, key,
        places.path(row, key), places.column(key),
        " ".join(f"{r}.{c}" for r, c in check.terms), places.names.check(check),
        off, None if off is None else in_yuan(off, unit), check.page,
    )  # fmt: skip


def _between(result: Result) -> Iterator[tuple[Value, ...]]:
    """The sums between tables, each with the table that prints its result."""
    tables = {table.id: table for table in result.tables}
    places = {name: TablePlaces.of(table) for name, table in tables.items()}

    def figure(ref: tuple[str, str, str]) -> str:
        return f"{tables[ref[0]].title or ref[0]} {places[ref[0]].names.figure(ref[1:])}"

    for check in result.checks:
        name, row, key = check.result
        off = None if check.difference is None else Decimal(check.difference)
        equation = f"{figure(check.result)} ? {' + '.join(map(figure, check.terms))}"
        yield (
            *_origin(result, tables[name]), check.id, check.rule, check.status, row, key,
            places[name].path(row, key), places[name].column(key),
            " ".join(".".join(term) for term in check.terms),
            one_line(equation.replace("?", SIGNS[check.status])),
            off, None if off is None else in_yuan(off, check.unit), check.page,
        )  # fmt: skip


def _indicators(result: Result, table: Table) -> Iterator[tuple[Value, ...]]:
    origin = _origin(result, table)
    for row in table.rows:
        for position, found in enumerate(row.indicators, start=1):
            yield (*origin, row.id, one_line(row.label), position, *_indicator(found))


def _indicator(found: IndicatorResult) -> tuple[Value, ...]:
    return (
        found.number, found.level1_code, _words(found.level1), found.level2_code,
        _words(found.level2), _words(found.name), *_target(found.term_target),
        *_target(found.year_target), one_line(found.text), found.page,
        *_box(found.bbox),
    )  # fmt: skip


def _target(target: TargetValue | None) -> tuple[Value, ...]:
    if target is None:
        return (None,) * 5
    parts = (target.text, target.operator, target.value, target.unit, target.words)
    return tuple(_words(part) for part in parts)


def _box(box: BoxList) -> tuple[Value, ...]:
    return tuple(round(edge, 2) for edge in box)


def _words(text: str | None) -> str | None:
    return one_line(plain_text(text)) if text else None
