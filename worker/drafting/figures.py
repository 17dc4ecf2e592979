"""The figures of a draft's rows, and whether a sum holds on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from schemas.draft import DraftCell
from schemas.words import stands_for_no_figure
from worker.rounding import is_rounding

_NOTHING = Decimal(0)
_LIKELY = 0.5
"""Confidence from which a figure is likelier read rightly than not."""


_Asked = tuple[str, int, tuple[int, ...]]
"""A column's key, the row of a result and those of its terms."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures by (row index, column key); a place without a figure is missing.

    ``places`` are those that have a cell, ``inked`` those where something is printed that
    is, or stands in for, a figure: a dash counts, ``N/A`` does not. ``spoilt`` are those
    whose ink is no figure, ``unsure`` those that are more likely misread than not;
    ``scanned`` says that ink was read, which may be misread.
    """

    values: Mapping[tuple[int, str], Decimal]
    places: frozenset[tuple[int, str]]
    inked: frozenset[tuple[int, str]]
    spoilt: frozenset[tuple[int, str]] = frozenset()
    unsure: frozenset[tuple[int, str]] = frozenset()
    scanned: bool = False
    _known: dict[_Asked, bool | None] = field(default_factory=dict, compare=False, repr=False)
    """What :meth:`down` was asked: ways to read a table share most of their sums."""

    def any_in(self, row: int, keys: Iterable[str]) -> bool:
        """Whether the row prints a figure in one of the columns."""
        return any((row, key) in self.values for key in keys)

    def holds(self, result: tuple[int, str], terms: Sequence[tuple[int, str]]) -> bool | None:
        """Whether the sum holds but for rounding; None where the figures can't tell.

        They can't where no term is printed, or nothing but blanks and zeros.
        """
        if self.inked.isdisjoint(terms):
            return None
        total = self.values.get(result)
        parts = [self.values[term] for term in terms if term in self.values]
        if not any(parts) and not total:
            return None
        difference = abs((total or _NOTHING) - sum(parts, _NOTHING))
        return not difference or is_rounding(difference, parts, total)

    def down(self, key: str, result: int, terms: tuple[int, ...]) -> bool | None:
        """Whether the sum of rows holds in the column; None as :meth:`holds` has it."""
        asked = (key, result, terms)
        if asked not in self._known:
            self._known[asked] = self.holds((result, key), [(term, key) for term in terms])
        return self._known[asked]


class _Row(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def cells(self) -> dict[str, DraftCell]: ...


Decided = Mapping[tuple[str, str], str | None]
"""What cells were found to say after they were read, by (row id, column key); None: nothing."""


def figures_of(rows: Sequence[_Row], decided: Decided | None = None) -> Figures:
    """The figures of the rows, by row index: those ``decided`` where they are, else as read."""
    known = decided or {}
    values: dict[tuple[int, str], Decimal] = {}
    places: set[tuple[int, str]] = set()
    inked: set[tuple[int, str]] = set()
    spoilt: set[tuple[int, str]] = set()
    unsure: set[tuple[int, str]] = set()
    scanned = False
    for index, row in enumerate(rows):
        for key, cell in row.cells.items():
            place = (index, key)
            places.add(place)
            if cell.text and not stands_for_no_figure(cell.text):
                inked.add(place)
            if not cell.readable:
                spoilt.add(place)
            if cell.source == "ocr":
                scanned = True
                if cell.text and cell.confidence < _LIKELY:
                    unsure.add(place)
            said = known.get((row.id, key), cell.value) if known else cell.value
            if said is not None:
                values[place] = Decimal(said)
    return Figures(
        values,
        frozenset(places),
        frozenset(inked),
        frozenset(spoilt),
        frozenset(unsure),
        scanned,
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many column sums of a choice of terms hold and how many fail."""

    holds: int
    fails: int

    @property
    def speaks_for(self) -> bool:
        """Whether more sums hold than fail."""
        return self.holds > self.fails

    @property
    def refutes(self) -> bool:
        """Whether so many sums fail, and none holds, that misreadings can't be the cause."""
        return self.fails >= 3 and not self.holds

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(self.holds + other.holds, self.fails + other.fails)


def surely(figures: Figures, result: int, terms: Sequence[int], keys: Sequence[str]) -> Evidence:
    """Like :func:`evidence`, but figures that are likely misread refute nothing."""
    if not figures.unsure:
        return evidence(figures, result, terms, keys)
    sure = [
        key
        for key in keys
        if figures.unsure.isdisjoint([(result, key), *((term, key) for term in terms)])
    ]
    found = evidence(figures, result, terms, keys)
    if len(sure) == len(keys):
        return found
    return Evidence(found.holds, evidence(figures, result, terms, sure).fails)


def evidence(figures: Figures, result: int, terms: Sequence[int], keys: Sequence[str]) -> Evidence:
    """Whether row ``result`` is the sum of the rows ``terms``, column by column."""
    rows = tuple(terms)
    outcomes = [figures.down(key, result, rows) for key in keys if (result, key) in figures.values]
    return Evidence(outcomes.count(True), outcomes.count(False))
