"""What a cell's readings mean in a column whose decimals are known."""

from __future__ import annotations

from schemas.draft import DraftCell
from schemas.geometry import Box
from schemas.page import Reading
from worker.decoding.ink import weighed_readings


def _cell(text: str, probability: float) -> DraftCell:
    box = Box(0, 0, 20, 8)
    return DraftCell(text, text, 1, box, "ocr", probability, (Reading(text, probability),))


def test_a_whole_number_read_with_certainty_is_printed_without_a_point() -> None:
    assert set(weighed_readings(_cell("367", 0.9999), 1)) == {"367"}


def test_an_unsure_one_may_have_lost_the_point_that_its_column_prints() -> None:
    assert set(weighed_readings(_cell("367", 0.95), 1)) == {"367", "36.7"}
