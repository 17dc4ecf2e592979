"""An independent part of a booklet: cells that are in play and the sums that tie them."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.draft import TableCellRef


@dataclass(frozen=True, slots=True)
class Choice:
    """A cell in play: what it may add to sums, and the cost of each in nats.

    ``unknown`` is the cost of its being none of them, which frees every sum through it;
    None where it must be one. ``first`` is the index of the reading to start from.
    """

    ref: TableCellRef
    keys: tuple[int, ...]
    costs: tuple[float, ...]
    first: int
    unknown: float | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A sum: weights of choices (by index) and ``constant`` add up to zero.

    Up to ``slack`` more or less costs ``rounding``, anything else ``broken``.
    """

    equation: int
    weights: tuple[tuple[int, int], ...]
    constant: int
    slack: int
    rounding: float
    broken: float


@dataclass(frozen=True, slots=True)
class Twin:
    """Two choices whose ink says the same: if both take these options, ``less`` is refunded."""

    one: tuple[int, int]
    other: tuple[int, int]
    less: float


@dataclass(frozen=True, slots=True)
class Excuse:
    """One cause that explains, at one price, why all the ``ties`` (by index) are broken.

    A misprinted figure breaks every sum through it; a lost row those of every column.
    """

    ties: tuple[int, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Part:
    """Choices and ties that touch no choice of another part."""

    choices: tuple[Choice, ...]
    ties: tuple[Tie, ...]
    twins: tuple[Twin, ...] = ()
    excuses: tuple[Excuse, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """One consistent story: the option of each choice (-1: none of them) and its cost."""

    picks: tuple[int, ...]
    cost: float
    broken: frozenset[int] = frozenset()
    rounded: frozenset[int] = frozenset()
    excused: frozenset[int] = frozenset()
