"""The structure that the figures tell where the labels of a scan do not.

On bad paper a total's word is read as another word, and rows lose the places and codes that say
what is part of what. The sums are still printed: a row that is the sum of the rows below it, in
all columns of money, is their parent, and a table that adds up to its own total is read rightly.
What is read so is taken only where it *closes*: the total is the sum of all that is left on top.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from worker.drafting.figures import Evidence, Figures, evidence

FARTHEST = 120
"""Rows below a row among which its parts are sought."""
_FEW = 2
"""Terms of a sum that may be equal to another figure by chance, or by being the same money."""
_MISREAD = 3
"""Columns that hold for one that may be misread."""


def beyond_chance(found: Evidence, terms: int) -> bool:
    """Whether sums of several ``terms`` hold in two columns, which none does that is not meant."""
    return terms > _FEW and found.holds > 1


def strong(found: Evidence, terms: int) -> bool:
    """Whether so many columns hold that those which fail are likely to be misread."""
    likely = found.holds > 0 and _MISREAD * found.fails <= found.holds
    return likely or beyond_chance(found, terms)


def tree_by_sums(
    rows: Sequence[int], total: int, figures: Figures, keys: Sequence[str]
) -> dict[int, int] | None:
    """The parents of ``rows`` (body rows with figures, top to bottom) below their ``total``.

    A row's parts follow it; rows of one parent stand together. Rows with the same figures may be
    one part of the other or just alike: the tree that closes is taken. Top rows have no entry.
    None where no tree closes.
    """
    others = [row for row in rows if row != total]
    for alone in (True, False):
        parent: dict[int, int] = {}
        tops: list[int] = []
        for row in reversed(others):
            parts = _parts(row, tops, figures, keys, alone=alone)
            parent |= dict.fromkeys(parts, row)
            tops = [row, *tops[len(parts) :]]
        if parent and tops and strong(evidence(figures, total, tops, keys), len(tops)):
            return parent
    return None


def _parts(
    row: int, below: Sequence[int], figures: Figures, keys: Sequence[str], *, alone: bool
) -> Sequence[int]:
    """The rows right below that the row is the sum of; none where it is none.

    ``alone`` says that one row may be all that another consists of.
    """
    fewest = 1 if alone else 2
    nearly: Sequence[int] = ()
    for count in _near(row, below[:FARTHEST], figures, keys):
        if count < fewest:
            continue
        found = evidence(figures, row, below[:count], keys)
        if strong(found, count):
            if not found.fails:
                return below[:count]
            nearly = nearly or below[:count]
    return nearly


def _near(row: int, below: Sequence[int], figures: Figures, keys: Sequence[str]) -> Iterator[int]:
    """Numbers of rows below whose sum is near the row's figure in half of its columns or more."""
    wanted: Mapping[str, Decimal] = {
        key: value for key in keys if (value := figures.values.get((row, key)))
    }
    reached = dict.fromkeys(wanted, Decimal(0))
    for count, part in enumerate(below, 1):
        for key in wanted:
            reached[key] += figures.values.get((part, key), Decimal(0))
        near = sum(abs(reached[key] - value) <= count for key, value in wanted.items())
        if near and 2 * near >= len(wanted):
            yield count
