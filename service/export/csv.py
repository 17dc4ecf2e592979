"""A table as CSV: UTF-8 with a byte order mark, as spreadsheet programs expect it."""

from __future__ import annotations

import csv
import io

from schemas.amount import Mark, parse_amount
from schemas.result import Cell, ResultColumn, Row, Table
from service.export.formula_guard import neutral
from service.plain import plain_text
from service.printed import figure_of, is_figure_column, label_column
from service.wording import header_path

_LEAD = ("row", "parent", "role", "label")
DASH = "—"


def table_csv(table: Table) -> bytes:
    """The table, one line per row under one header line.

    Figures are plain decimal numbers in the printed unit, a printed dash is ``—`` and a
    blank is empty. Text that a spreadsheet would take for a formula gets an apostrophe.
    """
    label = label_column(table)
    columns = [column for column in table.columns if column is not label]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_LEAD, *_header(columns)])
    for row in table.rows:
        writer.writerow([*_lead(row), *(_field(row.cells.get(c.key), c) for c in columns)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _lead(row: Row) -> list[str]:
    return [neutral(plain_text(text)) for text in (row.id, row.parent or "", row.role, row.label)]


def _header(columns: list[ResultColumn]) -> list[str]:
    """Flat column names, no two alike."""
    names: list[str] = []
    for column in columns:
        name = flat = " / ".join(header_path(column)) or column.key
        number = 1
        while name in names or name in _LEAD:
            number += 1
            name = f"{flat} ({number})"
        names.append(name)
    return [neutral(name) for name in names]


def _field(cell: Cell | None, column: ResultColumn) -> str:
    if cell is None:
        return ""
    figure = figure_of(cell, column)
    if figure is not None:
        return f"{figure.value:f}"
    if is_figure_column(column) and isinstance(parse_amount(cell.text), Mark):
        return DASH
    return neutral(plain_text(cell.text))
