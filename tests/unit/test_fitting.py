"""The ways in which a sum of few cells holds, against all combinations tried one by one."""

from __future__ import annotations

import itertools
import random

import pytest

from schemas.draft import TableCellRef
from worker.decoding.fitting import Fit, fits
from worker.decoding.part import Choice, Part, Tie


def _part(options: list[list[int]]) -> Part:
    refs: list[TableCellRef] = [(0, "r1", f"c{at}") for at in range(len(options))]
    return Part(
        tuple(
            Choice(ref, tuple(keys), (0.0,) * len(keys), 0)
            for ref, keys in zip(refs, options, strict=True)
        ),
        (),
    )


def _tie(weights: list[int], constant: int, slack: int) -> Tie:
    return Tie(0, tuple(enumerate(weights)), constant, slack, 5.0, 13.0)


def _one_by_one(
    options: list[list[int]], weights: list[int], constant: int, slack: int
) -> set[Fit]:
    found = set()
    for picks in itertools.product(*(range(len(keys)) for keys in options)):
        total = sum(w * keys[at] for w, keys, at in zip(weights, options, picks, strict=True))
        if abs(total + constant) <= slack:
            found.add(Fit(picks, total + constant != 0))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_all_ways_are_found_and_no_other(seed: int) -> None:
    chance = random.Random(seed)
    many = chance.randint(1, 5)
    options = [chance.sample(range(-9, 30), chance.randint(1, 6)) for _ in range(many)]
    weights = [chance.choice((1, -1)) for _ in range(many)]
    constant, slack = chance.randint(-20, 20), chance.choice((0, 0, 1, 2))
    found = fits(_part(options), _tie(weights, constant, slack))
    assert found is not None
    assert len(found) == len(set(found))
    assert set(found) == _one_by_one(options, weights, constant, slack)


def test_too_many_cells_or_ways_are_left_to_the_sum() -> None:
    wide = [list(range(100))] * 6
    assert fits(_part(wide), _tie([1] * 6, 0, 0)) is None
    same = [list(range(40))] * 3
    assert fits(_part(same), _tie([1, 1, -1], 0, 0)) is None
