"""Rows of a scan whose figures can't be told what they are figures of.

A label under a seal is illegible, a label of two lines may be cut from its figures, and both
leave sums untouched: they prove digits, not whose they are. A label that cannot be read but
stands where it belongs is asked for by itself: its figures are in their row, and one look at it
says whose they are. Where a label may be another row's, its figures are asked about.
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


@dataclass(frozen=True, slots=True)
class LostNames:
    """What is not known of a table's rows.

    ``figures`` are the cells of money whose row can't be told. ``names`` are the label cells
    that can't be read and stand where they belong, each with the cells of money that it names.
    """

    figures: frozenset[CellRef]
    names: Mapping[CellRef, tuple[CellRef, ...]]


def lost_names(draft: Draft) -> LostNames:
    """The rows that have lost their name, one way or the other.

    Of a text layer none is asked about: only ink hides a name.
    """
    if not any(cell.source == "ocr" for row in draft.rows for cell in row.cells.values()):
        return LostNames(frozenset(), {})
    figures: set[CellRef] = set()
    names: dict[CellRef, tuple[CellRef, ...]] = {}
    for side in _sides(draft):
        for row, in_place in _lost(draft, side):
            money = [(row, key) for key in side.amounts]
            if in_place and side.label is not None:
                names[row, side.label] = tuple(money)
            else:
                figures.update(money)
    return LostNames(frozenset(figures), names)


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


def _lost(draft: Draft, side: _Side) -> Iterator[tuple[str, bool]]:
    """The rows that have lost their name, and whether it stands where it belongs."""
    money = [any(c.value is not None for c in _cells(row, side.amounts)) for row in draft.rows]
    coded = [any(_CODE.search(c.text) for c in _cells(row, side.words)) for row in draft.rows]
    total = [row.role == "total" or total_kind(row.label) is not None for row in draft.rows]
    bearing = [at for at, holds in enumerate(money) if holds]
    items = [at for at in bearing if not total[at]]
    labelled = _mostly([_own(draft.rows[at], side) is not None for at in bearing])
    named = [_named(row, side, labelled) for row in draft.rows]
    all_named = _mostly([named[at] for at in bearing])
    all_coded = _mostly([coded[at] for at in items])
    # Where labels are merged over rows, they stand anywhere beside their figures.
    single = _mostly([_own(row, side) is not None for row in draft.rows])
    axes = _axes(draft.rows, side)
    strayed = set(_off_line(draft.rows, side, axes)) if single else set()
    found: set[int] = set()
    dim: set[int] = set()
    for at in bearing:
        row = draft.rows[at]
        beside = [n for n in (at - 1, at + 1) if 0 <= n < len(money) and not money[n]]
        apart = not coded[at] and not total[at] and any(coded[n] for n in beside)
        lost = not (named[at] or total[at])
        tall = lost and all_named and at > 0 and money[at - 1]
        tall = tall and _tall(draft.rows[at - 1], side, axes)
        if (all_coded and apart) or at in strayed:
            found.add(at)
        elif lost and labelled and single and not beside and _dim(row, side, axes):
            dim.add(at)
            continue
        elif lost and all_named and single and not (tall or beside) and _blank(row, side):
            strays = any(_tall(next_row, side, axes) for next_row in draft.rows[at + 1 : at + 2])
            (found if strays else dim).add(at)
        elif lost and all_named:
            found.add(at)
        if tall:
            found.add(at - 1)  # its label may be that of the row below
    if len(found) >= max(_SHAKY * len(items), _FEWEST):  # then the others may be moved too
        found.update(items)
    yield from ((draft.rows[at].id, False) for at in sorted(found))
    yield from ((draft.rows[at].id, True) for at in sorted(dim - found))


def _dim(row: DraftRow, side: _Side, axes: Mapping[int, int]) -> bool:
    """Whether the row's own label is there, on the line of its figures, and illegible."""
    own, place = _own(row, side), _place(row, side)
    if own is None or place is None or legible(own):
        return False
    label, figures = place
    return any(_in_line(label, box, axes[own.page]) for box in figures)


def _blank(row: DraftRow, side: _Side) -> bool:
    """Whether nothing at all was read in the row's own label cell."""
    own = row.cells.get(side.label) if side.label is not None else None
    return own is not None and own.source == "ocr" and not own.text


def _mostly(marks: Sequence[bool]) -> bool:
    return len(marks) >= _FEWEST and sum(marks) >= _MOST * len(marks)


def _own(row: DraftRow, side: _Side) -> DraftCell | None:
    """The row's own label, None where nothing is written in its place."""
    own = row.cells.get(side.label) if side.label is not None else None
    return own if own is not None and own.text else None


