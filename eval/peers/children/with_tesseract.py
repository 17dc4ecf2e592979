"""Tesseract's own program: lines of text and their boxes; ``languages`` and ``psm``."""

import csv
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    checking = sys.argv[1] == "--check"
    options = dict(argument.split("=", 1) for argument in sys.argv[2 if checking else 3 :])
    if checking:
        print(json.dumps(_check(options["languages"].split("+"))))
        return
    start, lines = time.perf_counter(), []
    for page in sorted(Path(sys.argv[2]).glob("*.png")):
        lines += _read(page, options)
    print(json.dumps({"seconds": time.perf_counter() - start, "lines": lines}))


def _check(languages: list[str]) -> dict[str, str]:
    if shutil.which("tesseract") is None:
        return {"why": "the program tesseract is not installed"}
    held = _output("tesseract", "--list-langs").split()
    lacking = [language for language in languages if language not in held]
    if lacking:
        return {"why": f"tesseract lacks the language {', '.join(lacking)}"}
    return {"version": _output("tesseract", "--version").splitlines()[0]}


def _read(page: Path, options: dict[str, str]) -> list[dict[str, object]]:
    """The page's lines: words that Tesseract puts on one line, joined."""
    table = _output(
        "tesseract", str(page), "-", "-l", options["languages"], "--psm", options["psm"], "tsv"
    )
    words: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            key = (row["block_num"], row["par_num"], row["line_num"])
            words.setdefault(key, []).append(row)
    return [_line(int(page.stem), line) for line in words.values()]


def _line(page: int, words: list[dict[str, str]]) -> dict[str, object]:
    lefts, tops = [int(w["left"]) for w in words], [int(w["top"]) for w in words]
    rights = [int(w["left"]) + int(w["width"]) for w in words]
    bottoms = [int(w["top"]) + int(w["height"]) for w in words]
    box = [min(lefts), min(tops), max(rights), max(bottoms)]
    return {"page": page, "text": " ".join(w["text"] for w in words), "box": box}


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
