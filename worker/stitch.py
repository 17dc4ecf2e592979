"""Tables over page breaks: the grids of consecutive pages that are one table, joined."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.amount import Amount, narrow, parse_amount
from schemas.geometry import PageMap
from schemas.grid import Grid, GridCell, Sheet, TextLine
from worker.cut_header import is_head_of, with_head
from worker.header import amount_columns, rows_of

_SAME_TEXT = 0.86  # similarity at which two readings of a header or title are one text
_ALIKE = 0.5  # similarity of a whole header on bad paper whose rulings say the same
_FEWEST_EDGES = 4  # columns whose rulings say that two grids are of one table
_SAME_EDGE = 0.02  # shift of a column edge, in widths of the table
_LEGIBLE = 0.5  # mean score of the characters of a line that says something
_MOVED = 2  # names over other columns than before from which a header is of other columns
_FURNITURE = 24  # characters: a longer line than this between two grids is content


def stitch(pages: Sequence[Sequence[Grid]]) -> tuple[Sheet, ...]:
    """The tables of the document in reading order; ``pages`` has each page's grids in order.

    The first grid of a page continues the last one of the page before when its columns are
    the same and either its header repeats or it has neither header nor title of its own, or
    when that one is no more than the head of its header, cut off by the page break.
    """
    chains: list[list[_Part]] = []
    for grids in pages:
        for place, grid in enumerate(_headed(grids)):
            before = chains[-1][-1].grid if chains else None
            skip = _continues(before, grid) if before is not None and place == 0 else None
            if skip is not None:
                chains[-1].append(_Part(grid, skip))
            elif before is not None and place == 0 and is_head_of(before, grid):
                chains[-1] = [_Part(with_head(before, grid), 0, before)]
            else:
                chains.append([_Part(grid, 0)])
    return tuple(_sheet(chain) for chain in chains)


def _headed(grids: Sequence[Grid]) -> list[Grid]:
    """The grids of a page, those with nothing above under the heading of the grid before."""
    headed: list[Grid] = []
    for grid in grids:
        bare = headed and not grid.above
        headed.append(replace(grid, above=headed[-1].above) if bare else grid)
    return headed


@dataclass(frozen=True, slots=True)
class _Part:
    """A grid of a chain; its first ``skip`` rows repeat the header.

    ``head`` is the part of it that stands on the page before.
    """

    grid: Grid
    skip: int
    head: Grid | None = None


def _continues(before: Grid, grid: Grid) -> int | None:
    """How many leading rows of ``grid`` repeat the header; None where it is a new table."""
    if grid.page != before.page + 1 or not _same_columns(before, grid):
        return None
    if any(len(narrow(line.text)) > _FURNITURE and _legible(line) for line in before.below):
        return None
    repeated = _repeated_rows(before, grid)
    same_title = _same_lines(before.above, grid.above)
    if repeated and (same_title or not _titles(grid.above)) and not _starts_over(before, grid):
        return repeated
    if not repeated and not grid.header_rows and not _titles(grid.above):
        return 0
    return None


def _legible(line: TextLine) -> bool:
    """Whether a line is text, and not the dark edge of a scan that was taken for it."""
    scores = [score for token in line.tokens for score in token.char_scores]
    return not scores or sum(scores) / len(scores) >= _LEGIBLE


def _same_columns(a: Grid, b: Grid) -> bool:
    if a.cols != b.cols:
        return False
    if not a.ruled or not b.ruled:
        return a.ruled == b.ruled
    return all(
        abs(_relative(a, x) - _relative(b, y)) < _SAME_EDGE
        for x, y in zip(a.col_edges, b.col_edges, strict=True)
    )


def _relative(grid: Grid, x: float) -> float:
    return (x - grid.box.x0) / max(grid.box.width, 1.0)


def _same_text(a: str, b: str) -> bool:
    a, b = narrow(a), narrow(b)
    return a == b or _likeness(a, b) >= _SAME_TEXT


def _likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def _repeated_rows(before: Grid, grid: Grid) -> int:
    """Leading rows of ``grid`` that say what the header of ``before`` says."""
    head = [_row_text(row) for row in rows_of(before)[: before.header_rows]]
    rows = [_row_text(row) for row in rows_of(grid)]
    if not head or len(rows) < len(head):
        return 0
    same = all(_same_text(a, b) for a, b in zip(head, rows, strict=False))
    repeats = (same and not _moved(before, grid)) or _hardly_legible(before, grid)
    return len(head) if repeats else 0


def _hardly_legible(before: Grid, grid: Grid) -> bool:
    """Whether a scanned header between the same rulings may be a misread repetition."""
    scanned = any(token.source == "ocr" for cell in grid.cells for token in cell.tokens)
    ruled = before.ruled and grid.ruled and grid.cols >= _FEWEST_EDGES
    if not (scanned and ruled and grid.header_rows == before.header_rows):
        return False
    first, again = _header_texts(before), _header_texts(grid)
    alike = [_likeness(text, again.get(place, "")) for place, text in first.items()]
    return bool(alike) and sum(alike) >= _ALIKE * len(alike)


def _header_texts(grid: Grid) -> dict[tuple[int, int], str]:
    return {
        (c.row, c.col): narrow(c.text)
        for c in grid.cells
        if c.row < grid.header_rows and narrow(c.text)
    }


def _moved(before: Grid, grid: Grid) -> bool:
    """Whether names stand over other columns of ``grid``: a column was lost or made of dirt."""
    a, b = _names(before), _names(grid)
    place = {name: at for at, name in b.items()}
    moved = sum(place.get(name, at) != at for at, name in a.items())
    return moved >= _MOVED and len(place) == len(b)


def _names(grid: Grid) -> dict[int, str]:
    """What stands over each column in the last row of its header."""
    last = grid.header_rows - 1
    return {c.col: narrow(c.text) for c in grid.cells if c.row == last and narrow(c.text)}


def _row_text(row: Sequence[GridCell]) -> str:
    return "|".join(cell.text for cell in row)


def _same_lines(a: Sequence[TextLine], b: Sequence[TextLine]) -> bool:
    """Whether the lines over two grids are the same title, page numbers left out.

    The first page of a table may have a chapter heading over the title.
    """
    left, right = _content(a), _content(b)
    if not right or len(right) > len(left):
        return not left and not right
    return all(map(_same_text, left[-len(right) :], right))


def _content(lines: Sequence[TextLine]) -> list[str]:
    return [ln.text for ln in lines if any(c.isalpha() for c in ln.text)]


def _titles(lines: Sequence[TextLine]) -> bool:
    """Whether the lines over a grid can be a title (a running head of the page is short)."""
    return len(_content(lines)) > 1


def _starts_over(before: Grid, grid: Grid) -> bool:
    """Whether both grids start with the same row of figures' label (a total at the top)."""
    first, second = _first_body(before), _first_body(grid)
    return (
        bool(first)
        and bool(second)
        and narrow(first[0].text) == narrow(second[0].text)
        and (bool(narrow(first[0].text)) and first[0].rowspan == 1)
        and _labels_total(first)
    )


