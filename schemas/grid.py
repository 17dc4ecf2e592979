"""Rows x columns of cell boxes on one page, and the same joined over page breaks."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.geometry import Box, PageMap
from schemas.page import Token


@dataclass(frozen=True, slots=True)
class TextLine:
    """Tokens of one printed line, left to right; ``text`` is their join."""

    text: str
    box: Box
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell, merged cells counted once at their top left corner.

    ``lines`` are the printed lines inside, top to bottom; ``text`` is their join as one
    text. ``indent`` is how far the first line starts right of the cell's left edge, in
    points. ``page`` counts from 1; ``box`` is in that page's upright space.
    """

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    page: int
    lines: tuple[TextLine, ...] = ()
    text: str = ""
    indent: float = 0.0

    @property
    def tokens(self) -> tuple[Token, ...]:
        if len(self.lines) == 1:
            return self.lines[0].tokens
        return tuple(token for line in self.lines for token in line.tokens)


@dataclass(frozen=True, slots=True)
class Grid:
    """One table on one page.

    ``cells`` holds each cell once, in reading order. ``ruled`` says whether the columns
    come from rulings (else from alignment). ``header_rows`` counts the leading rows that
    name the columns. ``above`` and ``below`` are the text lines of the page between this
    table and its neighbours, top to bottom.
    """

    page: int
    box: Box
    rows: int
    cols: int
    col_edges: tuple[float, ...]
    row_edges: tuple[float, ...]
    cells: tuple[GridCell, ...]
    ruled: bool
    header_rows: int
    above: tuple[TextLine, ...] = ()
    below: tuple[TextLine, ...] = ()
    to_page: PageMap = field(default_factory=PageMap)


@dataclass(frozen=True, slots=True)
class Split:
    """How a model takes a stretch of the text of indicators apart.

    ``parts`` has for each indicator the texts that are printed for its level 1, level 2,
    name, target of the whole term and target of the year; "" where nothing is printed.
    """

    text: str
    parts: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole table: grids of one or more pages joined at the page breaks.

    ``header`` holds the header cells once (row and col count from the top of the table);
    ``body`` one tuple per body row with its cells in column order. A cell that spans rows
    is in the tuple of its first row only, and so is one cut by a page break
    (``continued`` then holds ``(row index, col, second part)``).
    ``above``/``below`` are the lines around the first/last grid; ``to_page`` maps each
    page's upright space to page space. ``beside`` is the ink within the table's height on
    its pages that is in no cell, with its page. ``told`` says of each body row which one a
    model takes it for a part of (by index, None: of none), ``roles`` what it takes each for,
    ``title`` what it takes for the table's title; empty where no model was asked.
    ``splits`` is what a model says of texts of indicators, of this table's or of others'.
    """

    pages: tuple[int, ...]
    cols: int
    header_rows: int
    header: tuple[GridCell, ...]
    body: tuple[tuple[GridCell, ...], ...]
    ruled: bool
    above: tuple[TextLine, ...]
    below: tuple[TextLine, ...]
    continued: tuple[tuple[int, int, GridCell], ...]
    to_page: tuple[tuple[int, PageMap], ...]
    beside: tuple[tuple[int, Token], ...] = ()
    told: tuple[int | None, ...] = ()
    roles: tuple[str, ...] = ()
    title: str = ""
    splits: tuple[Split, ...] = ()
