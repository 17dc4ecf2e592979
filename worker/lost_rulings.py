"""Cells of a scan that ran together because a ruling between them was not found.

A broken or pale ruling leaves two figures in one cell, in every row or in some. Figures that
stand side by side in most cells of a column are of two columns; and a cell over several
columns or rows whose figures stand each in a place of its own is as many cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from schemas.amount import Amount, parse_amount
from schemas.geometry import Box
from schemas.page import Token
from worker.ruled import Lattice, Slot
from worker.standing import Standing

_ROWS = 4
"""Edges of rows of a lattice in which one row is no part of the others."""
_AT = 0.2
"""Heights of a figure beyond its ends within which an edge may be a stroke of it."""
_FEWEST = 3
"""Cells with two figures side by side that a lost ruling is known by."""
_MOST = 0.5
"""Share of a column's cells with figures that must be such."""
_RUN_ON = 0.25
"""For each such cell, how many whose two figures were read in one."""
_SPOILT = 0.3
"""Words for each figure that may be figures that dirt spoilt."""
_HOUSED = 0.8
"""Share of a cell's figures, or words, that must stand each in a place of its own."""
_THIN = 3.0
"""Points: a piece of a ruling is no wider, and no farther from where it is drawn."""
_DIGITS, _MOSTLY = 4, 0.7
"""Digits of what is nearly a figure, and their share of its characters."""
_NAMED = 0.7
"""Share of the rows that must have a line of words of their own."""
_LAPPING = 0.25
"""Share of a figure's width or height by which it may stick out of its place."""


def with_lost_rulings(lattice: Lattice, tokens: Sequence[Token]) -> Lattice:
    """The lattice with the cells parted that scanned figures show to be several."""
    if not any(token.source == "ocr" for token in tokens):
        return lattice
    standing = Standing(tokens)
    for col in range(len(lattice.xs) - 3, -1, -1):
        lattice = _without_stroke(lattice, col, tokens)
    for col in range(len(lattice.xs) - 2, -1, -1):
        edge = _lost_edge(lattice, col, standing)
        if edge is not None:
            lattice = _with_edge(lattice, col, edge, standing)
    lattice = _names_from_money(lattice, standing)
    slots: list[Slot] = []
    torn: set[int] = set()
    for slot in lattice.slots:
        parts = list(_parted(lattice, slot, standing))
        slots += parts
        if len(parts) > 1:
            torn |= set(range(slot.row, slot.row + slot.rowspan))
    slots = [part for slot in slots for part in _labels_apart(lattice, slot, standing, torn)]
    return replace(lattice, slots=tuple(sorted(slots, key=lambda s: (s.row, s.col))))


def _without_stroke(lattice: Lattice, col: int, tokens: Sequence[Token]) -> Lattice:
    """The lattice without the edge right of ``col`` where it is a stroke of a figure.

    One row alone has it, and a figure stands over it there, or ends at it.
    """
    edge = lattice.xs[col + 1]
    ends = [s for s in lattice.slots if s.col + s.colspan == col + 1]
    begins = [s for s in lattice.slots if s.col == col + 1]
    if len(ends) != 1 or len(begins) != 1 or len(lattice.ys) < _ROWS:
        return lattice
    (left,), (right,) = ends, begins
    alike = (left.row, left.rowspan) == (right.row, right.rowspan)
    whole = Box(left.box.x0, left.box.y0, right.box.x1, right.box.y1)
    over = any(
        t.box.x0 - _AT * t.box.height < edge < t.box.x1 + _AT * t.box.height
        for t in tokens
        if _is_figure(t) and whole.contains(t.box.cx, t.box.cy)
    )
    if not (alike and over):
        return lattice
    slots: list[Slot] = []
    for slot in lattice.slots:
        if slot is right:
            continue
        if slot is left:
            slots.append(replace(slot, colspan=slot.colspan + right.colspan - 1, box=whole))
        elif slot.col <= col < slot.col + slot.colspan - 1:
            slots.append(replace(slot, colspan=slot.colspan - 1))
        elif slot.col > col:
            slots.append(replace(slot, col=slot.col - 1))
        else:
            slots.append(slot)
    return Lattice((*lattice.xs[: col + 1], *lattice.xs[col + 2 :]), lattice.ys, tuple(slots))


