"""Pages that are grey images are drawn in grey; whatever may have a colour is drawn in colour."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pymupdf
import pytest
from PIL import Image

from worker.pdf import Pixels, open_document

_GREY = Image.fromarray((np.add.outer(np.arange(300), np.arange(200)) % 256).astype(np.uint8))


def _page(image: Image.Image, *, stroke: bool = False, name: str = "png") -> pymupdf.Document:
    file = io.BytesIO()
    image.save(file, name)
    document = pymupdf.open()
    page = document.new_page(width=200, height=300)
    page.insert_image(page.rect, stream=file.getvalue())
    if stroke:
        page.draw_line((20, 20), (180, 280), color=(1, 0, 0), width=3)
    return document


def _drawn(document: pymupdf.Document, folder: Path) -> tuple[Pixels, Pixels]:
    """The page as it is read, and in colour at the same resolution."""
    path = folder / "page.pdf"
    document.save(path)
    with open_document(path) as opened:
        scan = opened.scan(0)
        return scan, opened.render(0, 72 * scan.shape[0] / 300)


@pytest.mark.parametrize("name", ["png", "jpeg"])
def test_a_grey_image_is_drawn_in_grey(tmp_path: Path, name: str) -> None:
    scan, colour = _drawn(_page(_GREY, name=name), tmp_path)
    assert scan.ndim == 2
    assert np.array_equal(scan, cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY))


def test_a_coloured_stroke_over_a_grey_image_stays_coloured(tmp_path: Path) -> None:
    scan, colour = _drawn(_page(_GREY, stroke=True), tmp_path)
    assert np.array_equal(scan, colour)
    assert np.ptp(scan.astype(int), axis=2).max() > 100


@pytest.mark.parametrize("mode", ["RGB", "P"])
def test_coloured_images_and_palettes_stay_coloured(tmp_path: Path, mode: str) -> None:
    tinted = Image.merge("RGB", (_GREY, _GREY, Image.new("L", _GREY.size)))
    scan, _ = _drawn(_page(tinted.convert(mode)), tmp_path)
    assert scan.ndim == 3
    assert np.ptp(scan.astype(int), axis=2).max() > 100


def _on_page(image: Image.Image, *, off: float, turned: int = 0) -> pymupdf.Document:
    """A page that its scan of 2,600 x 1,800 pixels misses by so much; in points."""
    file = io.BytesIO()
    image.save(file, "png")
    document = pymupdf.open()
    page = document.new_page(width=624, height=432)
    page.insert_image(page.rect + (0, off, 0, off), stream=file.getvalue())
    page.set_rotation(turned)
    return document


_SCAN = Image.fromarray(np.random.default_rng(5).integers(0, 256, (1800, 2600), np.uint8))


def test_a_scan_that_misses_its_page_by_a_hair_is_drawn_pixel_for_pixel(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    _on_page(_SCAN, off=-0.01).save(path)
    with open_document(path) as opened:
        assert np.array_equal(opened.scan(0), np.asarray(_SCAN))


@pytest.mark.parametrize(("off", "turned"), [(-12.0, 0), (-0.01, 90)])
def test_a_scan_that_lies_elsewhere_is_drawn_where_it_lies(
    tmp_path: Path, off: float, turned: int
) -> None:
    path = tmp_path / "page.pdf"
    _on_page(_SCAN, off=off, turned=turned).save(path)
    with open_document(path) as opened:
        scan = opened.scan(0)
        shown = opened.render(0, 72 * 2600 / 624)
    assert scan.shape == shown.shape[:2]
    assert np.array_equal(scan, shown[:, :, 0])
