"""Sheets from rows of strings, as a page of 9-point text would give them."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.geometry import Box, PageMap
from schemas.grid import GridCell, Sheet, TextLine
from schemas.page import Reading, Token, TokenSource

WIDTH, HEIGHT, SIZE = 100.0, 20.0, 9.0


def sheet(
    header: Sequence[Sequence[str]],
    body: Sequence[Sequence[str]],
    above: Sequence[str] = (),
    *,
    source: TokenSource = "text",
    confidence: float = 1.0,
    readings: dict[str, tuple[Reading, ...]] | None = None,
    pages: tuple[int, ...] = (1,),
) -> Sheet:
    """A sheet on page 1; ``pages`` only says otherwise, its cells stay there.

    In the header, ``<`` continues the cell on its left and ``^`` the one above. Leading
    spaces of a text are its indent, one size each; ``|`` breaks a line. ``readings`` gives
    tokens with that text their candidates.
    """
    ink = _Ink(source, confidence, readings or {})
    rows = tuple(
        tuple(ink.cell(r, c, text) for c, text in enumerate(row))
        for r, row in enumerate(body, len(header))
    )
    return Sheet(
        pages=pages,
        cols=len(body[0]) if body else len(header[0]),
        header_rows=len(header),
        header=tuple(_merged(header, ink)),
        body=rows,
        ruled=True,
        above=tuple(ink.line(text, 0.0, 20.0 * i - 400.0) for i, text in enumerate(above)),
        below=(),
        continued=(),
        to_page=((1, PageMap()),),
    )


class _Ink:
    def __init__(
        self, source: TokenSource, confidence: float, readings: dict[str, tuple[Reading, ...]]
    ) -> None:
        self.source, self.confidence, self.readings = source, confidence, readings

    def line(self, text: str, x: float, y: float) -> TextLine:
        indent = len(text) - len(text.lstrip(" "))
        text = text.strip(" ")
        x += 2.0 + indent * SIZE
        box = Box(x, y, x + max(len(text), 1) * SIZE * 0.5, y + SIZE)
        token = Token(text, box, self.source, self.confidence, readings=self.readings.get(text, ()))
        return TextLine(text, box, (token,))

    def cell(self, row: int, col: int, text: str, rowspan: int = 1, colspan: int = 1) -> GridCell:
        x, y = col * WIDTH, row * HEIGHT
        box = Box(x, y, x + colspan * WIDTH, y + rowspan * HEIGHT)
        lines = tuple(
            self.line(part, x, y + 2.0 + i * SIZE)
            for i, part in enumerate(text.split("|"))
            if part.strip()
        )
        indent = lines[0].box.x0 - x if lines else 0.0
        joined = "".join(line.text for line in lines)
        return GridCell(row, col, rowspan, colspan, box, 1, lines, joined, indent)


def _merged(header: Sequence[Sequence[str]], ink: _Ink) -> list[GridCell]:
    cells: list[GridCell] = []
    for r, row in enumerate(header):
        for c, text in enumerate(row):
            if text in ("<", "^"):
                continue
            wide = 1
            while c + wide < len(row) and row[c + wide] == "<":
                wide += 1
            deep = 1
            while r + deep < len(header) and header[r + deep][c] == "^":
                deep += 1
            cells.append(ink.cell(r, c, text, deep, wide))
    return cells
