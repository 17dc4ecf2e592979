"""A document's tables on its pages, with headings, notes and a page of prose."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eval.made.frame import Frame, broken, framed
from eval.made.header import column_numbers
from eval.made.press import A3, A4, MARGIN, Press, Size
from eval.made.printing import Print
from eval.made.rotation import rotated
from eval.made.setting import Habits, Placed, set_table
from eval.made.spec import MadeSpec
from eval.made.table import MadeTable
from eval.made.widths import measured
from eval.made.words import PROSE
from eval.typeset import Face, text_width, wrap

_HEADING = 90.0
_LEAST_ROWS = 3
_WORDY = 150
_READABLE = 7.0
_UPRIGHTS = ("grid", "half_open")
_GUTTER = 0.6
"""Air beside a figure where no line divides it from its neighbour, times the type size."""


@dataclass(frozen=True, slots=True)
class Booklet:
    """A document as set: its bytes, how many pages, and where each table's cells are."""

    pdf: bytes
    pages: int
    placed: tuple[Placed, ...]


def set_booklet(sheets: Sequence[Print], spec: MadeSpec) -> Booklet:
    """The tables in type, one after another."""
    rng = random.Random(f"press {spec.seed}")
    press = Press(spec.latin, rng.choice((1, 1, 1, 5, 17)))
    habits = Habits(
        rulings=spec.rulings,
        line_width=rng.choice((0.4, 0.5, 0.75, 1.0)),
        valign="center" if rng.random() < 0.8 else "top",
        header_repeated=spec.header_repeated,
        cut_rows=spec.cut_rows,
    )
    face = Face(
        size=spec.size,
        leading=spec.size * rng.choice((1.2, 1.3, 1.45)),
        padding=max(2.0, spec.size * (0.3 if spec.rulings in _UPRIGHTS else _GUTTER)),
        latin=spec.latin,
    )
    fill = rng.random() < 0.75
    if spec.prose:
        _prose(press, face, rng)
    placed = []
    for sheet in sheets:
        frame, size = _framed(sheet, spec, face, fill)
        _make_room(press, frame, size)
        _heading(press, sheet.table, frame, spec, rng)
        placed.append(set_table(press, frame, habits))
        _notes(press, sheet.table, frame.face)
    pdf = rotated(press.finished(sheets[0].table.title), spec.page_turn)
    return Booklet(pdf, press.page, tuple(placed))


def _framed(sheet: Print, spec: MadeSpec, face: Face, fill: bool) -> tuple[Frame, Size]:
    """The table on the page that the spec wants, on a larger one where it must be.

    Raises:
        ValueError: if no page is wide enough.
    """
    numbers = column_numbers(sheet.table.columns, spec.numbered and sheet.table.language == "zh")
    sizes = _sizes(any(len(text) > _WORDY for text in sheet.texts.values()), spec.landscape)
    for size in sizes:
        measure = measured(sheet, face, size[0] - 2 * MARGIN, numbers, fill)
        if measure and (measure.face.size >= min(face.size, _READABLE) or size == sizes[-1]):
            return framed(sheet, spec, measure), size
    raise ValueError(f"no page is wide enough for {sheet.table.title}")


def _sizes(wordy: bool, landscape: bool) -> list[Size]:
    """The pages to try, the first choice first."""
    lying = (A4[1], A4[0])
    if wordy:
        return [lying, A3] if landscape else [A3, (A3[1], A3[0])]
    return [lying, (A3[1], A3[0])] if landscape else [A4, lying, A3]


def _make_room(press: Press, frame: Frame, size: Size) -> None:
    """Go on on the open page where the table's beginning fits there, else on a new one."""
    needed = sum(frame.header_heights) + sum(row.height for row in frame.rows[:_LEAST_ROWS])
    if press.is_open and size == press.size and press.y + needed + _HEADING < press.bottom:
        press.y += 24
    else:
        press.turn_over(size)


def _heading(
    press: Press, table: MadeTable, frame: Frame, spec: MadeSpec, rng: random.Random
) -> None:
    face = frame.face
    size = min(max(face.size + 5, 12.0), 18.0)
    title = replace(face, size=size, leading=size * 1.5, bold=True, align="center")
    line = replace(face, padding=0.0)
    if table.language == "zh" and rng.random() < 0.25:
        press.say([f"{rng.choice(('公开', '表', '附表'))}{rng.randint(1, 12)}"], line)
    press.say(broken(table.title, press.room, title), title)
    if table.language == "en":
        centred = replace(line, align="center")
        press.say([table.organisation], centred)
        press.say([f"Fiscal Year {table.fiscal_year}"], centred)
        press.y += face.size
        return
    press.y += face.size * 0.4
    y = press.y
    name = f"部门名称：{table.organisation}"
    width = max(frame.width, text_width(name, line.size, line.latin) + 9 * line.size)
    press.say([name], line, width)
    if not spec.unit_in_header:
        press.y = y
        press.say([f"单位：{table.unit}"], replace(line, align="right"), width)
    press.y += face.size * 0.3


def _notes(press: Press, table: MadeTable, face: Face) -> None:
    if table.notes:
        press.y += face.size * 0.5
    for note in table.notes:
        press.say(broken(note, press.room, face), replace(face, padding=0.0))


def _prose(press: Press, face: Face, rng: random.Random) -> None:
    """A page of text without a table."""
    press.turn_over(A4)
    large = replace(face, size=14.0, leading=26.0, padding=0.0)
    for paragraph in rng.sample(PROSE, len(PROSE)):
        press.say(wrap("　　" + paragraph, press.room, large.size, large.latin), large)
    press.close()
