"""What a cell's readings mean in a column whose decimals are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from schemas.draft import DraftCell
from schemas.geometry import Box
from schemas.page import Reading
from worker.ctc import SIGNS, posterior_of
from worker.decoding import ink
from worker.decoding.ink import costs, weighed_readings


def _cell(text: str, probability: float) -> DraftCell:
    box = Box(0, 0, 20, 8)
    return DraftCell(text, text, 1, box, "ocr", probability, (Reading(text, probability),))


def test_a_whole_number_read_with_certainty_is_printed_without_a_point() -> None:
    assert set(weighed_readings(_cell("367", 0.9999), 1)) == {"367"}


def test_an_unsure_one_may_have_lost_the_point_that_its_column_prints() -> None:
    assert set(weighed_readings(_cell("367", 0.95), 1)) == {"367", "36.7"}


@pytest.mark.parametrize("kept", [ink._MOST_TOLD, 0])
def test_ink_says_the_same_however_often_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(ink, "_MOST_TOLD", kept)
    steps = np.random.default_rng(7).dirichlet(np.full(1 + len(SIGNS), 0.2), size=12)
    cell = replace(_cell("367", 0.95), posteriors=(posterior_of(steps),))
    values = ["36.7", "-367", "1367", "361"]
    alone = [costs([(cell, [value])])[0][0] for value in values]
    with ink.remembered():
        for _ in range(2):
            assert costs([(cell, values[1:]), (cell, values)]) == [alone[1:], alone]
    assert len(set(alone)) > 1
