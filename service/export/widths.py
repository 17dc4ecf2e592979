"""How wide and how high text stands in a sheet, in widths of the digit 0 and in points."""

from __future__ import annotations

import math
import unicodedata

LINE_POINTS = 14.5
_MOST_POINTS = 409.0  # Excel's limit of a row


def display_width(text: str) -> int:
    """The width of the longest line; full-width characters count double."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
            for line in text.split("\n")
        ),
        default=0,
    )


def wrapped_lines(text: str, width: float) -> int:
    """How many lines ``text`` takes in a column ``width`` wide, 1 at least."""
    room = max(width - 1.5, 1.0)  # the margins that a sheet keeps inside a cell
    return sum(max(math.ceil(display_width(line) / room), 1) for line in text.split("\n"))


def row_height(lines: int) -> float:
    """The height of a row of so many lines, in points, within what a workbook allows."""
    return min(lines * LINE_POINTS + 3.5, _MOST_POINTS)
