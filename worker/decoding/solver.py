"""The cheapest world of a part, found exactly with OR-Tools CP-SAT.

The only module that knows the solver. It writes the solver's own model format (OR-Tools,
``ortools/sat/cp_model.proto``) and not through ``cp_model``, which loads pandas for it: four
fifths of the time that loading the solver takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model_helper as cp_sat

from worker.decoding.fitting import Fit, fits
from worker.decoding.part import Part, Tie, World

_PER_NAT = 1000
_SEED = 7
_LEAST = -(2**63)  # the format's word for no lower bound

Literal = int
"""A flag by its index in the model; ``~literal`` is its negation, as in the format."""


class OutOfTime(Exception):
    """The search was stopped before it could tell."""


@dataclass(slots=True)
class Search:
    """A part as a model that is built once and asked again under further conditions.

    ``effort`` is what all answers together may cost, in the solver's deterministic seconds.
    """

    part: Part
    effort: float
    model: cp_sat.CpModelProto = field(init=False)
    picks: list[list[Literal]] = field(init=False)
    broken: list[Literal] = field(init=False)
    rounded: list[Literal | None] = field(init=False)
    excused: list[Literal] = field(init=False)
    unknown: dict[int, Literal] = field(init=False)

    def __post_init__(self) -> None:
        self.model = cp_sat.CpModelProto()
        self.picks, self.unknown = [], {}
        for at, choice in enumerate(self.part.choices):
            options = [self._flag() for _ in choice.keys]
            if choice.unknown is not None:
                self.unknown[at] = self._flag()
            one = self.model.constraints.add().exactly_one
            one.literals.extend([*options, *self._free(at)])
            self.picks.append(options)
        self.excused = [self._flag() for _ in self.part.excuses]
        self.broken, self.rounded = [], []
        for at, tie in enumerate(self.part.ties):
            self._tie(at, tie)
        self._price()

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
        model = cp_sat.CpModelProto()
        model.copy_from(self.model)
        if off:
            some = model.constraints.add().bool_or
            some.literals.extend([~self.picks[at][option] for at, option in sorted(off)])
        if most is not None:
            cost = self.model.objective
            _within(model, zip(cost.vars, cost.coeffs, strict=True), _LEAST, round(most * _PER_NAT))
        if start is not None:
            self._hint(model, start)
        solver = cp_sat.SolveWrapper()
        solver.set_parameters(_parameters(self.effort))
        answer: cp_sat.CpSolverResponse = solver.solve(model)  # type: ignore[no-untyped-call]
        self.effort -= answer.deterministic_time
        if answer.status == cp_sat.INFEASIBLE:
            return None
        if answer.status != cp_sat.OPTIMAL:
            raise OutOfTime
        return self._world(list(answer.solution), answer.objective_value)

    def _flag(self) -> Literal:
        self.model.variables.add().domain.extend([0, 1])
        return len(self.model.variables) - 1

    def _free(self, choice: int) -> Sequence[Literal]:
        return [self.unknown[choice]] if choice in self.unknown else []

    def _tie(self, at: int, tie: Tie) -> None:
        broken = self._flag()
        self.broken.append(broken)
        causes = [broken]
        causes += [self.unknown[choice] for choice, _ in tie.weights if choice in self.unknown]
        causes += [self.excused[m] for m, one in enumerate(self.part.excuses) if at in one.ties]
        rounded = self._flag() if tie.slack else None
        self.rounded.append(rounded)
        ways = fits(self.part, tie)
        if ways is None:
            self._add_up(tie, causes, rounded)
        else:
            self._fit(tie, ways, causes, rounded)

    def _add_up(self, tie: Tie, causes: Sequence[Literal], rounded: Literal | None) -> None:
        """The sum holds unless one of the causes is true."""
        total = [
            (pick, weight * key)
            for choice, weight in tie.weights
            for key, pick in zip(self.part.choices[choice].keys, self.picks[choice], strict=True)
        ]
        strict = [~cause for cause in causes]
        if rounded is not None:
            low, high = -tie.slack - tie.constant, tie.slack - tie.constant
            _within(self.model, total, low, high, [*strict, rounded])
            strict.append(~rounded)
        _within(self.model, total, -tie.constant, -tie.constant, strict)

    def _fit(
        self, tie: Tie, ways: Sequence[Fit], causes: Sequence[Literal], rounded: Literal | None
    ) -> None:
        """One of the ways in which the sum holds is taken, unless one of the causes is true.

        That says the same as the sum does, and the solver sees through it much sooner.
        """
        taken = [self._flag() for _ in ways]
        self.model.constraints.add().bool_or.literals.extend([*taken, *causes])
        if len(taken) > 1:
            self.model.constraints.add().at_most_one.literals.extend(taken)
        for flag, way in zip(taken, ways, strict=True):
            implied = self.model.constraints.add()
            implied.enforcement_literal.append(flag)
            picks = [
                self.picks[choice][option]
                for (choice, _), option in zip(tie.weights, way.options, strict=True)
            ]
            if way.rounded and rounded is not None:
                picks.append(rounded)
            implied.bool_and.literals.extend(picks)

    def _price(self) -> None:
        """Makes the flags' prices the objective."""
        prices: list[tuple[Literal, float]] = []
        for choice, options in zip(self.part.choices, self.picks, strict=True):
            prices += zip(options, choice.costs, strict=True)
        for at, flag in self.unknown.items():
            prices.append((flag, self.part.choices[at].unknown or 0.0))
        for tie, broken, rounded in zip(self.part.ties, self.broken, self.rounded, strict=True):
            prices.append((broken, tie.broken))
            if rounded is not None:
                prices.append((rounded, tie.rounding))
        for excuse, flag in zip(self.part.excuses, self.excused, strict=True):
            prices.append((flag, excuse.cost))
        for twin in self.part.twins:
            both = self._flag()
            for at, option in (twin.one, twin.other):
                implied = self.model.constraints.add()
                implied.enforcement_literal.append(both)
                implied.bool_and.literals.append(self.picks[at][option])
            prices.append((both, -twin.less))
        objective = self.model.objective
        _write(objective, [(flag, round(price * _PER_NAT)) for flag, price in prices])
        objective.scaling_factor = 1.0

    def _hint(self, model: cp_sat.CpModelProto, start: World) -> None:
        hints = [
            (flag, at == picked)
            for options, picked in zip(self.picks, start.picks, strict=True)
            for at, flag in enumerate(options)
        ]
        hints += [(flag, at in start.broken) for at, flag in enumerate(self.broken)]
        model.solution_hint.vars.extend([flag for flag, _ in hints])
        model.solution_hint.values.extend([int(taken) for _, taken in hints])

    def _world(self, taken: Sequence[int], cost: float) -> World:
        """The world of an answer: ``taken`` is 1 for each flag that is set, by its index."""
        picks = tuple(
            next((at for at, flag in enumerate(options) if taken[flag]), -1)
            for options in self.picks
        )
        return World(
            picks,
            cost / _PER_NAT,
            broken=frozenset(at for at, flag in enumerate(self.broken) if taken[flag]),
            rounded=frozenset(
                at for at, flag in enumerate(self.rounded) if flag is not None and taken[flag]
            ),
            excused=frozenset(at for at, flag in enumerate(self.excused) if taken[flag]),
        )


def _parameters(effort: float) -> cp_sat.SatParameters:
    """One worker and a fixed seed: the same question has the same answer."""
    parameters = cp_sat.SatParameters()
    parameters.num_workers = 1
    parameters.random_seed = _SEED
    parameters.max_deterministic_time = max(effort, 0.001)
    return parameters


def _within(
    model: cp_sat.CpModelProto,
    terms: Iterable[tuple[Literal, int]],
    low: int,
    high: int,
    where: Iterable[Literal] = (),
) -> None:
    """Holds a weighted sum of flags between two bounds, where all of ``where`` are true."""
    constraint = model.constraints.add()
    constraint.enforcement_literal.extend(list(where))
    _write(constraint.linear, terms)
    constraint.linear.domain.extend([low, high])


def _write(
    into: cp_sat.LinearConstraintProto | cp_sat.CpObjectiveProto,
    terms: Iterable[tuple[Literal, int]],
) -> None:
    """Writes a weighted sum of flags, in their order; those without weight are left out."""
    kept = sorted((flag, weight) for flag, weight in terms if weight)
    into.vars.extend([flag for flag, _ in kept])
    into.coeffs.extend([weight for _, weight in kept])
