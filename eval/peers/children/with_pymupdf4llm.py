"""PyMuPDF4LLM: the document as Markdown, page by page, and the tables in it."""

import json
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parent))


def main() -> None:
    import pymupdf4llm
    from markdown_tables import tables

    if sys.argv[1] == "--check":
        print(json.dumps({"version": str(pymupdf4llm.version)}))
        return
    start = time.perf_counter()
    chunks = pymupdf4llm.to_markdown(sys.argv[1], page_chunks=True, show_progress=False)
    found = [
        {"page": page, "rows": rows}
        for page, chunk in enumerate(chunks, 1)
        for rows in tables(chunk["text"])
    ]
    print()
    print(json.dumps({"seconds": time.perf_counter() - start, "tables": found}))


if __name__ == "__main__":
    main()
