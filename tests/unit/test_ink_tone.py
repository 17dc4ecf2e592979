"""Pale ink beside print."""

from __future__ import annotations

import numpy as np

from worker.ink_lines import InkLine
from worker.ink_tone import without_pale

UNIT = 20.0


def test_short_pale_bits_are_no_print_and_long_grey_lines_are() -> None:
    grey = np.full((200, 400), 255, np.uint8)
    dark, bit, title = InkLine(20, 20, 120, 40), InkLine(200, 20, 212, 40), InkLine(20, 80, 220, 99)
    more = [InkLine(20, y, 60, y + 18) for y in (110, 140, 170)]
    for line, level in ((dark, 60), (bit, 190), (title, 190), *((one, 70) for one in more)):
        grey[line.y0 : line.y1, line.x0 : line.x1] = level
    assert without_pale([dark, bit, title, *more], grey, UNIT) == [dark, title, *more]


def test_without_anything_found_nothing_is_left_out() -> None:
    grey = np.full((50, 50), 255, np.uint8)
    assert without_pale([InkLine(5, 5, 10, 10, found=False)], grey, UNIT) != []
