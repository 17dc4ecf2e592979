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
