"""Signs told by the shape of their ink."""

from __future__ import annotations

import pytest

from worker.ink_lines import InkLine
from worker.lone_signs import by_shape, is_speck, may_be_digit, short_dash, told_by_shape
from worker.ocr import LineReading

UNIT = 24.0


def _reading(text: str, score: float = 0.9) -> LineReading:
    return LineReading(text, (score,) * len(text), tuple(map(float, range(len(text) + 1))), score)


def _ink(width: int, height: int) -> InkLine:
    return InkLine(100, 200, 100 + width, 200 + height, found=False)


def test_a_small_ring_is_a_full_stop_and_a_high_one_a_nought() -> None:
    assert by_shape(_ink(7, 7), _reading("0"), UNIT).text == "。"
    assert by_shape(_ink(12, 20), _reading("0"), UNIT).text == "0"


@pytest.mark.parametrize(
    ("width", "read", "text"), [(8, "", "-"), (8, "一", "-"), (30, "", "—"), (22, "一", "一")]
)
def test_a_flat_stroke_is_a_dash_unless_it_is_the_word_one(
    width: int, read: str, text: str
) -> None:
    reading = by_shape(_ink(width, 2), _reading(read, 0.9 if read else 0.0), UNIT)
    assert reading.text == text
    assert len(reading.scores) == len(reading.edges) - 1 == 1


def test_a_digit_that_reads_well_stays() -> None:
    assert by_shape(_ink(11, 18), _reading("7"), UNIT).text == "7"


def test_dirt_is_a_speck_and_a_digit_is_not() -> None:
    assert is_speck(_ink(4, 4), _reading("."), UNIT)
    assert not is_speck(_ink(8, 17), _reading("1"), UNIT)


def test_ink_as_small_as_a_point_is_no_character() -> None:
    assert by_shape(_ink(7, 6), _reading("国"), UNIT).text == "-"
    assert is_speck(_ink(5, 6), by_shape(_ink(5, 6), _reading("国"), UNIT), UNIT)


def test_a_small_flat_piece_is_surely_a_dash_whatever_it_was_read_as() -> None:
    for read in ("“", "。", "-"):
        reading = by_shape(_ink(8, 5), _reading(read, 0.1), UNIT)
        assert (reading.text, reading.score > 0.9) == ("-", True)


@pytest.mark.parametrize(
    ("width", "height", "read", "may"),
    [
        (11, 20, "s", True), (11, 20, "5", True), (12, 18, "B", True),
        (4, 20, "l", False),  # a stroke
        (11, 20, "四", False), (30, 20, "5", False), (11, 40, "s", False), (6, 6, "o", False),
    ],
)  # fmt: skip
def test_ink_that_may_be_a_digit_is_as_high_as_one(
    width: int, height: int, read: str, may: bool
) -> None:
    assert may_be_digit(_ink(width, height), _reading(read, 0.4), UNIT) is may


def test_a_short_flat_stroke_needs_no_reading_and_a_long_one_does() -> None:
    dash = short_dash(_ink(8, 2), UNIT)
    assert dash is not None
    assert (dash.text, len(dash.edges)) == ("-", 2)
    assert short_dash(_ink(22, 2), UNIT) is None
    assert short_dash(_ink(11, 18), UNIT) is None


def test_a_blurred_dash_is_told_by_its_shape_where_it_reads_as_one() -> None:
    assert told_by_shape(_ink(6, 4), _reading("-"), UNIT)
    assert not told_by_shape(_ink(6, 4), _reading("."), UNIT)
    assert not told_by_shape(_ink(4, 6), _reading("-"), UNIT)
    assert not told_by_shape(_ink(12, 8), _reading("-"), UNIT)
