"""Pages whose text layer must not be believed."""

from __future__ import annotations

import pymupdf

from eval.scanner import ScanSettings, scan_pdf
from tests.documents.plain import ROWS, plain_pdf

_SWAPPED = str.maketrans("0123456789图购合计", "8736501294国沟台什")
_BLOCK = 0x1900  # as many glyphs as Unicode's private use area can stand for


def invisible_ocr_pdf() -> bytes:
    """A scan of the plain table under invisible text that says other figures than the ink."""
    scan = scan_pdf(plain_pdf(), ScanSettings(noise=2, jpeg_quality=80), dpi=200, seed=1)
    wrong = tuple(tuple(text.translate(_SWAPPED) for text in row) for row in ROWS)
    with (
        pymupdf.open(stream=scan) as document,
        pymupdf.open(stream=plain_pdf(rows=wrong)) as heard,
    ):
        font = pymupdf.Font("china-s")
        page = document[0]
        writer = pymupdf.TextWriter(page.rect)
        for x0, _, _, y1, word, *_ in heard[0].get_text("words"):
            writer.append((x0, y1 - 2), word, font=font, fontsize=10)
        writer.write_text(page, render_mode=3)
        document.subset_fonts()
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def private_use_pdf() -> bytes:
    """The plain table, visible and sound, in a font that maps its glyphs to private use."""
    with pymupdf.open(stream=plain_pdf()) as document:
        for xref in range(1, document.xref_length()):
            kind, target = document.xref_get_key(xref, "ToUnicode")
            if kind == "xref":
                document.update_stream(int(target.split()[0]), _private_cmap())
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def _private_cmap() -> bytes:
    ranges = "".join(
        f"<{start:04x}> <{min(start + _BLOCK - 1, 0xFFFF):04x}> <e000>\n"
        for start in range(0, 0x10000, _BLOCK)
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Private def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{ranges.count(chr(10))} beginbfrange\n{ranges}endbfrange\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end\n"
    ).encode()
