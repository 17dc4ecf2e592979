"""Which options of the few cells of a sum add up: found from both halves of it at once."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
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
    left, right = terms[:half], terms[half:]
    sums: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for options, total in _combined(left):
        sums[total].append(options)
    found: list[Fit] = []
    for options, total in _combined(right):
        for miss in range(-tie.slack, tie.slack + 1):
            found += [
                Fit((*first, *options), miss != 0)
                for first in sums.get(miss - tie.constant - total, ())
            ]
        if len(found) > _MANY:
            return None
    return found


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
