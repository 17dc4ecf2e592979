"""Checks, pages and places of a result in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from schemas.result import CheckResult, CheckStatus, ResultColumn, ResultWarning, Row, Table
from service.plain import one_line
from service.printed import column_separators, shown

SIGNS: dict[CheckStatus, str] = {
    "pass": "=", "rounding": "≈", "fail": "≠", "not_applicable": "=?",
}  # fmt: skip
"""Between the two sides of a sum."""


def pages_in_words(pages: tuple[int, ...]) -> str:
    """``p. 3``, or ``p. 3–5`` for a run, or ``p. 3, 7``."""
    if not pages:
        return "no page"
    ordered = sorted(set(pages))
    runs: list[tuple[int, int]] = []
    for page in ordered:
        if runs and runs[-1][1] == page - 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return "p. " + ", ".join(f"{a}–{b}" if a != b else f"{a}" for a, b in runs)


def header_path(column: ResultColumn) -> tuple[str, ...]:
    """The header from outside in, each printed text once: no blanks, no direct repeats."""
    path: list[str] = []
    for part in column.path or (column.label,):
        text = one_line(part)
        if text and (not path or path[-1] != text):
            path.append(text)
    return tuple(path) or (one_line(column.label),)


def warning_in_words(warning: ResultWarning) -> str:
    """The warning with its page in front, where it does not name the page itself."""
    message = one_line(warning.message)
    where = f"page {warning.page}"
    if warning.page is None or re.match(rf"{where}\b", message, re.IGNORECASE):
        return message
    return f"{where}: {message}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


@dataclass(frozen=True, slots=True)
class Places:
    """Looks up rows and columns of one table by id; says them in the words of the page."""

    table: Table
    rows: dict[str, Row]
    columns: dict[str, ResultColumn]
    separators: dict[str, bool]
    labels: dict[str, str]

    @staticmethod
    def of(table: Table) -> Places:
        return Places(
            table,
            {row.id: row for row in table.rows},
            {column.key: column for column in table.columns},
            column_separators(table),
            _nearest_labels(table),
        )

    def row(self, place: tuple[str, str]) -> str:
        """What the line of ``place`` is called; its row's id where it has no name.

        Where two tables stand side by side in one, each half has its own labels: the
        nearest label at the left of the place names it.
        """
        row = self.rows.get(place[0])
        if row is None:
            return place[0]
        near = self.labels.get(place[1])
        cell = row.cells.get(near) if near else None
        return one_line(cell.text if cell and cell.text else row.label) or place[0]

    def column(self, key: str) -> str:
        """The column's header, outermost part first."""
        column = self.columns.get(key)
        return " / ".join(header_path(column)) if column else key

    def figure(self, place: tuple[str, str]) -> str:
        """What counts at ``place``: the figure, the mark, or ``blank``."""
        row, column = self.rows.get(place[0]), self.columns.get(place[1])
        cell = row.cells.get(place[1]) if row else None
        if cell is None or column is None:
            return "blank"
        return one_line(shown(cell, column, self.separators.get(place[1], False))) or "blank"

    def check(self, check: CheckResult, most: int | None = None) -> str:
        """``合计 [总计] 5.00 = 甲 2.00 + 乙 3.00``; at most ``most`` terms are spelled out."""
        terms = check.terms if most is None else check.terms[:most]
        parts = [f"{self._term(term, check.result)} {self.figure(term)}" for term in terms]
        if len(terms) < len(check.terms):
            parts.append(f"{len(check.terms) - len(terms)} more")
        sign = SIGNS[check.status]
        left = f"{self.row(check.result)} [{self.column(check.result[1])}]"
        return f"{left} {self.figure(check.result)} {sign} {' + '.join(parts) or 'nothing'}"

    def _term(self, term: tuple[str, str], result: tuple[str, str]) -> str:
        """A term named by what sets it apart from the result."""
        if term[0] == result[0]:
            return self.column(term[1])
        if term[1] == result[1]:
            return self.row(term)
        return f"{self.row(term)} [{self.column(term[1])}]"


def _nearest_labels(table: Table) -> dict[str, str]:
    """Column key to the key of the label column at its left; without those that have none."""
    found: dict[str, str] = {}
    near: str | None = None
    for column in table.columns:
        near = column.key if column.type == "label" else near
        if near is not None:
            found[column.key] = near
    return found


def difference_in_words(check: CheckResult) -> str:
    """``off by +0.02`` (result minus terms); empty where nothing differs or is known."""
    if check.difference is None or Decimal(check.difference) == 0:
        return ""
    return f"off by {Decimal(check.difference):+f}"
