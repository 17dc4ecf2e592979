"""What stands before the decoder: lattices, equations, and how far from which change is free.

A cell can only be something else at a price: that of its own ink, and for each sum through
it that of another cell which makes up for the change, or of a broken sum. Cells for which
even the least such price is beyond the horizon stay as read and need no search.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from schemas.draft import TableCellRef
from worker.decoding.equations import Equation
from worker.decoding.lattice import Lattice
from worker.decoding.prices import BROKEN, HORIZON, REPEATED, rounding_price
from worker.decoding.rounding_odds import RoundingOdds

LEAST_SLIP = 2.5
"""Nats of the least surprising particular slip, given that a figure was misread."""

_OF_SUMS = ("through", "residuals", "slacks", "broken", "rounding", "figures", "_entwined")
"""What is worked out of the values and the sums alone, whatever else cells may be."""


@dataclass(frozen=True)
class Scene:
    """Lattices and equations with every cell at ``values``, None where it is no figure.

    Equations ``aside``, by index, are known not to be meant as they stand: no cell is weighed
    by them.
    """

    lattices: Mapping[TableCellRef, Lattice]
    equations: Sequence[Equation]
    values: Mapping[TableCellRef, int | None] = field(default_factory=dict)
    aside: frozenset[int] = frozenset()

    @cached_property
    def through(self) -> dict[TableCellRef, tuple[int, ...]]:
        """The equations through each cell that count, by index."""
        found: dict[TableCellRef, list[int]] = {}
        for at, equation in enumerate(self.equations):
            if at in self.aside:
                continue
            for ref in equation.refs:
                if ref in self.lattices:
                    found.setdefault(ref, []).append(at)
        return {ref: tuple(indexes) for ref, indexes in found.items()}

    @cached_property
    def residuals(self) -> tuple[int | None, ...]:
        """Result minus terms of each equation; None where a cell is no figure."""
        return tuple(equation.residual(self.values) for equation in self.equations)

    @cached_property
    def figures(self) -> tuple[frozenset[int], ...]:
        """The different figures of each equation, what adds nothing left out."""
        now = self.values.get
        return tuple(
            frozenset(units for ref in one.refs if (units := now(ref))) for one in self.equations
        )

    @cached_property
    def slacks(self) -> tuple[int, ...]:
        """The largest residual of each equation that rounding explains."""
        return tuple(equation.slack(self.values, self.lattices) for equation in self.equations)

    @cached_property
    def broken(self) -> tuple[int, ...]:
        """The equations, by index, that miss by more than rounding."""
        return tuple(
            at
            for at, residual in enumerate(self.residuals)
            if residual and abs(residual) > self.slacks[at]
        )

    @cached_property
    def rounding(self) -> tuple[float, ...]:
        """What it costs each equation to miss by rounding, as much as it does now or by one.

        Low where many of the table's sums do, and where there are many terms. Between tables
        of different units the rounding is not of figures one by one, and its share counts.
        """
        failing = frozenset(self.broken)
        told: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
        for at, equation in enumerate(self.equations):
            residual = self.residuals[at]
            if residual is not None and at not in failing:
                told[equation.table].append((self._terms(equation), residual))
        odds = {table: RoundingOdds.of(sums) for table, sums in told.items()}
        rounded = sum(off != 0 for _, off in told[None])
        between = rounding_price(rounded, len(told[None]) - rounded)
        return tuple(
            between
            if equation.table is None
            else odds.get(equation.table, RoundingOdds()).price(
                self._terms(equation), self._off(at)
            )
            for at, equation in enumerate(self.equations)
        )

    def _terms(self, equation: Equation) -> int:
        """The terms that may have been rounded: nothing was where nothing is."""
        now = self.values.get
        return sum([1 for term in equation.terms if now(term.ref)])

    def _off(self, at: int) -> int:
        residual = self.residuals[at]
        return residual if residual and abs(residual) <= self.slacks[at] else 1

    @cached_property
    def costs(self) -> dict[TableCellRef, float]:
        """What it costs at least that a cell is one particular other figure."""
        return {ref: self._cost(ref, one) for ref, one in self.lattices.items()}

    def _cost(self, ref: TableCellRef, one: Lattice) -> float:
        return min(self.listed(ref), max(one.against, 0.0) + (LEAST_SLIP if one.cell.text else 0))

    @cached_property
    def sure_costs(self) -> dict[TableCellRef, float]:
        """The same, nothing where ink was kept: it may like some slip better than is known."""
        inked = {ref for ref, one in self.lattices.items() if one.cell.posteriors}
        return {ref: 0.0 if ref in inked else cost for ref, cost in self.costs.items()}

    def listed(self, ref: TableCellRef) -> float:
        """What the cheapest other reading that was proposed costs more than the present one."""
        one, now = self.lattices[ref], self.values[ref]
        if one.pinned:
            return BROKEN * 4
        if len(one.options) == 1 and now in one.options:
            return BROKEN * 4  # as in a text layer
        held = one.options[now].cost if now is not None and now in one.options else 0.0
        others = (o.cost - held for key, o in one.options.items() if key != now)
        return min(others, default=BROKEN * 4)

    @cached_property
    def _entwined(self) -> frozenset[frozenset[int]]:
        """Pairs of equations that share more than one cell."""
        shared = Counter(
            frozenset(pair) for found in self.through.values() for pair in combinations(found, 2)
        )
        return frozenset(pair for pair, count in shared.items() if count > 1)

    def share_cells(self, one: int, other: int) -> bool:
        """Whether two equations share more than one cell."""
        return frozenset((one, other)) in self._entwined

    def residual_of_known(self, at: int) -> int:
        """Result minus terms, what is no figure counted as nothing."""
        residual = self.residuals[at]
        if residual is not None:
            return residual
        known = {ref: units or 0 for ref, units in self.values.items()}
        return self.equations[at].residual(known) or 0

    @cached_property
    def _makeweights(self) -> tuple[_Makeweights, ...]:
        return self._weighed(self.costs)

    @cached_property
    def _sure_makeweights(self) -> tuple[_Makeweights, ...]:
        return self._weighed(self.sure_costs)

    def _weighed(self, costs: Mapping[TableCellRef, float]) -> tuple[_Makeweights, ...]:
        return tuple(self._weigh(at, one, costs) for at, one in enumerate(self.equations))

    def _weigh(
        self, at: int, equation: Equation, costs: Mapping[TableCellRef, float]
    ) -> _Makeweights:
        refs = [ref for ref in equation.refs if ref in self.lattices]
        # What costs as much as a broken sum makes up for nothing: on a text layer that is all.
        cheapest = sorted((costs[ref], ref) for ref in refs if costs[ref] < BROKEN)[:2]
        seen: set[int | None] = set()
        repeated: set[int | None] = set()
        for ref in refs:
            value = self.values[ref]
            (repeated if value in seen else seen).add(value)
        free = self.rounding[at] if self.slacks[at] else BROKEN
        return _Makeweights(tuple(cheapest), frozenset(filter(None, repeated)), free)

    def _makeup(self, ref: TableCellRef, held: _Makeweights) -> float:
        """What an equation costs at least when only ``ref`` of it is known to change."""
        least = min(BROKEN, held.rounding)
        other = next((cost for cost, cell in held.cheapest if cell != ref), least)
        twin = REPEATED if self.values[ref] in held.repeated else least
        return max(min(least, other, twin), 0.0)

    def bound(self, ref: TableCellRef) -> float:
        """A lower bound of what any world costs in which the cell is another figure."""
        known = self._bounds.get(ref)
        if known is None:
            known = self._bounds[ref] = self._bound(ref)
        return known

    @cached_property
    def _bounds(self) -> dict[TableCellRef, float]:
        """The bounds that were asked for."""
        return {}

    def _bound(self, ref: TableCellRef) -> float:
        one = self.lattices[ref]
        if one.pinned:
            return BROKEN * 4
        if self.values[ref] is None:
            return 0.0
        return max(min(self.listed(ref), one.against), 0.0) + self._burden(ref, self._makeweights)

    def burden(self, ref: TableCellRef) -> float:
        """A lower bound of what a change of the cell costs in its sums."""
        return self._burden(ref, self._sure_makeweights)

    def _burden(self, ref: TableCellRef, held: Sequence[_Makeweights]) -> float:
        """What must make up for a change of the cell.

        Sums that do not hold exactly ask for nothing. Two sums that share further cells may
        be made up for by one of them, and count once.
        """
        total = 0.0
        counted: list[int] = []
        for at in self.through.get(ref, ()):
            if self.residuals[at] == 0 and not any(
                self.share_cells(at, other) for other in counted
            ):
                counted.append(at)
                total += self._makeup(ref, held[at])
        return total

    def loose(self) -> list[TableCellRef]:
        """The cells under a sum that may be another figure within the horizon, in order."""
        return [ref for ref in self.lattices if ref in self.through and self.bound(ref) < HORIZON]

    def with_values(self, values: Mapping[TableCellRef, int | None]) -> Scene:
        """The same cells and sums at other values."""
        if values == self.values:  # as where all is printed clearly: what is known stays known
            return self
        return Scene(self.lattices, self.equations, values, self.aside)

    def without(self, equations: Collection[int]) -> Scene:
        """The same scene with these equations aside."""
        if self.aside == frozenset(equations):
            return self
        return Scene(self.lattices, self.equations, self.values, frozenset(equations))

    def with_lattices(self, lattices: Iterable[Lattice]) -> Scene:
        """The same scene with other readings in some lattices: what its sums say stays known."""
        changed = {one.ref: one for one in lattices}
        if not changed:
            return self
        scene = Scene({**self.lattices, **changed}, self.equations, self.values, self.aside)
        known = self.__dict__.items()
        scene.__dict__.update({name: found for name, found in known if name in _OF_SUMS})
        if "costs" in self.__dict__:
            own = {ref: scene._cost(ref, one) for ref, one in changed.items()}
            scene.__dict__["costs"] = {**self.costs, **own}
        return scene


@dataclass(frozen=True, slots=True)
class _Makeweights:
    """What may make up for a change in an equation: its two cheapest cells, repeated ink.

    Cells that cost as much as a broken sum are left out.
    """

    cheapest: tuple[tuple[float, TableCellRef], ...]
    repeated: frozenset[int | None]
    rounding: float


def scene_of(lattices: Mapping[TableCellRef, Lattice], equations: Sequence[Equation]) -> Scene:
    """The scene with every cell at its most probable reading."""
    values = {ref: one.cheapest if one.options else None for ref, one in lattices.items()}
    return Scene(lattices, equations, values)
