"""Dots of dirt before figures."""

from __future__ import annotations

import numpy as np
import pytest

from worker.specks import past_speck

HEIGHT, FIGURE = 40, 60


@pytest.mark.parametrize(
    ("top", "wide", "begins"),
    [
        pytest.param(18, 6, FIGURE, id="a free dot half way up is dirt"),
        pytest.param(34, 6, 10, id="one at the foot is a point"),
        pytest.param(18, 16, 10, id="a stroke is a minus"),
        pytest.param(18, 46, 10, id="what touches the figure is of it"),
    ],
)
def test_a_figure_begins_past_a_speck(top: int, wide: int, begins: int) -> None:
    part = np.full((HEIGHT, 100), 255, np.uint8)
    part[:, FIGURE:] = 0
    part[top : top + 5, 10 : 10 + wide] = 0
    inked = np.flatnonzero(part.min(axis=0) < 128)
    assert past_speck(part, inked) == begins
