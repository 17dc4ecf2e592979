"""Lines of ink end at the rulings, whatever has run over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.drawn_line import Line
from worker.ink_lines import InkLine, ink_lines, ink_of
from worker.ocr import LineBox

UNIT = 20.0


def _drawn(*strokes: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """Ink on paper of 100 x 300 pixels; each stroke is (left, top, right, bottom)."""
    ink = np.zeros((100, 300), bool)
    for x0, y0, x1, y1 in strokes:
        ink[y0:y1, x0:x1] = True
    return ink


def _lines(ink: NDArray[np.bool_], box: LineBox, *walls: Line) -> list[InkLine]:
    return ink_lines(ink_of(ink, walls, UNIT), [box], walls, UNIT)


def test_figures_of_two_columns_that_a_stroke_joins_are_two_lines() -> None:
    """As the signs of a stamp do; the ruling between them is painted over."""
    figures = [(40, 40, 140, 60), (160, 40, 260, 60)]
    ink = _drawn(*figures, (130, 46, 170, 50))
    wall = Line(False, 150.0, 0.0, 100.0, 2.0)
    lines = _lines(ink, LineBox(36, 36, 264, 64, 0.9), wall)
    assert [(line.x0, line.x1) for line in lines] == [(40, 150), (150, 260)]
    (joined,) = _lines(ink, LineBox(36, 36, 264, 64, 0.9))
    assert (joined.x0, joined.x1) == (40, 260)


def test_a_figure_whose_edge_touches_a_ruling_stays_whole() -> None:
    ink = _drawn((40, 40, 153, 60))
    wall = Line(False, 150.0, 0.0, 100.0, 2.0)
    (line,) = _lines(ink, LineBox(36, 36, 156, 64, 0.9), wall)
    assert (line.x0, line.x1) == (40, 153)


def test_letters_as_wide_as_high_are_told_from_digits() -> None:
    letters = _drawn((40, 40, 60, 60), (64, 40, 84, 60))
    digits = _drawn(*((40 + 14 * k, 40, 50 + 14 * k, 60) for k in range(4)))
    touching = _drawn((40, 40, 64, 60), (68, 40, 78, 60))
    for ink, square in ((letters, True), (digits, False), (touching, False)):
        (line,) = _lines(ink, LineBox(36, 36, 120, 64, 0.9))
        assert line.square is square
