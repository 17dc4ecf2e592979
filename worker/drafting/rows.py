"""Body rows as draft rows: their cells, pages and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.draft import Column, DraftCell
from worker.drafting.cells import Paper, draft_cell
from worker.drafting.layout import Layout


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row's cells by column key, and the pages that it stands on."""

    id: str
    cells: dict[str, DraftCell]
    pages: tuple[int, ...]


def read_rows(layout: Layout, columns: Sequence[Column], paper: Paper) -> tuple[ReadRow, ...]:
    """Every body row. A merged cell is in the row and column where it starts."""
    rows: list[ReadRow] = []
    for index, row in enumerate(layout.body):
        cells: dict[str, DraftCell] = {}
        pages: set[int] = set()
        for cell in row:
            more = layout.second_parts.get((index, cell.col), ())
            column = columns[cell.col]
            kind = "text" if cell.colspan > 1 and column.type != "amount" else column.type
            cells[column.key] = draft_cell(cell, more, kind, paper)
            pages |= {cell.page, *(part.page for part in more)}
        rows.append(ReadRow(f"r{index + 1}", cells, tuple(sorted(pages))))
    return tuple(rows)
