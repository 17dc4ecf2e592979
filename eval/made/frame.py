"""A table cut into boxes: rows with the lines of each cell, before they go on pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from eval.made.header import HeaderCell, column_numbers, header_cells, header_depth
from eval.made.printing import Print
from eval.made.spec import MadeSpec
from eval.made.table import MadeColumn, MadeRow
from eval.made.widths import Measure
from eval.typeset import Face, wrap


@dataclass(frozen=True, slots=True)
class FramedCell:
    """A cell of the body: where it starts, what it covers, and its lines.

    ``indent`` is in points, ``lead`` the spaces printed before the first line.
    """

    col: int
    colspan: int
    rowspan: int
    lines: tuple[str, ...]
    face: Face
    indent: float = 0.0
    lead: str = ""

    @property
    def height(self) -> float:
        return len(self.lines) * self.face.leading


@dataclass(frozen=True, slots=True)
class FramedRow:
    """A body row; ``height`` in points without what a merged cell needs."""

    id: str
    cells: tuple[FramedCell, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A table ready for pages: column edges from 0, header and body.

    ``blocks`` are runs of row indices that merged cells tie together.
    """

    sheet: Print
    edges: tuple[float, ...]
    face: Face
    header: tuple[HeaderCell, ...]
    header_heights: tuple[float, ...]
    numbers: tuple[str, ...]
    rows: tuple[FramedRow, ...]
    blocks: tuple[tuple[int, ...], ...]
    air: float

    @property
    def width(self) -> float:
        return self.edges[-1]


def framed(sheet: Print, spec: MadeSpec, measure: Measure) -> Frame:
    """The table with its columns as measured."""
    columns, face = sheet.table.columns, measure.face
    edges = tuple(accumulate(measure.widths, initial=0.0))
    air = spec.row_room * face.size
    cells = header_cells(columns)
    rows = [
        FramedRow(row.id, cells_of, _row_height(cells_of, face, air))
        for row in sheet.table.rows
        for cells_of in [tuple(_cells(sheet, spec, measure, row))]
    ]
    blocks = tuple(_blocks(rows))
    return Frame(
        sheet=sheet,
        edges=edges,
        face=face,
        header=cells,
        header_heights=_header_heights(cells, header_depth(columns), edges, face, air),
        numbers=column_numbers(columns, spec.numbered and sheet.table.language == "zh"),
        rows=tuple(_with_room_for_spans(rows, blocks, air)),
        blocks=blocks,
        air=air,
    )


def header_face(face: Face) -> Face:
    return replace(face, align="center")


def broken(text: str, width: float, face: Face) -> tuple[str, ...]:
    """``text`` in lines; the spaces where a Latin line breaks are not printed."""
    lines = wrap(text, max(width, face.size), face.size, face.latin)
    return tuple(line.strip(" ") for line in lines if line.strip(" "))


def _cells(sheet: Print, spec: MadeSpec, measure: Measure, row: MadeRow) -> Iterator[FramedCell]:
    columns = sheet.table.columns
    label_at = next(at for at, column in enumerate(columns) if column.type == "label")
    for at, column in enumerate(columns):
        text = sheet.texts.get((row.id, column.key))
        if text is None or (row.wide and at < label_at):
            continue
        start = 0 if row.wide and at == label_at else at
        face = _face(column, measure.face, row)
        indent, lead = _indent(column, row, spec, face)
        width = sum(measure.widths[start : at + 1]) - 2 * face.padding - 0.5
        taken = indent + len(lead) * face.size
        yield FramedCell(
            col=start,
            colspan=at + 1 - start,
            rowspan=row.spans.get(column.key, 1),
            lines=broken(text, width - taken, face),
            face=face,
            indent=indent,
            lead=lead,
        )


def _face(column: MadeColumn, face: Face, row: MadeRow) -> Face:
    bold = row.role == "total"
    if column.type == "amount":
        return replace(face, align="right", bold=bold)
    if column.type in ("code", "count"):
        return replace(face, align="center" if column.key != "code" else "left")
    centred = row.wide or (row.role == "total" and "计" in row.label)
    return replace(face, align="center" if centred else "left", bold=bold)


def _indent(column: MadeColumn, row: MadeRow, spec: MadeSpec, face: Face) -> tuple[float, str]:
    """Points and spaces before a label."""
    if column.type != "label" or not row.depth or face.align != "left":
        return 0.0, ""
    match spec.indent:
        case "padding":
            return row.depth * face.size * 0.9, ""
        case "spaces":
            return 0.0, "　" * row.depth
        case _:
            return 0.0, ""


def _row_height(cells: Sequence[FramedCell], face: Face, air: float) -> float:
    tallest = max((cell.height for cell in cells if cell.rowspan == 1), default=0.0)
    return max(tallest, face.leading) + air


def _blocks(rows: Sequence[FramedRow]) -> Iterator[tuple[int, ...]]:
    start = 0
    while start < len(rows):
        stop = start + 1
        at = start
        while at < stop:
            stop = max([stop, *(at + cell.rowspan for cell in rows[at].cells)])
            at += 1
        yield tuple(range(start, stop))
        start = stop


def _with_room_for_spans(
    rows: Sequence[FramedRow], blocks: Sequence[tuple[int, ...]], air: float
) -> list[FramedRow]:
    """The rows, the last one of each block high enough for the block's merged cells."""
    done = list(rows)
    for block in blocks:
        for at in block:
            for cell in rows[at].cells:
                last = at + cell.rowspan - 1
                held = sum(done[one].height for one in range(at, last + 1))
                if cell.height + air > held:
                    more = cell.height + air - held
                    done[last] = replace(done[last], height=done[last].height + more)
    return done


def _header_heights(
    cells: Sequence[HeaderCell], depth: int, edges: Sequence[float], face: Face, air: float
) -> tuple[float, ...]:
    heights = [face.leading + air] * depth
    for cell in sorted(cells, key=lambda one: one.rowspan):
        width = edges[cell.col + cell.colspan] - edges[cell.col] - 2 * face.padding
        needed = len(broken(cell.text, width, face)) * face.leading + air
        held = sum(heights[cell.row : cell.row + cell.rowspan])
        if needed > held:
            heights[cell.row + cell.rowspan - 1] += needed - held
    return tuple(heights)
