"""What is told of a part without a search, against all of its worlds."""

from __future__ import annotations

import random
from itertools import product

import pytest

from worker.decoding.certificate import Certificate
from worker.decoding.part import Choice, Excuse, Part, Tie, Twin
from worker.decoding.prices import HORIZON
from worker.decoding.worlds import explore


def _drawn(chance: random.Random) -> Part:
    """A few cells under a few sums, most of which hold as read."""
    choices = []
    for at in range(chance.randint(2, 5)):
        keys = tuple(chance.sample(range(6), chance.randint(1, 3)))
        dear = [0.0] + [round(chance.uniform(0, 14), 1) for _ in keys[1:]]
        unknown = 9.0 if chance.random() < 0.15 else None
        choices.append(Choice((0, f"r{at}", "a"), keys, tuple(dear), 0, unknown))
    ties = []
    for at in range(chance.randint(1, 4)):
        inside = chance.sample(range(len(choices)), chance.randint(1, len(choices)))
        weights = tuple((one, chance.choice((1, 1, -1))) for one in inside)
        total = sum(weight * choices[one].keys[0] for one, weight in weights)
        off = chance.choice((0, 0, 0, 1, 3))
        ties.append(Tie(at, weights, off - total, chance.choice((0, 1)), 2.5, 13.0))
    twins = []
    wide = [at for at, one in enumerate(choices) if len(one.keys) > 1]
    if len(wide) > 1 and chance.random() < 0.5:
        one, other = chance.sample(wide, 2)
        less = min(choices[one].costs[1], choices[other].costs[1]) - 1.6
        twins = [Twin((one, 1), (other, 1), less)] if less > 0 else []
    excuses = []
    if chance.random() < 0.5:
        sums = chance.sample(range(len(ties)), chance.randint(1, len(ties)))
        excuses.append(Excuse(tuple(sums), 9.0))
    return Part(tuple(choices), tuple(ties), tuple(twins), tuple(excuses))


def _cost(part: Part, picks: tuple[int, ...]) -> float:
    """What the world costs, counted out."""
    own = sum(
        (one.unknown or 0.0) if pick < 0 else one.costs[pick]
        for one, pick in zip(part.choices, picks, strict=True)
    )
    own -= sum(
        twin.less
        for twin in part.twins
        if picks[twin.one[0]] == twin.one[1] and picks[twin.other[0]] == twin.other[1]
    )
    paid = [_price(part, tie, picks) for tie in part.ties]
    excused = []
    for used in product((False, True), repeat=len(part.excuses)):
        free = {t for on, e in zip(used, part.excuses, strict=True) if on for t in e.ties}
        price = sum(e.cost for on, e in zip(used, part.excuses, strict=True) if on)
        excused.append(price + sum(cost for at, cost in enumerate(paid) if at not in free))
    return own + min(excused)


def _price(part: Part, tie: Tie, picks: tuple[int, ...]) -> float:
    if any(picks[at] < 0 for at, _ in tie.weights):
        return 0.0
    off = tie.constant + sum(w * part.choices[at].keys[picks[at]] for at, w in tie.weights)
    if off == 0:
        return 0.0
    return tie.rounding if abs(off) <= tie.slack else tie.broken


def _worlds(part: Part) -> dict[tuple[int, ...], float]:
    ways = [
        (*range(len(one.keys)), *([-1] if one.unknown is not None else [])) for one in part.choices
    ]
    return {picks: _cost(part, picks) for picks in product(*ways)}


@pytest.mark.parametrize("seed", range(0, 400, 20))
def test_no_world_is_cheaper_than_what_is_told_without_a_search(seed: int) -> None:
    for one in range(seed, seed + 20):
        _held_against_all_worlds(_drawn(random.Random(one)))


def _held_against_all_worlds(part: Part) -> None:
    worlds, known = _worlds(part), Certificate(part)
    here = worlds[(0,) * len(part.choices)]
    assert min(worlds.values()) >= here - known.gain - 1e-9
    for at, bound in enumerate(known.bounds):
        other = [cost for picks, cost in worlds.items() if picks[at] != 0]
        assert min(other, default=float("inf")) >= here + bound - 1e-9


@pytest.mark.parametrize("seed", range(30))
def test_margins_are_those_of_all_worlds_counted_out(seed: int) -> None:
    part = _drawn(random.Random(seed))
    worlds, found = _worlds(part), explore(part, 5.0)
    best = min(worlds.values())
    assert worlds[found.best.picks] == pytest.approx(best, abs=0.02)
    for at, margin in enumerate(found.margins):
        if found.best.picks[at] < 0:
            continue
        other = [cost for picks, cost in worlds.items() if picks[at] != found.best.picks[at]]
        nearest = min(other, default=float("inf")) - best
        assert margin == pytest.approx(min(nearest, HORIZON), abs=0.02)


def _settled_in_no_time(rows: int) -> tuple[bool, float]:
    """Good readings in rows of two and their sums, every other total off by one."""
    choices, ties = list[Choice](), list[Tie]()
    for row in range(rows):
        keys = (100 + row, 700 + row)
        for at in range(3):
            values = keys if at < 2 else tuple(2 * key for key in keys)
            ref = (0, f"r{row}", f"c{at}")
            choices.append(Choice(ref, values, (0.0, 8.0), 0))
        ties.append(Tie(row, ((3 * row, 1), (3 * row + 1, 1), (3 * row + 2, -1)), 0, 1, 2.5, 13.0))
    for column in range(3):
        inside = tuple((3 * row + column, 1) for row in range(rows))
        total = sum(choices[at].keys[0] for at, _ in inside)
        ties.append(Tie(rows + column, inside, 1 - total, rows // 2, 2.5, 13.0))
    found = explore(Part(tuple(choices), tuple(ties)), 0.01)
    return found.settled, min(found.margins)


def test_a_table_of_good_readings_with_rounded_totals_is_told_at_once() -> None:
    settled, margin = _settled_in_no_time(150)
    assert settled
    assert margin > 7.6  # of a proved figure
