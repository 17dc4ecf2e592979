"""Scans in JPEG 2000: what is lost of them is told of, and none is larger than it says."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from schemas.errors import TooLarge
from worker.pdf import open_document

_WIDTH, _HEIGHT = 1600, 2400
_PAGE = (480, 720)  # points: 240 pixels to the inch

Change = Callable[[pymupdf.Document, int], None]
"""What else is done to the PDF and the image of that number in it."""


def _jpeg_2000(**options: object) -> bytes:
    """A page with bars of ink."""
    pixels = np.full((_HEIGHT, _WIDTH), 255, np.uint8)
    pixels[100::120, 200:-200] = 0
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg2000", **options)
    return file.getvalue()


def _pdf(folder: Path, file: bytes, change: Change | None = None) -> Path:
    """A page that the file covers, as a scanner writes it: the file as it is, undigested."""
    document = pymupdf.open()
    page = document.new_page(width=_PAGE[0], height=_PAGE[1])
    dot = io.BytesIO()
    Image.new("L", (4, 4)).save(dot, "jpeg")
    image = page.insert_image(page.rect, stream=dot.getvalue(), keep_proportion=False)
    document.update_stream(image, file, compress=False)
    said = {"Filter": "/JPXDecode", "ColorSpace": "/DeviceGray", "BitsPerComponent": "8"}
    for key, value in {**said, "Width": str(_WIDTH), "Height": str(_HEIGHT)}.items():
        document.xref_set_key(image, key, value)
    if change is not None:
        change(document, image)
    path = folder / "page.pdf"
    document.save(path)
    return path


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_a_scan_that_is_cut_off_is_told_of(tmp_path: Path, keep: float) -> None:
    file = _jpeg_2000()
    with open_document(_pdf(tmp_path, file[: int(keep * len(file))])) as document:
        document.scan(0)
        assert "Failed to decode" in str(document.damage())


@pytest.mark.parametrize("packed", [False, True])
def test_a_scan_larger_than_its_page_says_is_refused(tmp_path: Path, packed: bool) -> None:
    file = bytearray(_jpeg_2000(no_jp2=True))
    file[8:16] = (60_000).to_bytes(4, "big") * 2

    def twice(document: pymupdf.Document, image: int) -> None:
        document.update_stream(image, zlib.compress(bytes(file)), compress=False)
        document.xref_set_key(image, "Filter", "[/FlateDecode /JPXDecode]")

    path = _pdf(tmp_path, bytes(file), twice if packed else None)
    with open_document(path) as document, pytest.raises(TooLarge, match="60000 × 60000"):
        document.scan(0)


def test_a_scan_of_the_size_that_its_page_says_is_read(tmp_path: Path) -> None:
    with open_document(_pdf(tmp_path, _jpeg_2000())) as document:
        assert document.scan(0).shape[:2] == (_HEIGHT, _WIDTH)
        assert document.damage() is None