def _labels_total(row: Sequence[GridCell]) -> bool:
    return len(narrow(row[0].text)) <= 4 and any(
        isinstance(parse_amount(c.text), Amount) for c in row[1:]
    )


def _first_body(grid: Grid) -> list[GridCell]:
    rows = rows_of(grid)
    return rows[grid.header_rows] if grid.header_rows < len(rows) else []


def _sheet(chain: Sequence[_Part]) -> Sheet:
    first = chain[0].grid
    head = tuple(c for c in first.cells if c.row < first.header_rows)
    body: list[tuple[GridCell, ...]] = []
    continued: list[tuple[int, int, GridCell]] = []
    figures = amount_columns(first)
    for number, part in enumerate(chain):
        rows = rows_of(part.grid)[part.skip if number else first.header_rows :]
        if number and rows and body and _cut_row(rows[0], figures):
            continued.extend((len(body) - 1, cell.col, cell) for cell in rows.pop(0) if cell.text)
        for row in rows:
            body.append(tuple(_in_row(c, first.header_rows + len(body)) for c in row))
    return Sheet(
        pages=tuple(grid.page for grid in _grids(chain)),
        cols=first.cols,
        header_rows=first.header_rows,
        header=head,
        body=tuple(body),
        ruled=first.ruled,
        above=first.above,
        below=chain[-1].grid.below,
        continued=tuple(continued),
        to_page=_maps(chain),
    )


def _in_row(cell: GridCell, row: int) -> GridCell:
    """The cell as one of this row, which nearly all are in."""
    return cell if cell.row == row else replace(cell, row=row)


def _cut_row(row: Sequence[GridCell], figures: set[int]) -> bool:
    """Whether a row is the rest of one cut by the page break: text, but nothing of its own.

    Its own would be a figure, or the label of one: the first column's, or that of a column
    which stands left of figures.
    """
    texts = [c for c in row if c.text]
    own = [c for c in texts if c.col == 0 or c.col in figures or c.col + c.colspan in figures]
    return bool(texts) and not own


def _maps(chain: Sequence[_Part]) -> tuple[tuple[int, PageMap], ...]:
    return tuple((grid.page, grid.to_page) for grid in _grids(chain))


def _grids(chain: Sequence[_Part]) -> list[Grid]:
    heads = [part.head for part in chain if part.head is not None]
    return [*heads, *(part.grid for part in chain)]
