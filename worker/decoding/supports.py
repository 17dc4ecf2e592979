"""Which readings can be part of any story worth telling.

A cell that takes another reading leaves each sum through it with a difference. Another cell
must make up for it, or two, or the sum is broken: what the cheapest of these costs is known
before any search. A reading that is too dear by that reckoning is left out, which may leave
others without what made up for them; so it is done again until nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.draft import TableCellRef
from worker.decoding.lattice import Lattice
from worker.decoding.prices import BROKEN, HORIZON, REPEATED
from worker.decoding.scene import Scene

_ROUNDS = 4
_MOST_PAIRS = 250
"""Changes in one sum beyond which two together are not looked for."""

Key = tuple[TableCellRef, int]
"""A cell and another reading of it."""


@dataclass(frozen=True, slots=True)
class Change:
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
    ties = sorted({at for ref in pool for at in scene.through[ref]})
    for _ in range(_ROUNDS):
        told = {at: _Sum.of(scene, pool, kept, at) for at in ties}
        left = {one for one in kept if _worth(scene, pool, told, one)}
        if left == kept:
            break
        kept = left
    return kept


def _worth(
    scene: Scene, pool: Mapping[TableCellRef, Lattice], told: Mapping[int, _Sum], one: Key
) -> bool:
    ref, key = one
    total, mends = pool[ref].options[key].cost, False
    apart: list[int] = []
    for at in scene.through[ref]:
        if told[at].exact:
            cost = told[at].makeup(one)
            entwined = [other for other in apart if scene.share_cells(at, other)]
            if not entwined:
                apart.append(at)
                total += cost
            mends = True
        else:
            mends = mends or told[at].mended_by(one)
    return total < HORIZON and mends


@dataclass(slots=True)
class _Sum:
    """The changes that a sum may see, by what they add; ``steps`` from the cheapest on."""

    exact: bool
    residual: int
    slack: int
    rounding: float
    changes: dict[Key, Change]
    by_adds: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    steps: list[tuple[float, int, Change]] = field(default_factory=list)

    @staticmethod
    def of(scene: Scene, pool: Mapping[TableCellRef, Lattice], kept: set[Key], at: int) -> _Sum:
        equation = scene.equations[at]
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
        )
        for change in changes.values():
            made.by_adds[change.adds].append(change)
        by_cost = sorted(changes.values(), key=lambda change: change.cost)
        made.steps = [(change.cost, change.adds, change) for change in by_cost]
        return made

    def makeup(self, one: Key) -> float:
        """What it costs at least to keep the sum whole, or to break it."""
        change = self.changes[one]
        left = -self.residual - change.adds
        if not left:
            return 0.0
        best = min(BROKEN, self.rounding) if abs(left) <= self.slack else BROKEN
        for other in self.by_adds.get(left, ()):
            if other.ref != change.ref:
                best = min(best, other.beside(change))
        return min(best, self._by_two(change, left, best))

    def _by_two(self, change: Change, left: int, best: float) -> float:
        if len(self.changes) > _MOST_PAIRS:
            return min(best, 2.0 * self.steps[0][0])
        adding = self.by_adds.get
        for cost, adds, one in self.steps:
            if cost >= best:
                break
            others = adding(left - adds)
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
        if len(self.changes) > _MOST_PAIRS:
            return False
        return any(
            other.ref not in (change.ref, one.ref)
            for one in self.changes.values()
            if one.ref != change.ref
            for other in self.by_adds.get(left - one.adds, ())
        )


def only(lattice: Lattice, keys: Sequence[int]) -> Lattice:
    """The lattice with just these readings."""
    return replace(lattice, options={key: lattice.options[key] for key in keys})
