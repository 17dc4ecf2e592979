from pathlib import Path

import pymupdf
import pytest

from schemas.geometry import Box
from schemas.page import Ruling
from tests.unit.pages import document, line, read, write
from worker.textlayer import join_rulings


def test_points_and_commas_stay_in_their_figure(tmp_path: Path) -> None:
    path = document(tmp_path / "a.pdf", lambda page: write(page, 50, 100, "37,367.86", 11))
    assert [t.text for t in read(path)[0].tokens] == ["37,367.86"]


def test_figures_of_neighbouring_columns_stay_apart_without_a_gap(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        write(page, 50, 100, "12.50")
        right = 50 + pymupdf.Font("china-s").text_length("12.50", 9)
        line(page, right + 0.5, 80, right + 0.5, 120)
        write(page, right + 1, 100, "7.25")

    tokens = read(document(tmp_path / "a.pdf", draw))[0].tokens
    assert [t.text for t in tokens] == ["12.50", "7.25"]


def test_text_painted_twice_to_look_bold_is_read_once(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        write(page, 50, 100, "合计1100.11", 10)
        write(page, 50.3, 100, "合计1100.11", 10)

    assert [t.text for t in read(document(tmp_path / "a.pdf", draw))[0].tokens] == ["合计1100.11"]


@pytest.mark.parametrize(("rotate", "turned"), [(90, True), (270, True), (180, False)])
def test_turned_text_is_read_upright_and_found_on_the_page(
    tmp_path: Path, rotate: int, turned: bool
) -> None:
    def draw(page: pymupdf.Page) -> None:
        write(page, 300, 400, "预算 123.45", 12, rotate=rotate)

    page = read(document(tmp_path / "a.pdf", draw))[0]
    assert "".join(t.text for t in page.tokens).replace(" ", "") == "预算123.45"
    assert (page.width > page.height) is turned
    place = page.to_page.box(page.tokens[0].box)
    assert Box(200, 300, 400, 500).overlap(place) == pytest.approx(place.area)


def test_boxes_are_those_of_the_displayed_page(tmp_path: Path) -> None:
    pdf = pymupdf.open()
    sheet = pdf.new_page(width=400, height=600)
    write(sheet, 40, 50, "corner", 10)
    sheet.set_rotation(90)
    pdf.save(tmp_path / "a.pdf")
    page = read(tmp_path / "a.pdf")[0]
    assert (page.page_width, page.page_height) == (600, 400)
    box = page.to_page.box(page.tokens[0].box)
    assert box.x0 > 530, "top right corner of the turned page"
    assert box.y1 < 90, "top right corner of the turned page"


def test_what_is_painted_over_is_no_ruling(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 100, 50, 100, 500)
        page.draw_rect(pymupdf.Rect(50, 200, 300, 400), color=None, fill=(1, 1, 1))

    rulings = read(document(tmp_path / "a.pdf", draw))[0].rulings
    assert [(round(r.start), round(r.end)) for r in rulings] == [(50, 200), (400, 500)]


def test_pieces_of_one_line_are_joined() -> None:
    pieces = [Ruling(True, 10.0, 0, 50), Ruling(True, 10.4, 51, 90), Ruling(True, 10.2, 120, 150)]
    joined = join_rulings(pieces)
    assert [(r.start, r.end) for r in joined] == [(0, 90), (120, 150)]
