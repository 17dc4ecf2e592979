"""Tables spoilt in one place, the way that recognisers and grids spoil them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from schemas.amount import Amount, parse_amount
from schemas.draft import CellRef, Column, Draft, DraftCell, DraftRow, Indicator, Sum, Target
from schemas.geometry import Box
from schemas.page import Reading
from schemas.result import Cell, IndicatorResult, Row, Table, TargetValue

KINDS = {
    "confusion": "a digit taken for one that looks alike",
    "zero": "a zero lost",
    "point": "the decimal point lost",
    "swap": "two neighbouring digits swapped",
    "column": "a column shifted into the next",
    "dropped": "a row dropped",
    "doubled": "a row read twice",
}
"""The kinds of error, in words."""

_ALIKE = {
    "0": "86", "1": "74", "2": "7", "3": "85", "4": "91", "5": "63",
    "6": "850", "7": "12", "8": "360", "9": "4",
}  # fmt: skip
_SURE, _RUNNER_UP = 0.99, 0.008


@dataclass(frozen=True, slots=True)
class Injured:
    """A spoilt draft.

    ``cells`` are the figures that are wrong now, () where the error is one of rows or
    columns; ``touched`` are the cells through which a sum would notice it; ``truth`` has what
    every cell should say.
    """

    kind: str
    draft: Draft
    cells: tuple[CellRef, ...]
    touched: frozenset[CellRef]
    truth: dict[CellRef, str | None]


def injure(draft: Draft, kind: str, chance: random.Random) -> Injured | None:
    """``draft`` with one error of the kind; None where it has nothing that can go so wrong."""
    match kind:
        case "confusion" | "zero" | "point" | "swap":
            return _misread(draft, kind, chance)
        case "column":
            return _shift(draft, chance)
        case _:
            return _miscount(draft, kind, chance)


def _misread(draft: Draft, kind: str, chance: random.Random) -> Injured | None:
    spoil = _SPOIL[kind]
    places = [
        ref
        for ref, cell in _figures(draft).items()
        if any(_differs(text, cell) for text in spoil(cell.text))
    ]
    if not places:
        return None
    ref = chance.choice(places)
    cell = _figures(draft)[ref]
    text = chance.choice([text for text in spoil(cell.text) if _differs(text, cell)])
    readings = [Reading(text, _SURE)]
    if kind == "confusion":
        readings.append(Reading(cell.text, _RUNNER_UP))
    wrong = replace(cell, text=text, value=_value(text), readings=tuple(readings))
    spoilt = _with_cells(draft, {ref: wrong})
    return Injured(kind, spoilt, (ref,), frozenset({ref}), _truth(draft))


def _confused(text: str) -> list[str]:
    return [
        text[:at] + other + text[at + 1 :]
        for at, digit in enumerate(text)
        for other in _ALIKE.get(digit, "")
    ]


def _without(sign: str) -> Callable[[str], list[str]]:
    return lambda text: [
        text[:at] + text[at + 1 :] for at, found in enumerate(text) if found == sign
    ]


def _swapped(text: str) -> list[str]:
    return [
        text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        for at in range(len(text) - 1)
        if text[at : at + 2].isdigit() and text[at] != text[at + 1]
    ]


_SPOIL: dict[str, Callable[[str], list[str]]] = {
    "confusion": _confused,
    "zero": _without("0"),
    "point": _without("."),
    "swap": _swapped,
}


def _differs(text: str, cell: DraftCell) -> bool:
    """Whether ``text`` is another figure than the cell's: a lost last zero changes nothing."""
    now, true = parse_amount(text), parse_amount(cell.text)
    return isinstance(now, Amount) and isinstance(true, Amount) and now.value != true.value


def _shift(draft: Draft, chance: random.Random) -> Injured | None:
    """One column's figures stand in the next, whose own are lost; the first is blank."""
    amounts = [c.key for c in draft.columns if c.type == "amount"]
    figures = _figures(draft)
    pairs = [
        (left, right)
        for left, right in pairwise(amounts)
        if any(_figure_of(figures, row, left) != _figure_of(figures, row, right)
               for row in draft.rows)
    ]  # fmt: skip
    if not pairs:
        return None
    left, right = chance.choice(pairs)
    rows = []
    for row in draft.rows:
        cells = {key: cell for key, cell in row.cells.items() if key not in (left, right)}
        if left in row.cells:
            cells[right] = row.cells[left]
        rows.append(replace(row, cells=cells))
    touched = frozenset((row.id, key) for row in draft.rows for key in (left, right))
    return Injured("column", replace(draft, rows=tuple(rows)), (), touched, _truth(draft))


def _figure_of(figures: dict[CellRef, DraftCell], row: DraftRow, key: str) -> str | None:
    cell = figures.get((row.id, key))
    return cell.value if cell else None


