"""Which item of one sequence stands for which item of another, order kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_Left = TypeVar("_Left")
_Right = TypeVar("_Right")


def align(
    left: Sequence[_Left], right: Sequence[_Right], likeness: Callable[[_Left, _Right], float]
) -> tuple[tuple[int, int], ...]:
    """Pairs of indices with the greatest summed ``likeness``, both ascending.

    Items may stay alone; a pair is made only where its likeness is above zero. Of equally
    good alignments the one with the earliest pairs is given. This is the dynamic programme
    of Needleman and Wunsch (1970) with free gaps.
    """
    scores = [[likeness(a, b) for b in right] for a in left]
    best = _best_of_the_rest(scores, len(left), len(right))
    pairs = []
    i = j = 0
    while i < len(left) and j < len(right):
        if scores[i][j] > 0 and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            i += 1
    return tuple(pairs)


def _best_of_the_rest(scores: list[list[float]], rows: int, cols: int) -> list[list[float]]:
    """At (i, j): the best sum that the items from i and from j on can reach."""
    best = [[0.0] * (cols + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(cols - 1, -1, -1):
            paired = scores[i][j] + best[i + 1][j + 1] if scores[i][j] > 0 else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return best
