"""The documents made for tests have the faults that they are named after."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pymupdf
import pytest

from tests.documents import broken, layers, outlines, pictures, turned
from tests.documents.plain import ROWS, plain_pdf


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """MuPDF prints its complaints about broken files; they are expected here."""
    before = pymupdf.TOOLS.mupdf_display_errors()
    pymupdf.TOOLS.mupdf_display_errors(False)
    yield
    pymupdf.TOOLS.mupdf_display_errors(before)


def text(pdf: bytes, page: int = 0) -> str:
    with pymupdf.open(stream=pdf) as document:
        return str(document[page].get_text())


def looks_alike(pdf: bytes, other: bytes) -> bool:
    """Whether the first pages show the same ink, but for the edges of strokes."""
    shown = []
    for content in (pdf, other):
        with pymupdf.open(stream=content) as document:
            page = document[0]
            dpi = round(150 * 420 / page.rect.width)
            pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
        grey = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width)
        shown.append(cv2.resize(grey, (140, 99), interpolation=cv2.INTER_AREA).astype(int))
    return bool(np.abs(shown[0] - shown[1]).max() < 80)


def test_outlines_show_the_table_and_hold_no_text_and_no_picture() -> None:
    pdf = outlines.outlines_pdf()
    with pymupdf.open(stream=pdf) as document:
        page = document[0]
        assert page.get_text() == ""
        assert not page.get_images()
        assert len(page.get_drawings()) > 100
    assert looks_alike(pdf, outlines.japanese_pdf())


def test_the_japanese_budget_adds_up() -> None:
    def figures(row: tuple[str, ...]) -> list[int]:
        return [int(text.replace(",", "").replace("△", "-")) for text in row[2:]]

    parts = [
        [figures(row) for row in outlines.ROWS[:-1] if bool(row[1]) == item] for item in (0, 1)
    ]
    for rows in parts:
        assert [sum(column) for column in zip(*rows, strict=True)] == figures(outlines.ROWS[-1])
    assert all(now - before == change for now, before, change in map(figures, outlines.ROWS))


def test_invisible_text_says_other_figures_than_the_ink() -> None:
    heard = text(layers.invisible_ocr_pdf())
    assert ROWS[0][1] not in heard
    assert len(heard.split()) >= 20
    assert looks_alike(layers.invisible_ocr_pdf(), plain_pdf())


def test_private_use_text_is_garbage_behind_sound_ink() -> None:
    heard = text(layers.private_use_pdf()).replace("\n", "")
    assert heard
    assert all("\ue000" <= character <= "\uf8ff" for character in heard)
    assert looks_alike(layers.private_use_pdf(), plain_pdf())


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_pages(degrees: int) -> None:
    upright = turned.rotated_upright(plain_pdf(), degrees)
    assert looks_alike(upright, plain_pdf())
    with pymupdf.open(stream=upright) as document:
        assert document[0].rotation == degrees
    if degrees != 180:
        with pymupdf.open(stream=turned.sideways(plain_pdf(), degrees)) as document:
            assert document[0].rect.height > document[0].rect.width


def test_a_crop_box_hides_what_is_outside() -> None:
    assert looks_alike(turned.cropped(plain_pdf()), plain_pdf())
    with pymupdf.open(stream=turned.cropped(plain_pdf())) as document:
        assert document[0].cropbox_position == (90, 130)
        document[0].set_cropbox(document[0].mediabox)
        assert "9,999.99" in document[0].get_text()


def test_a_shifted_origin_changes_nothing_that_is_seen() -> None:
    assert looks_alike(turned.shifted_origin(plain_pdf()), plain_pdf())


def test_pictures_open_as_what_they_are() -> None:
    for content, pages in (
        (pictures.table_png(), 1),
        (pictures.table_jpeg(), 1),
        (pictures.table_tiff(3), 3),
    ):
        with pymupdf.open(stream=content) as document:
            assert document.page_count == pages
        assert looks_alike(content, plain_pdf())


def test_encrypted() -> None:
    with pymupdf.open(stream=broken.encrypted_pdf()) as document:
        assert document.needs_pass
        assert not document.authenticate("")
        assert document.authenticate(broken.PASSWORD)
    assert ROWS[0][1] in text(broken.passwordless_encrypted_pdf())
    assert b"/Encrypt" in broken.passwordless_encrypted_pdf()


def test_zero_pages() -> None:
    with pymupdf.open(stream=broken.zero_page_pdf()) as document:
        assert (document.page_count, document.is_repaired) == (0, False)


def test_truncated_keeps_its_first_page_and_loses_its_last() -> None:
    with pymupdf.open(stream=broken.truncated_pdf()) as document:
        assert document.is_repaired
        assert ROWS[0][1] in document[0].get_text()
        assert not document[document.page_count - 1].get_text()


def test_saved_as_text_opens_and_is_white() -> None:
    pdf = broken.saved_as_text_pdf()
    assert "\ufffd" in pdf.decode("utf-8")
    with pymupdf.open(stream=pdf) as document:
        assert document.page_count == 1
        assert document[0].get_pixmap().is_unicolor


def test_headless_opens_not_at_all() -> None:
    with pytest.raises(pymupdf.FileDataError):
        pymupdf.open(stream=broken.headless_pdf(), filetype="pdf")


def test_not_pdfs_are_no_pdfs() -> None:
    assert all(b"%PDF" not in content for content in broken.not_pdfs().values())
    assert broken.png_named_pdf().startswith(b"\x89PNG")
