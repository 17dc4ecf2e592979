"""From the drafts of a booklet to its tables with checks, verdicts and the cells to review."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.draft import Booklet
from schemas.result import BookletCheck, ReviewItem, Table
from worker.crossfoot import crossfoot


@dataclass(frozen=True, slots=True)
class Decoded:
    """Tables in the order of the booklet's drafts, what to review, the sums between tables.

    Tables are called ``t1``, ``t2``, …; review items of one table come together, the most
    urgent first.
    """

    tables: tuple[Table, ...]
    review: tuple[ReviewItem, ...]
    checks: tuple[BookletCheck, ...] = ()


def decode(booklet: Booklet) -> Decoded:
    """The booklet's tables as decided by their sums.

    A cell whose source is ``human`` is taken at its word: it keeps its value, has the
    verdict ``human`` and confidence 1, and the others are decided around it.
    """
    checked = [crossfoot(draft, f"t{k}") for k, draft in enumerate(booklet.drafts, start=1)]
    return Decoded(
        tables=tuple(table for table, _ in checked),
        review=tuple(item for _, items in checked for item in items),
    )
