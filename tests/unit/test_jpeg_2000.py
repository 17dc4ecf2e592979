"""Scans in JPEG 2000: what is lost of them is told of, and none is larger than it says."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
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


def _jpeg_2000(print_height: int = 20, **options: object) -> bytes:
    """A page with lines of letters: blocks of ink with a hole."""
    pixels = np.full((_HEIGHT, _WIDTH), 255, np.uint8)
    for y in range(100, _HEIGHT - 100, 2 * print_height):
        for x in range(200, _WIDTH - 200, 3 * print_height // 2):
            pixels[y : y + print_height, x : x + print_height] = 0
            pixels[y + 4 : y + print_height - 4, x + 4 : x + print_height - 4] = 255
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


def test_large_print_is_decoded_at_half_its_size_and_shows_the_same(tmp_path: Path) -> None:
    with open_document(_pdf(tmp_path, _jpeg_2000(print_height=60))) as document:
        seen = document.scan(0)
        whole = document.render(0, 240)[:, :, 0]
    assert seen.shape == (_HEIGHT // 2, _WIDTH // 2)
    again = cv2.resize(whole, (_WIDTH // 2, _HEIGHT // 2), interpolation=cv2.INTER_AREA)
    assert np.abs(seen.astype(int) - again).mean() < 2


def _clipped(document: pymupdf.Document, _image: int) -> None:
    page = document[0]
    content = page.read_contents()
    document.update_stream(page.get_contents()[0], b"100 100 200 200 re W n " + content)


def _faded(document: pymupdf.Document, _image: int) -> None:
    page = document[0]
    state = document.get_new_xref()
    document.update_object(state, "<< /Type /ExtGState /ca 0.1 >>")
    resources = int(document.xref_get_key(page.xref, "Resources")[1].split()[0])
    document.xref_set_key(resources, "ExtGState", f"<< /G {state} 0 R >>")
    document.update_stream(page.get_contents()[0], b"/G gs " + page.read_contents())


def _negative(document: pymupdf.Document, image: int) -> None:
    document.xref_set_key(image, "Decode", "[1 0]")


def _written_on(document: pymupdf.Document, _image: int) -> None:
    document[0].insert_text((100, 100), "COPY", fontsize=60)


@pytest.mark.parametrize("change", [_clipped, _faded, _negative, _written_on])
def test_what_is_drawn_besides_the_image_is_seen(tmp_path: Path, change: Change) -> None:
    with open_document(_pdf(tmp_path, _jpeg_2000(print_height=60), change)) as document:
        seen = document.scan(0)
        drawn = document.render(0, 72 * seen.shape[0] / _PAGE[1])
    assert seen.shape[:2] == drawn.shape[:2] > (_HEIGHT // 2, _WIDTH // 2)
    assert np.abs(seen.reshape(*seen.shape[:2], -1)[:, :, 0].astype(int) - drawn[:, :, 0]).max() < 3


def test_damage_is_told_of_as_when_the_page_is_drawn(tmp_path: Path) -> None:
    whole, told = _jpeg_2000(), []
    for seed in range(6):
        file, chance = bytearray(whole), np.random.default_rng(seed)
        for at in chance.integers(300, len(file), 300):
            file[at] = chance.integers(256)
        path = _pdf(tmp_path, bytes(file))
        with open_document(path) as document:
            seen, told_of_seen = document.scan(0), document.damage()
        with open_document(path) as document:
            drawn, told_of_drawn = document.render(0, 240), document.damage()
        assert (told_of_seen is None) == (told_of_drawn is None)
        assert np.abs(seen.astype(int) - drawn[:, :, 0]).max() < 3
        told.append(told_of_seen)
    assert None in told
    assert any(told)
