"""How a sheet lay: its skew and bow found, and the page made straight and flat."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.geometry import Box
from tests.unit.paper import Ink, bowed, noisy, skewed, table_page
from worker.imaging import flatten_light, ink_threshold
from worker.skew import Lie, lie_of, straightened


def _ink(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return image < ink_threshold(image)


@pytest.mark.parametrize("degrees", [-4.3, -1.0, -0.15, 0.0, 0.4, 1.5, 4.8])
def test_skew_is_found_to_a_twentieth_of_a_degree(degrees: float) -> None:
    page = flatten_light(noisy(skewed(table_page(), degrees))[..., 0])
    lie = lie_of(_ink(page))
    assert lie.degrees == pytest.approx(degrees, abs=0.05)
    assert lie.bow == pytest.approx(0.0, abs=1.0)


def test_the_dark_edges_of_a_scanner_have_no_say_in_the_skew() -> None:
    page = flatten_light(skewed(table_page(), 1.1)[..., 0])
    ink = _ink(page)
    ink[:6], ink[-6:] = True, True
    assert lie_of(ink).degrees == pytest.approx(1.1, abs=0.05)


def test_skew_of_a_page_of_words_only() -> None:
    page = flatten_light(skewed(table_page(Ink(ruled=False)), 1.2)[..., 0])
    assert lie_of(_ink(page)).degrees == pytest.approx(1.2, abs=0.1)


@pytest.mark.parametrize("degrees", [-1.2, 0.0, 0.6])
@pytest.mark.parametrize("sag", [-11.0, -3.0, 4.0, 12.0])
@pytest.mark.parametrize("ruled", [True, False])
def test_the_bow_of_a_sheet_is_found_to_a_pixel(degrees: float, sag: float, ruled: bool) -> None:
    page = skewed(bowed(table_page(Ink(ruled=ruled)), sag), degrees)
    lie = lie_of(_ink(flatten_light(noisy(page)[..., 0])))
    assert lie.bow == pytest.approx(sag, abs=1.0)
    assert lie.degrees == pytest.approx(degrees, abs=0.1)


def test_a_page_without_ink_lies_straight() -> None:
    assert lie_of(np.zeros((300, 200), bool)) == Lie()


@pytest.mark.parametrize("sag", [-9.0, 0.0, 9.0])
def test_rulings_of_a_bent_and_crooked_sheet_come_out_straight(sag: float) -> None:
    page = np.full((600, 900, 3), 255, np.uint8)
    page[300:303, 60:840] = 0
    bent = skewed(bowed(page, sag), 1.0)[..., 0]
    straight, _ = straightened(bent, Lie(1.0, sag))
    rows = np.flatnonzero((straight < 128).sum(axis=1) > 400)
    assert 1 <= len(rows) <= 4
    assert rows[-1] - rows[0] == len(rows) - 1


@pytest.mark.parametrize("lie", [Lie(3.0, 0.0), Lie(3.0, 14.0), Lie(-2.0, -14.0), Lie(0.0, 9.0)])
def test_straightening_keeps_every_corner_and_maps_points(lie: Lie) -> None:
    page = np.full((300, 400), 255, np.uint8)
    spots = ((200, 100), (20, 40), (380, 250), (30, 280), (370, 15))
    for x, y in spots:
        straight, sheet = straightened(cv2.circle(page.copy(), (x, y), 3, 0, -1), lie)
        ys, xs = np.nonzero(straight < 128)
        middle = float(xs.mean()) + 0.5, float(ys.mean()) + 0.5
        assert sheet.point(*middle) == pytest.approx((x + 0.5, y + 0.5), abs=0.3)
        assert sheet.back(x + 0.5, y + 0.5) == pytest.approx(middle, abs=0.3)
    for corner in ((0, 0), (400, 0), (0, 300), (400, 300)):
        cx, cy = sheet.back(*corner)
        assert -1 <= cx <= straight.shape[1] + 1
        assert -1 <= cy <= straight.shape[0] + 1


def test_boxes_of_a_bent_sheet_hold_all_that_lies_in_them() -> None:
    _, sheet = straightened(np.full((300, 400), 255, np.uint8), Lie(0.0, 12.0))
    across = Box(20.0, 100.0, 380.0, 110.0)  # the sag in the middle is lower than both ends
    lying = sheet.box(across)
    for x in (20.0, 110.0, 200.0, 290.0, 380.0):
        for y in (100.0, 110.0):
            px, py = sheet.point(x, y)
            assert lying.x0 <= px <= lying.x1
            assert lying.y0 <= py <= lying.y1
    assert lying.height == pytest.approx(10.0 + 12.0 * 0.81, abs=0.01)


@pytest.mark.parametrize("x", [10.0, 200.0, 390.0])
def test_close_to_a_place_the_map_is_straight(x: float) -> None:
    _, sheet = straightened(np.full((300, 400), 255, np.uint8), Lie(1.5, 10.0))
    near = sheet.near(x)
    for dx in (-5.0, 0.0, 5.0):
        assert near.point(x + dx, 80.0) == pytest.approx(sheet.point(x + dx, 80.0), abs=0.02)
