"""Figures that dirt spoilt or that ran together, cut anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from worker.ink_lines import InkLine
from worker.ocr import LineReading
from worker.spoilt_figures import are_figures, cut_anew

Mask = NDArray[np.bool_]
UNIT = 20.0
DIGIT, STEP = 10, 13  # pixels: how wide a digit is drawn, and where the next one starts


def _drawn(text: str, gaps: dict[int, int] | None = None) -> tuple[Mask, InkLine, list[int]]:
    """Ink as of ``text``, digits as bars; ``gaps`` widens the blank before some characters."""
    ink = np.zeros((60, 800), bool)
    x, starts = 20, []
    for k, sign in enumerate(text):
        x += (gaps or {}).get(k, 0)
        starts.append(x)
        if sign.isdigit():
            ink[20:40, x : x + DIGIT] = True
            x += STEP
        elif sign in ".,":
            ink[36:40, x : x + 4] = True
            x += 7
        elif sign == "-":
            ink[29:31, x : x + 8] = True
            x += STEP
        else:
            x += STEP
    columns = np.flatnonzero(ink.any(axis=0))
    rows = np.flatnonzero(ink.any(axis=1))
    frame = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    return ink, InkLine(*frame), [*starts, x]


def _reading(text: str, edges: Sequence[int]) -> LineReading:
    return LineReading(text, (0.9,) * len(text), tuple(map(float, edges)), 0.9)


def _cut(text: str, gaps: dict[int, int] | None = None) -> list[tuple[int, int]]:
    ink, line, edges = _drawn(text, gaps)
    found = cut_anew(line, 0, _reading(text, edges), ink, UNIT)
    return [(part.x0, part.x1) for part in found.lines]


def test_a_sound_figure_is_left_alone() -> None:
    assert _cut("1,234.56") == []
    assert _cut("-1234.56") == []
    assert _cut("2024") == []


def test_specks_beside_a_figure_are_cut_off() -> None:
    (part,) = _cut(".619.53")
    assert part == (27, 27 + 3 * STEP + 7 + STEP + DIGIT)
    (part,) = _cut("270.04.")
    assert part[0] == 20


def test_a_minus_is_no_speck() -> None:
    ink, line, edges = _drawn("-5474.84")
    misread = _reading(".5474.84", edges)
    assert cut_anew(line, 0, misread, ink, UNIT).lines == ()


def test_figures_of_two_columns_are_two_lines() -> None:
    left, right = _cut("294.94.379.29", {7: 10})
    assert left[1] < right[0]
    assert len(_cut("294.94 379.29", {7: 12})) == 2


def test_a_wide_blank_behind_a_comma_parts_no_columns() -> None:
    # Every sign in a cell of one width; the recogniser took the comma for a point.
    for text, wide, surely in (("1.234.56", 2, False), ("1234 56.78", 5, True)):
        ink, line, edges = _drawn(text, {wide: 11})
        assert cut_anew(line, 0, _reading(text, edges), ink, UNIT).surely is surely


def test_a_label_is_parted_from_the_figure_beside_it() -> None:
    found = _cut("123456 789.12 55", {7: 30})
    assert len(found) >= 2


def test_several_figures_have_as_many_decimals() -> None:
    assert are_figures(["1.50"])
    assert are_figures(["1.50", "22.75"])
    assert not are_figures(["38594.062", "38"])  # a point taken for a comma parts no columns
    assert not are_figures(["1.50", "22.7x"])
