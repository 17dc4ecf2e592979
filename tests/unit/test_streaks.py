"""Streaks told from digits by how far up and down they run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.figure_crop import Digits, Frame
from worker.streaks import erased, streaks

ROW = Digits(middle=60, height=20)
FRAME = Frame(40, 50, 104, 74)


def _row() -> NDArray[np.uint8]:
    """Four strokes as high as digits, with a comma hanging below one of them."""
    page = np.full((120, 200), 255, np.uint8)
    for x in (40, 56, 72, 88):
        page[50:70, x : x + 3] = 10
    page[66:73, 64:67] = 10
    return page


def test_digits_and_commas_are_no_streaks() -> None:
    assert streaks(_row(), FRAME, ROW) == []


def test_a_broken_line_beside_the_digits_is_one_and_goes() -> None:
    page = _row()
    page[::2, 100] = 40
    found = streaks(page, FRAME, ROW)
    assert [(a <= 100 < b) for a, b in found] == [True]
    erased(page, found, ROW)
    assert page[42:78, 96:104].min() == 255
    assert page[50:70, 88:91].max() == 10


def test_a_seal_s_broad_stroke_is_not_taken_for_one() -> None:
    page = _row()
    page[:, 98:112] = 90
    assert streaks(page, FRAME, ROW) == []


def test_a_row_at_the_edge_of_the_page_has_none() -> None:
    page = np.full((12, 50), 255, np.uint8)
    assert streaks(page, Frame(0, 0, 50, 12), Digits(2, 12)) == []