def _miscount(draft: Draft, kind: str, chance: random.Random) -> Injured | None:
    """A row without children is lost, or read twice; the sums are those of the rows that are."""
    parents = {row.parent for row in draft.rows}
    rows = {ref[0] for ref, cell in _figures(draft).items() if _counts(cell)}
    leaves = [row for row in draft.rows if row.id in rows and row.id not in parents]
    if not leaves:
        return None
    hurt = chance.choice(leaves)
    spoilt = _dropped(draft, hurt) if kind == "dropped" else _doubled(draft, hurt)
    touched = {(row, key) for row in (hurt.id, _twin(hurt.id)) for key in hurt.cells}
    if kind == "dropped":  # the sums that had the row are told by the rest of their cells
        touched = {
            ref
            for promise in draft.sums
            if any(row == hurt.id for row, _ in promise.terms)
            for ref in (promise.result, *promise.terms)
        }
    return Injured(kind, spoilt, (), frozenset(touched), _truth(spoilt))


def _counts(cell: DraftCell) -> bool:
    """Whether the cell's figure is one that changes a sum."""
    amount = parse_amount(cell.text)
    return isinstance(amount, Amount) and bool(amount.value)


def _dropped(draft: Draft, hurt: DraftRow) -> Draft:
    rows = tuple(row for row in draft.rows if row.id != hurt.id)
    sums = tuple(
        replace(promise, terms=terms)
        for promise in draft.sums
        if promise.result[0] != hurt.id
        and (terms := tuple(term for term in promise.terms if term[0] != hurt.id))
    )
    return replace(draft, rows=rows, sums=sums)


def _doubled(draft: Draft, hurt: DraftRow) -> Draft:
    rows = []
    for row in draft.rows:
        rows += [row, replace(row, id=_twin(row.id))] if row.id == hurt.id else [row]
    sums: list[Sum] = []
    for promise in draft.sums:
        along = promise.result[0] == hurt.id
        sums.append(promise if along else replace(promise, terms=_twice(promise.terms, hurt.id)))
        if along:
            sums.append(
                Sum(promise.rule, _moved(promise.result, hurt.id), _all(promise.terms, hurt.id))
            )
    return replace(draft, rows=tuple(rows), sums=tuple(sums))


def _twice(terms: Iterable[CellRef], row: str) -> tuple[CellRef, ...]:
    return tuple(
        ref for term in terms for ref in ((term, _moved(term, row)) if term[0] == row else (term,))
    )


def _all(terms: Iterable[CellRef], row: str) -> tuple[CellRef, ...]:
    return tuple(_moved(term, row) for term in terms)


def _moved(ref: CellRef, row: str) -> CellRef:
    return (_twin(row), ref[1]) if ref[0] == row else ref


def _twin(row: str) -> str:
    return f"{row}-again"


def _figures(draft: Draft) -> dict[CellRef, DraftCell]:
    amounts = [column.key for column in draft.columns if column.type == "amount"]
    return {
        (row.id, key): row.cells[key]
        for row in draft.rows
        for key in amounts
        if key in row.cells and row.cells[key].value is not None
    }


def _with_cells(draft: Draft, cells: dict[CellRef, DraftCell]) -> Draft:
    rows = tuple(
        replace(row, cells={key: cells.get((row.id, key), cell) for key, cell in row.cells.items()})
        for row in draft.rows
    )
    return replace(draft, rows=rows)


def _truth(draft: Draft) -> dict[CellRef, str | None]:
    return {(row.id, key): cell.value for row in draft.rows for key, cell in row.cells.items()}


def _value(text: str) -> str | None:
    amount = parse_amount(text)
    return amount.canonical() if isinstance(amount, Amount) else None


def draft_of(table: Table) -> Draft:
    """The table as a draft whose figures were read off a scan, each with one sure reading.

    The sums that it promises are those that its checks evaluated.
    """
    return Draft(
        form=table.form,
        title=table.title,
        organisation=table.organisation,
        fiscal_year=table.fiscal_year,
        unit=table.unit,
        pages=table.pages,
        columns=tuple(Column(c.key, c.label, c.type, c.path) for c in table.columns),
        rows=tuple(map(_draft_row, table.rows)),
        sums=tuple(Sum(check.rule, check.result, check.terms) for check in table.checks),
    )


def _draft_row(row: Row) -> DraftRow:
    return DraftRow(
        id=row.id,
        role=row.role,
        label=row.label,
        pages=row.pages,
        cells={key: _draft_cell(cell) for key, cell in row.cells.items()},
        parent=row.parent,
        indicators=tuple(map(_indicator, row.indicators)),
    )


def _draft_cell(cell: Cell) -> DraftCell:
    figure = _value(cell.text)
    readings = (Reading(cell.text, _SURE),) if figure is not None else ()
    return DraftCell(
        cell.text, cell.value, cell.page, Box(*cell.bbox), "ocr", _SURE, readings=readings
    )


def _indicator(indicator: IndicatorResult) -> Indicator:
    said = indicator.model_dump(exclude={"bbox", "term_target", "year_target"})
    return Indicator(
        **said,
        term_target=_target(indicator.term_target),
        year_target=_target(indicator.year_target),
        box=Box(*indicator.bbox),
    )


def _target(target: TargetValue | None) -> Target | None:
    return Target(**target.model_dump()) if target else None
