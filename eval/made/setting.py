"""One table on its way over the pages: what goes where, and what a page break cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from eval.made.frame import Frame, FramedCell, FramedRow, broken, header_face
from eval.made.press import MARGIN, Press
from eval.made.printing import CellRef
from eval.made.rulings import draw_rulings
from eval.made.spec import Rulings
from eval.typeset import SetLine, Valign
from schemas.geometry import Box

_LEAST_LINES = 2
_BLANK_ROWS = 3


@dataclass(frozen=True, slots=True)
class Landed:
    """A part of a cell as set: the page (from 1), its box, its lines."""

    page: int
    box: Box
    lines: tuple[SetLine, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a table's cells are, each part by part, and on which pages its rows stand."""

    cells: Mapping[CellRef, tuple[Landed, ...]]
    row_pages: Mapping[str, tuple[int, ...]]
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a booklet sets all its tables."""

    rulings: Rulings
    line_width: float
    valign: Valign
    header_repeated: bool
    cut_rows: bool


def set_table(press: Press, frame: Frame, habits: Habits) -> Placed:
    """Set the whole table from where the press stands, over as many pages as it takes."""
    setting = _Setting(press, frame, habits)
    setting.header()
    if not frame.rows:
        setting.blank_rows()
    for block in frame.blocks:
        setting.block(block)
    return setting.placed()


class _Setting:
    def __init__(self, press: Press, frame: Frame, habits: Habits) -> None:
        self._press, self._frame, self._habits = press, frame, habits
        left = MARGIN + (press.room - frame.width) / 2
        self._edges = [left + edge for edge in frame.edges]
        self._cells: dict[CellRef, list[Landed]] = {}
        self._row_pages: dict[str, list[int]] = {}
        self._pages: list[int] = []
        self._boxes: list[Box] = []
        self._header_boxes: list[Box] = []

    # -- pages ----------------------------------------------------------------------------

    def placed(self) -> Placed:
        self._rule()
        return Placed(
            {place: tuple(parts) for place, parts in self._cells.items()},
            {row: tuple(pages) for row, pages in self._row_pages.items()},
            tuple(self._pages),
        )

    @property
    def _left_over(self) -> float:
        return self._press.bottom - self._press.y

    def _break(self) -> None:
        self._rule()
        self._press.turn_over()
        if self._habits.header_repeated:
            self.header()

    def _rule(self) -> None:
        """Draw the lines of what stands on this page."""
        draw_rulings(
            self._press.leaf,
            self._boxes,
            self._header_boxes,
            self._habits.rulings,
            self._habits.line_width,
        )
        self._boxes, self._header_boxes = [], []

    def _box(self, col: int, colspan: int, top: float, bottom: float) -> Box:
        return Box(self._edges[col], top, self._edges[col + colspan], bottom)

    # -- header ---------------------------------------------------------------------------

    def header(self) -> None:
        """Set the header and the row that numbers the columns."""
        frame, press = self._frame, self._press
        face = header_face(frame.face)
        tops = list(accumulate(frame.header_heights, initial=press.y))
        for cell in frame.header:
            box = self._box(cell.col, cell.colspan, tops[cell.row], tops[cell.row + cell.rowspan])
            lines = broken(cell.text, box.width - 2 * face.padding, face)
            press.leaf.text(lines, box, face)
            self._boxes.append(box)
            self._header_boxes.append(box)
        press.y = tops[-1]
        if frame.numbers:
            self._numbers()

    def _numbers(self) -> None:
        frame, press = self._frame, self._press
        bottom = press.y + frame.face.leading + frame.air
        for col, number in enumerate(frame.numbers):
            box = self._box(col, 1, press.y, bottom)
            if number:
                press.leaf.text([number], box, header_face(frame.face))
            self._boxes.append(box)
            self._header_boxes.append(box)
        press.y = bottom

    def blank_rows(self) -> None:
        """Some empty rows, as forms are published that have nothing to show."""
        frame, press = self._frame, self._press
        for _ in range(_BLANK_ROWS):
            bottom = press.y + frame.face.leading + frame.air
            self._boxes += [
                self._box(col, 1, press.y, bottom) for col in range(len(frame.edges) - 1)
            ]
            press.y = bottom
        self._pages.append(press.page)

    # -- body -----------------------------------------------------------------------------

    def block(self, block: Sequence[int]) -> None:
        """Set rows that merged cells tie together, on one page where that is possible."""
        rows = [self._frame.rows[at] for at in block]
        while rows:
            fits = _how_many(rows, self._left_over)
            whole = fits == len(rows)
            if whole or (fits and (self._habits.cut_rows or self._fresh) and _holds(rows, fits)):
                rest = _without(rows, fits)
                self._rows(rows[:fits])
                rows = rest
            elif len(rows) == 1 and self._may_cut(rows[0]):
                rows = [self._cut(rows[0])]
            elif self._fresh:
                self._rows(rows[: max(fits, 1)])
                rows = _without(rows, max(fits, 1))
            if rows:
                self._break()

    @property
    def _fresh(self) -> bool:
        """Whether nothing but a header stands on this page yet."""
        return len(self._boxes) == len(self._header_boxes)

    def _rows(self, rows: Sequence[FramedRow]) -> None:
        tops = list(accumulate((row.height for row in rows), initial=self._press.y))
        for at, (row, (top, _)) in enumerate(zip(rows, pairwise(tops), strict=True)):
            for cell in row.cells:
                bottom = tops[min(at + cell.rowspan, len(rows))]
                self._cell(row.id, cell, self._box(cell.col, cell.colspan, top, bottom))
            self._touch(row.id)
        self._press.y = tops[-1]

    def _cell(self, row: str, cell: FramedCell, box: Box, valign: Valign | None = None) -> None:
        face = replace(cell.face, valign=valign or self._habits.valign)
        if face.align != "left":
            face = replace(face, valign=valign or "center")
        lead = [cell.lead + line if at == 0 else line for at, line in enumerate(cell.lines)]
        inner = Box(min(box.x0 + cell.indent, box.x1), box.y0, box.x1, box.y1)
        lines = self._press.leaf.text(lead, inner, face)
        if cell.lead and lines:
            first = lines[0]
            ink = first.part(len(cell.lead), len(first.text))
            lines = (replace(first, text=first.text[len(cell.lead) :], box=ink), *lines[1:])
        self._boxes.append(box)
        key = self._frame.sheet.table.columns[cell.col + cell.colspan - 1].key
        self._cells.setdefault((row, key), []).append(Landed(self._press.page, box, lines))

    def _touch(self, row: str) -> None:
        for pages in (self._row_pages.setdefault(row, []), self._pages):
            if self._press.page not in pages:
                pages.append(self._press.page)

    def _may_cut(self, row: FramedRow) -> bool:
        """Whether the row's first lines should stay here: by habit, or as no page holds it."""
        lines = self._lines_left(row)
        longest = max(len(cell.lines) for cell in row.cells)
        can = _LEAST_LINES <= lines <= longest - 1
        return can and (self._habits.cut_rows or self._fresh)

    def _lines_left(self, row: FramedRow) -> int:
        face = row.cells[0].face
        return int((self._left_over - self._frame.air) / face.leading)

    def _cut(self, row: FramedRow) -> FramedRow:
        """Set the lines that fit down to the bottom, and give the row that is left."""
        count, press = self._lines_left(row), self._press
        bottom = press.y + count * row.cells[0].face.leading + self._frame.air
        for cell in row.cells:
            now = replace(cell, lines=cell.lines[:count])
            box = self._box(cell.col, cell.colspan, press.y, bottom)
            self._cell(row.id, now, box, "top")
        self._touch(row.id)
        press.y = bottom
        left = tuple(replace(cell, lines=cell.lines[count:], lead="") for cell in row.cells)
        height = max(cell.height for cell in left) + self._frame.air
        return FramedRow(row.id, left, height)


def _how_many(rows: Sequence[FramedRow], room: float) -> int:
    """How many of the rows the room holds."""
    heights = accumulate(row.height for row in rows)
    return sum(height <= room for height in heights)


def _holds(rows: Sequence[FramedRow], count: int) -> bool:
    """Whether the first rows are high enough for the lines of the cells merged over them."""
    for at, row in enumerate(rows[:count]):
        for cell in row.cells:
            held = sum(one.height for one in rows[at : min(at + cell.rowspan, count)])
            if cell.height > held:
                return False
    return True


def _without(rows: Sequence[FramedRow], count: int) -> list[FramedRow]:
    """The rows after the first ones, merged cells going on blank over the page break."""
    rest = list(rows[count:])
    if not rest:
        return []
    blank = [
        replace(cell, lines=(), rowspan=at + cell.rowspan - count, lead="")
        for at, row in enumerate(rows[:count])
        for cell in row.cells
        if at + cell.rowspan > count
    ]
    ordered = sorted((*rest[0].cells, *blank), key=lambda cell: cell.col)
    return [replace(rest[0], cells=tuple(ordered)), *rest[1:]]
