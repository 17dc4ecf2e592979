"""Rows of a scan whose figures can't be told what they are figures of.

A label under a seal is illegible, a label of two lines may be cut from its figures, and both
leave sums untouched: they prove digits, not whose they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from schemas.draft import CellRef, Draft, DraftCell, DraftRow
from schemas.words import total_kind

LEGIBLE = 0.5
"""Mean probability of a character from which scanned text says something."""
_MOST = 0.8
"""Share of a table's rows that bear a name, or a code, for one without to be in doubt."""
_FEWEST = 3
"""Rows of a table from which its custom can be told."""
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
    named = [_named(row, side) for row in draft.rows]
    coded = [any(_CODE.search(c.text) for c in _cells(row, side.words)) for row in draft.rows]
    total = [total_kind(row.label) is not None for row in draft.rows]
    bearing = [at for at, holds in enumerate(money) if holds]
    items = [at for at in bearing if not total[at]]
    all_named = _mostly([named[at] for at in bearing])
    all_coded = _mostly([coded[at] for at in items])
    for at in bearing:
        beside = [n for n in (at - 1, at + 1) if 0 <= n < len(money) and not money[n]]
        apart = not coded[at] and not total[at] and any(coded[n] for n in beside)
        if (all_named and not named[at]) or (all_coded and apart):
            yield draft.rows[at].id


def _mostly(marks: Sequence[bool]) -> bool:
    return len(marks) >= _FEWEST and sum(marks) >= _MOST * len(marks)


def _named(row: DraftRow, side: _Side) -> bool:
    """Whether the row's own label can be read; where it has none, any text of the row.

    A lone sign is what a seal leaves, and names nothing. A label merged over several rows
    names them all.
    """
    own = row.cells.get(side.label) if side.label is not None else None
    if own is not None and any(map(str.isalnum, own.text)):
        return _is_word(own.text) and legible(own)
    texts = list(_cells(row, side.words))
    if any(_is_word(cell.text) and legible(cell) for cell in texts):
        return True
    return own is None and _is_word(row.label) and all(row.label not in c.text for c in texts)


def _is_word(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 1


def _cells(row: DraftRow, keys: Sequence[str]) -> Iterator[DraftCell]:
    return (row.cells[key] for key in keys if key in row.cells)


def legible(cell: DraftCell) -> bool:
    """Whether a cell of words says something: scanned text does where its characters are sure."""
    if cell.source != "ocr" or not cell.text:
        return bool(cell.text)
    return math.pow(max(cell.confidence, 0.0), 1 / len(cell.text)) >= LEGIBLE
