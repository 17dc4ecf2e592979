"""The plain table as picture files."""

from __future__ import annotations

import cv2
import numpy as np
import pymupdf

from tests.documents.plain import plain_pdf


def table_png(dpi: int = 200) -> bytes:
    """A PNG that knows its resolution."""
    return bytes(_pixmap(dpi).tobytes("png"))


def table_jpeg(dpi: int = 200, quality: int = 75) -> bytes:
    """A JPEG that knows its resolution."""
    return bytes(_pixmap(dpi).tobytes("jpg", jpg_quality=quality))


def table_tiff(pages: int = 2, dpi: int = 200) -> bytes:
    """A TIFF with the table on each of its pages; it does not say its resolution."""
    pixmap = _pixmap(dpi)
    picture = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    reversed_channels = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, packed = cv2.imencodemulti(".tiff", [reversed_channels] * pages)
    if not done:
        raise ValueError("the TIFF can't be packed")
    return bytes(packed)


def _pixmap(dpi: int) -> pymupdf.Pixmap:
    with pymupdf.open(stream=plain_pdf()) as document:
        return document[0].get_pixmap(dpi=dpi, alpha=False)
