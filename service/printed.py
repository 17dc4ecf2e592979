"""How a figure was printed, so that exports can print it so again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from schemas.amount import Amount, parse_amount
from schemas.result import Cell, ResultColumn, Table

FIGURE_TYPES = ("amount", "percent", "count")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in the printed unit, with the signs around it that belong to the print.

    ``negative`` is how a minus stands: ``-``, ``(`` or the printed triangle.
    """

    value: Decimal
    decimals: int
    separators: bool
    percent: bool
    negative: str = "-"

    def text(self) -> str:
        """The figure as it would be printed."""
        body = f"{abs(self.value):{',' if self.separators else ''}.{self.decimals}f}"
        body += "%" if self.percent else ""
        if self.value >= 0:
            return body
        return f"({body})" if self.negative == "(" else f"{self.negative}{body}"


def is_figure_column(column: ResultColumn) -> bool:
    return column.type in FIGURE_TYPES


def label_column(table: Table) -> ResultColumn | None:
    """The column in which the rows' labels are printed; None where no column is one."""
    return next((column for column in table.columns if column.type == "label"), None)


def column_separators(table: Table) -> dict[str, bool]:
    """Column key to whether its figures are printed with thousands separators."""
    return {
        column.key: any(
            isinstance(amount := parse_amount(row.cells[column.key].text), Amount)
            and amount.separators
            for row in table.rows
            if column.key in row.cells
        )
        for column in table.columns
        if is_figure_column(column)
    }


def figure_of(cell: Cell, column: ResultColumn, separators: bool = False) -> Figure | None:
    """The figure of ``cell``; None where none is printed, or in a column of words.

    A repaired figure has no print of its own: it takes ``separators`` from its column.
    """
    if not is_figure_column(column) or cell.value is None:
        return None
    if not _DECIMAL.fullmatch(cell.value):
        return None
    value = Decimal(cell.value)
    amount = parse_amount(cell.text)
    printed = amount if isinstance(amount, Amount) else None
    return Figure(
        value=value,
        decimals=max(-int(value.as_tuple().exponent), 0),
        separators=separators or (printed is not None and printed.separators),
        percent=printed.percent if printed is not None else column.type == "percent",
        negative=_negative_sign(cell.text) if value < 0 else "-",
    )


def shown(cell: Cell, column: ResultColumn, separators: bool = False) -> str:
    """What stands in the cell: the figure that counts, or the words or mark as printed."""
    figure = figure_of(cell, column, separators)
    if figure is None:
        return cell.text
    amount = parse_amount(cell.text)
    if isinstance(amount, Amount) and amount.value == figure.value:
        return cell.text.strip()
    return figure.text()


def _negative_sign(text: str) -> str:
    first = text.strip()[:1]
    if first in "(（":
        return "("
    return first if first in "△▲∆▵" else "-"
