"""RapidOCR alone: lines of text and their boxes."""

import json
import logging
import sys
import time
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    logging.disable(logging.WARNING)
    from rapidocr import RapidOCR

    if sys.argv[1] == "--check":
        print(json.dumps({"version": version("rapidocr")}))
        return
    engine, lines = RapidOCR(), []
    pages = sorted(Path(sys.argv[2]).glob("*.png"))
    engine(str(pages[0]))  # loads the models
    start = time.perf_counter()
    for page in pages:
        found = engine(str(page))
        for box, text in zip(
            found.boxes if found.boxes is not None else (), found.txts or (), strict=True
        ):
            xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
            corners = [min(xs), min(ys), max(xs), max(ys)]
            lines.append({"page": int(page.stem), "text": text, "box": corners})
    print(json.dumps({"seconds": time.perf_counter() - start, "lines": lines}))


if __name__ == "__main__":
    main()
