"""A made-up notice with its annex: a page of prose, then an allocation table on its side.

City, offices and figures are invented. The table has a header three deep, subtotals across
and down, negatives, blanks beside zeros, and a seal stamped over its figures.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import pymupdf

from eval.scanner import ScanSettings, placement
from eval.seal import Seal
from eval.truth import printed_cell, true_result
from eval.typeset import Face, Leaf, SetLine, finished, wrap
from schemas.draft import ColumnType, Role
from schemas.geometry import Box
from schemas.result import Cell, Result, ResultColumn, Row, Table

CONTENT = Path(__file__).parent / "content" / "annex.json"

NOTICE_SCAN = ScanSettings(
    mode="colour",
    skew_degrees=-0.4,
    blur=0.5,
    noise=2.0,
    contrast=0.9,
    paper=248,
    uneven=0.05,
    specks=12,
    jpeg_quality=60,
    seals=(Seal("云岭市财政局", 0.70, 0.655, angle=-8),),
)
ANNEX_SCAN = replace(
    NOTICE_SCAN,
    quarter_turns=1,
    skew_degrees=0.9,
    edge_shadow=0.3,
    seals=(Seal("云岭市财政局", 0.30, 0.46, middle="附件专用章", angle=14, strength=0.9),),
)
SCANS = (NOTICE_SCAN, ANNEX_SCAN)

_LONG, _SHORT = 841.89, 595.28
_EDGES = tuple(accumulate((40.0, 126.0, 72.0, *(68.0,) * 6, 66.0, 90.0)))
_HEADER_Y, _HEADER_ROW, _ROW = 112.0, 24.0, 30.0
_HEADER_ROWS = 3
_PROSE_EDGES = (76.0, _SHORT - 76.0)
_FACE = Face(size=9.5, leading=12, padding=3)
_CENTRED = replace(_FACE, align="center")
_FIGURE = replace(_FACE, align="right")
_PROSE = Face(size=15, leading=28, padding=0)
_RED = (0.85, 0.1, 0.1)
_TYPES: tuple[ColumnType, ...] = ("label", *("amount",) * 8, "text")
_TABLE_PAGE = 2


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell of the header: its place, its spans, its text."""

    row: int
    col: int
    rowspan: int
    colspan: int
    text: str

    @property
    def box(self) -> Box:
        top = _HEADER_Y + self.row * _HEADER_ROW
        height = self.rowspan * _HEADER_ROW
        return Box(_EDGES[self.col], top, _EDGES[self.col + self.colspan], top + height)


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """A row of the annex, its cells as printed."""

    role: Role
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """The whole content: the letter and its annex."""

    office: str
    number: str
    subject: str
    to: str
    paragraphs: tuple[str, ...]
    enclosure: str
    signature: str
    date: str
    mark: str
    title: str
    unit: str
    fiscal_year: int
    header: tuple[HeaderCell, ...]
    rows: tuple[AllocationRow, ...]


