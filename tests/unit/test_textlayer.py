from pathlib import Path

import pymupdf
import pytest

from schemas.geometry import Box
from schemas.page import Ruling
from tests.unit.pages import document, line, read, write
from worker.stretches import Stretch
from worker.textlayer import join_rulings, read_text_layer


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
    pieces = [(10.0, 0.0, 50.0, 0.5), (10.4, 51.0, 90.0, 0.7), (10.2, 120.0, 150.0, 0.5)]
    joined = tuple(join_rulings(pieces, horizontal=True))
    assert joined == (Ruling(True, 10.0, 0, 90, 0.7), Ruling(True, 10.2, 120, 150, 0.5))


def test_text_of_no_size_is_not_read() -> None:
    def char(c: str, x: float, size: float) -> Stretch:
        box = (x, 100 - size, x + 5, 100.0)
        return Stretch([c], [(x, 100.0)], [box], 1.0, 0.0, size, bold=False)

    chars = [char("9", 60.0, 9.0), char("1", 90.0, 0.0), char("7", 120.0, 0.0)]
    read_page = read_text_layer(1, 595.0, 842.0, chars, ())
    assert [token.text for token in read_page.tokens] == ["9"]


def test_a_stream_whose_object_can_not_be_parsed_leaves_the_page_readable(tmp_path: Path) -> None:
    """MuPDF raises errors of its own there, which are no RuntimeError."""
    path = document(tmp_path / "a.pdf", lambda page: write(page, 60, 100, "12.00"))
    with pymupdf.open(path) as pdf:
        pdf[0].insert_text((60, 130), "13.00", fontsize=9)
        xref = pdf[0].get_contents()[-1]
        pdf.save(tmp_path / "b.pdf", no_new_id=True, deflate=False)
    content = (tmp_path / "b.pdf").read_bytes()
    start = content.index(b"\n%d 0 obj" % xref)
    end = content.index(b"stream", start)
    spoilt = content[start:end].replace(b"/Length", b"\\Length")
    (tmp_path / "c.pdf").write_bytes(content[:start] + spoilt + content[end:])
    pages = read(tmp_path / "c.pdf")
    assert [token.text for page in pages for token in page.tokens][:1] == ["12.00"]
