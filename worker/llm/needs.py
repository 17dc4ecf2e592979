"""Which tables a model is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from schemas.grid import Sheet
from schemas.result import ReviewItem, Table
from worker.llm.case import Case, case_of

Mode = Literal["off", "structure", "assist", "always"]
"""``off``: none. ``structure``: tables in need, no picture is sent. ``assist``: tables in need,
and crops of figures that stay in doubt. ``always``: every table, and such crops."""

_FEWEST = 4
"""Pieces of ink below which a box is no table to ask about."""


def cases(
    sheets: Sequence[Sheet],
    bare: Sequence[Sheet],
    tables: Sequence[Table],
    review: Sequence[ReviewItem],
    mode: Mode,
) -> tuple[Case, ...]:
    """The tables to ask about, in order; ``tables`` are what the rules made of ``sheets``.

    ``bare`` are pages of which they made nothing: each is asked about.
    """
    if mode == "off":
        return ()
    doubted = {item.table for item in review}
    found = []
    drawn = [table for table in tables if table.columns]  # others only say that they are empty
    for index, (sheet, table) in enumerate(zip(sheets, drawn, strict=True)):
        if mode != "always" and not in_need(table, table.id in doubted):
            continue
        case, _ = case_of(sheet, index, table.form)
        if len(case.slips) >= _FEWEST and any(slip.figure for slip in case.slips):
            found.append(case)
    found += [case_of(sheet, len(sheets) + at)[0] for at, sheet in enumerate(bare)]
    return tuple(found)


def in_need(table: Table, doubted: bool) -> bool:
    """Whether a table's checks don't close, its form is unknown, or its rows are in doubt."""
    figures = [
        cell for row in table.rows for cell in row.cells.values() if cell.verdict and cell.value
    ]
    vouched = sum(cell.verdict in ("proved", "repaired", "human") for cell in figures)
    return (
        doubted
        or table.form == "generic"
        or any(check.status == "fail" for check in table.checks)
        or vouched * 2 < len(figures)
    )