def _named(row: DraftRow, side: _Side, labelled: bool) -> bool:
    """Whether the row's own label can be read; where it has none, any text of the row.

    A lone sign is what a seal leaves, and names nothing. A label merged over several rows
    names them all; what a person has said of it is a name. In a table whose rows are
    ``labelled`` other texts are no names, but for the one that the row was given.
    """
    own = row.cells.get(side.label) if side.label is not None else None
    if own is not None and own.source == "human":
        return True
    if own is not None and any(map(str.isalnum, own.text)):
        return _is_word(own.text) and legible(own)
    texts = list(_cells(row, side.words))
    if any(
        _is_word(c.text) and legible(c) and (not labelled or row.label in c.text) for c in texts
    ):
        return not labelled or _is_word(row.label)
    return own is None and _is_word(row.label) and all(row.label not in c.text for c in texts)


_Place = tuple[Box, list[Box]]
"""Where a row's label stands, and where its figures do."""


def _place(row: DraftRow, side: _Side) -> _Place | None:
    """The boxes of a scanned label and of the figures beside it, None where one is missing."""
    own = _own(row, side)
    boxes = [c.box for c in _cells(row, side.amounts) if c.value is not None and c.text]
    return (own.box, boxes) if own is not None and own.source == "ocr" and boxes else None


def _axes(rows: Sequence[DraftRow], side: _Side) -> dict[int, int]:
    """For each page the axis across its lines: 0 where it stands upright, 1 where it lies."""
    pages: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        place, own = _place(row, side), _own(row, side)
        if place is not None and own is not None:
            pages[own.page].append(_offset(place[0], place[1][0]))
    usual = {page: [median(axis) for axis in zip(*off, strict=True)] for page, off in pages.items()}
    return {page: int(abs(down) > abs(right)) for page, (down, right) in usual.items()}


def _off_line(rows: Sequence[DraftRow], side: _Side, axes: Mapping[int, int]) -> Iterator[int]:
    """The rows, by index, whose scanned label stands on the line of none of their figures.

    Labels that hang over their rows' rulings fall into the row beneath. Where all labels stand
    as high over or under their figures, that is the table's way; where a text beside them runs
    past both, they are in one row.
    """
    pages: dict[int, dict[int, _Place]] = defaultdict(dict)
    for at, row in enumerate(rows):
        place, own = _place(row, side), _own(row, side)
        if place is not None and own is not None:
            pages[own.page][at] = place
    for page, places in pages.items():
        for at in _strayed(places, axes[page]):
            if not _bridged(rows[at], side, places[at], axes[page]):
                yield at


def _strayed(places: Mapping[int, _Place], axis: int) -> Iterator[int]:
    """Those of the rows of one page whose labels have left their line."""
    offsets = {at: [_offset(label, box) for box in boxes] for at, (label, boxes) in places.items()}
    usual = median(found[0][axis] for found in offsets.values())
    for at, found in offsets.items():
        label, boxes = places[at]
        apart = not any(_in_line(label, box, axis) for box in boxes)
        height = min(_extent(box, axis) for box in (label, *boxes))
        strayed = [abs(off[axis] - usual) / height for off in found]
        if apart and _STRAYED < min(strayed) < _TALL_ROW:
            yield at


def _bridged(row: DraftRow, side: _Side, place: _Place, axis: int) -> bool:
    """Whether one text of the row stands beside its label and beside one of its figures."""
    label, boxes = place
    return any(
        _in_line(cell.box, label, axis) and any(_in_line(cell.box, box, axis) for box in boxes)
        for key, cell in row.cells.items()
        if cell.text and key != side.label and key not in side.amounts
    )


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


def _tall(row: DraftRow, side: _Side, axes: Mapping[int, int]) -> bool:
    """Whether the row's label has more lines than its figures."""
    own = _own(row, side)
    axis = axes.get(own.page, 0) if own is not None else 0
    figures = [
        _extent(c.box, axis) for c in _cells(row, side.amounts) if c.value is not None and c.text
    ]
    return own is not None and bool(figures) and _extent(own.box, axis) > _LINES * max(figures)


def _is_word(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 1


def _cells(row: DraftRow, keys: Sequence[str]) -> Iterator[DraftCell]:
    return (row.cells[key] for key in keys if key in row.cells)


def legible(cell: DraftCell) -> bool:
    """Whether a cell of words says something: scanned text does where its characters are sure."""
    if cell.source != "ocr" or not cell.text:
        return bool(cell.text)
    return math.pow(max(cell.confidence, 0.0), 1 / len(cell.text)) >= LEGIBLE
