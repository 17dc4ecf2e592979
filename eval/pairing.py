"""Which rows and columns of one panel stand for which of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from eval.alignment import align
from eval.panel import Entry, Panel, PanelRow, same
from schemas.amount import narrow

_LABEL_WEIGHT = 2.0
_HEADER_WEIGHT = 2.0
_PLACE_WEIGHT = 2.0
_ALIKE = 0.5
_TEXT_WORTH = 0.1
_SURPLUS = 0.1


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs of indices (left, right), both ascending, and how much agrees at them."""

    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]
    worth: float

    @property
    def left_rows(self) -> set[int]:
        return {left for left, _ in self.rows}

    @property
    def right_rows(self) -> set[int]:
        return {right for _, right in self.rows}

    @property
    def left_columns(self) -> set[int]:
        return {left for left, _ in self.columns}

    @property
    def right_columns(self) -> set[int]:
        return {right for _, right in self.columns}


def pair(left: Panel, right: Panel) -> Pairing:
    """The best alignment of rows, then of columns by headers and by what agrees."""
    rows = align(left.rows, right.rows, _row_likeness)
    columns = align(
        range(len(left.columns)),
        range(len(right.columns)),
        lambda a, b: (
            _header_likeness(left.columns[a], right.columns[b])
            + _agreeing(_crossings(left, right, rows, a, b))
        ),
    )
    worth = sum(
        1.0 if one.value is not None else _TEXT_WORTH
        for a, b in columns
        for one, other in _crossings(left, right, rows, a, b)
        if same(one, other)
    )
    return Pairing(rows, columns, worth)


def _crossings(
    left: Panel, right: Panel, rows: Sequence[tuple[int, int]], a: int, b: int
) -> list[tuple[Entry, Entry | None]]:
    """What stands in the paired rows of column ``a`` and of column ``b``."""
    return [
        (left.rows[i].cells[a], right.rows[j].cells.get(b))
        for i, j in rows
        if a in left.rows[i].cells
    ]


def _agreeing(entries: Sequence[tuple[Entry, Entry | None]]) -> float:
    """The share of entries that are the same, 0.0 for none."""
    return sum(same(*both) for both in entries) / len(entries) if entries else 0.0


def _row_likeness(left: PanelRow, right: PanelRow) -> float:
    """From labels, from what the rows hold, whatever the column, and from where they stand.

    0.0 for unlike rows. The left row may hold less than the right one: gold may know some
    columns only. A row whose label could not be read is still the one at its place.
    """
    labels = _text_likeness(narrow(left.label), narrow(right.label))
    mine, yours = (Counter(map(_content, row.cells.values())) for row in (left, right))
    cut = [narrow(entry.text) for entry in right.cells.values() if entry.cut]
    continued = sum(any(text in whole for whole in cut) for text in (mine - yours).elements())
    alike = _nearly(mine - yours, yours - mine)
    shared = ((mine & yours).total() + max(continued, alike)) / mine.total() if mine else 0.0
    shared -= _SURPLUS * (yours - mine).total() / (yours.total() or 1)
    place = _in_place(left, right)
    if labels < _ALIKE and shared < _ALIKE and place < _ALIKE:
        return 0.0
    return _LABEL_WEIGHT * labels + shared + _PLACE_WEIGHT * place


def _nearly(mine: Counter[str], yours: Counter[str]) -> float:
    """How much of the texts of one row, figures left out, are nearly those of the other."""
    left = [text for text in mine.elements() if not text.startswith("=")]
    right = [text for text in yours.elements() if not text.startswith("=")]
    nearest = (max((_text_likeness(a, b) for b in right), default=0.0) for a in left)
    return sum(likeness for likeness in nearest if likeness >= _ALIKE)


def _in_place(left: PanelRow, right: PanelRow) -> float:
    """The share of what is printed in the left row whose middle the right row points at."""
    if not left.places or not right.places:
        return 0.0
    middles = [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in left.places]
    held = sum(
        any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in right.places) for x, y in middles
    )
    return held / len(middles)


def _content(entry: Entry) -> str:
    return (
        narrow(entry.text).rstrip(":") if entry.value is None else f"={entry.value.normalize():f}"
    )


def _header_likeness(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """From the innermost header cells, and a little from the whole paths."""
    if not left or not right:
        return 0.0
    inner = _text_likeness(left[-1], right[-1])
    whole = _text_likeness("/".join(left), "/".join(right))
    likeness = (inner + whole) / 2
    return _HEADER_WEIGHT * likeness if likeness >= _ALIKE else 0.0


@lru_cache(maxsize=1 << 16)
def _text_likeness(left: str, right: str) -> float:
    """From 0.0 (nothing in common, or a text is not known) to 1.0 (equal)."""
    if not left or not right:
        return 0.0
    return 1.0 if left == right else SequenceMatcher(None, left, right, autojunk=False).ratio()
