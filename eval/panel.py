"""Rows and columns as plain sides of a comparison: what gold says, what a result says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from eval.gold import FIGURE_TYPES, GoldBlock, figure
from schemas.amount import narrow
from schemas.result import BoxList, Cell, Result, Row, Table, Verdict


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell; ``value`` is None where the cell is not taken for an amount.

    ``cut`` says that the cell holds the text of more than one page.
    """

    text: str
    value: Decimal | None
    verdict: Verdict | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A row; ``cells`` holds the cells that are not blank, by the index of their column.

    ``places`` has the boxes of what stands in the row, () where they are not known.
    """

    key: str
    label: str
    cells: dict[int, Entry]
    places: tuple[BoxList, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """Part of a table on one page; a column is its header path, () where it has none."""

    columns: tuple[tuple[str, ...], ...]
    rows: tuple[PanelRow, ...]

    def title(self, column: int) -> str:
        return " / ".join(self.columns[column][-2:])

    def without(self, rows: Collection[int], columns: Collection[int]) -> Panel:
        """The panel without the cells where one of ``rows`` crosses one of ``columns``."""
        kept = [
            replace(row, cells={at: cell for at, cell in row.cells.items() if at not in columns})
            if number in rows
            else row
            for number, row in enumerate(self.rows)
        ]
        return replace(self, rows=tuple(row for row in kept if row.cells))


def same(left: Entry, right: Entry | None) -> bool:
    """Whether both say the same; a figure by its value, a text by its characters.

    White space and width of characters do not count. Of a cell that was cut by a page
    break, the part on this page is enough.
    """
    if right is None:
        return False
    if left.value is not None:
        return left.value == right.value
    mine, yours = narrow(left.text), narrow(right.text)
    number = figure(left.text)
    return (
        mine == yours
        or (number is not None and number == right.value)
        or (right.cut and mine in yours)
    )


def of_gold(block: GoldBlock) -> Panel:
    """The gold's side."""
    amounts = [column.kind == "amount" for column in block.columns]
    rows = [
        PanelRow(
            row.key,
            row.label,
            {
                at: Entry(text, figure(text) if amounts[at] else None)
                for at, text in enumerate(row.cells)
                if text.strip()
            },
            row.places,
        )
        for row in block.rows
    ]
    return Panel(tuple(column.path for column in block.columns), tuple(rows))


def of_result(result: Result, page: int | None) -> list[Panel]:
    """The result's side: what each table has on ``page``, or on all pages for None."""
    tables = [table for table in result.tables if page is None or page in table.pages]
    return [_of_table(table, page) for table in tables]


def _of_table(table: Table, page: int | None) -> Panel:
    columns = tuple(
        tuple(narrow(part) for part in column.path or (column.label,) if part)
        for column in table.columns
    )
    rows = [
        PanelRow(f"{table.id}/{row.id}", row.label, cells, _places(row, page))
        for row in table.rows
        if (cells := _cells(table, row, page)) or page in row.pages
    ]
    return Panel(columns, tuple(rows))


def _places(row: Row, page: int | None) -> tuple[BoxList, ...]:
    here = [cell for cell in row.cells.values() if cell.text and cell.page == page]
    return tuple(cell.bbox for cell in here)


def _cells(table: Table, row: Row, page: int | None) -> dict[int, Entry]:
    """The cells on ``page``, and texts that a page break cut, which name one page only."""
    cut = len(row.pages) > 1
    cells = {}
    for at, column in enumerate(table.columns):
        cell = row.cells.get(column.key)
        if cell is None:
            continue
        entry = _entry(cell, figures=column.type in FIGURE_TYPES, cut=cut)
        here = page is None or cell.page == page or (cut and entry.value is None)
        if here and (entry.value is not None or entry.text.strip()):
            cells[at] = entry
    return cells


def _entry(cell: Cell, *, figures: bool, cut: bool) -> Entry:
    """The cell; a figure is told by its value, whatever the first reading of it was."""
    value = figure(cell.value) if figures else None
    if value is not None:
        return Entry(cell.value or "", value, cell.verdict, cut)
    return Entry(cell.text, None, cell.verdict, cut)
