"""A sheet as rows and columns that can be asked: heading lines, header, body.

Tables carry lines inside their own rulings that are no part of the header: the title, the
organisation and the unit over the whole width, and a row that numbers the columns. Here
they are set apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.amount import Amount, narrow, parse_amount
from schemas.grid import GridCell, Sheet, Split
from schemas.words import is_unit_line, organisation_in, plain, total_kind, unit_in
from worker.column_numbers import FIRST, SHORT, SURE, counted_from, is_one_among_asterisks

Row = tuple[GridCell, ...]

_NUMBER_CELL = re.compile(r"[-—.,]?[(\[]?(\d{1,2})[)\]]?(?:=(.+))?|栏次|欄次|\*{1,3}|[-—]")
_NUMBER = re.compile(r"[-—.,]?[(\[]?(\d{1,2})")
_COUNT = re.compile(r"\d{1,2}")
_MANY = 3  # figures below a row of numbers that have decimals, at least
_MOSTLY = 0.8  # and their share
_NAMED_FORMULA = re.compile(r"[^\d=]{1,12}=(.+)")


@dataclass(frozen=True, slots=True)
class Layout:
    """What drafting looks at.

    ``header`` and ``body`` hold rows of cells; ``numbers`` maps a column to the number or
    formula printed under its header (``5=6+7``). ``banners`` are the texts printed inside
    the table above its header, top to bottom. ``told`` has for body rows the one that a
    model takes them for a part of and ``sums`` those that it takes for totals, ``splits``
    what it says of texts of indicators.
    """

    cols: int
    banners: tuple[str, ...]
    header: tuple[Row, ...]
    numbers: dict[int, str]
    body: tuple[Row, ...]
    cover: tuple[dict[int, GridCell], ...]
    second_parts: dict[tuple[int, int], tuple[GridCell, ...]]
    told: Mapping[int, int] = field(default_factory=dict)
    sums: frozenset[int] = frozenset()
    splits: tuple[Split, ...] = ()

    def at(self, row: int, col: int) -> GridCell | None:
        """The cell that covers this place of the body, merged cells included."""
        return self.cover[row].get(col)

    def starts(self, row: int, col: int) -> GridCell | None:
        """The cell that starts at this place of the body."""
        cell = self.at(row, col)
        return cell if cell is not None and cell in self.body[row] and cell.col == col else None

    def text(self, row: int, col: int) -> str:
        """The whole text that covers this place, second parts over page breaks included."""
        cell = self.at(row, col)
        if cell is None:
            return ""
        return whole_text(cell, self.second_parts.get((row, cell.col), ()))


def whole_text(cell: GridCell, more: Sequence[GridCell]) -> str:
    """The text of a cell and of its parts on the following pages."""
    return "".join((cell.text, *(part.text for part in more))) if more else cell.text


def _rows_of_header(sheet: Sheet) -> list[Row]:
    return [
        tuple(cell for cell in sheet.header if cell.row == row) for row in range(sheet.header_rows)
    ]


def _filled(row: Row) -> list[GridCell]:
    return [cell for cell in row if cell.text.strip()]


def _is_banner(row: Row, cols: int) -> bool:
    """Whether a leading row is a heading line and names no column."""
    filled = _filled(row)
    if not filled:
        return not any(cell.rowspan > 1 for cell in row)
    if len(filled) == 1:
        return filled[0].colspan >= max(cols, 2) or (len(row) == 1 and cols > 1)
    said = [unit_in(c.text) if is_unit_line(c.text) else organisation_in(c.text) for c in filled]
    return len(filled) == 2 and all(said)


def _split_banners(rows: list[Row], cols: int) -> tuple[list[str], list[Row]]:
    count = 0
    while count < len(rows) - 1 and _is_banner(rows[count], cols):
        count += 1
    return [plain_spaced(c.text) for row in rows[:count] for c in _filled(row)], rows[count:]


def plain_spaced(text: str) -> str:
    """``text`` on one line with its wide gaps kept as spaces."""
    return re.sub(r"\s+", " ", text).strip()


def numbers_of(row: Row) -> dict[int, str] | None:
    """Column numbers and formulas, where that is all that the row prints.

    A word like 栏次 or asterisks may stand beside them, which a poor scan spoils beyond
    knowing: three numbers from 1 on are enough to tell such a row by.
    """
    filled = _filled(row)
    plain = [narrow(cell.text) for cell in filled]
    if len(plain) > 3 and plain[1:] == [str(n) for n in range(1, len(plain))]:
        filled = filled[1:]
    found: dict[int, str] = {}
    names = []
    for cell in filled:
        text = narrow(cell.text)
        if _NUMBER_CELL.fullmatch(text) or _NAMED_FORMULA.fullmatch(text):
            found[cell.col] = text
        else:
            names.append(text)
    if any(len(name) > SHORT for name in names):
        return None
    numbers = {col: int(m[1]) for col, text in found.items() if (m := _NUMBER.match(text))}
    if not names and any("=" in text for text in found.values()):
        return found
    first = counted_from(list(numbers.values()))
    beside = [text for text in found.values() if "*" in text]
    if is_one_among_asterisks([found[col] for col in numbers], beside, names):
        return found
    if first is None or len(numbers) < (SURE if names else 2) or (names and first > FIRST):
        return None
    # A number that was misread is known by its place.
    return found | {col: str(first + k) for k, col in enumerate(numbers)}


def _names_columns(row: Row, figures: set[int]) -> bool:
    """Whether words stand over columns of figures, and no figure does."""
    over = [c for c in _filled(row) if c.col in figures]
    return bool(over) and not any(isinstance(parse_amount(c.text), Amount) for c in over)


def figure_columns(rows: Iterable[Row]) -> set[int]:
    """Columns most of whose texts are figures."""
    seen: dict[int, list[bool]] = {}
    for row in rows:
        for cell in _filled(row):
            is_figure = isinstance(parse_amount(cell.text), Amount)
            seen.setdefault(cell.col, []).append(is_figure)
    return {col for col, marks in seen.items() if sum(marks) * 2 > len(marks)}


def _extend_header(header: list[Row], body: list[Row]) -> tuple[list[Row], list[Row]]:
    """Leading body rows that name or number columns, or divide headers, belong to the header."""
    figures = figure_columns(body)
    while len(body) > 1:
        first = body[0]
        names = (not header and _names_columns(first, figures)) or _divides(header, first, body)
        if numbers_of(first) is None and not names and not _counts_columns(first, body[1:]):
            break
        header, body = [*header, first], body[1:]
    return header, body


def _counts_columns(row: Row, below: Sequence[Row]) -> dict[int, str] | None:
    """The numbers of columns in a scanned row of two or more and short texts beside them.

    Asterisks that were read as signs stand so. All figures below the numbers have decimals.
    """
    filled = _filled(row)
    numbers = {c.col: narrow(c.text) for c in filled if _COUNT.fullmatch(narrow(c.text))}
    others = [narrow(c.text) for c in filled if c.col not in numbers]
    counted = [int(text) for text in numbers.values()] == list(range(1, len(numbers) + 1))
    scanned = any(token.source == "ocr" for cell in filled for token in cell.tokens)
    if not (scanned and counted and len(numbers) > 1) or any(len(t) > SHORT for t in others):
        return None
    figures = [
        amount
        for other in below
        for cell in _filled(other)
        if cell.col in numbers and isinstance(amount := parse_amount(cell.text), Amount)
    ]
    broken = sum(amount.decimals > 0 for amount in figures)
    return numbers if broken >= max(_MANY, _MOSTLY * len(figures)) else None


def _divides(header: Sequence[Row], row: Row, body: Sequence[Row]) -> bool:
    """Whether the row of words stands right below header cells that span several columns.

    Only asked of tables without a figure, whose rows can't be told apart by figures.
    """
    filled = _filled(row)
    if not header or not filled or any(figure_columns([r]) for r in body):
        return False
    wide = [c for c in header[-1] if c.colspan > 1 and c.text.strip()]
    below = [c for c in filled if any(w.col <= c.col < w.col + w.colspan for w in wide)]
    return len(below) > 1 and len(below) == len(filled) and not total_kind(filled[0].text)


def _cover(body: Sequence[Row]) -> tuple[dict[int, GridCell], ...]:
    covers: list[dict[int, GridCell]] = [{} for _ in body]
    for index, row in enumerate(body):
        for cell in row:
            for down in range(index, min(index + cell.rowspan, len(body))):
                for col in range(cell.col, cell.col + cell.colspan):
                    covers[down].setdefault(col, cell)
    return tuple(covers)


def _second_parts(sheet: Sheet, dropped: int) -> dict[tuple[int, int], tuple[GridCell, ...]]:
    parts: dict[tuple[int, int], tuple[GridCell, ...]] = {}
    for row, col, cell in sheet.continued:
        place = (row - dropped, col)
        parts[place] = (*parts.get(place, ()), cell)
    return parts


def lay_out(sheet: Sheet) -> Layout:
    """The sheet with heading lines, header, column numbers and body set apart."""
    banners, header = _split_banners(_rows_of_header(sheet), sheet.cols)
    body = list(sheet.body)
    if not header:
        more, body = _split_banners(body, sheet.cols)
        banners += more
    header, body = _extend_header(header, body)
    numbers: dict[int, str] = {}
    named: list[Row] = []
    for row in header:
        found = numbers_of(row) or _counts_columns(row, body) if row is not header[0] else None
        if found is None:
            named.append(row)
        else:
            numbers |= found
    return Layout(
        cols=sheet.cols,
        banners=tuple(banners),
        header=tuple(named),
        numbers=numbers,
        body=tuple(body),
        cover=_cover(body),
        second_parts=_second_parts(sheet, len(sheet.body) - len(body)),
        told=_told(sheet, len(sheet.body) - len(body)),
        sums=frozenset(
            row - len(sheet.body) + len(body)
            for row, role in enumerate(sheet.roles)
            if role == "total"
        ),
        splits=sheet.splits,
    )


def _told(sheet: Sheet, dropped: int) -> dict[int, int]:
    pairs = ((row - dropped, above) for row, above in enumerate(sheet.told) if above is not None)
    return {row: above - dropped for row, above in pairs if row >= 0 and above >= dropped}


def header_path(layout: Layout, col: int) -> tuple[str, ...]:
    """The header texts over a column, from the outermost cell inwards, each once.

    What could not be read, as strokes of a seal in a blank header, names nothing.
    """
    path: list[str] = []
    for row in layout.header:
        for cell in row:
            if not cell.col <= col < cell.col + cell.colspan:
                continue
            legible = not cell.tokens or any(token.legible for token in cell.tokens)
            text = plain(cell.text) if legible else ""
            if text and path[-1:] != [text]:
                path.append(text)
    return tuple(path)
