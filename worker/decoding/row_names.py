"""Rows of a scan whose figures can't be told what they are figures of.

A label under a seal is illegible, a label of two lines may be cut from its figures, and both
leave sums untouched: they prove digits, not whose they are.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from schemas.draft import CellRef, Draft, DraftCell, DraftRow
from schemas.geometry import Box
from schemas.words import total_kind

LEGIBLE = 0.5
"""Mean probability of a character from which scanned text says something."""
_MOST = 0.75
"""Share of a table's rows that bear a name, or a code, for one without to be in doubt."""
_FEWEST = 3
"""Rows of a table from which its custom can be told."""
_SHARED = 0.25
"""Of the smaller height, what a label and a figure of one row have in common at least."""
_STRAYED = 0.6
"""Of their height, how far a label is from where the table's labels stand beside figures."""
_TALL_ROW = 3.0
"""The same, from which the row is so tall that its label stands anywhere in it."""
_LINES = 1.5
"""Heights of a row's figures from which its label is of more than one line."""
_SHAKY = 0.3
"""Share of a table's rows without a name of their own from which none is believed."""
_CODE = re.compile(r"\d{3,}")
_WORDS = ("label", "text", "code")


def rowless_figures(draft: Draft) -> frozenset[CellRef]:
    """The cells of money in rows that have lost their name, by (row, column)."""
    return frozenset(
        (row, key) for side in _sides(draft) for row in _lost(draft, side) for key in side.amounts
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """The keys of one of the tables that stand side by side: its label, all words, its money."""

    label: str | None
    words: tuple[str, ...]
    amounts: tuple[str, ...]


def _sides(draft: Draft) -> Iterator[_Side]:
    keys = [column.key for column in draft.columns]
    kinds = {column.key: column.type for column in draft.columns}
    cuts = [max((keys.index(key) for key in side.amounts), default=0) + 1 for side in draft.sides]
    for start, stop in pairwise([0, *cuts[:-1], len(keys)]):
        inside = keys[start:stop]
        yield _Side(
            next((key for key in inside if kinds[key] == "label"), None),
            tuple(key for key in inside if kinds[key] in _WORDS),
            tuple(key for key in inside if kinds[key] == "amount"),
        )


def _lost(draft: Draft, side: _Side) -> Iterator[str]:
    money = [any(c.value is not None for c in _cells(row, side.amounts)) for row in draft.rows]
    coded = [any(_CODE.search(c.text) for c in _cells(row, side.words)) for row in draft.rows]
    total = [total_kind(row.label) is not None for row in draft.rows]
    bearing = [at for at, holds in enumerate(money) if holds]
    items = [at for at in bearing if not total[at]]
    labelled = _mostly([_own(draft.rows[at], side) is not None for at in bearing])
    named = [_named(row, side, labelled) for row in draft.rows]
    all_named = _mostly([named[at] for at in bearing])
    all_coded = _mostly([coded[at] for at in items])
    # Where labels are merged over rows, they stand anywhere beside their figures.
    single = _mostly([_own(row, side) is not None for row in draft.rows])
    strayed = set(_off_line(draft.rows, side)) if single else set()
    found: set[int] = set()
    for at in bearing:
        beside = [n for n in (at - 1, at + 1) if 0 <= n < len(money) and not money[n]]
        apart = not coded[at] and not total[at] and any(coded[n] for n in beside)
        lost = all_named and not (named[at] or total[at])
        if lost and at and money[at - 1] and _tall(draft.rows[at - 1], side):
            found.add(at - 1)  # its label may be that of the row below
        if lost or (all_coded and apart) or at in strayed:
            found.add(at)
    if len(found) >= max(_SHAKY * len(items), _FEWEST):  # then the others may be moved too
        found.update(items)
    yield from (draft.rows[at].id for at in sorted(found))


def _mostly(marks: Sequence[bool]) -> bool:
    return len(marks) >= _FEWEST and sum(marks) >= _MOST * len(marks)


def _own(row: DraftRow, side: _Side) -> DraftCell | None:
    """The row's own label, None where nothing is written in its place."""
    own = row.cells.get(side.label) if side.label is not None else None
    return own if own is not None and own.text else None


def _named(row: DraftRow, side: _Side, labelled: bool) -> bool:
    """Whether the row's own label can be read; where it has none, any text of the row.

    A lone sign is what a seal leaves, and names nothing. A label merged over several rows
    names them all. In a table whose rows are ``labelled`` other texts are no names, but for the
    one that the row was given.
    """
    own = row.cells.get(side.label) if side.label is not None else None
    if own is not None and any(map(str.isalnum, own.text)):
        return _is_word(own.text) and legible(own)
    texts = list(_cells(row, side.words))
    if any(
        _is_word(c.text) and legible(c) and (not labelled or row.label in c.text) for c in texts
    ):
        return not labelled or _is_word(row.label)
    return own is None and _is_word(row.label) and all(row.label not in c.text for c in texts)


def _off_line(rows: Sequence[DraftRow], side: _Side) -> Iterator[int]:
    """The rows, by index, whose scanned label stands on the line of none of their figures.

    Labels that hang over their rows' rulings fall into the row beneath. Where all labels stand
    as high over or under their figures, that is the table's way.
    """
    pages: dict[int, dict[int, _Place]] = defaultdict(dict)
    for at, row in enumerate(rows):
        own = _own(row, side)
        boxes = [c.box for c in _cells(row, side.amounts) if c.value is not None and c.text]
        if own is not None and own.source == "ocr" and boxes:
            pages[own.page][at] = (own.box, boxes)
    for places in pages.values():
        yield from _strayed(places)


_Place = tuple[Box, list[Box]]
"""Where a row's label stands, and where its figures do."""


def _strayed(places: Mapping[int, _Place]) -> Iterator[int]:
    """Those of the rows of one page whose labels have left their line."""
    offsets = {at: [_offset(label, box) for box in boxes] for at, (label, boxes) in places.items()}
    usual = [median(found[0][axis] for found in offsets.values()) for axis in (0, 1)]
    axis = 0 if abs(usual[0]) <= abs(usual[1]) else 1  # 1 on a page that lies on its side
    for at, found in offsets.items():
        label, boxes = places[at]
        apart = not any(_in_line(label, box, axis) for box in boxes)
        height = min(_extent(box, axis) for box in (label, *boxes))
        strayed = [abs(off[axis] - usual[axis]) / height for off in found]
        if apart and _STRAYED < min(strayed) < _TALL_ROW:
            yield at


def _offset(one: Box, other: Box) -> tuple[float, float]:
    """How far another box's middle is below one's, and how far to its right."""
    return other.cy - one.cy, other.cx - one.cx


def _extent(box: Box, axis: int) -> float:
    return box.width if axis else box.height


def _in_line(one: Box, other: Box, axis: int) -> bool:
    """Whether two boxes share a line of an upright page, or of one that lies on its side."""
    shared = (
        min(one.x1, other.x1) - max(one.x0, other.x0)
        if axis
        else min(one.y1, other.y1) - max(one.y0, other.y0)
    )
    return shared >= _SHARED * min(_extent(one, axis), _extent(other, axis))


def _tall(row: DraftRow, side: _Side) -> bool:
    """Whether the row's label has more lines than its figures."""
    own = _own(row, side)
    figures = [c.box.height for c in _cells(row, side.amounts) if c.value is not None and c.text]
    return own is not None and bool(figures) and own.box.height > _LINES * max(figures)


def _is_word(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 1


def _cells(row: DraftRow, keys: Sequence[str]) -> Iterator[DraftCell]:
    return (row.cells[key] for key in keys if key in row.cells)


def legible(cell: DraftCell) -> bool:
    """Whether a cell of words says something: scanned text does where its characters are sure."""
    if cell.source != "ocr" or not cell.text:
        return bool(cell.text)
    return math.pow(max(cell.confidence, 0.0), 1 / len(cell.text)) >= LEGIBLE
