"""Rulings lifted off a page: their ink goes, what stands on them keeps its feet."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from worker.image_rulings import find_lines, without_lines
from worker.ruling_ink import Stroke, drawn_turned, lift

Image = NDArray[np.uint8]

UNIT = 20.0
TOP, THICK = 300, 4
"""Of the ruling on the page, in pixels."""


def _page(words: str, base: int, *, ruling: bool) -> Image:
    """Blurred print whose characters end at ``base``, over a ruling that is a little paler."""
    page = np.full((600, 1000), 250, np.uint8)
    if ruling:
        page[TOP : TOP + THICK, 40:960] = 90
    ink = np.full_like(page, 250)
    cv2.putText(ink, words, (200, base), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 10, 2)
    return np.asarray(cv2.GaussianBlur(np.minimum(page, ink), (0, 0), 1.2), np.uint8)


def _darkness(page: Image, rows: slice) -> float:
    return float((250 - np.minimum(page[rows], 250).astype(np.float64)).sum())


@pytest.mark.parametrize("over", [0, 1, 2, 3])
def test_words_that_stand_on_a_ruling_keep_their_feet(over: int) -> None:
    base = TOP + over
    clean = without_lines(
        _page("EEHHLLEE 2025", base, ruling=True),
        find_lines(_page("EEHHLLEE 2025", base, ruling=True), UNIT),
    )
    alone = _page("EEHHLLEE 2025", base, ruling=False)
    feet = slice(TOP - 6, TOP)
    assert _darkness(clean, feet) > 0.7 * _darkness(alone, feet)
    assert _darkness(clean[:, 500:], slice(TOP - 4, TOP + THICK + 4)) < 200


def test_a_stroke_that_runs_through_a_ruling_is_whole() -> None:
    page = _page("", 0, ruling=True)
    page[TOP - 20 : TOP + 24, 498:502] = 10
    clean = without_lines(page, find_lines(page, UNIT))
    assert (clean[TOP - 20 : TOP + 24, 500] < 128).all()
    assert (clean[TOP - 8 : TOP + 12, 40:480] > 200).all()


def test_dirt_beside_a_ruling_is_no_foot() -> None:
    page = _page("", 0, ruling=True)
    page[TOP - 2 : TOP, 300:303] = 150
    clean = without_lines(page, find_lines(page, UNIT))
    assert (clean[TOP - 4 : TOP + THICK + 3, 290:313] > 200).all()


def test_a_stroke_may_bend_and_meet_the_edge_of_the_page() -> None:
    page = np.full((40, 200), 250, np.uint8)
    middles = np.linspace(0.0, 6.0, 200)
    stroke = Stroke(0, middles, 1.6)
    page[drawn_turned([stroke], *page.shape).T > 0] = 20
    lift(page, [stroke], np.zeros_like(page))
    assert page.min() > 240
