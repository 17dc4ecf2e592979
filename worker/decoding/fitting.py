"""Which options of the few cells of a sum add up: found from both halves of it at once."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from worker.decoding.part import Part, Tie

_MOST = 4000
"""Combinations of one half of a sum that are tried."""
_MANY = 400
"""Ways to add up from which they are no help."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One way in which a sum holds: the option of each of its choices, in the tie's order.

    ``rounded`` says that it misses by rounding.
    """

    options: tuple[int, ...]
    rounded: bool


def fits(part: Part, tie: Tie) -> list[Fit] | None:
    """All ways in which the tie holds; None where there are too many to be of use.

    The sums of one half of the cells are looked up for those of the other (Horowitz and Sahni,
    1974), so that three cells of forty options each cost two thousand steps and not 64,000.
    """
    terms = [[weight * key for key in part.choices[choice].keys] for choice, weight in tie.weights]
    half = _halved(terms)
    if half is None:
        return None
    left = sorted(_combined(terms[:half]), key=_total)
    found: list[Fit] = []
    for options, total in _combined(terms[half:]):
        wanted = -tie.constant - total
        first = bisect_left(left, wanted - tie.slack, key=_total)
        last = bisect_right(left, wanted + tie.slack, key=_total)
        if len(found) + last - first > _MANY:
            return None
        found += [Fit((*other, *options), sum_ != wanted) for other, sum_ in left[first:last]]
    return found


def _total(combined: tuple[tuple[int, ...], int]) -> int:
    return combined[1]


def _halved(terms: Sequence[Sequence[int]]) -> int | None:
    """Where to part the terms so that both halves are small; None where neither way is."""
    sizes = [len(options) for options in terms]
    ways = [(max(math.prod(sizes[:k]), math.prod(sizes[k:])), k) for k in range(len(sizes) + 1)]
    most, half = min(ways)
    return half if most <= _MOST else None


def _combined(terms: Sequence[Sequence[int]]) -> list[tuple[tuple[int, ...], int]]:
    """Every choice of one option from each of the terms, and what it adds up to."""
    return [
        (options, sum(values))
        for options, values in zip(
            itertools.product(*(range(len(one)) for one in terms)),
            itertools.product(*terms),
            strict=True,
        )
    ]
