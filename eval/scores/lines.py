"""Figures anywhere: a measure that tools without tables can be held to.

Which figures a page prints is compared as a multiset: each printed figure is found once if
the tool read the same figure anywhere on that page, and a figure read twice is found twice
at most. In the second measure the figure must also stand in the right row: the middle of the
line it was read from must lie within the band that the row's figures take up on the page.
Tools that give tables are scored by their cells, with the same rules.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from eval.scores.case import Case, Line, value_of
from eval.scores.score import Meaning, Measure, Score, share
from schemas.geometry import Box
from schemas.result import Cell

MEANINGS = (
    Meaning(
        "anywhere.page",
        "Figures read somewhere on the page",
        "Of 100 figures printed, so many were read on their page, in whatever row or column.",
        "figures",
    ),
    Meaning(
        "anywhere.row",
        "Figures read in their row",
        "Of 100 figures printed, so many were read at the height of their row, in whatever column.",
        "figures",
    ),
)
_WORD = re.compile(r"[(（△▲+\-−–]?\s?[$¥￥]?\d[\d,，.．]*%?[)）]?")
_ANY_PAGE = None


def figures_in(text: str) -> Iterator[Decimal]:
    """The figures that stand in a line of text, from left to right."""
    for word in _WORD.findall(text):
        whole, bare = value_of(word), value_of(word.strip("()（）.,，．"))
        found = whole if whole is not None else bare
        if found is not None:
            yield found


def _score(case: Case) -> Iterator[Score]:
    read = list(_read(case))
    yield _by_page(case, read)
    yield _by_row(case, read)


def _read(case: Case) -> Iterator[tuple[int, Decimal, Box | None]]:
    """Every figure that was read, with its page and the box of its cell or line."""
    if case.result is None:
        for line in case.lines:
            yield from ((line.page, value, line.box) for value in figures_in(line.text))
        return
    for cell in case.read_cells.values():
        value = value_of(cell.value or cell.text)
        if value is not None:
            yield cell.page, value, Box(*cell.bbox)


def _by_page(case: Case, read: Sequence[tuple[int, Decimal, Box | None]]) -> Score:
    """Gold that names no page is looked for on all pages."""
    printed: dict[int | None, Counter[Decimal]] = defaultdict(Counter)
    for page, value in _printed(case):
        printed[page][value] += 1
    found = 0
    for page, wanted in printed.items():
        here = Counter(value for on, value, _ in read if page is _ANY_PAGE or on == page)
        found += (wanted & here).total()
    total = sum(wanted.total() for wanted in printed.values())
    return share("anywhere.page", found, total, "no figure is printed")


def _printed(case: Case) -> Iterator[tuple[int | None, Decimal]]:
    for block in case.gold.blocks:
        for row in block.rows:
            for column, text in zip(block.columns, row.cells, strict=True):
                value = value_of(text) if column.kind == "amount" else None
                if value is not None:
                    yield block.page, value


def _by_row(case: Case, read: Sequence[tuple[int, Decimal, Box | None]]) -> Score:
    if case.truth is None or not case.boxes:
        return Score("anywhere.row", unscored="the gold has no boxes for this file")
    if any(box is None for _, _, box in read):
        return Score("anywhere.row", unscored="the tool gives no boxes")
    found = total = 0
    for page, wanted, band in _rows(case):
        total += wanted.total()
        here = Counter(
            value
            for on, value, box in read
            if on == page and box is not None and band.contains(box.cx, box.cy)
        )
        found += (wanted & here).total()
    return share("anywhere.row", found, total, "no figure is printed")


def _rows(case: Case) -> Iterator[tuple[int, Counter[Decimal], Box]]:
    """The figures of each row on each page, and the band across the page that they take up."""
    assert case.truth is not None
    for table in case.truth.tables:
        amounts = [c.key for c in table.columns if c.type in {"amount", "percent", "count"}]
        for row in table.rows:
            cells = [row.cells[key] for key in amounts if key in row.cells]
            for page in {cell.page for cell in cells}:
                here = [c for c in cells if c.page == page and value_of(c.value) is not None]
                if here:
                    yield page, Counter(map(_value, here)), _band(here)


def _value(cell: Cell) -> Decimal:
    value = value_of(cell.value)
    assert value is not None
    return value


def _band(cells: Iterable[Cell]) -> Box:
    """The cells' joint box, made endless along the line of print.

    A figure is wider than high as its reader holds the page; so the row runs the way in
    which most of its figures are longer.
    """
    boxes = [Box(*cell.bbox) for cell in cells]
    joint = Box.around(boxes)
    lying = sum(1 if box.width >= box.height else -1 for box in boxes) >= 0
    endless = 1e6
    return joint.grow(endless, 0) if lying else joint.grow(0, endless)


ANYWHERE = Measure(MEANINGS, _score, needs=())


def lines_of(pages: Iterable[tuple[int, Iterable[tuple[str, Box | None]]]]) -> tuple[Line, ...]:
    """Lines out of pages of (text, box)."""
    return tuple(Line(page, text, box) for page, read in pages for text, box in read)
