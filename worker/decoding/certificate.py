"""Which choices of a part cannot be otherwise near its best world, without a search.

A world that differs from the one at hand pays for every choice that is otherwise, and at most
gets back what the sums through those choices cost now. Where that is a loss for every choice,
the world at hand is the best one; where it is a loss beyond the horizon for one of them, that
choice needs no search. This is what decides a large table of good readings whose totals are
rounded: exact search can't tell in time which of its many cheap stories is the cheapest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from worker.decoding.part import Choice, Part, Tie, Twin, World

_NEVER = float("inf")

Dear = tuple[float, int]
"""A cost in nats and the choice that it is the cost of."""


@dataclass(frozen=True)
class Certificate:
    """What can be told of the worlds around the one in which each choice is its first.

    All costs are in nats above that world. An option is an index of the choice's keys, -1
    for none of them.
    """

    part: Part

    @property
    def here(self) -> World:
        """The world at hand, nothing in it excused."""
        paid = [at for at, cost in enumerate(self._paid) if cost]
        off = {at for at in paid if abs(self._residuals[at] or 0) > self.part.ties[at].slack}
        return World(
            tuple(choice.first for choice in self.part.choices),
            sum(map(_held, self.part.choices)) + sum(self._paid),
            broken=frozenset(off),
            rounded=frozenset(paid) - off,
        )

    @cached_property
    def gain(self) -> float:
        """The most that any world may be cheaper; 0 says that none is."""
        return sum(max(-cost, 0.0) for cost in (*self._least, *self._excuses))

    @cached_property
    def bounds(self) -> tuple[float, ...]:
        """For each choice what every world costs at least in which it is not its first."""
        return tuple(
            min(
                (cost + self._answer(at, option) for option, cost in self._own[at].items()),
                default=_NEVER,
            )
            - (self.gain - max(-self._least[at], 0.0))
            for at in range(len(self.part.choices))
        )

    # -- what one choice alone costs ---------------------------------------------------------

    @cached_property
    def _residuals(self) -> tuple[int | None, ...]:
        """Of each tie at the first options; None where a cell of it is unknown."""
        return tuple(self._residual(tie) for tie in self.part.ties)

    def _residual(self, tie: Tie) -> int | None:
        total = tie.constant
        for at, weight in tie.weights:
            choice = self.part.choices[at]
            if choice.first < 0:
                return None
            total += weight * choice.keys[choice.first]
        return total

    @cached_property
    def _paid(self) -> tuple[float, ...]:
        """What each tie costs at the first options, if nothing excuses it."""
        return tuple(
            _price(tie, residual or 0)
            for tie, residual in zip(self.part.ties, self._residuals, strict=True)
        )

    @cached_property
    def _through(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """The ties that move with each choice, with its weight there."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for tie, one in enumerate(self.part.ties):
            for at, weight in one.weights:
                if weight:
                    found[at].append((tie, weight))
        return {at: tuple(ties) for at, ties in found.items()}

    @cached_property
    def _refunds(self) -> Mapping[tuple[int, int], float]:
        """What twins give back for an option: half of it to either."""
        found: dict[tuple[int, int], float] = defaultdict(float)
        for twin in self.part.twins:
            found[twin.one] += twin.less / 2
            found[twin.other] += twin.less / 2
        return found

    @cached_property
    def _own(self) -> tuple[Mapping[int, float], ...]:
        """What each other option of a choice costs, less all that it may save."""
        return tuple(
            {
                option: cost - _held(choice) - self._saved(at, option)
                for option, cost in _options(choice)
                if option != choice.first
            }
            for at, choice in enumerate(self.part.choices)
        )

    def _saved(self, at: int, option: int) -> float:
        """The refunds of the option, and the costs of ties that it may make up for.

        What it does not save alone, it needs another choice for, which saves the other half.
        """
        saved = self._refunds.get((at, option), 0.0)
        for tie, weight in self._through.get(at, ()):
            paid, now = self._paid[tie], self._residuals[tie] or 0
            left = _price(self.part.ties[tie], now + weight * self._step(at, option))
            saved += paid if option < 0 else max(paid - left, paid / 2)
        return saved

    def _step(self, at: int, option: int) -> int:
        choice = self.part.choices[at]
        return choice.keys[option] - choice.keys[choice.first] if choice.first >= 0 else 0

    @cached_property
    def _least(self) -> tuple[float, ...]:
        return tuple(min(own.values(), default=_NEVER) for own in self._own)

    # -- what the others must answer -----------------------------------------------------------

    @cached_property
    def _excuses(self) -> tuple[float, ...]:
        """What each excuse costs, less all that it may save."""
        return tuple(
            one.cost - sum(self._paid[tie] for tie in one.ties) for one in self.part.excuses
        )

    @cached_property
    def _excused(self) -> Mapping[int, float]:
        """The cheapest excuse for each tie."""
        found: dict[int, float] = {}
        for cost, one in zip(self._excuses, self.part.excuses, strict=True):
            for tie in one.ties:
                found[tie] = min(found.get(tie, _NEVER), max(cost, 0.0))
        return found

    @cached_property
    def _entwined(self) -> frozenset[tuple[int, int]]:
        """Pairs of ties that share more than one choice."""
        shared: dict[tuple[int, int], int] = defaultdict(int)
        for ties in self._through.values():
            for pair in combinations([tie for tie, _ in ties], 2):
                shared[pair] += 1
        return frozenset(pair for pair, count in shared.items() if count > 1)

    def _apart(self, at: int) -> Iterator[tuple[int, int]]:
        """Ties that hold now and share no choice but this one, with its weight there."""
        counted: list[int] = []
        for tie, weight in self._through.get(at, ()):
            if self._residuals[tie] == 0 and not any(
                (other, tie) in self._entwined for other in counted
            ):
                counted.append(tie)
                yield tie, weight

    @cached_property
    def _answers(self) -> tuple[_Answers, ...]:
        return tuple(self._answers_in(tie) for tie in self.part.ties)

    def _answers_in(self, tie: Tie) -> _Answers:
        anyone: list[Dear] = []
        freely: list[Dear] = []
        exactly: dict[int, list[Dear]] = defaultdict(list)
        for at, weight in tie.weights:
            if not weight or not self._own[at]:
                continue
            anyone.append((max(self._least[at], 0.0), at))
            for option, cost in self._own[at].items():
                dear = (max(cost, 0.0), at)
                if option < 0:
                    freely.append(dear)
                else:
                    exactly[weight * self._step(at, option)].append(dear)
        return _Answers(
            tuple(sorted(anyone)[:3]),
            tuple(sorted(freely)[:2]),
            {step: tuple(sorted(found)) for step, found in exactly.items()},
        )

    def _answer(self, at: int, option: int) -> float:
        """What the sums that hold cost at least where the choice takes this option.

        Each breaks, is rounded, is excused, or has other choices that are otherwise: one
        that makes up for just this difference, or several.
        """
        if option < 0:
            return 0.0
        total, excused = 0.0, _NEVER
        for tie, weight in self._apart(at):
            excused = min(excused, self._excused.get(tie, _NEVER))
            off = weight * self._step(at, option)
            total += self._answers[tie].cheapest(self.part.ties[tie], at, off)
        return min(total, excused)


