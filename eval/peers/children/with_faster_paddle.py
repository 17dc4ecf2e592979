"""faster-paddle: lines of text and their boxes; ``size=tiny`` or ``size=small``."""

import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any


def main() -> None:
    from faster_paddle import OcrEngine

    if sys.argv[1] == "--check":
        print(json.dumps({"version": version("faster-paddle")}))
        return
    options = dict(argument.split("=", 1) for argument in sys.argv[3:])
    threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    engine, lines = OcrEngine(model_size=options.get("size", "tiny"), threads=threads), []
    pages = sorted(Path(sys.argv[2]).glob("*.png"))
    engine.ocr(pages[0].read_bytes())  # warms the sessions
    start = time.perf_counter()
    for page in pages:
        for bound in engine.ocr(page.read_bytes())["bounds"].values():
            box = [*_point(bound["topLeftCoord"]), *_point(bound["bottomRightCoord"])]
            lines.append({"page": int(page.stem), "text": bound["text"], "box": box})
    print(json.dumps({"seconds": time.perf_counter() - start, "lines": lines}))


def _point(told: Any) -> list[float]:
    return [told["x"], told["y"]] if isinstance(told, dict) else list(told)


if __name__ == "__main__":
    main()
