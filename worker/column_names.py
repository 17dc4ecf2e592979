"""Which printed name stands over which aligned column.

Names are centred in columns whose width no ruling shows, while figures stand at the right
and labels at the left of theirs: a name may lie beside what it names. Names and columns
keep their order, so the best match is one in order, found as a sequence alignment
(Needleman and Wunsch 1970) with the gap between name and column as its cost.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from schemas.page import Token

Span = tuple[float, float]
_SHY = 0.2  # share of a column of labels at its right end that a name does not count for
_UNNAMED = 0.5  # cost of a column without name or a name without column, in column pitches


def lowest_names(header: Sequence[Token]) -> list[Token]:
    """The header tokens with none below them, from left to right: names of single columns."""
    lowest = [t for t in header if not any(o.box.cy > t.box.cy and stacked(o, t) for o in header)]
    return sorted(lowest, key=lambda t: t.box.x0)


def stacked(a: Token, b: Token) -> bool:
    """Whether one token stands over the other."""
    return min(a.box.x1, b.box.x1) > max(a.box.x0, b.box.x0)


@dataclass(frozen=True, slots=True)
class Match:
    """For each name its column, None where it has none; and how far apart they are in all."""

    columns: tuple[int | None, ...]
    cost: float


def match_names(names: Sequence[Span], columns: Sequence[Span], labels: bool) -> Match:
    """For each name the column that it stands over; in order.

    ``labels`` says that the first column holds labels, which often has no name.
    """
    if labels and columns:
        # All else being equal the name is that of the figures beside the labels.
        first = columns[0]
        columns = [(first[0], max(first[0], first[1] - _SHY * (first[1] - first[0]))), *columns[1:]]
    skip = _UNNAMED * _pitch(columns)
    costs = [[0.0] * (len(columns) + 1) for _ in range(len(names) + 1)]
    for i in range(len(names) + 1):
        for j in range(len(columns) + 1):
            if i and j:
                both = costs[i - 1][j - 1] + _gap(names[i - 1], columns[j - 1])
                costs[i][j] = min(both, costs[i - 1][j] + skip, costs[i][j - 1] + skip)
            else:
                costs[i][j] = (i + j) * skip
    return Match(tuple(_path(costs, names, columns)), costs[-1][-1])


def _path(
    costs: list[list[float]], names: Sequence[Span], columns: Sequence[Span]
) -> list[int | None]:
    found: list[int | None] = [None] * len(names)
    i, j = len(names), len(columns)
    while i and j:
        if costs[i][j] == costs[i - 1][j - 1] + _gap(names[i - 1], columns[j - 1]):
            i, j = i - 1, j - 1
            found[i] = j
        elif costs[i][j - 1] <= costs[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return found


def _gap(name: Span, column: Span) -> float:
    """The distance of two spans; spans that overlap differ by their centres a little."""
    apart = max(name[0] - column[1], column[0] - name[1], 0.0)
    centres = abs(sum(name) - sum(column)) / 2
    return apart + 0.05 * centres


def _pitch(columns: Sequence[Span]) -> float:
    middles = [sum(c) / 2 for c in columns]
    return median(b - a for a, b in itertools.pairwise(middles)) if columns[1:] else 1.0
