"""Pages that are not displayed as they are drawn: /Rotate, a crop box, a shifted origin."""

from __future__ import annotations

import pymupdf


def rotated_upright(pdf: bytes, degrees: int) -> bytes:
    """Every page drawn turned and turned back by /Rotate, so that it is displayed upright."""
    with pymupdf.open(stream=pdf) as source, pymupdf.open() as made:
        for page in source:
            width, height = page.rect.width, page.rect.height
            if degrees % 180:
                width, height = height, width
            sheet = made.new_page(width=width, height=height)
            sheet.show_pdf_page(sheet.rect, source, page.number, rotate=degrees)
            sheet.set_rotation(degrees)
        return bytes(made.tobytes(garbage=3, deflate=True, no_new_id=True))


def sideways(pdf: bytes, degrees: int) -> bytes:
    """Every page displayed turned clockwise by ``degrees``, through /Rotate."""
    with pymupdf.open(stream=pdf) as document:
        for page in document:
            page.set_rotation(degrees)
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def cropped(pdf: bytes, dx: float = 90.0, dy: float = 130.0, hidden: str = "9,999.99") -> bytes:
    """Every page inside a larger sheet of which only the page is displayed.

    ``dx`` and ``dy`` are the margins cut off on every side; ``hidden`` is printed there.
    """
    with pymupdf.open(stream=pdf) as source, pymupdf.open() as made:
        for page in source:
            width, height = page.rect.width, page.rect.height
            sheet = made.new_page(width=width + 2 * dx, height=height + 2 * dy)
            inner = pymupdf.Rect(dx, dy, dx + width, dy + height)
            sheet.show_pdf_page(inner, source, page.number)
            sheet.insert_text((12, 24), hidden)
            sheet.set_cropbox(inner)
        return bytes(made.tobytes(garbage=3, deflate=True, no_new_id=True))


def shifted_origin(pdf: bytes, x: float = -200.0, y: float = 300.0) -> bytes:
    """Every page with a media box whose corner is not at 0, 0; displayed the same."""
    with pymupdf.open(stream=pdf) as document:
        for page in document:
            content = page.read_contents()
            page.clean_contents()
            first = page.get_contents()[0]
            document.update_stream(first, b"q 1 0 0 1 %f %f cm\n" % (x, y) + content + b"\nQ")
            page.set_mediabox(pymupdf.Rect(x, y, x + page.mediabox.width, y + page.mediabox.height))
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))