def _lost_edge(lattice: Lattice, col: int, standing: Standing) -> float | None:
    """The x between two figures that most of the column's cells hold, None for one column."""
    held = [
        sorted(standing.within(slot.box), key=lambda t: t.box.x0)
        for slot in lattice.slots
        if slot.col == col and slot.colspan == 1
    ]
    figures = [[t for t in cell if _is_figure(t)] for cell in held]
    filled = [cell for cell in figures if cell]
    pairs = [cell for cell in filled if len(cell) == 2 and _side_by_side(*cell)]
    if len(pairs) < max(_FEWEST, _MOST * len(filled)):
        return None
    left, right = max(a.box.x1 for a, _ in pairs), min(b.box.x0 for _, b in pairs)
    if left >= right:
        return None
    edge = (left + right) / 2
    crossing = [t for cell in figures for t in cell if t.box.x0 < edge < t.box.x1]
    # Two figures that were read in one are none; a figure that stands on the edge is one.
    whole = any(isinstance(parse_amount(t.text), Amount) for t in crossing)
    return None if whole or len(crossing) > _RUN_ON * len(pairs) else edge


def _names_from_money(lattice: Lattice, standing: Standing) -> Lattice:
    """The lattice with cells over two columns parted where rows hold a name and its money.

    Only at an edge that some rows have, and where several rows have lost it.
    """
    for col in range(1, len(lattice.xs) - 1):
        edge = lattice.xs[col]
        wide = [s for s in lattice.slots if s.col == col - 1 and s.colspan == 2]
        torn = [s for s in wide if _sides(s, edge, standing) is not None]
        rows = [s for s in torn if _sides(s, edge, standing)]
        if len(rows) < _FEWEST or len(torn) == len(lattice.ys) - 1:
            continue
        kept = [s for s in lattice.slots if s not in torn]
        for s in torn:
            left, right = (
                Box(s.box.x0, s.box.y0, edge, s.box.y1),
                Box(edge, s.box.y0, s.box.x1, s.box.y1),
            )
            kept += [replace(s, colspan=1, box=left), replace(s, col=col, colspan=1, box=right)]
        lattice = replace(lattice, slots=tuple(kept))
    return lattice


def _sides(slot: Slot, edge: float, standing: Standing) -> bool | None:
    """Whether words stand left of the edge and one figure of money right of it.

    False for other ink that keeps to its side, None where ink runs over the edge; what is left of
    a ruling there is no ink.
    """
    inside = [t for t in standing.within(slot.box) if not _remains(t, edge)]
    if any(t.box.x0 < edge < t.box.x1 for t in inside):
        return None
    left = [t for t in inside if t.box.x1 <= edge]
    right = [t for t in inside if t.box.x0 >= edge]
    money = len(right) == 1 and _is_money(right[0])
    return money and bool(left) and not any(_is_figure(t) for t in left)


def _remains(token: Token, edge: float) -> bool:
    """Whether a token is so narrow and near to the edge that it is a piece of its ruling."""
    return token.box.width < _THIN and abs(token.box.cx - edge) < _THIN


def _side_by_side(left: Token, right: Token) -> bool:
    return min(left.box.y1, right.box.y1) > max(left.box.y0, right.box.y0)


def _with_edge(lattice: Lattice, col: int, edge: float, standing: Standing) -> Lattice:
    xs = (*lattice.xs[: col + 1], edge, *lattice.xs[col + 1 :])
    slots: list[Slot] = []
    for slot in lattice.slots:
        if slot.col > col:
            slots.append(replace(slot, col=slot.col + 1))
        elif slot.col + slot.colspan <= col:
            slots.append(slot)
        elif slot.colspan > 1 or _crossed(slot.box, edge, standing):
            slots.append(replace(slot, colspan=slot.colspan + 1))
        else:
            box = slot.box
            slots.append(replace(slot, box=Box(box.x0, box.y0, edge, box.y1)))
            slots.append(replace(slot, col=col + 1, box=Box(edge, box.y0, box.x1, box.y1)))
    return Lattice(xs, lattice.ys, tuple(slots))


