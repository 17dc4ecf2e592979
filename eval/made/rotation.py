"""Pages that lie on their side in the file and are displayed upright by their /Rotate."""

from __future__ import annotations

import pymupdf


def rotated(pdf: bytes, degrees: int) -> bytes:
    """The same document to the eye, every page stored turned with /Rotate ``degrees``."""
    if not degrees:
        return pdf
    with pymupdf.open(stream=pdf, filetype="pdf") as source, pymupdf.open() as turned:
        for page in source:
            width, height = page.rect.width, page.rect.height
            sheet = turned.new_page(width=height, height=width)
            sheet.show_pdf_page(sheet.rect, source, page.number, rotate=degrees)
            sheet.set_rotation(degrees)
        turned.set_metadata({"title": source.metadata["title"]})
        return bytes(turned.tobytes(garbage=3, deflate=True, no_new_id=True))
