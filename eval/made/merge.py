"""Cells merged over rows: a value printed once for all the rows that share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from eval.made.table import MadeRow
from eval.made.tree import Grown


def merged_over_units(grown: Grown, key: str) -> Grown:
    """The rows with equal neighbours in the column ``key`` merged into one cell."""
    return Grown(merged(grown.rows, key), grown.sums)


def merged(rows: Sequence[MadeRow], key: str) -> tuple[MadeRow, ...]:
    """``rows``, runs of the same value in the column ``key`` as one cell at their first row."""
    done: list[MadeRow] = []
    for value, run in groupby(rows, key=lambda row: row.values.get(key)):
        first, *others = run
        if value is None or not others:
            done += [first, *others]
            continue
        done.append(replace(first, spans={**first.spans, key: 1 + len(others)}))
        done += [covered(row, [key]) for row in others]
    return tuple(done)


def covered(row: MadeRow, keys: Sequence[str]) -> MadeRow:
    """``row`` without the cells that a merged cell above covers."""
    return replace(row, values={k: v for k, v in row.values.items() if k not in keys})
