"""Small pages for tests, drawn with real fonts and read back through the real reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pymupdf

from schemas.grid import Grid
from schemas.page import PageText
from worker.grid import grids
from worker.pdf import open_document
from worker.textlayer import read_text_layer

_HAN = pymupdf.Font("china-s")
Draw = Callable[[pymupdf.Page], None]


def write(
    page: pymupdf.Page, x: float, y: float, text: str, size: float = 9, rotate: int = 0
) -> None:
    """Text with its baseline's start at (x, y), in a font that has Chinese."""
    page.insert_font(fontname="han", fontbuffer=_HAN.buffer)
    page.insert_text((x, y), text, fontsize=size, fontname="han", rotate=rotate)


def line(page: pymupdf.Page, x0: float, y0: float, x1: float, y1: float) -> None:
    page.draw_line((x0, y0), (x1, y1), width=0.6)


def table(
    page: pymupdf.Page,
    xs: Sequence[float],
    ys: Sequence[float],
    rows: Sequence[Sequence[str]],
    *,
    size: float = 9,
) -> None:
    """A fully ruled table; a text None-like empty string leaves the cell blank."""
    for x in xs:
        line(page, x, ys[0], x, ys[-1])
    for y in ys:
        line(page, xs[0], y, xs[-1], y)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if text:
                write(page, xs[j] + 3, ys[i] + size + 4, text, size)


def document(path: Path, *draws: Draw, width: float = 595, height: float = 842) -> Path:
    """A PDF of one page per function, saved at ``path``."""
    pdf = pymupdf.open()
    for draw in draws:
        draw(pdf.new_page(width=width, height=height))
    pdf.save(path)
    pdf.close()
    return path


def read(path: Path) -> list[PageText]:
    """Every page of the document by its text layer."""
    pages = []
    with open_document(path) as opened:
        for index in range(opened.page_count):
            width, height = opened.page_size(index)
            pages.append(
                read_text_layer(
                    index + 1, width, height, opened.stretches(index), opened.segments(index)
                )
            )
    return pages


def grids_of(path: Path) -> list[tuple[Grid, ...]]:
    found: list[tuple[Grid, ...]] = []
    for page in read(path):
        found.append(grids(page, found[-1][-1] if found and found[-1] else None))
    return found


def texts(grid: Grid) -> list[list[str]]:
    """The grid's texts row by row, merged cells once at their first place."""
    rows: list[list[str]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row].append(cell.text)
    return rows
