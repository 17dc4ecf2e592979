"""The rest of a table without verticals on the page after: rows in the columns before them.

A few rows, or one, that a page break has cut off show no columns of their own. What columns
they stand in, the page before tells: its table's edges hold for them where every figure and
every label falls into a column of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.amount import parse_amount
from schemas.geometry import Box
from schemas.grid import Grid, TextLine
from schemas.page import PageText, Token
from worker.aligned_columns import Band, column_at, figures_in, is_figure_line
from worker.aligned_rows import row_rules, rows_of_body
from worker.rowless import body_cell, row_tops


def continued_grid(page: PageText, lines: Sequence[TextLine], before: Grid) -> Grid | None:
    """The rows of ``lines`` in the columns of ``before``, the last table of the page before.

    None where they don't fit those columns, or where the pages don't follow each other.
    """
    figured = [line for line in lines if is_figure_line(line)]
    if before.ruled or before.page != page.number - 1 or not figured:
        return None
    texts = _text_columns(before)
    body = [ln for ln in lines if figured[0].box.y0 <= ln.box.cy <= figured[-1].box.y1]
    if not texts or not all(_fits(line, before.col_edges, texts) for line in body):
        return None
    edges = before.col_edges
    bands = [Band(edges[k], edges[k + 1], k not in texts) for k in range(before.cols)]
    labels = next((k for k in range(before.cols) if k not in texts), before.cols)
    placed = rows_of_body(body, edges, labels, row_rules(page, bands, body))
    top_of = row_tops(placed)
    ys, tops = list(top_of), list(top_of.values())
    bottom = max(ln.box.y1 for ln in body)
    row_edges = [*tops, bottom]
    return Grid(
        page=page.number,
        box=Box(edges[0], tops[0], edges[-1], bottom),
        rows=len(ys),
        cols=before.cols,
        col_edges=edges,
        row_edges=tuple(row_edges),
        cells=tuple(
            body_cell(
                page.number,
                k,
                col,
                Box(edges[col], tops[k], edges[col + 1], max(tops[k], row_edges[k + 1])),
                placed.get((y, col), []),
            )
            for k, y in enumerate(ys)
            for col in range(before.cols)
        ),
        ruled=False,
        header_rows=0,
        to_page=page.to_page,
    )


def _text_columns(grid: Grid) -> set[int]:
    """The columns of the body that hold texts."""
    return {
        cell.col
        for cell in grid.cells
        if cell.row >= grid.header_rows and cell.text and parse_amount(cell.text) is None
    }


def _fits(line: TextLine, edges: Sequence[float], texts: set[int]) -> bool:
    """Whether figures stand where figures stood, one in a column, and texts where texts did."""
    figures = [column_at(edges, t.box.cx) for t in figures_in(line)]
    words = [t for t in line.tokens if parse_amount(t.text) is None]
    inside = all(edges[0] - 2 <= t.box.cx <= edges[-1] + 2 for t in line.tokens)
    return (
        inside
        and len(set(figures)) == len(figures)
        and not set(figures) & texts
        and all(column_at(edges, _start(t)) in texts for t in words)
    )


def _start(token: Token) -> float:
    return min(token.box.x0 + token.box.height, token.box.cx)
