"""The drafts that a result was made from, rebuilt from the result alone.

What a result keeps of a cell is its text, its value and the other readings with their
probabilities, so a rebuilt draft can be decided anew, though with less to go by than the
ink: a figure that no reading proposed can't be found here.
"""

from __future__ import annotations

from schemas.amount import Amount, Mark, parse_amount
from schemas.draft import (
    Booklet,
    BookletSum,
    Column,
    Draft,
    DraftCell,
    DraftRow,
    Indicator,
    RowSide,
    Side,
    Sum,
    TableCellRef,
    Target,
)
from schemas.geometry import Box
from schemas.page import Reading
from schemas.result import Cell, IndicatorResult, Result, Row, Table, TargetValue

_UNLIKELY = 0.001
"""For a first reading that a repair has set aside and no alternative speaks of."""


def redraft(result: Result) -> Booklet:
    """The booklet of the result; its drafts come in the order of the result's tables."""
    order = {table.id: n for n, table in enumerate(result.tables)}

    def place(ref: tuple[str, str, str]) -> TableCellRef:
        return order[ref[0]], ref[1], ref[2]

    return Booklet(
        tuple(_draft(table) for table in result.tables),
        tuple(
            BookletSum(check.rule, place(check.result), tuple(place(t) for t in check.terms))
            for check in result.checks
        ),
    )


def _draft(table: Table) -> Draft:
    amounts = {column.key for column in table.columns if column.type == "amount"}
    return Draft(
        form=table.form,
        title=table.title,
        organisation=table.organisation,
        fiscal_year=table.fiscal_year,
        unit=table.unit,
        pages=table.pages,
        columns=tuple(Column(c.key, c.label, c.type, c.path) for c in table.columns),
        rows=tuple(_row(row, amounts) for row in table.rows),
        sums=tuple(Sum(check.rule, check.result, check.terms) for check in table.checks),
        form_confidence=table.form_confidence,
        stated=dict(table.stated),
        sides=tuple(Side(side.label, side.amounts) for side in table.sides),
        notes=table.notes,
    )


def _row(row: Row, amounts: set[str]) -> DraftRow:
    return DraftRow(
        id=row.id,
        role=row.role,
        label=row.label,
        pages=row.pages,
        cells={
            key: figure_cell(cell) if key in amounts else _other_cell(cell)
            for key, cell in row.cells.items()
        },
        parent=row.parent,
        indicators=tuple(_indicator(found) for found in row.indicators),
        code=row.code,
        sides=tuple(RowSide(side.label, side.role, side.parent) for side in row.sides),
    )


def figure_cell(cell: Cell) -> DraftCell:
    """The cell as a figure was read from it, before any sum had its say."""
    box = Box(*cell.bbox)
    if cell.source == "human":
        return DraftCell(cell.text, cell.value, cell.page, box, "human", 1.0)
    read = parse_amount(cell.text)
    printed = read.canonical() if isinstance(read, Amount) else None
    first = printed if cell.verdict == "repaired" else cell.value
    readings = _readings(cell)
    sure = {reading.text: reading.probability for reading in readings}
    return DraftCell(
        text=cell.text,
        value=first,
        page=cell.page,
        box=box,
        source=cell.source,
        confidence=sure.get(first or "", _UNLIKELY) if readings else cell.confidence,
        readings=readings,
        readable=first is not None or not cell.text.strip() or isinstance(read, Mark),
    )


def _readings(cell: Cell) -> tuple[Reading, ...]:
    """The candidates of the cell, the chosen one first; () where there is but one."""
    if not cell.alternatives and cell.verdict != "repaired":
        return ()
    found = {cell.value or "": cell.confidence}
    for other in cell.alternatives:
        found.setdefault(other.value or "", other.confidence)
    return tuple(Reading(text, probability) for text, probability in found.items())


def _other_cell(cell: Cell) -> DraftCell:
    """A cell of words, or of a figure that is not summed."""
    value = None if cell.value == cell.text else cell.value
    return DraftCell(cell.text, value, cell.page, Box(*cell.bbox), cell.source, cell.confidence)


def _indicator(found: IndicatorResult) -> Indicator:
    return Indicator(
        number=found.number,
        text=found.text,
        level1_code=found.level1_code,
        level1=found.level1,
        level2_code=found.level2_code,
        level2=found.level2,
        name=found.name,
        term_target=_target(found.term_target),
        year_target=_target(found.year_target),
        page=found.page,
        box=Box(*found.bbox),
    )


def _target(target: TargetValue | None) -> Target | None:
    if target is None:
        return None
    return Target(target.text, target.operator, target.value, target.unit, target.words)
