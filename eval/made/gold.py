"""The gold of a made document: every cell, its place, the tree, and which sums hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from eval.made.pages import Booklet
from eval.made.plant import PlantedError
from eval.made.printing import Print
from eval.made.setting import Landed, Placed
from eval.made.table import MadeIndicator, MadeRow, MadeTable, MadeTarget
from eval.truth import corners, printed_cell, true_result
from eval.typeset import SetLine
from schemas.draft import ColumnType, Sum
from schemas.geometry import Box
from schemas.result import (
    Cell,
    CheckResult,
    CheckStatus,
    IndicatorResult,
    Result,
    ResultColumn,
    ResultWarning,
    Row,
    Table,
    TargetValue,
)

_FIGURES: tuple[ColumnType, ...] = ("amount", "count", "percent")


@dataclass(frozen=True, slots=True)
class Piece:
    """Printed lines that follow one another, with the page of each."""

    page: int
    line: SetLine


def booklet_gold(
    booklet: Booklet,
    sheets: Sequence[Print],
    errors: Sequence[PlantedError | None],
    name: str,
) -> Result:
    """The truth about the document; ``name`` is that of its file.

    A publisher's error has the verdict ``source_error`` and a warning that says what
    should stand there; the sums that it breaks fail. Other differences are rounding.
    """
    tables = tuple(
        _table(f"t{number}", sheet, placed, error)
        for number, (sheet, placed, error) in enumerate(
            zip(sheets, booklet.placed, errors, strict=True), 1
        )
    )
    result = true_result(booklet.pdf, name, "text", tables[0], booklet.pages)
    warnings = tuple(
        ResultWarning(
            code="publisher_error",
            page=table.pages[0],
            message=f"{table.id} {error.row} {error.column}: {error.printed:f} is printed "
            f"where {error.true:f} adds up",
        )
        for table, error in zip(tables, errors, strict=True)
        if error is not None
    )
    return result.model_copy(update={"tables": tables, "warnings": warnings})


def _table(name: str, sheet: Print, placed: Placed, error: PlantedError | None) -> Table:
    table = sheet.table
    rows = tuple(_row(sheet, row, placed, error) for row in table.rows)
    checks = tuple(_checks(table, rows, error))
    taking_part = _checks_of_cells(checks)
    rows = tuple(_with_checks(row, taking_part) for row in rows)
    return Table(
        id=name,
        form="generic" if table.form == "statement" else table.form,
        title=table.title,
        organisation=table.organisation,
        fiscal_year=table.fiscal_year if _says_year(table) else None,
        unit=table.unit if table.language == "zh" else None,
        pages=placed.pages,
        columns=tuple(
            ResultColumn(key=one.key, label=one.path[-1], type=one.type, path=one.path)
            for one in table.columns
        ),
        rows=rows,
        checks=checks,
    )


def _says_year(table: MadeTable) -> bool:
    """Whether the year is printed above the table's figures."""
    printed = (table.title, *(text for column in table.columns for text in column.path))
    return table.language == "en" or any(str(table.fiscal_year) in text for text in printed)


def _row(sheet: Print, row: MadeRow, placed: Placed, error: PlantedError | None) -> Row:
    """The row; a merged cell is in the column where it starts."""
    kinds = {column.key: column.type for column in sheet.table.columns}
    cells = {}
    for column in sheet.table.columns:
        parts = placed.cells.get((row.id, column.key))
        text = sheet.texts.get((row.id, column.key))
        if parts and text is not None:
            wide = row.wide and column.type == "label"
            starts = sheet.table.columns[0].key if wide else column.key
            cells[starts] = _cell(text.strip(), parts, kinds[column.key])
    if error is not None and error.row == row.id:
        wrong = cells[error.column].model_copy(update={"verdict": "source_error"})
        cells[error.column] = wrong
    return Row(
        id=row.id,
        parent=row.parent,
        role=row.role,
        label=row.label,
        pages=placed.row_pages[row.id],
        cells=cells,
        indicators=tuple(_indicators(sheet, row, placed)),
    )


def _cell(text: str, parts: Sequence[Landed], kind: ColumnType) -> Cell:
    """The cell; of one that a page break cuts, page and box are those of its first ink."""
    first = next((part for part in parts if part.lines), parts[0])
    figure: ColumnType = "amount" if kind in _FIGURES else kind
    return printed_cell(text, first.lines, first.box, first.page, figure)


# -- sums ---------------------------------------------------------------------------------


