"""What a file is by its first bytes; its name and its sender are not asked."""

from __future__ import annotations

from pathlib import Path

_PDF_WITHIN = 1024  # PDF 1.7, annex H: readers accept the header within the first 1024 bytes
_TAR_AT = 257

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
)
DOCUMENTS = ("pdf", "png", "jpeg", "tiff")
ARCHIVES = ("zip", "tar", "gzip")


def sniff(path: Path) -> str | None:
    """``pdf``, ``png``, ``jpeg``, ``tiff``, ``zip``, ``tar``, ``gzip``; None: nothing of these."""
    with path.open("rb") as file:
        head = file.read(2048)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "tar"
    return "pdf" if b"%PDF-" in head[:_PDF_WITHIN] else None
