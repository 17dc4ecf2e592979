"""Lines told by the cells of a ruled table; what is left for a detector to look at."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.page import Ruling
from worker.cell_lines import Told, told_by_cells
from worker.drawn_line import Line
from worker.ink_lines import ink_of

UNIT = 20.0
SCALE = (0.5, 0.5)  # points per pixel
LEFT, TOP, WIDTH, HEIGHT = 100, 200, 200, 50
COLUMNS, ROWS = 3, 10


def _rulings() -> list[Ruling]:
    """A table of three columns and ten rows, in points."""
    xs = [(LEFT + WIDTH * k) / 2 for k in range(COLUMNS + 1)]
    ys = [(TOP + HEIGHT * k) / 2 for k in range(ROWS + 1)]
    across = [Ruling(True, y, xs[0], xs[-1], 0.5) for y in ys]
    return [*across, *(Ruling(False, x, ys[0], ys[-1], 0.5) for x in xs)]


def _page() -> NDArray[np.bool_]:
    """The table's ink without its rulings: in each cell a word of three letters, 20 pixels high."""
    ink = np.zeros((1000, 800), bool)
    for row in range(ROWS):
        for column in range(COLUMNS):
            _word(ink, LEFT + WIDTH * column + 20, TOP + HEIGHT * row + 15)
    return ink


def _word(ink: NDArray[np.bool_], x: int, y: int) -> None:
    for k in range(3):
        ink[y : y + 20, x + 24 * k : x + 24 * k + 20] = True


def _told(ink: NDArray[np.bool_]) -> Told:
    return told_by_cells(ink_of(ink, (), UNIT), _rulings(), SCALE, UNIT)


def _frames(told: Told) -> set[tuple[int, int, int, int]]:
    return {(line.x0, line.y0, line.x1, line.y1) for line in told.lines}


def test_cells_tell_all_lines_of_a_table_and_a_detector_sees_the_title_only() -> None:
    ink = _page()
    _word(ink, 300, 60)
    told = _told(ink)
    assert len(told.lines) == ROWS * COLUMNS
    assert (120, 215, 188, 235) in _frames(told)
    (band,) = told.bands
    assert (band.top, band.bottom) == (60, 80)
    assert band.above <= 40
    assert 100 <= band.below < TOP


def test_two_lines_of_a_cell_are_two_and_the_strokes_of_a_sign_are_one() -> None:
    ink = _page()
    ink[TOP : TOP + HEIGHT, LEFT : LEFT + 2 * WIDTH] = False
    _word(ink, 120, TOP + 3)
    _word(ink, 120, TOP + 27)
    for y, width in ((TOP + 14, 12), (TOP + 30, 20)):
        ink[y : y + 3, 340 - width // 2 : 340 + width // 2] = True
    frames = _frames(_told(ink))
    assert {(120, 203, 188, 223), (120, 227, 188, 247), (330, 214, 350, 233)} <= frames


@pytest.mark.parametrize(
    "blot",
    [
        (TOP + 130, TOP + 150, 260, 350),
        (TOP + 105, TOP + 145, 220, 280),
        (TOP + 110, TOP + 130, 720, 760),
    ],
    ids=["over a border", "as high as two lines", "beside the table"],
)  # fmt: skip
def test_a_row_with_other_ink_than_print_is_looked_at(blot: tuple[int, int, int, int]) -> None:
    ink = _page()
    top, bottom, left, right = blot
    ink[top:bottom, left:right] = True
    walls = [
        Line(False, r.at / SCALE[0], r.start / SCALE[1], r.end / SCALE[1], 1.0)
        for r in _rulings()
        if not r.horizontal
    ]
    told = told_by_cells(ink_of(ink, walls, UNIT), _rulings(), SCALE, UNIT)
    row = TOP + 2 * HEIGHT, TOP + 3 * HEIGHT
    assert not any(row[0] <= line.y0 < row[1] for line in told.lines)
    assert any(band.top < row[1] and row[0] < band.bottom for band in told.bands)


def test_a_mark_apart_from_a_word_is_no_part_of_its_line() -> None:
    ink = _page()
    ink[TOP + 25 : TOP + 28, LEFT + 150 : LEFT + 153] = True
    told = _told(ink)
    assert (120, 215, 188, 235) in _frames(told)
    assert not any(line.x0 < LEFT + 150 < line.x1 for line in told.lines)


def test_without_rulings_bands_of_ink_are_looked_at_and_blank_paper_is_not() -> None:
    ink = np.zeros((2000, 800), bool)
    _word(ink, 100, 100)
    _word(ink, 100, 140)
    _word(ink, 100, 1800)
    told = told_by_cells(ink_of(ink, (), UNIT), (), SCALE, UNIT)
    assert not told.lines
    assert [(band.top, band.bottom) for band in told.bands] == [(100, 160), (1800, 1820)]
