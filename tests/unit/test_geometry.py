"""Boxes that refuse nonsense, and maps that lead there and back."""

from __future__ import annotations

import math

import pytest

from schemas.geometry import Affine, Box, turn


@pytest.mark.parametrize("sides", [(2, 0, 1, 1), (0, 2, 1, 1), (0, 0, math.nan, 1)])
def test_a_box_that_cannot_be_is_refused(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="box"):
        Box(*sides)


@pytest.mark.parametrize(
    ("quarters", "corner"),
    [(0, (0, 0)), (1, (300, 0)), (2, (200, 300)), (3, (0, 200)), (5, (300, 0))],
)
def test_a_turn_takes_the_top_left_corner_round_clockwise(
    quarters: int, corner: tuple[float, float]
) -> None:
    assert turn(quarters, 200, 300).point(0, 0) == corner


@pytest.mark.parametrize("quarters", range(4))
def test_a_turn_leads_back(quarters: int) -> None:
    there = turn(quarters, 200, 300)
    assert there.then(there.inverse()).point(17, 23) == pytest.approx((17, 23))


def test_a_tilted_box_is_held_by_a_larger_one() -> None:
    angle = math.radians(10)
    tilt = Affine(math.cos(angle), -math.sin(angle), 0, math.sin(angle), math.cos(angle), 0)
    held = tilt.box(Box(0, 0, 100, 10))
    assert held.width == pytest.approx(100 * math.cos(angle) + 10 * math.sin(angle))
    assert tilt.inverse().box(held).contains(100, 10)


def test_a_map_that_flattens_has_no_way_back() -> None:
    with pytest.raises(ValueError, match="singular"):
        Affine(a=0, e=0).inverse()