def _crossed(box: Box, edge: float, standing: Standing) -> bool:
    return any(t.box.x0 < edge < t.box.x1 for t in standing.within(box))


def _parted(lattice: Lattice, slot: Slot, standing: Standing) -> Iterator[Slot]:
    """The cells that a slot over several places is: one for each, where its figures say so."""
    if slot.rowspan * slot.colspan == 1:
        yield slot
        return
    inside = standing.within(slot.box)
    places = [
        Slot(row, col, 1, 1, Box(x0, y0, x1, y1))
        for row, (y0, y1) in _spans(lattice.ys, slot.row, slot.rowspan)
        for col, (x0, x1) in _spans(lattice.xs, slot.col, slot.colspan)
    ]
    home = {id(t): next((p.box for p in places if _holds(p.box, t.box)), None) for t in inside}
    figures = [t for t in inside if _is_figure(t)]
    homes = {home[id(t)] for t in figures} - {None}
    housed = sum(home[id(t)] is not None for t in figures)
    # Words in a place of their own are a header over the figures; others are spoilt figures. A
    # sign that stands alone is dirt, as a stamp leaves it.
    words = [t for t in inside if not _is_figure(t) and sum(map(str.isalnum, t.text)) > 1]
    spoilt = sum(home[id(t)] is None or home[id(t)] in homes for t in words)
    whole = housed >= _HOUSED * len(figures) and spoilt <= _SPOILT * len(figures)
    if slot.colspan == 1 and figures and all(_is_money(t) for t in figures):
        homes |= {home[id(t)] for t in words} - {None}
    if whole and len(homes) > 1:
        yield from places
    else:
        yield slot


def _labels_apart(
    lattice: Lattice, slot: Slot, standing: Standing, torn: set[int]
) -> Iterator[Slot]:
    """A slot of words over rows that lost their rulings: one for each, if each has its line."""
    rows = range(slot.row, slot.row + slot.rowspan)
    inside = standing.within(slot.box)
    if len(rows) < _FEWEST or slot.colspan > 1 or not torn.issuperset(rows):
        yield slot
        return
    places = [
        Slot(row, slot.col, 1, 1, Box(slot.box.x0, y0, slot.box.x1, y1))
        for row, (y0, y1) in _spans(lattice.ys, slot.row, slot.rowspan)
    ]
    homes = [next((p.row for p in places if _holds(p.box, t.box)), None) for t in inside]
    found = [home for home in homes if home is not None]
    if len(found) >= _HOUSED * len(homes) and len(set(found)) >= _NAMED * len(rows):
        yield from places
    else:
        yield slot


def _spans(
    edges: Sequence[float], start: int, count: int
) -> Iterator[tuple[int, tuple[float, float]]]:
    return enumerate(pairwise(edges[start : start + count + 1]), start)


def _holds(place: Box, figure: Box) -> bool:
    across, down = _LAPPING * figure.width, _LAPPING * figure.height
    return (
        place.x0 - across <= figure.x0
        and figure.x1 <= place.x1 + across
        and place.y0 - down <= figure.y0
        and figure.y1 <= place.y1 + down
    )


def _is_money(token: Token) -> bool:
    return _is_figure(token) and any(sign in token.text for sign in ",.")


def _is_figure(token: Token) -> bool:
    """Whether the token is a figure, or nearly: on bad paper a comma or two read as points."""
    if isinstance(parse_amount(token.text), Amount):
        return True
    digits = sum(map(str.isdigit, token.text))
    return digits >= _DIGITS and digits >= _MOSTLY * len("".join(token.text.split()))
