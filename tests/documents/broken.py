"""Files that can't be read, or not wholly: each must end in one line that says what to do."""

from __future__ import annotations

import io
import zipfile

import pymupdf

from tests.documents.pictures import table_png
from tests.documents.plain import plain_pdf

PASSWORD = "open sesame"


def encrypted_pdf() -> bytes:
    """Can't be opened without ``PASSWORD``."""
    return _encrypted(user=PASSWORD)


def passwordless_encrypted_pdf() -> bytes:
    """Encrypted with an empty user password: anyone can read it, printing is forbidden."""
    return _encrypted(user="")


def empty_file() -> bytes:
    return b""


def zero_page_pdf() -> bytes:
    """A sound PDF whose page tree is empty."""
    objects = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 3\n0000000000 65535 f \n" + table + trailer


def not_pdfs() -> dict[str, bytes]:
    """Contents that lie behind a file name ending in .pdf, by what they are."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("budget.txt", "1,250.60")
    return {
        "text": "合计 1,250.60\n".encode() * 40,
        "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        "zip": archive.getvalue(),
        "noise": bytes((n * 167 + 13) % 251 for n in range(4000)),
    }


def png_named_pdf() -> bytes:
    """A picture behind a file name ending in .pdf: readable for who looks at the content."""
    return table_png()


def truncated_pdf(pages: int = 4, share: float = 0.6) -> bytes:
    """The first part of a PDF, as a broken download leaves it; the first page is whole."""
    with pymupdf.open() as document:
        for _ in range(pages):
            with pymupdf.open(stream=plain_pdf()) as single:
                document.insert_pdf(single)
        whole = bytes(document.tobytes(garbage=0, deflate=True, no_new_id=True))
    return whole[: int(len(whole) * share)]


def headless_pdf() -> bytes:
    """A PDF of which only the header and a few broken bytes came through."""
    return plain_pdf()[:200]


def saved_as_text_pdf() -> bytes:
    """A PDF that went through a text editor: every byte that is no UTF-8 is U+FFFD.

    Page tree and dictionaries survive; compressed pages, fonts and pictures are lost, so
    that its pages come out white.
    """
    return plain_pdf().decode("utf-8", errors="replace").encode("utf-8")


def _encrypted(user: str) -> bytes:
    with pymupdf.open(stream=plain_pdf()) as document:
        return bytes(
            document.tobytes(
                encryption=pymupdf.PDF_ENCRYPT_AES_256,
                user_pw=user,
                owner_pw="owner",
                permissions=pymupdf.PDF_PERM_ACCESSIBILITY,
                no_new_id=True,
            )
        )
