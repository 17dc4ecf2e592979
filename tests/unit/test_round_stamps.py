"""Round stamps taken off a page, and the print below them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.paper import Ink, stamped, table_page
from worker.round_stamps import Lifted, round_stamps, without_stamps

Image = NDArray[np.uint8]

AT, RADIUS = (600, 300), 150
GREY, PALE, BLACK = ((level, level, level) for level in (125, 200, 0))


def _lifted(grey: Image) -> Lifted:
    return without_stamps(grey, round_stamps(grey))


def _print(lightest: int = 0) -> Image:
    """The page of a table, its ink no darker than ``lightest``."""
    return np.maximum(table_page()[..., 0], lightest)


def _sealed(page: Image, ink: tuple[int, int, int]) -> Image:
    """Ink multiplies: print below a stamp is darker than both."""
    white = np.full((*page.shape, 3), 255, np.uint8)
    seal = stamped(white, *AT, RADIUS, ink)[..., 0]
    return np.rint(page / 255 * (seal / 255) * 255).astype(np.uint8)


@pytest.mark.parametrize("ink", [GREY, PALE])
def test_a_stamp_goes_and_the_text_below_it_stays(ink: tuple[int, int, int]) -> None:
    page = _print()
    sealed = _sealed(page, ink)
    assert len(round_stamps(sealed)) == 1
    clear = _lifted(sealed).grey
    text = page < 80
    assert (clear[text] < 128).mean() > 0.97
    was_seal = (sealed < ink[0] + 20) & (page > 250)
    assert (clear[was_seal] > 200).mean() > 0.93


def test_text_no_darker_than_the_stamp_is_read_through_it() -> None:
    """A threshold can't tell them: both are of one grey."""
    page = _print(lightest=125)
    clear = _lifted(_sealed(page, GREY)).grey
    ring = np.zeros(page.shape, np.uint8)
    cv2.circle(ring, AT, RADIUS, 1, 16)
    below = (ring > 0) & (page < 140)
    assert below.sum() > 100
    assert (clear[below] < 170).mean() > 0.9
    assert (clear[(ring > 0) & (page > 250)] > 200).mean() > 0.95


def test_a_ruling_as_pale_as_the_stamp_is_left_to_find() -> None:
    """The signs along the ring are faded, and thin rulings within it would go with them."""
    page = _print(lightest=60)
    borders = table_page(Ink(ruled=True))[..., 0] != table_page(Ink(ruled=False))[..., 0]
    borders = cv2.dilate(borders.view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    page[borders] = 150
    lifted = _lifted(_sealed(page, (190, 190, 190)))
    ring = np.zeros(page.shape, np.uint8)
    cv2.circle(ring, AT, round(0.85 * RADIUS), 1, -1)
    below = (ring > 0) & borders & (page < 160)
    assert below.sum() > 300
    assert (lifted.ruled[below] < 200).mean() > 0.95


def test_an_oval_stamp_off_the_circle_goes_too() -> None:
    sealed = _sealed(np.full((600, 1200), 255, np.uint8), GREY)
    oval = cv2.resize(sealed, (1260, 600), interpolation=cv2.INTER_AREA)
    assert (oval < 140).sum() > 3000
    assert (_lifted(oval).grey < 180).sum() < 0.05 * (oval < 140).sum()


def test_where_a_black_stamp_was_is_told() -> None:
    page = _print()
    found = _lifted(_sealed(page, BLACK))
    ring = np.zeros(page.shape, np.uint8)
    cv2.circle(ring, AT, RADIUS, 1, 6)
    assert found.hidden[ring > 0].mean() > 0.8
    assert found.hidden.mean() < 0.1
    assert (found.grey[(ring > 0) & (page > 250)] > 200).mean() > 0.8


def test_a_black_stamp_of_dots_goes_and_is_told() -> None:
    """A fax turns a grey stamp into black dots: no dot says whether it is print."""
    sealed = _sealed(np.full((600, 1200), 255, np.uint8), BLACK)
    grain = np.random.default_rng(2).random(sealed.shape) < 0.4
    sealed[grain] = 255
    found = _lifted(sealed)
    dots = sealed < 128
    assert (found.grey[dots] > 200).mean() > 0.9
    assert found.hidden[dots].mean() > 0.75


def test_text_between_ring_and_star_is_not_touched() -> None:
    sealed = cv2.GaussianBlur(_sealed(_print(), GREY), (0, 0), 0.9)
    clear = _lifted(sealed).grey
    distance = np.hypot(*np.meshgrid(np.arange(-150, 150), np.arange(-150, 150)))
    between = (distance > 90) & (distance < 120)
    before, after = sealed[150:450, 450:750][between], clear[150:450, 450:750][between]
    assert (before < 150).sum() > 100
    assert np.array_equal(before, after)


@pytest.mark.parametrize("x", [-120, -30, 20, 1180, 1290])
def test_a_stamp_over_the_edge_of_the_page_is_no_trouble(x: int) -> None:
    white = np.full((600, 1200, 3), 255, np.uint8)
    for ink in (GREY, BLACK):
        sealed = stamped(white, x, 300, RADIUS, ink)[..., 0]
        assert _lifted(sealed).grey.mean() >= sealed.mean() - 0.1


def test_a_page_without_round_stamps_has_none() -> None:
    page = _print()
    assert round_stamps(page) == ()
    assert np.array_equal(_lifted(page).grey, page)


@pytest.mark.parametrize("seed", range(12))
def test_print_outlasts_whatever_arcs_a_page_holds(seed: int) -> None:
    """Handwriting, cups' edges and parts of rings, in any grey."""
    rng = np.random.default_rng(seed)
    page = _print()
    for _ in range(12):
        centre = tuple(int(v) for v in rng.integers(0, 1200, 2))
        axes = tuple(int(v) for v in rng.integers(20, 260, 2))
        start, turn = (float(v) for v in rng.uniform(0, 360, 2))
        sweep = float(rng.uniform(40, 150))
        cv2.ellipse(page, centre, axes, turn, start, start + sweep, int(rng.integers(0, 180)), 5)
    assert (_lifted(page).grey[_print() < 80] < 128).mean() > 0.97
