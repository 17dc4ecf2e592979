"""The cheapest world of a part, found exactly with OR-Tools CP-SAT.

The only module that knows the solver.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from worker.decoding.part import Part, Tie, World

_PER_NAT = 1000
_SEED = 7


class OutOfTime(Exception):
    """The search was stopped before it could tell."""


@dataclass(slots=True)
class Search:
    """A part as a model that is built once and asked again under further conditions.

    ``effort`` is what all answers together may cost, in the solver's deterministic seconds.
    """

    part: Part
    effort: float
    model: cp_model.CpModel = field(init=False)
    picks: list[list[cp_model.IntVar]] = field(init=False)
    broken: list[cp_model.IntVar] = field(init=False)
    rounded: list[cp_model.IntVar | None] = field(init=False)
    excused: list[cp_model.IntVar] = field(init=False)
    unknown: dict[int, cp_model.IntVar] = field(init=False)
    cost: cp_model.LinearExprT = field(init=False)

    def __post_init__(self) -> None:
        self.model = cp_model.CpModel()
        self.picks, self.unknown = [], {}
        for at, choice in enumerate(self.part.choices):
            options = [self._flag() for _ in choice.keys]
            if choice.unknown is not None:
                self.unknown[at] = self._flag()
            self.model.add_exactly_one([*options, *self._free(at)])
            self.picks.append(options)
        self.excused = [self._flag() for _ in self.part.excuses]
        self.broken, self.rounded = [], []
        for at, tie in enumerate(self.part.ties):
            self._tie(at, tie)
        self.cost = self._cost()
        self.model.minimize(self.cost)

    def best(
        self,
        *,
        off: Collection[tuple[int, int]] = (),
        start: World | None = None,
        most: float | None = None,
    ) -> World | None:
        """The cheapest world in which at least one choice of ``off`` does not take its option.

        None where there is none. ``off`` () asks for the cheapest of all; ``start`` is a
        world to begin from; worlds that cost more than ``most`` do not count.

        Raises:
            OutOfTime: where the effort did not suffice to prove it the cheapest.
        """
        model = self.model.clone()
        if off:
            model.add_bool_or([~self.picks[at][option] for at, option in sorted(off)])
        if most is not None:
            model.add(self.cost <= round(most * _PER_NAT))
        if start is not None:
            self._hint(model, start)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = _SEED
        solver.parameters.max_deterministic_time = max(self.effort, 0.001)
        status = solver.solve(model)
        self.effort -= solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            raise OutOfTime
        return self._world(solver)

    def _flag(self) -> cp_model.IntVar:
        return self.model.new_bool_var("")

    def _free(self, choice: int) -> Sequence[cp_model.IntVar]:
        return [self.unknown[choice]] if choice in self.unknown else []

    def _tie(self, at: int, tie: Tie) -> None:
        broken = self._flag()
        self.broken.append(broken)
        total = sum(
            (
                weight * key * pick
                for choice, weight in tie.weights
                for key, pick in zip(
                    self.part.choices[choice].keys, self.picks[choice], strict=True
                )
                if key
            ),
            start=cp_model.LinearExpr.sum([]) + tie.constant,
        )
        causes = [broken]
        causes += [self.unknown[choice] for choice, _ in tie.weights if choice in self.unknown]
        causes += [self.excused[m] for m, one in enumerate(self.part.excuses) if at in one.ties]
        rounded = self._flag() if tie.slack else None
        self.rounded.append(rounded)
        strict = [~cause for cause in causes]
        if rounded is not None:
            self.model.add_linear_constraint(total, -tie.slack, tie.slack).only_enforce_if(
                [*strict, rounded]
            )
            strict.append(~rounded)
        self.model.add(total == 0).only_enforce_if(strict)

    def _cost(self) -> cp_model.LinearExprT:
        flags: list[cp_model.IntVar] = []
        prices: list[float] = []
        for choice, options in zip(self.part.choices, self.picks, strict=True):
            flags += options
            prices += choice.costs
        for at, flag in self.unknown.items():
            flags.append(flag)
            prices.append(self.part.choices[at].unknown or 0.0)
        for tie, broken, rounded in zip(self.part.ties, self.broken, self.rounded, strict=True):
            flags.append(broken)
            prices.append(tie.broken)
            if rounded is not None:
                flags.append(rounded)
                prices.append(tie.rounding)
        for one, flag in zip(self.part.excuses, self.excused, strict=True):
            flags.append(flag)
            prices.append(one.cost)
        for twin in self.part.twins:
            both = self._flag()
            self.model.add_implication(both, self.picks[twin.one[0]][twin.one[1]])
            self.model.add_implication(both, self.picks[twin.other[0]][twin.other[1]])
            flags.append(both)
            prices.append(-twin.less)
        return cp_model.LinearExpr.weighted_sum(flags, [round(p * _PER_NAT) for p in prices])

    def _hint(self, model: cp_model.CpModel, start: World) -> None:
        for options, picked in zip(self.picks, start.picks, strict=True):
            for at, flag in enumerate(options):
                model.add_hint(flag, at == picked)
        for at, flag in enumerate(self.broken):
            model.add_hint(flag, at in start.broken)

    def _world(self, solver: cp_model.CpSolver) -> World:
        picks = tuple(
            next((at for at, flag in enumerate(options) if solver.boolean_value(flag)), -1)
            for options in self.picks
        )
        return World(
            picks,
            solver.objective_value / _PER_NAT,
            broken=frozenset(at for at, f in enumerate(self.broken) if solver.boolean_value(f)),
            rounded=frozenset(
                at for at, f in enumerate(self.rounded) if f is not None and solver.boolean_value(f)
            ),
            excused=frozenset(at for at, f in enumerate(self.excused) if solver.boolean_value(f)),
        )
