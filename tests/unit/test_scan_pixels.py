"""The pixels that a scanned page is read from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from worker.pdf import open_document

Image = NDArray[np.uint8]


def _scan(colour: bool = False) -> Image:
    """A scan of which every pixel counts: 2,339 x 1,654, black and white or coloured noise."""
    sides = (2339, 1654, 3) if colour else (2339, 1654)
    noise = np.random.default_rng(3).integers(0, 2, sides).astype(np.uint8) * 255
    return np.ascontiguousarray(noise)


def _pdf(path: Path, image: Image, width: float = 595.28, height: float = 841.89) -> pymupdf.Page:
    """A page of A4 that is the image; the caller may draw on it before it is saved."""
    _, png = cv2.imencode(".png", image[..., ::-1] if image.ndim == 3 else image)
    document = pymupdf.open()
    page = document.new_page(width=width, height=height)
    page.insert_image(page.rect, stream=png.tobytes(), keep_proportion=False)
    document.save(path)
    return page


def _seen(path: Path) -> Image:
    with open_document(path) as document:
        return document.scan(0)


@pytest.mark.parametrize("colour", [False, True])
def test_a_scan_is_read_from_its_own_pixels(tmp_path: Path, colour: bool) -> None:
    image = _scan(colour)
    _pdf(tmp_path / "a.pdf", image)
    assert np.array_equal(_seen(tmp_path / "a.pdf"), image)


def test_what_is_drawn_over_a_scan_is_seen(tmp_path: Path) -> None:
    page = _pdf(tmp_path / "a.pdf", np.full((2339, 1654), 255, np.uint8))
    page.draw_rect(pymupdf.Rect(100, 100, 300, 200), color=(1, 0, 0), fill=(1, 0, 0))
    page.parent.save(tmp_path / "b.pdf")
    seen = _seen(tmp_path / "b.pdf")
    assert seen.shape[2] == 3
    assert (seen[150 * 2339 // 842, 200 * 1654 // 595] == (255, 0, 0)).all()


def test_a_note_on_a_scan_is_seen(tmp_path: Path) -> None:
    page = _pdf(tmp_path / "a.pdf", np.full((2339, 1654), 255, np.uint8))
    page.add_rect_annot(pymupdf.Rect(100, 100, 300, 200)).update(fill_color=(0, 0, 1))
    page.parent.save(tmp_path / "b.pdf")
    assert (_seen(tmp_path / "b.pdf") < 200).any()


def test_a_turned_scan_comes_as_it_is_displayed(tmp_path: Path) -> None:
    image = np.full((2339, 1654), 255, np.uint8)
    image[:400] = 0
    page = _pdf(tmp_path / "a.pdf", image)
    page.set_rotation(90)
    page.parent.save(tmp_path / "b.pdf")
    seen = _seen(tmp_path / "b.pdf")
    assert seen.shape[0] < seen.shape[1]
    assert seen[:, -100:].mean() < 5
    assert seen[:, :100].mean() > 250


def test_a_scan_that_is_cut_or_small_is_drawn(tmp_path: Path) -> None:
    image = np.full((2339, 1654), 255, np.uint8)
    image[:1000] = 0
    page = _pdf(tmp_path / "a.pdf", image)
    page.set_cropbox(pymupdf.Rect(0, 400, 595.28, 841.89))
    page.parent.save(tmp_path / "b.pdf")
    assert _seen(tmp_path / "b.pdf").mean() > 250
    _pdf(tmp_path / "c.pdf", image[::3, ::3].copy())
    assert max(_seen(tmp_path / "c.pdf").shape) >= 2000
