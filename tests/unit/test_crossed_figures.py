"""Figures that a stamp or a stroke runs into."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.page import Posterior, Reading, Token
from worker.crossed_figures import doubted_where_crossed

UNIT = 20.0
SEEN = Posterior("0123456789.", 0, b"")


def _paper() -> NDArray[np.uint8]:
    """A figure of five signs, each a bar of a digit's size, on white paper."""
    paper = np.zeros((300, 400), np.uint8)
    for k in range(5):
        paper[140:156, 200 + 14 * k : 208 + 14 * k] = 1
    return paper


def _figure(text: str = "343.01") -> Token:
    box = Box(200, 140, 264, 156)
    return Token(text, box, "ocr", 0.98, readings=(Reading(text, 0.98),), posteriors=(SEEN,))


def _seen(paper: NDArray[np.uint8], token: Token, hidden: NDArray[np.uint8] | None = None) -> Token:
    dark = np.zeros_like(paper) if hidden is None else hidden
    (found,) = doubted_where_crossed([token], paper.astype(bool), dark.astype(bool), UNIT, 1.0, 1.0)
    return found


@pytest.mark.parametrize("x", [130, 330])
def test_a_figure_beside_a_ring_is_half_as_sure(x: int) -> None:
    paper = _paper()
    cv2.circle(paper, (x, 148), 62, 1, 4)
    found = _seen(paper, _figure())
    assert found.confidence == pytest.approx(0.49)
    assert [r.text for r in found.readings] == ["343.01"]
    assert found.readings[0].probability == pytest.approx(0.49)


def test_a_ring_farther_away_and_other_figures_are_no_doubt() -> None:
    paper = _paper()
    cv2.circle(paper, (100, 148), 62, 1, 4)
    paper[140:156, 186:194] = 1  # the last digit of another figure
    assert _seen(paper, _figure()) == _figure()


def test_words_beside_a_ring_stay() -> None:
    paper = _paper()
    cv2.circle(paper, (130, 148), 62, 1, 4)
    assert _seen(paper, _figure("财政局")) == _figure("财政局")
    assert _seen(paper, _figure("—")) == _figure("—")


@pytest.mark.parametrize("x", [134, 170, 310])
def test_a_figure_where_a_black_ring_was_is_half_as_sure(x: int) -> None:
    """The ring is taken off; a digit beside the figure, or a stroke, may have gone with it."""
    hidden = np.zeros((300, 400), np.uint8)
    cv2.circle(hidden, (x, 148), 62, 1, 4)
    assert _seen(_paper(), _figure(), hidden).confidence == pytest.approx(0.49)
    assert _seen(_paper(), _figure()) == _figure()