@dataclass(frozen=True, slots=True)
class _Answers:
    """How the choices of a tie may answer for one of them, each the cheapest first.

    ``anyone`` by being otherwise at all, ``freely`` by being unknown, ``exactly`` by moving
    the sum by so much.
    """

    anyone: tuple[Dear, ...]
    freely: tuple[Dear, ...]
    exactly: Mapping[int, tuple[Dear, ...]]

    def cheapest(self, tie: Tie, at: int, off: int) -> float:
        """What it costs at least that the tie's sum is moved by ``off`` through choice ``at``."""
        others = [cost for cost, one in self.anyone if one != at]
        ways = [_price(tie, off)]
        ways += [cost for cost, one in self.exactly.get(-off, ()) if one != at][:1]
        ways += [cost for cost, one in self.freely if one != at][:1]
        if others and tie.slack:
            ways.append(others[0] + min(tie.rounding, tie.broken))
        if len(others) > 1:
            ways.append(others[0] + others[1])
        return max(min(ways), 0.0)


def _options(choice: Choice) -> Iterator[tuple[int, float]]:
    yield from enumerate(choice.costs)
    if choice.unknown is not None:
        yield -1, choice.unknown


def _held(choice: Choice) -> float:
    return (choice.unknown or 0.0) if choice.first < 0 else choice.costs[choice.first]


def _price(tie: Tie, residual: int) -> float:
    if residual == 0:
        return 0.0
    return min(tie.rounding, tie.broken) if abs(residual) <= tie.slack else tie.broken


def narrowed(part: Part, kept: Sequence[int]) -> Part:
    """The part with only the choices ``kept`` (by index, in order) still open.

    The others are at their first options for good, which must be known ones.
    """
    place = {at: to for to, at in enumerate(kept)}
    fixed = {at: one.keys[one.first] for at, one in enumerate(part.choices) if at not in place}
    return Part(
        tuple(part.choices[at] for at in kept),
        tuple(_narrowed(tie, place, fixed) for tie in part.ties),
        tuple(
            Twin(
                (place[twin.one[0]], twin.one[1]),
                (place[twin.other[0]], twin.other[1]),
                twin.less,
            )
            for twin in part.twins
            if twin.one[0] in place and twin.other[0] in place
        ),
        part.excuses,
    )


def _narrowed(tie: Tie, place: Mapping[int, int], fixed: Mapping[int, int]) -> Tie:
    return Tie(
        tie.equation,
        tuple((place[at], weight) for at, weight in tie.weights if at in place),
        tie.constant + sum(weight * fixed[at] for at, weight in tie.weights if at in fixed),
        tie.slack,
        tie.rounding,
        tie.broken,
    )
