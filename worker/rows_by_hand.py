"""A draft after a person put in a row or a figure that was not read, or took a row out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.decisions import AddedRow, DroppedRow, RowMeaning
from schemas.draft import Draft, DraftCell, DraftRow, RowSide, Sum
from schemas.errors import UsageError
from schemas.geometry import Box
from worker.regroup import runs_down, with_row, without_row

_GAP = 2.0
"""Points that a row is high for which the others leave no room."""


def with_added_row(draft: Draft, said: AddedRow) -> Draft:
    """The draft with the row, every one of its figures blank.

    Down the columns it joins the sums of its parent, along the row it promises what rows
    of its kind promise.

    Raises:
        UsageError: if its name is taken, or a row that it names is not there.
    """
    rows = {row.id: row for row in draft.rows}
    if said.row in rows:
        raise UsageError(f"there is a row {said.row} in {said.table} already.")
    for name in (said.after, said.parent, *said.children):
        if name is not None and name not in rows:
            raise UsageError(f"there is no row {name} in {said.table}.")
    place = next((n + 1 for n, row in enumerate(draft.rows) if row.id == said.after), 0)
    like = _of_its_kind(draft, said, place)
    made = _row(draft, said, place, like)
    ordered = (*draft.rows[:place], made, *draft.rows[place:])
    across = tuple(_renamed(draft.sums, like.id, said.row)) if like is not None else ()
    after = replace(draft, rows=ordered, sums=(*draft.sums, *across))
    # It comes as a top row, and is then moved as a person moves any other.
    meanings = [(said.row, said.role, said.parent)] if said.parent is not None else []
    meanings += [(name, rows[name].role, said.row) for name in said.children]
    for name, role, parent in meanings:
        after = with_row(
            after, RowMeaning(kind="row", table=said.table, row=name, role=role, parent=parent)
        )
    return after


def _of_its_kind(draft: Draft, said: AddedRow, place: int) -> DraftRow | None:
    """The nearest row of the same role that has figures, else the nearest at all."""
    order = sorted(
        enumerate(draft.rows),
        key=lambda one: (one[1].role != said.role, not one[1].cells, abs(one[0] - place)),
    )
    return order[0][1] if order else None


def _row(draft: Draft, said: AddedRow, place: int, like: DraftRow | None) -> DraftRow:
    near = draft.rows[place - 1] if place else like
    pages = near.pages[-1:] if near is not None else draft.pages[:1]
    page = pages[0] if pages else 1
    above = draft.rows[place - 1] if place else None
    below = draft.rows[place] if place < len(draft.rows) else None
    y0, y1 = _height(above, below, page)
    cells = {}
    label = next((c.key for c in draft.columns if c.type == "label"), None)
    for column in draft.columns:
        if column.type != "amount" and column.key != label:
            continue
        x0, x1 = _width(draft, column.key, page)
        text = said.label if column.key == label else ""
        cells[column.key] = DraftCell(text, None, page, Box(x0, y0, x1, y1), "human", 1.0)
    sides = tuple(
        RowSide(said.label if n == 0 else "", said.role, None) for n in range(len(draft.sides))
    )
    return DraftRow(said.row, said.role, said.label, pages, cells, None, sides=sides)


def _height(above: DraftRow | None, below: DraftRow | None, page: int) -> tuple[float, float]:
    """From where the row above ends to where the row below begins, on the page."""

    def boxes(row: DraftRow | None) -> list[Box]:
        return [c.box for c in row.cells.values() if c.page == page] if row is not None else []

    upper, lower = boxes(above), boxes(below)
    if upper:
        top = Box.around(upper).y1
        return top, max(Box.around(lower).y0 if lower else top, top + _GAP)
    if lower:
        bottom = Box.around(lower).y0
        return max(bottom - _GAP, 0.0), bottom
    return 0.0, _GAP


def _width(draft: Draft, key: str, page: int) -> tuple[float, float]:
    found = [r.cells[key].box for r in draft.rows if key in r.cells and r.cells[key].page == page]
    found = found or [r.cells[key].box for r in draft.rows if key in r.cells]
    around = Box.around(found) if found else Box(0, 0, 1, 1)
    return around.x0, around.x1


def _renamed(sums: Sequence[Sum], row: str, to: str) -> Iterator[Sum]:
    """The sums along ``row``, said of the row ``to``."""
    for promise in sums:
        if {place[0] for place in (promise.result, *promise.terms)} == {row}:
            terms = tuple((to, key) for _, key in promise.terms)
            yield replace(promise, result=(to, promise.result[1]), terms=terms)


def with_dropped_row(draft: Draft, said: DroppedRow) -> Draft:
    """The draft without the row, and without it in any sum.

    Raises:
        UsageError: if there is no such row.
    """
    gone = next((row for row in draft.rows if row.id == said.row), None)
    if gone is None:
        raise UsageError(f"there is no row {said.row} in {said.table}.")
    after = draft
    for row in draft.rows:
        if row.parent == gone.id:
            after = with_row(
                after,
                RowMeaning(
                    kind="row", table=said.table, row=row.id, role=row.role, parent=gone.parent
                ),
            )
    return replace(
        after,
        rows=tuple(row for row in after.rows if row.id != gone.id),
        sums=tuple(without_row(after.sums, gone.id)),
    )


def with_new_cell(draft: Draft, row: str, key: str, cell: DraftCell) -> Draft:
    """The draft with a cell where none was found, in the sums that its neighbours are in."""
    held = next(one for one in draft.rows if one.id == row)
    put = replace(held, cells={**held.cells, key: cell})
    rows = tuple(put if one.id == row else one for one in draft.rows)
    return replace(draft, rows=rows, sums=tuple(_taking_in(draft, put, key)))


def _taking_in(draft: Draft, row: DraftRow, key: str) -> Iterator[Sum]:
    """The sums with the row's new cell as a term: down its parent's column, along its row."""
    order = {held.id: n for n, held in enumerate(draft.rows)}
    columns = {column.key: n for n, column in enumerate(draft.columns)}
    along = _totals_of(draft, row.id, key)
    for promise in draft.sums:
        result, column = promise.result
        if column == key and result == row.parent and runs_down(promise):
            terms = {*promise.terms, (row.id, key)}
            yield replace(promise, terms=tuple(sorted(terms, key=lambda term: order[term[0]])))
        elif result == row.id and column in along and _along(promise):
            terms = {*promise.terms, (row.id, key)}
            yield replace(promise, terms=tuple(sorted(terms, key=lambda term: columns[term[1]])))
        else:
            yield promise


def _totals_of(draft: Draft, row: str, key: str) -> set[str]:
    """The columns into which other rows add this one."""
    return {
        promise.result[1]
        for promise in draft.sums
        if promise.result[0] != row and _along(promise) and key in {c for _, c in promise.terms}
    }


def _along(promise: Sum) -> bool:
    return all(row == promise.result[0] for row, _ in promise.terms)
