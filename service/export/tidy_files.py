"""Tidy tables as CSV files and as one workbook."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import xlsxwriter

from schemas.errors import UsageError
from service.export.formula_guard import neutral
from service.export.paper import Paper, Styles
from service.export.tidy import Field, Tidy, Value

_MOST_LINES = 1_048_575  # of a sheet, below its header
_HEAD = {"bold": True, "bg_color": "#F2F2F2", "bottom": 1}
_WIDTHS = {"text": 18, "integer": 9, "decimal": 16, "real": 9, "flag": 7}


def tidy_csv(table: Tidy) -> bytes:
    """UTF-8 with a byte order mark; text that would be a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([field.name for field in table.fields])
    for line in table.lines:
        writer.writerow([_csv(value) for value in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _csv(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case str():
            return neutral(value)
        case _:
            return str(value)


def tidy_workbook(tables: tuple[Tidy, ...]) -> bytes:
    """One sheet for each table, with a header that can be filtered, and no formula.

    Raises:
        UsageError: if a table has more lines than a sheet can hold.
    """
    for table in tables:
        if len(table.lines) > _MOST_LINES:
            raise UsageError(
                f"{table.name} has {len(table.lines):,} lines and a sheet holds "
                f"{_MOST_LINES:,}: export fewer results, or as parquet, duckdb or csv."
            )
    held = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(held, options) as workbook:
        workbook.set_properties({"comments": "Made by Crossfoot"})
        styles = Styles(workbook)
        for table in tables:
            _write(Paper(workbook, styles, table.name), table)
    return held.getvalue()


def _write(paper: Paper, table: Tidy) -> None:
    for col, field in enumerate(table.fields):
        paper.sheet.set_column(col, col, _WIDTHS[field.kind])
        paper.write(0, col, field.name, _HEAD)
    for row, line in enumerate(table.lines, start=1):
        for col, (field, value) in enumerate(zip(table.fields, line, strict=True)):
            _put(paper, row, col, field, value)
    paper.sheet.freeze_panes(1, 0)
    paper.sheet.autofilter(0, 0, max(len(table.lines), 1), len(table.fields) - 1)


def _put(paper: Paper, row: int, col: int, field: Field, value: Value) -> None:
    match value:
        case None:
            return
        case bool():
            paper.sheet.write_boolean(row, col, value)
        case Decimal():
            places = max(-int(value.as_tuple().exponent), 0)
            style = {"num_format": f"#,##0.{'0' * places}" if places else "#,##0"}
            paper.number(row, col, value, style)
        case str():
            paper.write(row, col, value, {})
        case _:
            shown = {"num_format": "0.####"} if field.kind == "real" else {}
            paper.number(row, col, Decimal(str(value)), shown)
