"""From the drafts of a booklet to its tables with checks, verdicts and the cells to review."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.draft import Booklet
from schemas.result import BookletCheck, ReviewItem, Table
from worker.decoding.decide import EFFORT, decide
from worker.decoding.report import Report
from worker.decoding.verdicts import judgements


@dataclass(frozen=True, slots=True)
class Decoded:
    """Tables in the order of the booklet's drafts, what to review, the sums between tables.

    Tables are called ``t1``, ``t2``, …; review items of one table come together, the most
    urgent first.
    """

    tables: tuple[Table, ...]
    review: tuple[ReviewItem, ...]
    checks: tuple[BookletCheck, ...] = ()


def decode(booklet: Booklet, *, effort: float = EFFORT) -> Decoded:
    """The booklet's tables as decided by their sums.

    The most probable joint reading that the sums allow is found, and for every amount cell
    how much less probable the best story is in which it says something else; from that come
    verdict and confidence. A cell whose source is ``human`` is taken at its word: it keeps
    its value, has the verdict ``human`` and confidence 1, and the others are decided around
    it. ``effort`` bounds the search for each table, in deterministic seconds; what is open
    when it ends is doubtful.
    """
    decision = decide(booklet, effort)
    report = Report(booklet, decision, judgements(decision))
    indexes = range(len(booklet.drafts))
    return Decoded(
        tables=tuple(report.table(index) for index in indexes),
        review=tuple(item for index in indexes for item in report.review(index)),
        checks=report.between(),
    )
