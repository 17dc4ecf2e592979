"""A process that reads one scan after the other."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from worker.pdf import open_document

_STATUS = Path("/proc/self/status")
_MIB = 1 << 20


def resident() -> int:
    """MiB of memory that this process holds."""
    return int(_STATUS.read_text(encoding="utf-8").partition("VmRSS:")[2].split()[0]) // 1024


def scan(path: Path) -> Path:
    """A grey page: six MiB as it is drawn."""
    picture = pymupdf.Pixmap(pymupdf.csGRAY, 2048, 3072, bytes([128]) * 6 * _MIB, False)
    with pymupdf.open() as document:
        page = document.new_page(width=595, height=892)
        page.insert_image(page.rect, stream=picture.tobytes("jpeg", jpg_quality=60))
        document.save(path)
    return path


@pytest.mark.skipif(not _STATUS.exists(), reason="the system does not tell what a process holds")
def test_closed_documents_hold_no_memory(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf")

    def draw() -> None:
        with open_document(path) as document:
            document.scan(0)

    for _ in range(4):
        draw()
    before = resident()
    for _ in range(24):
        draw()
    assert resident() - before < 60
