"""A draft after a person said what a row or a column is: its sums follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.amount import Amount, Mark, parse_amount
from schemas.decisions import ColumnMeaning, RowMeaning
from schemas.draft import Column, Draft, DraftCell, DraftRow, Sum
from schemas.errors import UsageError


def with_row(draft: Draft, said: RowMeaning) -> Draft:
    """The draft with the row in its new role and under its new parent.

    The row leaves the sums down the columns that it was a term of, and joins those of its
    new parent; a parent that had none gets one for each column of amounts. A note is in no
    sum at all.

    Raises:
        UsageError: if a row is unknown, or would stand below itself.
    """
    rows = {row.id: row for row in draft.rows}
    if said.row not in rows or (said.parent is not None and said.parent not in rows):
        raise UsageError(f"there is no row {said.row} or {said.parent} in {said.table}.")
    if said.parent is not None and _below(said.parent, said.row, rows):
        raise UsageError("a row can't add into itself or into a row below it.")
    before = rows[said.row]
    sides = tuple(
        replace(side, role=said.role, parent=said.parent) if n == 0 else side
        for n, side in enumerate(before.sides)
    )
    moved = replace(before, role=said.role, parent=said.parent, sides=sides)
    after = replace(draft, rows=tuple(moved if row.id == said.row else row for row in draft.rows))
    if said.role == "note":
        return replace(after, sums=tuple(without_row(draft.sums, said.row)))
    if before.parent == said.parent:
        return after
    left = tuple(_left(draft.sums, said.row))
    return replace(after, sums=tuple(_joined(after, left, moved)))


def _below(row: str, top: str, rows: dict[str, DraftRow]) -> bool:
    at: str | None = row
    seen: set[str] = set()
    while at is not None and at not in seen and at in rows:
        if at == top:
            return True
        seen.add(at)
        at = rows[at].parent
    return False


def runs_down(promise: Sum) -> bool:
    """Whether the sum runs down a column."""
    return all(
        column == promise.result[1] and row != promise.result[0] for row, column in promise.terms
    )


def without_row(sums: Sequence[Sum], row: str) -> Iterator[Sum]:
    """The sums in which the row takes no part."""
    for promise in sums:
        if promise.result[0] != row:
            terms = tuple(term for term in promise.terms if term[0] != row)
            if terms:
                yield replace(promise, terms=terms)


def _left(sums: Sequence[Sum], row: str) -> Iterator[Sum]:
    """The sums without the row as a term down a column."""
    for promise in sums:
        terms = tuple(t for t in promise.terms if not (runs_down(promise) and t[0] == row))
        if terms:
            yield replace(promise, terms=terms)


def _joined(draft: Draft, sums: Sequence[Sum], row: DraftRow) -> Iterator[Sum]:
    """The sums, with the row's figures added into those of its parent."""
    amounts = [column.key for column in draft.columns if column.type == "amount"]
    met: set[str] = set()
    order = {held.id: n for n, held in enumerate(draft.rows)}
    for promise in sums:
        result, key = promise.result
        if result == row.parent and runs_down(promise) and key in row.cells and key not in met:
            met.add(key)
            terms = sorted({*promise.terms, (row.id, key)}, key=lambda term: order[term[0]])
            yield replace(promise, terms=tuple(terms))
        else:
            yield promise
    if row.parent is None:
        return
    for key in amounts:
        if key in row.cells and key not in met:
            siblings = [r for r in draft.rows if r.parent == row.parent and key in r.cells]
            yield Sum("tree", (row.parent, key), tuple((r.id, key) for r in siblings))


def with_column(draft: Draft, said: ColumnMeaning) -> Draft:
    """The draft with the column of its new type.

    A column that becomes one of amounts is read as figures, and promises down its rows what
    its neighbour of amounts promises; one that no longer is leaves every sum.

    Raises:
        UsageError: if the column is unknown.
    """
    column = next((c for c in draft.columns if c.key == said.column), None)
    if column is None:
        raise UsageError(f"there is no column {said.column} in {said.table}.")
    label = said.label if said.label is not None else column.label
    path = column.path if label == column.label else (*column.path[:-1], label)
    turned = Column(column.key, label, said.type, path)
    columns = tuple(turned if c.key == said.column else c for c in draft.columns)
    after = replace(draft, columns=columns)
    if said.type == column.type:
        return after
    rows = tuple(_reread(row, said.column, said.type == "amount") for row in draft.rows)
    sums = (
        (*draft.sums, *_like_neighbour(draft, said.column))
        if said.type == "amount"
        else tuple(_without_column(draft.sums, said.column))
    )
    return replace(after, rows=rows, sums=sums)


def _reread(row: DraftRow, key: str, amount: bool) -> DraftRow:
    cell = row.cells.get(key)
    if cell is None or cell.source == "human":
        return row
    return replace(row, cells={**row.cells, key: _as_figure(cell) if amount else _as_words(cell)})


def _as_figure(cell: DraftCell) -> DraftCell:
    read = parse_amount(cell.text)
    value = read.canonical() if isinstance(read, Amount) else None
    readable = not cell.text.strip() or isinstance(read, Amount | Mark)
    return replace(cell, value=value, readable=readable)


def _as_words(cell: DraftCell) -> DraftCell:
    return replace(cell, value=None, readable=True, readings=())


def _without_column(sums: Sequence[Sum], key: str) -> Iterator[Sum]:
    for promise in sums:
        terms = tuple(term for term in promise.terms if term[1] != key)
        if promise.result[1] != key and terms:
            yield replace(promise, terms=terms)


def _like_neighbour(draft: Draft, key: str) -> Iterator[Sum]:
    """Sums down the column such as the nearest column of amounts has them."""
    place = {column.key: n for n, column in enumerate(draft.columns)}
    down = [promise for promise in draft.sums if runs_down(promise)]
    near = min(
        {promise.result[1] for promise in down},
        key=lambda other: (abs(place[other] - place[key]), place[other]),
        default=None,
    )
    have = {row.id for row in draft.rows if key in row.cells}
    for promise in down:
        if promise.result[1] == near and promise.result[0] in have:
            terms = tuple((row, key) for row, _ in promise.terms if row in have)
            if terms:
                yield Sum(promise.rule, (promise.result[0], key), terms)
