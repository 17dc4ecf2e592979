"""A model's proposal as a sheet, so that the same drafters read it that read the rules' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from schemas.geometry import Box
from schemas.grid import GridCell, Sheet, TextLine
from schemas.page import Token
from worker.lines import indent_of, join_lines, lines_of
from worker.llm.case import Ink, case_of
from worker.llm.proposal import Proposal


def proposed_sheet(sheet: Sheet, proposal: Proposal) -> Sheet:
    """The sheet with the columns and rows that the model proposes, of the same ink.

    What the proposal does not place stays around the table. A merged header cell is one over
    all columns that share its ink.
    """
    _, ink = case_of(sheet, proposal.table)
    columns = [list(ids) for _, _, ids in proposal.columns]
    edges = _edges(ink, proposal)
    header, depth = _header(ink, columns, edges, sheet.pages[0])
    body: list[tuple[GridCell, ...]] = []
    continued: list[tuple[int, int, GridCell]] = []
    for at, row in enumerate(proposal.rows):
        cells = []
        for col in range(len(columns)):
            parts = _parts(ink, row.cells.get(col, ()))
            pages = [page for page, _ in parts] or [ink.pages[row.ids[0] - 1]]
            band = _band(ink, row.ids, pages[0])
            box = Box(edges[col], band[0], max(edges[col + 1], edges[col]), band[1])
            tokens = parts[0][1] if parts else []
            cells.append(_cell(depth + at, col, box, pages[0], tokens))
            continued += [
                (at, col, _cell(depth + at, col, Box.around(t.box for t in held), page, held))
                for page, held in parts[1:]
            ]
        body.append(tuple(cells))
    used = {id(t) for row in proposal.rows for t in ink.of(row.ids)}
    used |= {id(t) for ids in columns for t in ink.of(ids)}
    named = used | {id(t) for t in ink.of(proposal.title)}
    beside = tuple((page, token) for page, token in sheet.beside if id(token) not in named)
    return replace(
        sheet,
        cols=len(columns),
        header_rows=depth,
        header=tuple(header),
        body=tuple(body),
        ruled=False,
        above=_left(sheet.above, used),
        below=_left(sheet.below, used),
        continued=tuple(continued),
        beside=beside,
        told=_told(proposal),
        roles=tuple(row.role for row in proposal.rows),
        title=join_lines(lines_of(ink.of(proposal.title))),
    )


def _left(lines: Sequence[TextLine], used: set[int]) -> tuple[TextLine, ...]:
    return tuple(line for line in lines if not any(id(t) in used for t in line.tokens))


def _told(proposal: Proposal) -> tuple[int | None, ...]:
    whose = {number: at for at, row in enumerate(proposal.rows) for number in row.ids}
    return tuple(
        whose.get(row.under) if row.under and whose.get(row.under) != at else None
        for at, row in enumerate(proposal.rows)
    )


def _parts(ink: Ink, ids: Sequence[int]) -> list[tuple[int, list[Token]]]:
    """The tokens by page, in page order."""
    by_page: dict[int, list[Token]] = {}
    for number in ids:
        by_page.setdefault(ink.pages[number - 1], []).append(ink.tokens[number - 1])
    return sorted(by_page.items())


def _band(ink: Ink, ids: Sequence[int], page: int) -> tuple[float, float]:
    boxes = [ink.tokens[i - 1].box for i in ids if ink.pages[i - 1] == page]
    if not boxes:
        boxes = [token.box for token in ink.of(ids)]
    return min(b.y0 for b in boxes), max(b.y1 for b in boxes)


def _edges(ink: Ink, proposal: Proposal) -> list[float]:
    """Where columns begin and end: half way between the ink of one and that of the next."""
    uses = _sharing([ids for _, _, ids in proposal.columns])
    spans: list[tuple[float, float] | None] = []
    for col, (_, _, ids) in enumerate(proposal.columns):
        own = [i for i in ids if len(uses[i]) == 1]
        own += [i for row in proposal.rows for i in row.cells.get(col, ())]
        boxes = [token.box for token in ink.of(own)]
        spans.append((min(b.x0 for b in boxes), max(b.x1 for b in boxes)) if boxes else None)
    known = [span for span in spans if span is not None]
    edges = [min((s[0] for s in known), default=0.0)]
    for left, right in pairwise(spans):
        end = left[1] if left is not None else edges[-1]
        start = right[0] if right is not None else end
        edges.append(max((end + start) / 2, edges[-1]))
    edges.append(max([s[1] for s in known] + [edges[-1]]))
    return edges


def _sharing(columns: Sequence[Sequence[int]]) -> dict[int, tuple[int, ...]]:
    """For each piece of the header the columns that it belongs to."""
    found: dict[int, list[int]] = {}
    for col, ids in enumerate(columns):
        for number in dict.fromkeys(ids):
            found.setdefault(number, []).append(col)
    return {number: tuple(cols) for number, cols in found.items()}


def _header(
    ink: Ink, columns: Sequence[Sequence[int]], edges: Sequence[float], page: int
) -> tuple[list[GridCell], int]:
    """The header cells and how many rows they have: wide ones over narrow ones."""
    sharing = _sharing(columns)
    paths = [_path(ids, sharing) for ids in columns]
    depth = max((len(path) for path in paths), default=0)
    cells = []
    for level in range(depth):
        for first, width, ids in _runs(paths, level):
            last = all(len(paths[c]) == level + 1 for c in range(first, first + width))
            tokens = ink.of(ids)
            y0, y1 = min(t.box.y0 for t in tokens), max(t.box.y1 for t in tokens)
            box = Box(edges[first], y0, edges[first + width], y1)
            cell = _cell(level, first, box, page, tokens)
            cells.append(replace(cell, colspan=width, rowspan=depth - level if last else 1))
    return cells, depth


def _path(ids: Sequence[int], sharing: Mapping[int, tuple[int, ...]]) -> list[tuple[int, ...]]:
    """A column's header from the widest cell to its own, each by its pieces."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for number in dict.fromkeys(ids):
        groups.setdefault(sharing[number], []).append(number)
    return [tuple(groups[cols]) for cols in sorted(groups, key=lambda cols: -len(cols))]


def _runs(
    paths: Sequence[Sequence[tuple[int, ...]]], level: int
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """First column, width and pieces of each cell of one level."""
    col = 0
    while col < len(paths):
        ids = paths[col][level] if level < len(paths[col]) else ()
        width = 1
        while (
            ids
            and col + width < len(paths)
            and level < len(paths[col + width])
            and paths[col + width][level] == ids
        ):
            width += 1
        if ids:
            yield col, width, ids
        col += width


def _cell(row: int, col: int, box: Box, page: int, tokens: Sequence[Token]) -> GridCell:
    lines = lines_of(tokens)
    return GridCell(
        row=row,
        col=col,
        rowspan=1,
        colspan=1,
        box=box,
        page=page,
        lines=lines,
        text=join_lines(lines),
        indent=indent_of(lines, box.x0),
    )
