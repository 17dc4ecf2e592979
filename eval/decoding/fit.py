"""Calibration: from margins to the share of figures that is right, by kind of cell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from eval.decoding.trials import Outcome

_EDGES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.5, 9.0, 12.0, math.inf)
KINDS = ("unchecked", "once", "crossed", "changed")


def curves(found: Iterable[Outcome]) -> dict[str, list[list[float]]]:
    """Points (mean margin, log odds of being right) for each kind, rising.

    Counted with half a figure right and half a figure wrong added to each step, steps that
    fall are taken together (pool adjacent violators, Ayer et al. 1955).
    """
    kept = list(found)
    return {kind: _curve([o for o in kept if o.kind == kind]) for kind in KINDS}


def _curve(found: Sequence[Outcome]) -> list[list[float]]:
    steps = [
        [sum(o.margin for o in inside), sum(o.right for o in inside), len(inside)]
        for low, high in pairwise(_EDGES)
        if (inside := [o for o in found if low <= o.margin < high])
    ]
    pooled: list[list[float]] = []
    for step in steps:
        pooled.append(list(step))
        while len(pooled) > 1 and _odds(pooled[-2]) > _odds(pooled[-1]):
            last = pooled.pop()
            pooled[-1] = [a + b for a, b in zip(pooled[-1], last, strict=True)]
    points = [[round(m / n, 3), round(_odds([m, r, n]), 3)] for m, r, n in pooled]
    return points or [[0.0, 0.0], [12.0, 6.0]]


def _odds(step: Sequence[float]) -> float:
    _, right, count = step
    return math.log((right + 0.5) / (count - right + 0.5))


def expected_error(found: Sequence[Outcome], groups: int = 15) -> float:
    """The mean gap between confidence and the share right, over groups of equal size."""
    ranked = sorted(found, key=lambda o: o.confidence)
    size = max(len(ranked) // groups, 1)
    gaps = [
        abs(sum(o.confidence for o in part) - sum(o.right for o in part))
        for part in (ranked[at : at + size] for at in range(0, len(ranked), size))
    ]
    return sum(gaps) / max(len(ranked), 1)