def _checks(
    table: MadeTable, rows: Sequence[Row], error: PlantedError | None
) -> Iterator[CheckResult]:
    by_id = {row.id: row for row in rows}
    broken = (error.row, error.column) if error else None
    for number, one in enumerate(table.sums, 1):
        places = (one.result, *one.terms)
        difference = _printed(by_id, one.result) - sum(
            (_printed(by_id, term) for term in one.terms), Decimal(0)
        )
        yield CheckResult(
            id=f"c{number}",
            rule=one.rule,
            status=_status(by_id, one, difference, broken in places),
            result=one.result,
            terms=one.terms,
            difference=f"{difference:f}",
            page=_page(by_id[one.result[0]], one.result[1]),
        )


def _status(rows: dict[str, Row], one: Sum, difference: Decimal, broken: bool) -> CheckStatus:
    if not any(_has_figure(rows, place) for place in (one.result, *one.terms)):
        return "not_applicable"
    if not difference:
        return "pass"
    return "fail" if broken else "rounding"


def _has_figure(rows: dict[str, Row], place: tuple[str, str]) -> bool:
    cell = rows[place[0]].cells.get(place[1])
    return cell is not None and cell.value is not None


def _printed(rows: dict[str, Row], place: tuple[str, str]) -> Decimal:
    cell = rows[place[0]].cells.get(place[1])
    return Decimal(cell.value) if cell is not None and cell.value is not None else Decimal(0)


def _page(row: Row, column: str) -> int:
    cell = row.cells.get(column)
    return cell.page if cell is not None else row.pages[0]


def _checks_of_cells(checks: Sequence[CheckResult]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        if check.status != "not_applicable":
            for place in (check.result, *check.terms):
                found.setdefault(place, []).append(check.id)
    return found


def _with_checks(row: Row, found: dict[tuple[str, str], list[str]]) -> Row:
    cells = {
        key: cell.model_copy(update={"checks": tuple(found.get((row.id, key), ()))})
        for key, cell in row.cells.items()
    }
    return row.model_copy(update={"cells": cells})


# -- indicators ---------------------------------------------------------------------------


def _indicators(sheet: Print, row: MadeRow, placed: Placed) -> Iterator[IndicatorResult]:
    if not row.indicators:
        return
    in_one_cell = len(set(row.indicator_cells)) == 1
    passed = 0
    for number, (one, place) in enumerate(zip(row.indicators, row.indicator_cells, strict=True), 1):
        pieces = [Piece(p.page, line) for p in placed.cells[place] for line in p.lines]
        text = sheet.texts[place]
        if in_one_cell and len(row.indicators) > 1:
            end = _end_of(text, passed, number)
            pieces = _between(pieces, passed, end)
            text, passed = text[passed:end], end
        page = pieces[0].page
        box = Box.around(piece.line.box for piece in pieces if piece.page == page)
        yield _indicator(one, number, text, page, box, in_one_cell)


def _end_of(text: str, start: int, number: int) -> int:
    """Where the indicator that starts at ``start`` ends: before the next running number."""
    marks = [text.find(f"{number + 1}{mark}", start) for mark in ("、", ".")]
    found = [at for at in marks if at > start and text[at - 1] in "。；"]
    return min(found, default=len(text))


def _between(pieces: Sequence[Piece], start: int, end: int) -> list[Piece]:
    """The parts of the lines that hold the characters from ``start`` to before ``end``."""
    cut, passed = [], 0
    for piece in pieces:
        low, high = max(start - passed, 0), min(end - passed, len(piece.line.text))
        if low < high:
            line = SetLine(
                piece.line.text[low:high],
                piece.line.part(low, high),
                piece.line.size,
                piece.line.latin,
            )
            cut.append(Piece(piece.page, line))
        passed += len(piece.line.text)
    return cut


def _indicator(
    one: MadeIndicator, number: int, text: str, page: int, box: Box, with_term: bool
) -> IndicatorResult:
    """The indicator; one in a row of its own prints the year's target alone."""
    return IndicatorResult(
        number=number,
        text=text,
        level1_code=one.level1_code,
        level1=one.level1,
        level2_code=one.level2_code,
        level2=one.level2,
        name=one.name,
        term_target=_target(one.term) if with_term else None,
        year_target=_target(one.year),
        page=page,
        bbox=corners(box),
    )


def _target(target: MadeTarget) -> TargetValue:
    return TargetValue(
        text=target.text,
        operator=target.operator,
        value=target.value,
        unit=target.unit,
        words=target.words,
    )
