"""The equations between the tables of a booklet: the same money printed in several forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from schemas.draft import BookletSum, Draft, DraftRow, TableCellRef
from schemas.forms import form_of, known_forms
from schemas.forms.form import TOTAL, Equation, Line, Place
from schemas.words import tight, total_kind, without_part_word
from schemas.yuan import unit_of_column, yuan_factor
from worker.drafting.cells import figure
from worker.rounding import rounding_slack

_NUMBER = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.](?!\d)|^\((?:[一二三四五六七八九十]{1,3}|\d{1,2})\)"
)


def sums_between(drafts: Sequence[Draft]) -> Iterator[BookletSum]:
    """What the recognised forms promise each other, as far as both sides are printed."""
    for form in known_forms():
        for equation in form.equations:
            found = _sum_of(equation, drafts)
            if found is not None:
                yield found


def _sum_of(equation: Equation, drafts: Sequence[Draft]) -> BookletSum | None:
    results = _refs(equation.result, drafts)
    if len(results) != 1:
        return None
    printed = [
        BookletSum(equation.rule, results[0], tuple(ref for part in way for ref in part))
        for places in equation.ways
        if all(way := [_refs(place, drafts) for place in places])
    ]
    told = [one for one in printed if _tells(one, drafts)]
    held = next((one for one in told if _holds(one, drafts)), None)
    return held or (told[0] if told and equation.promised else None)


def _refs(place: Place, drafts: Sequence[Draft]) -> list[TableCellRef]:
    """Where the place is printed: once for each table of its form that has it."""
    return [
        (index, row, key)
        for index, draft in enumerate(drafts)
        if draft.form == place.form and (ref := _in_draft(place, draft)) is not None
        for row, key in [ref]
    ]


def _in_draft(place: Place, draft: Draft) -> tuple[str, str] | None:
    form = form_of(draft.form)
    line = next((one for one in form.lines if one.key == place.line), None) if form else None
    if line is None:
        row = total_row(draft, place.column) if place.line == TOTAL else None
        return (row.id, place.column) if row is not None else None
    for row in draft.rows:
        for label in _label_columns(draft, line):
            cell = row.cells.get(draft.columns[label].key)
            if cell is None or not _names(line, cell.text):
                continue
            key = place.column or _first_amount(draft, row, label)
            if key in row.cells:
                return row.id, key
    return None


def total_row(draft: Draft, column: str) -> DraftRow | None:
    """The row that all others add into, None where no one row is."""
    tops = [
        row
        for row in draft.rows
        if row.parent is None and (cell := row.cells.get(column)) is not None and cell.value
    ]
    if len(tops) > 1:
        tops = [row for row in tops if total_kind(row.label) == "grand"]
    return tops[0] if len(tops) == 1 else None


def _label_columns(draft: Draft, line: Line) -> list[int]:
    labels = [i for i, column in enumerate(draft.columns) if column.type == "label"]
    if line.side is None:
        return labels
    return labels[:1] if line.side == "income" else labels[1:]


def _names(line: Line, text: str) -> bool:
    body = _NUMBER.sub("", without_part_word(_NUMBER.sub("", tight(text))))
    return any(re.fullmatch(name, body) for name in line.names)


def _first_amount(draft: Draft, row: DraftRow, label: int) -> str:
    """The key of the row's first figure right of a label, over which the label may be merged.

    "" where another label comes first.
    """
    for column in draft.columns[label + 1 :]:
        if column.type == "label" and column.key in row.cells:
            break
        if column.type == "amount" and column.key in row.cells:
            return column.key
    return ""


def _tells(one: BookletSum, drafts: Sequence[Draft]) -> bool:
    """Whether both sides print a figure in a known unit, or both in no unit at all."""
    known = {_unit(ref, drafts) is not None for ref in (one.result, *one.terms)}
    printed = any(_value(term, drafts) is not None for term in one.terms)
    return len(known) == 1 and _value(one.result, drafts) is not None and printed


def _holds(one: BookletSum, drafts: Sequence[Draft]) -> bool:
    """Whether the sum holds but for rounding."""
    return abs(_difference(one, drafts)) <= _slack(one, drafts)


def _difference(one: BookletSum, drafts: Sequence[Draft]) -> Decimal:
    """Result minus terms, in 元."""
    terms = [_value(term, drafts) or Decimal(0) for term in one.terms]
    return (_value(one.result, drafts) or Decimal(0)) - sum(terms)


def _slack(one: BookletSum, drafts: Sequence[Draft]) -> Decimal:
    """The largest difference that rounding explains, in 元."""
    if len(one.terms) == 1:
        # One sum in two units: the coarser print is the finer one rounded.
        units = [_last_digit(ref, drafts) for ref in (one.result, *one.terms)]
        return max(units) / 2 if units[0] != units[1] else Decimal(0)
    terms = [_value(term, drafts) or Decimal(0) for term in one.terms]
    return rounding_slack(terms, _value(one.result, drafts))


def _unit(ref: TableCellRef, drafts: Sequence[Draft]) -> Decimal | None:
    """How many 元 one of the figure's unit is; None where that is not known."""
    draft = drafts[ref[0]]
    column = next(c for c in draft.columns if c.key == ref[2])
    return yuan_factor(unit_of_column(column.path, draft.unit))


def _factor(ref: TableCellRef, drafts: Sequence[Draft]) -> Decimal:
    return _unit(ref, drafts) or Decimal(1)


def _value(ref: TableCellRef, drafts: Sequence[Draft]) -> Decimal | None:
    """The figure in 元, in the printed unit where that is not known; None where blank."""
    row = next(row for row in drafts[ref[0]].rows if row.id == ref[1])
    value = figure(row.cells.get(ref[2]))
    return None if value is None else value * _factor(ref, drafts)


def _last_digit(ref: TableCellRef, drafts: Sequence[Draft]) -> Decimal:
    """What one in the last printed digit is worth, in 元."""
    row = next(row for row in drafts[ref[0]].rows if row.id == ref[1])
    value = figure(row.cells.get(ref[2])) or Decimal(0)
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) * _factor(ref, drafts)
