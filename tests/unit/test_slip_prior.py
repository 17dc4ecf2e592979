"""The prior over slips: which other figure may be printed where one was read."""

import random

import pytest

from worker.decoding.confusions import farther, slips, surprise


@pytest.mark.parametrize("read", ["1234.56", "-80.00", "100", "7"])
@pytest.mark.parametrize("most", [2.0, 3.0, 4.5, 5.2])
def test_slips_within_a_bound_are_those_that_surprise_no_more(read: str, most: float) -> None:
    whole = set(slips(read))
    within = set(slips(read, most))
    assert within == {text for text in whole if surprise(read, text) <= most}


def test_what_is_no_slip_surprises_at_least_as_much_as_is_said() -> None:
    chance = random.Random(5)
    for _ in range(2000):
        read = f"{chance.randrange(1, 99999) / 100:.2f}"
        printed = f"{chance.randrange(1, 99999) / 100:.2f}"
        if printed != read and printed not in slips(read):
            assert surprise(read, printed) >= farther()
    assert surprise("1243", "1234") >= farther()  # two digits changed places


def test_digits_signs_and_points_may_be_taken_lost_and_added() -> None:
    found = set(slips("31.7"))
    assert {"81.7", "31.1", "131.7", "-31.7", "317", "3.7"} <= found
    assert not {"31.7", "3.17", "1.7", "41.77"} & found
