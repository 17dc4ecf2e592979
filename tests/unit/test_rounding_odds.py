"""What a difference by rounding costs, from what all sums of a table show."""

from __future__ import annotations

import pytest

from worker.decoding.prices import LEAST_ROUNDING, ROUNDING
from worker.decoding.rounding_odds import RoundingOdds

EXACT = [(2, 0)] * 20 + [(12, 0)] * 4
ROUNDED = [(1, 0)] * 60 + [(12, 1), (22, -1), (38, -1), (6, -1)]


def test_in_a_table_whose_sums_are_exact_rounding_is_dear() -> None:
    assert RoundingOdds.of(EXACT).price(12, 1) > 4.5
    assert RoundingOdds.of([]).price(12, 1) > 3.0


def test_in_a_rounded_table_a_long_sum_is_off_by_one_as_often_as_not() -> None:
    odds = RoundingOdds.of(ROUNDED)
    assert odds.price(38, 1) == LEAST_ROUNDING
    assert odds.price(2, 1) > 1.0


def test_the_further_off_the_dearer_and_never_beyond_the_dearest() -> None:
    odds = RoundingOdds.of(ROUNDED)
    prices = [odds.price(12, off) for off in range(1, 6)]
    assert prices == sorted(prices)
    assert prices[-1] == ROUNDING


@pytest.mark.parametrize("off", [1, 2])
def test_the_sign_of_a_difference_does_not_matter(off: int) -> None:
    assert RoundingOdds.of(ROUNDED).price(6, off) == RoundingOdds.of(ROUNDED).price(6, -off)
