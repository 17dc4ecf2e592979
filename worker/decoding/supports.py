"""Which readings can be part of any story worth telling.

A cell that takes another reading leaves each sum through it with a difference. Another cell
must make up for it, or two, or the sum is broken: what the cheapest of these costs is known
before any search. A reading that is too dear by that reckoning is left out, which may leave
others without what made up for them; so it is done again until nothing changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from schemas.draft import TableCellRef
from worker.decoding.lattice import Lattice
from worker.decoding.prices import BROKEN, HORIZON, REPEATED
from worker.decoding.scene import Scene

_ROUNDS = 4
_MOST_PAIRS = 250
"""Changes in one sum beyond which two together are not looked for."""

Key = tuple[TableCellRef, int]
"""A cell and another reading of it."""


class Change(NamedTuple):
    """A cell that takes another reading: what that adds to a sum, and its cost.

    ``key`` is the reading; ``now`` what the cell says at present.
    """

    ref: TableCellRef
    key: int
    now: int
    adds: int
    cost: float

    def beside(self, first: Change) -> float:
        """The cost where ``first`` changes too: repeated ink is misread alike."""
        alike = self.now == first.now and self.key == first.key and self.now
        return min(self.cost, REPEATED) if alike else self.cost


def supported(scene: Scene, pool: Mapping[TableCellRef, Lattice]) -> set[Key]:
    """The readings within the horizon, each with what must change beside it."""
    kept = {
        (ref, key) for ref, one in pool.items() for key in one.options if key != scene.values[ref]
    }
    told: dict[int, _Sum] = {}
    stale = {at for ref in pool for at in scene.through[ref]}
    asked = kept
    for _ in range(_ROUNDS):
        told |= {at: _Sum.of(scene, pool, kept, at) for at in sorted(stale)}
        gone = {one for one in asked if not _worth(scene, pool, told, one)}
        if not gone:
            break
        kept -= gone
        stale = {at for ref in {ref for ref, _ in gone} for at in scene.through[ref]}
        asked = {one for at in stale for one in told[at].changes if one in kept}
    return kept


def _worth(
    scene: Scene, pool: Mapping[TableCellRef, Lattice], told: Mapping[int, _Sum], one: Key
) -> bool:
    ref, key = one
    total, mends = pool[ref].options[key].cost, False
    apart: list[int] = []
    for at in scene.through[ref]:
        if not told[at].exact:
            mends = mends or told[at].mended_by(one)
            continue
        mends = True
        if not any(scene.share_cells(at, other) for other in apart):
            apart.append(at)
            total += told[at].makeup(one, HORIZON - total)
            if total >= HORIZON:
                return False
    return total < HORIZON and mends


@dataclass
class _Sum:
    """The changes that a sum may see, by what they add; ``steps`` from the cheapest on.

    ``repeated`` are the values that stand in more than one of its cells.
    """

    exact: bool
    residual: int
    slack: int
    rounding: float
    changes: dict[Key, Change]
    steps: list[Change]
    repeated: frozenset[int]
    by_adds: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))

    @staticmethod
    def of(scene: Scene, pool: Mapping[TableCellRef, Lattice], kept: set[Key], at: int) -> _Sum:
        equation = scene.equations[at]
        said = Counter(scene.values[term.ref] or 0 for term in equation.cells if term.ref in pool)
        changes = {
            (term.ref, key): Change(
                term.ref,
                key,
                now := scene.values[term.ref] or 0,
                term.weight * (key - now),
                option.cost,
            )
            for term in equation.cells
            if term.ref in pool
            for key, option in pool[term.ref].options.items()
            if (term.ref, key) in kept
        }
        made = _Sum(
            scene.residuals[at] == 0,
            scene.residual_of_known(at),
            scene.slacks[at],
            scene.rounding[at],
            changes,
            sorted(changes.values(), key=attrgetter("cost")),
            frozenset(value for value, count in said.items() if count > 1),
        )
        for change in changes.values():
            made.by_adds[change.adds].append(change)
        return made

    def makeup(self, one: Key, most: float = BROKEN) -> float:
        """What it costs at least to keep the sum whole, or to break it.

        What costs ``most`` or more is not looked for: the answer is then ``most`` at least.
        """
        change = self.changes[one]
        left = -self.residual - change.adds
        if not left:
            return 0.0
        best = min(BROKEN, self.rounding) if abs(left) <= self.slack else BROKEN
        for other in self.by_adds.get(left, ()):
            if other.ref != change.ref:
                best = min(best, other.beside(change))
        return min(best, self._by_two(change, left, best, most))

    def _by_two(self, change: Change, left: int, best: float, most: float) -> float:
        if len(self.changes) > _MOST_PAIRS:
            return min(best, 2.0 * self.steps[0].cost)
        if change.now in self.repeated:  # ink like this one's may cost less than it says
            most = BROKEN
        adding = self.by_adds.get
        for one in self.steps:
            if one.cost >= best or one.cost >= most:
                break
            others = adding(left - one.adds)
            if others is None or one.ref == change.ref:
                continue
            for other in others:
                if other.ref not in (change.ref, one.ref):
                    best = min(best, one.beside(change) + other.beside(change))
        return best

    def mended_by(self, one: Key) -> bool:
        """Whether the change, alone or with one or two others, makes the sum hold."""
        change = self.changes[one]
        left = -self.residual - change.adds
        return abs(left) <= self.slack or self._by_others(change, left)

    def _by_others(self, change: Change, left: int) -> bool:
        if any(other.ref != change.ref for other in self.by_adds.get(left, ())):
            return True
        if len(self.changes) > _MOST_PAIRS or change.adds not in self._met_by_two:
            return False
        return any(
            other.ref not in (change.ref, one.ref)
            for one in self.changes.values()
            if one.ref != change.ref
            for other in self.by_adds.get(left - one.adds, ())
        )

    @cached_property
    def _met_by_two(self) -> frozenset[int]:
        """What changes may add that two others, of whatever cells, make up for."""
        adds = np.array(list(self.by_adds), dtype=np.int64)
        left = -self.residual - adds
        met = np.isin(left[:, None] - adds, adds).any(axis=1)
        return frozenset(adds[met].tolist())


def only(lattice: Lattice, keys: Sequence[int]) -> Lattice:
    """The lattice with just these readings."""
    return replace(lattice, options={key: lattice.options[key] for key in keys})