def read_notice(path: Path = CONTENT) -> Notice:
    """The content, from its file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Notice(
        **{
            **data,
            "paragraphs": tuple(data["paragraphs"]),
            "header": tuple(HeaderCell(*cell) for cell in data["header"]),
            "rows": tuple(AllocationRow(role, tuple(texts)) for role, *texts in data["rows"]),
        }
    )


def set_notice(notice: Notice) -> bytes:
    """Letter and annex as a clean PDF: one page upright, one landscape."""
    with pymupdf.open() as document:
        _set_letter(Leaf(document, _SHORT, _LONG), notice)
        leaf = Leaf(document, _LONG, _SHORT)
        _set_annex(leaf, notice)
        leaf.close()
        return finished(document, notice.subject)


def notice_gold(notice: Notice, scan: bytes, name: str) -> Result:
    """The gold of the scanned notice, its boxes where the scanner put the ink."""
    with pymupdf.open() as document:
        cells = _set_annex(Leaf(document, _LONG, _SHORT), notice)
    columns = tuple(_column(notice, at) for at in range(len(_TYPES)))
    table = Table(
        id="t1",
        form="allocation",
        title=notice.title,
        organisation=None,
        fiscal_year=notice.fiscal_year,
        unit=notice.unit,
        pages=(_TABLE_PAGE,),
        columns=columns,
        rows=tuple(_row(notice.rows, n, columns, cells[n]) for n in range(len(notice.rows))),
        checks=(),
    )
    return true_result(scan, name, "scan", table, pages=len(SCANS))


def _set_letter(leaf: Leaf, notice: Notice) -> None:
    x0, x1 = _PROSE_EDGES
    office = Face(size=34, leading=44, bold=True, align="center", colour=_RED)
    leaf.text([notice.office], Box(x0, 90, x1, 134), office)
    leaf.text([notice.number], Box(x0, 168, x1, 190), replace(_PROSE, align="center"))
    leaf.bar(Box(x0, 200, x1, 202), _RED)
    subject = Face(size=19, leading=30, bold=True, align="center")
    leaf.text(wrap(notice.subject, 380, subject.size), Box(x0, 230, x1, 290), subject)
    y = 310.0
    for text in (notice.to, *(f"　　{p}" for p in notice.paragraphs), f"　　{notice.enclosure}"):
        lines = wrap(text, x1 - x0, _PROSE.size)
        leaf.text(lines, Box(x0, y, x1, y + len(lines) * _PROSE.leading), _PROSE)
        y += len(lines) * _PROSE.leading
    right = replace(_PROSE, align="right", padding=40)
    leaf.text([notice.signature, notice.date], Box(x0, y + 20, x1, y + 76), right)
    leaf.close()


def _set_annex(leaf: Leaf, notice: Notice) -> tuple[tuple[Cell, ...], ...]:
    """Set the annex; gives the gold cells of each row, with boxes on the scanned page."""
    whole = (_EDGES[0], _EDGES[-1])
    leaf.text([notice.mark], Box(whole[0], 40, whole[1], 56), replace(_FACE, size=12))
    title = Face(size=17, leading=24, bold=True, align="center")
    leaf.text([notice.title], Box(whole[0], 62, whole[1], 86), title)
    unit = replace(_FIGURE, size=10)
    leaf.text([f"单位：{notice.unit}"], Box(whole[0], 94, whole[1], 108), unit)
    for cell in notice.header:
        lines = wrap(cell.text, cell.box.width - 6, _FACE.size)
        leaf.text(lines, cell.box, replace(_CENTRED, bold=True))
        _frame(leaf, cell.box)
    leaf.text([f"第 {_TABLE_PAGE} 页"], Box(whole[0], 560, whole[1], 574), _CENTRED)
    top = _HEADER_Y + _HEADER_ROWS * _HEADER_ROW
    return tuple(
        tuple(_set_cell(leaf, row, at, top + n * _ROW) for at in range(len(_TYPES)))
        for n, row in enumerate(notice.rows)
    )


def _set_cell(leaf: Leaf, row: AllocationRow, at: int, y: float) -> Cell:
    box = Box(_EDGES[at], y, _EDGES[at + 1], y + _ROW)
    face = _FIGURE if _TYPES[at] == "amount" else _CENTRED
    lines = wrap(row.texts[at], box.width - 2 * face.padding, face.size)
    landed = leaf.text(lines, box, replace(face, bold=row.role != "item"))
    _frame(leaf, box)
    to_scan = placement(ANNEX_SCAN, _LONG, _SHORT)
    moved = [SetLine(line.text, to_scan.box(line.box), line.size) for line in landed]
    return printed_cell(row.texts[at], moved, to_scan.box(box), _TABLE_PAGE, _TYPES[at])


def _frame(leaf: Leaf, box: Box) -> None:
    leaf.rule(box.x0, box.y0, box.x1, box.y0)
    leaf.rule(box.x0, box.y1, box.x1, box.y1)
    leaf.rule(box.x0, box.y0, box.x0, box.y1)
    leaf.rule(box.x1, box.y0, box.x1, box.y1)


def _column(notice: Notice, at: int) -> ResultColumn:
    over = [c for c in notice.header if c.col <= at < c.col + c.colspan]
    path = tuple(cell.text for cell in sorted(over, key=lambda cell: cell.row))
    return ResultColumn(key=f"c{at + 1}", label=path[-1], type=_TYPES[at], path=path)


def _row(
    rows: Sequence[AllocationRow],
    number: int,
    columns: Sequence[ResultColumn],
    cells: Sequence[Cell],
) -> Row:
    row = rows[number]
    above: dict[Role, Role] = {"group": "total", "item": "group"}
    parents = (n for n in reversed(range(number)) if rows[n].role == above.get(row.role))
    return Row(
        id=f"r{number + 1}",
        parent=next((f"r{n + 1}" for n in parents), None),
        role=row.role,
        label=row.texts[0],
        pages=(_TABLE_PAGE,),
        cells={column.key: cell for column, cell in zip(columns, cells, strict=True)},
    )
