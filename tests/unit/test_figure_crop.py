"""Crops of figures: the row of digits found in the ink, one size for all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from worker.figure_crop import DIGIT, HEIGHT, Digits, Frame, Look, digits_of, figure_crop, inked

UNIT = 30.0


def _paper() -> NDArray[np.uint8]:
    return np.full((120, 300), 255, np.uint8)


def _digits(page: NDArray[np.uint8], top: int, height: int, count: int = 6) -> None:
    """Strokes as wide as digits' are, from ``top`` on."""
    for k in range(count):
        page[top : top + height, 40 + 16 * k : 44 + 16 * k] = 20


def test_the_row_of_digits_leaves_out_what_hangs_below_and_stands_above() -> None:
    page = _paper()
    _digits(page, 50, 22)
    page[68:78, 60:63] = 20  # a comma's tail
    page[36:40, 90:93] = 20  # dirt
    row = digits_of(page, Frame(38, 34, 140, 80), UNIT)
    assert row.middle == pytest.approx(61, abs=1)
    assert row.height == pytest.approx(22, abs=1)


def test_a_dash_gets_the_row_of_usual_digits_around_it() -> None:
    page = _paper()
    page[60:63, 40:60] = 20
    row = digits_of(page, Frame(40, 60, 60, 63), UNIT)
    assert row.middle == pytest.approx(61.5)
    assert row.height == pytest.approx(0.75 * UNIT)


def test_blank_paper_has_a_row_too() -> None:
    row = digits_of(_paper(), Frame(40, 50, 80, 70), UNIT)
    assert row == Digits(60.0, 0.75 * UNIT)


@pytest.mark.parametrize("height", [9, 22, 60])
def test_digits_of_any_size_are_equally_high_in_the_crop(height: int) -> None:
    page = _paper()
    _digits(page, 30, height)
    frame = Frame(40, 30, 124, 30 + height)
    crop = figure_crop(page, frame, digits_of(page, frame, height / 0.75))
    assert crop.shape[0] == HEIGHT
    inside = np.flatnonzero(crop.max(axis=1) > 0.5)
    assert inside[-1] - inside[0] + 1 == pytest.approx(DIGIT, abs=2)
    assert (inside[0] + inside[-1] + 1) / 2 == pytest.approx(HEIGHT / 2, abs=1)


def test_a_look_sees_more_or_elsewhere() -> None:
    page = _paper()
    _digits(page, 40, 20)
    frame, row = Frame(40, 40, 124, 60), Digits(50, 20)
    plain = figure_crop(page, frame, row)
    wide = figure_crop(page, frame, row, Look(scale=1.2))
    low = figure_crop(page, frame, row, Look(shift=0.1))
    rows = [np.flatnonzero(c.max(axis=1) > 0.5) for c in (plain, wide, low)]
    assert len(rows[1]) < len(rows[0])
    assert rows[2][0] < rows[0][0]


def test_crops_at_the_page_s_edge_have_paper_outside() -> None:
    page = _paper()
    page[0:20, 0:6] = 20
    crop = figure_crop(page, Frame(0, 0, 6, 20), Digits(10, 20))
    assert crop[:, :3].max() == pytest.approx(0.0, abs=0.05)
    far = figure_crop(page, Frame(400, 300, 420, 320), Digits(310, 20))
    assert far.max() == 0.0


def test_faint_print_looks_like_dark_print() -> None:
    dark = np.full((HEIGHT, 60), 250, np.uint8)
    dark[6:26, 10:50:8] = 10
    dark = cv2.GaussianBlur(dark, (3, 3), 0)
    faint = (250 - (250 - dark.astype(np.float32)) * 0.5).astype(np.uint8)
    assert np.abs(inked(dark) - inked(faint)).max() < 0.05
