"""The publisher's error: a figure misprinted so that the table's sums do not hold."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from eval.made.table import MadeTable


@dataclass(frozen=True, slots=True)
class PlantedError:
    """A misprint: what should stand in the cell, and what does, in the printed unit."""

    row: str
    column: str
    true: Decimal
    printed: Decimal


def plant(table: MadeTable, rng: random.Random) -> tuple[MadeTable, PlantedError | None]:
    """``table`` with one figure wrong, and which; None where it has no figure in a sum."""
    places = sorted(
        {place for one in table.sums for place in (one.result, *one.terms) if table.figure(*place)}
    )
    if not places:
        return table, None
    row, column = rng.choice(places)
    true = table.figure(row, column)
    error = PlantedError(row, column, true, _misprinted(true, table.decimals, rng))
    rows = tuple(
        replace(one, values={**one.values, column: error.printed}) if one.id == row else one
        for one in table.rows
    )
    return replace(table, rows=rows), error


def _misprinted(true: Decimal, decimals: int, rng: random.Random) -> Decimal:
    """One digit changed, or two neighbours swapped, as clerks do."""
    sign = -1 if true < 0 else 1
    body = f"{abs(true).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):f}"
    return sign * Decimal(_slipped(body, rng))


def misprinted(printed: str, rng: random.Random) -> str:
    """A printed figure with one such slip."""
    sign = "-" if printed.startswith("-") else ""
    return sign + _slipped(printed.removeprefix("-"), rng)


def _slipped(body: str, rng: random.Random) -> str:
    digits = [at for at, char in enumerate(body) if char.isdigit()]
    swaps = [(a, b) for a, b in pairwise(digits) if body[a] != body[b] != "0"]
    if swaps and rng.random() < 0.5:
        a, b = rng.choice(swaps)
        return body[:a] + body[b] + body[a + 1 : b] + body[a] + body[b + 1 :]
    at = rng.choice(digits)
    other = rng.choice([d for d in "123456789" if d != body[at]])
    return body[:at] + other + body[at + 1 :]
