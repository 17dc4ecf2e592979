"""Light, stamps, skew and turns of page images."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.paper import shaded, stamped, table_page
from worker.imaging import (
    calmed,
    flatten_light,
    grey_without_stamps,
    ink_threshold,
    paper_noise,
    quarter_turned,
    text_height,
    without_excess,
)

RED = (215, 60, 60)


def _ink(image: np.ndarray) -> np.ndarray:
    return image < ink_threshold(image)


def test_paper_in_shadow_becomes_as_light_as_paper_in_light() -> None:
    even = flatten_light(shaded(table_page())[..., 0])
    right, left = even[800:1100, 1300:1600], even[800:1100, 100:400]
    assert abs(float(np.median(right)) - float(np.median(left))) <= 3
    assert even.min() < 90


def test_a_red_seal_goes_and_the_text_below_it_stays() -> None:
    page = table_page()
    sealed = stamped(page, 600, 300, 150, RED)
    grey, stamps = grey_without_stamps(sealed)
    assert len(stamps) == 1
    before, after = page[..., 0] < 128, grey < 128
    assert (before & ~after).mean() < 0.0005
    assert (after & ~before).mean() < 0.0005


def test_small_red_text_is_no_seal() -> None:
    page = table_page()
    red = page.copy()
    red[..., 0] = np.maximum(page[..., 0], 200)
    grey, stamps = grey_without_stamps(red)
    assert stamps == ()
    assert (grey < 128).sum() > 0.8 * (page[..., 0] < 128).sum()


def test_quarter_turns_go_clockwise() -> None:
    page = np.zeros((2, 3), np.uint8)
    page[0, 0] = 9
    assert quarter_turned(page, 1)[0, 1] == 9
    assert quarter_turned(page, 4).tolist() == page.tolist()


@pytest.mark.parametrize("dpi", [130, 200, 300])
def test_text_height_follows_the_resolution(dpi: int) -> None:
    from tests.unit.paper import Ink

    page = table_page(Ink(dpi=dpi))[..., 0]
    points = text_height(_ink(page)) * 72 / dpi
    assert 5.5 <= points <= 10.5


def test_broken_strokes_do_not_make_the_text_smaller() -> None:
    from tests.unit.paper import Ink

    whole = _ink(table_page(Ink(dpi=200))[..., 0])
    broken = whole.copy()
    broken[::5, :] = False  # as a black and white scan loses thin strokes
    assert text_height(broken) == pytest.approx(text_height(whole), abs=2)


def test_small_print_whose_characters_join_is_not_taken_for_something_larger() -> None:
    """Where breaks are closed, blurred small figures run together; a few large signs do not."""
    page = np.full((900, 900), 255, np.uint8)
    for top in range(60, 840, 40):
        for left in range(40, 800, 150):
            cv2.putText(page, "1748.09", (left, top), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    for left in range(60, 840, 130):
        cv2.putText(page, "A", (left, 880), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 0, 3)
    dense = cv2.GaussianBlur(page, (0, 0), 1.1)
    assert text_height(dense < 235) < 20


def test_an_empty_page_has_no_text_height() -> None:
    assert text_height(np.zeros((500, 400), bool)) == 0.0


def _noisy_paper(noise: float) -> NDArray[np.uint8]:
    page = np.full((800, 1200), 230, np.uint8)
    cv2.putText(page, "1,234,567.89", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 3)
    rough = np.random.default_rng(7).normal(0, noise, page.shape)
    return np.clip(page + rough, 0, 255).astype(np.uint8)


def test_noise_is_measured_on_the_paper() -> None:
    assert paper_noise(_noisy_paper(0)) < 0.5
    assert paper_noise(_noisy_paper(12)) == pytest.approx(12, abs=1.5)


def test_a_noisy_page_is_calmed_and_keeps_its_strokes() -> None:
    rough = _noisy_paper(12)
    calm = calmed(rough)
    assert paper_noise(calm) < 3
    strokes = _noisy_paper(0) < 100
    assert calm[strokes].mean() < 90 < 200 < calm[~strokes].mean()


def test_a_good_scan_is_left_as_it_is() -> None:
    page = _noisy_paper(2)
    assert calmed(page) is page


@pytest.mark.parametrize("turns", [0, 1])
def test_small_print_whose_characters_run_together_is_not_taken_for_its_title(turns: int) -> None:
    page = np.full((1400, 1000), 255, np.uint8)
    cv2.putText(page, "BUDGET", (300, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 5)
    for row in range(30):
        for column in range(5):
            at = (80 + 180 * column, 200 + 36 * row)
            cv2.putText(page, "386.420", at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 0, 3)
    blurred = cv2.GaussianBlur(page, (0, 0), 2.2)
    ink = quarter_turned(np.asarray(blurred, np.uint8), turns) < 200
    assert 12 <= text_height(ink) <= 22


def _print(height: int, *, small_lines: int = 0) -> NDArray[np.uint8]:
    """A page of letters of a height, the first lines of which are in small print."""
    page = np.full((3400, 2400), 255, np.uint8)
    y = 100
    for line in range(20):
        size = 16 if line < small_lines else height
        for x in range(200, 2200, 2 * size):
            cv2.rectangle(page, (x, y), (x + size - 1, y + size - 1), 0, max(size // 8, 1))
        y += 2 * height
    return page


def test_large_print_is_read_at_half_its_size_and_none_that_holds_small_print() -> None:
    assert without_excess(_print(60)).shape == (1700, 1200)
    assert without_excess(cv2.cvtColor(_print(60), cv2.COLOR_GRAY2RGB)).shape == (1700, 1200, 3)
    assert without_excess(_print(24)).shape == (3400, 2400)
    assert without_excess(_print(60, small_lines=8)).shape == (3400, 2400)


def test_a_blank_page_keeps_its_size() -> None:
    assert without_excess(np.full((3000, 2000), 255, np.uint8)).shape == (3000, 2000)
