"""Totals that no label names, told by the figures right above them.

On bad paper the word of a total is read as another one. Where a row is the sum of three rows or
more that end right above it, in two columns or more, that is no chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from worker.drafting.figures import Figures, evidence
from worker.drafting.outline import Outline
from worker.drafting.sums_tree import FARTHEST, beyond_chance


def with_nameless_subtotals(
    outline: Outline, figures: Figures, keys: Sequence[str]
) -> Outline | None:
    """The outline with the totals that its figures tell besides; None where there are none.

    A total ends the run of rows that the next one may be the sum of.
    """
    totals = dict(outline.totals)
    above: list[int] = []
    for row in outline.order:
        if not figures.any_in(row, keys):
            continue
        if row not in totals and _is_sum(row, above, figures, keys):
            totals[row] = "sub"
        above = [] if row in totals else [row, *above]
    return replace(outline, totals=totals) if len(totals) > len(outline.totals) else None


def _is_sum(row: int, above: Sequence[int], figures: Figures, keys: Sequence[str]) -> bool:
    return any(
        beyond_chance(evidence(figures, row, above[:count], keys), count)
        for count in _near(row, above[:FARTHEST], figures, keys)
    )


def _near(row: int, above: Sequence[int], figures: Figures, keys: Sequence[str]) -> Iterator[int]:
    """Numbers of rows, nearest first, whose sum is near the row's figure in two columns."""
    wanted = {key: value for key in keys if (value := figures.values.get((row, key)))}
    reached = dict.fromkeys(wanted, Decimal(0))
    for count, part in enumerate(above, 1):
        for key in wanted:
            reached[key] += figures.values.get((part, key), Decimal(0))
        if sum(abs(reached[key] - value) <= count for key, value in wanted.items()) > 1:
            yield count
