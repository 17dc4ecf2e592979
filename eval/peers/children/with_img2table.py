"""img2table with RapidOCR as its reader of Chinese: tables of texts."""

import json
import logging
import sys
import time
from importlib.metadata import version


def main() -> None:
    logging.disable(logging.WARNING)
    from img2table.document import PDF
    from img2table.ocr import RapidOCR
    from rapidocr import LangRec

    if sys.argv[1] == "--check":
        print(
            json.dumps({"version": version("img2table") + " with rapidocr " + version("rapidocr")})
        )
        return
    ocr = RapidOCR(params={"Rec.lang_type": LangRec.CH})
    start = time.perf_counter()
    document = PDF(sys.argv[1], detect_rotation=_is_scan(sys.argv[1]))
    found = document.extract_tables(ocr=ocr, implicit_rows=True, borderless_tables=True)
    tables = [
        {
            "page": page + 1,
            "rows": [[_text(cell) for cell in row] for row in table.content.values()],
        }
        for page, of_page in found.items()
        for table in of_page
    ]
    print()
    print(json.dumps({"seconds": time.perf_counter() - start, "tables": tables}))


def _text(cell: object) -> str:
    return str(getattr(cell, "value", None) or "")


def _is_scan(path: str) -> bool:
    """Its manual: turning images right is for scans, it would spoil a document of text."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return not any(page.get_textpage().count_chars() for page in document)


if __name__ == "__main__":
    main()
