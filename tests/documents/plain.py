"""A small sound table to spoil: three projects, their sources and their sums."""

from __future__ import annotations

from itertools import accumulate

import pymupdf

from eval.typeset import Face, Leaf, finished, ruled_grid
from schemas.geometry import Box

TITLE = "2031年部门项目支出表"
UNIT = "单位：万元"
HEADER = ("项目名称", "合计", "财政拨款", "其他资金")
ROWS = (
    ("合计", "1,250.60", "1,130.15", "120.45"),
    ("图书购置", "830.20", "760.00", "70.20"),
    ("馆舍修缮", "318.15", "298.15", "20.00"),
    ("夜间开放", "102.25", "72.00", "30.25"),
)
WIDTH, HEIGHT = 420.0, 297.0

_XS = tuple(accumulate((40.0, 130.0, 70.0, 70.0, 70.0)))
_TOP, _ROW = 90.0, 28.0


def plain_pdf(pages: int = 1, rows: tuple[tuple[str, ...], ...] = ROWS) -> bytes:
    """The table as a clean PDF with a text layer, once on each page."""
    with pymupdf.open() as document:
        for _ in range(pages):
            leaf = Leaf(document, WIDTH, HEIGHT)
            set_table(leaf, rows)
            leaf.close()
        return finished(document, TITLE)


def set_table(leaf: Leaf, rows: tuple[tuple[str, ...], ...] = ROWS) -> None:
    """Title, unit line and ruled table on ``leaf``."""
    whole = (_XS[0], _XS[-1])
    title = Face(size=15, leading=20, bold=True, align="center")
    leaf.text([TITLE], Box(whole[0], 36, whole[1], 60), title)
    leaf.text([UNIT], Box(whole[0], 70, whole[1], 86), Face(size=10, align="right"))
    ys = [_TOP + _ROW * n for n in range(len(rows) + 2)]
    for y, texts in zip(ys, (HEADER, *rows), strict=False):
        for at, text in enumerate(texts):
            face = Face(size=11, align="right" if at and texts is not HEADER else "center")
            leaf.text([text], Box(_XS[at], y, _XS[at + 1], y + _ROW), face)
    ruled_grid(leaf, _XS, ys)
