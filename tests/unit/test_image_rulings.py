"""Rulings of page images: thin, thick, dotted, broken, and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.paper import COLUMNS, ROWS, Ink, noisy, skewed, stamped, table_page
from worker.image_rulings import find_lines, rulings_of, without_lines
from worker.imaging import flatten_light

UNIT = 24.0


def _blank() -> NDArray[np.uint8]:
    return np.full((900, 900), 250, np.uint8)


def _places(page: NDArray[np.uint8], horizontal: bool) -> list[float]:
    lines = find_lines(page, UNIT).lines
    return sorted(line.at for line in lines if line.horizontal == horizontal)


@pytest.mark.parametrize("dpi", [130, 200, 300])
def test_the_rulings_of_a_table_stand_where_they_were_drawn(dpi: int) -> None:
    page = flatten_light(noisy(table_page(Ink(dpi=dpi)))[..., 0])
    drawing = find_lines(page, 9.5 * dpi / 72)
    rulings = rulings_of(drawing.lines, 72 / dpi, 72 / dpi)
    rows = sorted(r.at for r in rulings if r.horizontal)
    columns = sorted(r.at for r in rulings if not r.horizontal)
    assert rows == pytest.approx(ROWS, abs=0.8)
    assert columns == pytest.approx(COLUMNS, abs=0.8)
    for ruling in rulings:
        ends = (COLUMNS[0], COLUMNS[-1]) if ruling.horizontal else (ROWS[0], ROWS[-1])
        assert (ruling.start, ruling.end) == pytest.approx(ends, abs=2)


@pytest.mark.parametrize(("thickness", "grey"), [(1, 120), (1, 200), (2, 60), (6, 0)], ids=str)
def test_thin_faint_and_thick_lines_are_found(thickness: int, grey: int) -> None:
    page = _blank()
    cv2.line(page, (100, 400), (800, 400), grey, thickness)
    assert _places(page, horizontal=True) == pytest.approx([400.5], abs=1)


def test_a_dotted_line_is_found() -> None:
    page = _blank()
    for x in range(100, 800, 8):
        page[400:402, x : x + 4] = 0
    assert _places(page, horizontal=True) == pytest.approx([401], abs=1)


def test_a_broken_line_is_one() -> None:
    page = _blank()
    cv2.line(page, (100, 400), (430, 400), 0, 2)
    cv2.line(page, (445, 401), (800, 401), 0, 2)
    lines = find_lines(page, UNIT).lines
    assert [(round(v.start, -1), round(v.end, -1)) for v in lines] == [(100, 800)]


def test_text_alone_has_no_rulings() -> None:
    page = flatten_light(table_page(Ink(ruled=False))[..., 0])
    assert find_lines(page, UNIT).lines == ()


def test_a_column_of_equal_figures_is_no_ruling() -> None:
    page = _blank()
    for row in range(20):
        cv2.putText(page, "10.00", (500, 60 + 40 * row), 0, 0.8, 0, 2)
    assert _places(page, horizontal=False) == []


@pytest.mark.parametrize("height", [20, 24])
def test_equal_strokes_row_by_row_are_no_ruling(height: int) -> None:
    page = _blank()
    for row in range(18):
        cv2.line(page, (500, 60 + 46 * row), (500, 60 + 46 * row + height), 0, 2)
    assert _places(page, horizontal=False) == []


def test_brackets_of_a_column_are_no_ruling() -> None:
    page = _blank()
    for row in range(21):
        cv2.line(page, (100, 40 + 40 * row), (800, 40 + 40 * row), 0, 2)
    for row in range(20):
        cv2.line(page, (300, 46 + 40 * row), (300, 74 + 40 * row), 0, 2)
    assert _places(page, horizontal=False) == []


def test_a_seal_is_no_ruling() -> None:
    page = stamped(table_page(), 600, 300, 150, (125, 125, 125))[..., 0]
    drawing = find_lines(flatten_light(page), UNIT)
    assert len(drawing.lines) == len(ROWS) + len(COLUMNS)


def test_a_short_border_counts_where_it_ends_on_others() -> None:
    page = _blank()
    cv2.line(page, (100, 300), (800, 300), 0, 2)
    cv2.line(page, (100, 340), (800, 340), 0, 2)
    cv2.line(page, (450, 300), (450, 340), 0, 2)
    cv2.line(page, (600, 500), (600, 540), 0, 2)
    assert _places(page, horizontal=False) == pytest.approx([450], abs=1)


def test_erasing_the_rulings_leaves_the_text() -> None:
    page = flatten_light(skewed(table_page(), 0.0)[..., 0])
    bare = flatten_light(table_page(Ink(ruled=False))[..., 0])
    clean = without_lines(page, find_lines(page, UNIT))
    assert (clean < 128).sum() == pytest.approx((bare < 128).sum(), rel=0.01)


def test_a_figure_flush_with_the_border_keeps_its_strokes() -> None:
    page = _blank()
    cv2.line(page, (600, 100), (600, 800), 0, 4)
    cv2.putText(page, "0", (570, 400), 0, 1.0, 0, 2)
    alone = _blank()
    cv2.putText(alone, "0", (570, 400), 0, 1.0, 0, 2)
    clean = without_lines(page, find_lines(page, UNIT))
    assert (clean[:, :598] < 128).sum() >= 0.9 * (alone[:, :598] < 128).sum()


def test_an_underline_is_found_and_taken_off_the_text() -> None:
    page = _blank()
    cv2.putText(page, "TOTAL CITY TAX", (100, 400), 0, 0.9, 0, 2)
    cv2.line(page, (98, 405), (360, 405), 0, 2)
    drawing = find_lines(page, UNIT)
    assert [line.horizontal for line in drawing.lines] == [True]
    assert (without_lines(page, drawing)[404:408] < 128).sum() == 0


def test_a_dotted_border_that_lost_a_stretch_goes_on_behind_it() -> None:
    page = _blank()
    for y in (200, 400, 600, 800):
        cv2.line(page, (100, y), (800, y), 0, 2)
    for y in range(200, 800, 8):
        if not 420 < y < 445:
            page[y : y + 4, 400:402] = 0
    (border,) = (line for line in find_lines(page, UNIT).lines if not line.horizontal)
    assert border.at == pytest.approx(401, abs=1)
    assert (border.start, border.end) == pytest.approx((200, 800), abs=8)


def test_a_dotted_ruling_close_under_words_is_found_and_the_feet_of_words_are_not() -> None:
    page = _blank()
    for y, under in ((400, True), (500, False)):
        cv2.putText(page, "WAGE AND EARNINGS", (110, y - 5), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
        for x in range(100, 800 if under else 0, 5):
            page[y : y + 2, x : x + 3] = 0
    assert _places(page, horizontal=True) == pytest.approx([401], abs=1.5)


def test_a_pale_fold_that_runs_through_figures_is_no_border() -> None:
    def page(grey: int) -> NDArray[np.uint8]:
        paper = _blank()
        for x in (100, 300, 700, 850):
            cv2.line(paper, (x, 60), (x, 860), 60, 2)
        for y in range(90, 860, 40):
            cv2.putText(paper, "17.09", (430, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 2)
        for y in range(60, 860, 6):
            paper[y : y + 5, 520:522] = np.minimum(paper[y : y + 5, 520:522], grey)
        return paper

    assert _places(page(200), horizontal=False) == pytest.approx([100, 300, 700, 850], abs=1.5)
    assert 521 in [round(at) for at in _places(page(60), horizontal=False)]


def test_the_thick_borders_of_a_table_two_rows_high_are_found() -> None:
    """Three rulings across cover a good part of such a border; its edge is ragged besides."""
    page = _blank()
    unit = 15.0
    for y in (138, 181, 224):
        page[y : y + 5, 100:800] = 0
    for x in (100, 330, 560, 795):
        page[138:229, x : x + 4] = 0
        page[138:229:3, x + 4] = 0
    for y in (152, 195):
        cv2.putText(page, "69.32", (495, y + 18), 0, 0.5, 0, 2)
    columns = [line.at for line in find_lines(page, unit).lines if not line.horizontal]
    assert sorted(columns) == pytest.approx([102, 332, 562, 797], abs=1.5)


def test_upright_strokes_of_pen_and_seal_between_two_rows_are_no_borders() -> None:
    page = _blank()
    for y in range(200, 500, 50):
        cv2.line(page, (100, y), (800, y), 0, 2)
    cv2.line(page, (400, 215), (408, 320), 0, 4)  # slants as a pen does
    cv2.line(page, (600, 276), (600, 378), 0, 3)  # ends amid a row
    cv2.line(page, (200, 308), (200, 346), 0, 3)  # of a character on a seal
    cv2.line(page, (200, 325), (240, 325), 0, 3)
    cv2.line(page, (212, 306), (212, 348), 0, 3)
    assert _places(page, horizontal=False) == []


def test_a_thick_ruling_beside_the_smallest_print_is_one() -> None:
    page = np.full((1500, 2000), 250, np.uint8)
    cv2.line(page, (100, 400), (1800, 400), 60, 5)
    (line,) = find_lines(page, 9.0).lines
    assert line.at == pytest.approx(400.5, abs=1)


def _lattice(dotted: slice) -> NDArray[np.uint8]:
    """Four rows and three columns, one ruling hardly drawn in the cells that ``dotted`` names."""
    page = _blank()
    for x in (100, 300, 500, 700):
        cv2.line(page, (x, 100), (x, 500), 0, 2)
    for y in (100, 200, 400, 500):
        cv2.line(page, (100, y), (700, y), 0, 2)
    for cell in range(3):
        left = 100 + 200 * cell
        if cell in range(3)[dotted]:
            page[300:302, left : left + 200 : 7] = page[300:302, left + 1 : left + 200 : 7] = 0
        else:
            cv2.line(page, (left, 300), (left + 200, 300), 0, 2)
    return page


def _at_300(page: NDArray[np.uint8]) -> list[tuple[float, float]]:
    lines = [v for v in find_lines(page, UNIT).lines if v.horizontal and abs(v.at - 301) < 4]
    return sorted((round(v.start, -1), round(v.end, -1)) for v in lines)


def test_a_ruling_that_is_hardly_drawn_in_a_cell_goes_on_there() -> None:
    """Words that stand close to its dots hide it, where only one cell is looked at."""
    page = _lattice(slice(0, 1))
    cv2.putText(page, "EHEHEH", (120, 296), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    assert min(start for start, _ in _at_300(page)) == 100
    clean = without_lines(page, find_lines(page, UNIT))
    assert clean[299:307, 110:290].min() > 200
    assert (clean[276:296, 110:290] < 128).sum() > 0.9 * (page[276:296, 110:290] < 128).sum()


def test_a_cell_over_two_rows_gets_no_ruling_from_the_words_in_it() -> None:
    page = _lattice(slice(0, 1))
    page[298:304, 104:296] = 250
    cv2.putText(page, "EEE HEE", (130, 312), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    assert min(start for start, _ in _at_300(page)) >= 290


def test_a_border_of_one_table_is_none_of_the_table_above_it() -> None:
    page = _blank()
    for y in (100, 160, 220, 400, 460, 520):
        cv2.line(page, (100, y), (700, y), 0, 2)
    for x in (100, 700):
        cv2.line(page, (x, 100), (x, 220), 0, 2)
        cv2.line(page, (x, 400), (x, 520), 0, 2)
    cv2.line(page, (400, 400), (400, 520), 0, 2)
    cv2.putText(page, "between the tables", (200, 320), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    for y in range(104, 158, 4):  # strokes of a seal's sign, as high as the row
        page[y, 400:402] = 0
    uprights = [v for v in find_lines(page, UNIT).lines if not v.horizontal]
    assert [round(v.start, -1) for v in uprights if abs(v.at - 401) < 4] == [400]
