"""What is known of a table besides its figures, put on the table that decoding has made."""

from __future__ import annotations

from schemas.draft import Draft, DraftRow
from schemas.result import Row, RowSideResult, Table, TableSide


def with_facts(table: Table, draft: Draft) -> Table:
    """``table``, made from ``draft``, with its sides, notes, codes and sources."""
    return table.model_copy(
        update={
            "rows": tuple(map(_row, table.rows, draft.rows)),
            "form_confidence": draft.form_confidence,
            "stated": draft.stated,
            "sides": tuple(TableSide(label=s.label, amounts=s.amounts) for s in draft.sides),
            "notes": draft.notes,
        }
    )


def _row(row: Row, drafted: DraftRow) -> Row:
    if drafted.code is None and not drafted.sides:
        return row
    sides = tuple(
        RowSideResult(label=side.label, role=side.role, parent=side.parent)
        for side in drafted.sides
    )
    return row.model_copy(update={"code": drafted.code, "sides": sides})
