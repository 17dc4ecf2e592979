"""One tool on one file, timed in the process that this module is started as.

Prints one line of JSON: see :class:`Timing`. A process of its own gives each tool its own
peak of memory, and no tool finds what another has loaded.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np

Read = Callable[[Path], int]
"""Reads a file and gives back how many pages it read."""

Kind = Literal["text", "scan"]

RASTER_DPI = 200
"""What readers of images are shown: Crossfoot chooses by itself how finely to render a page."""
TESSERACT_DPI = 300
"""What Tesseract is shown: its manual asks for it."""
_CHINESE = "chi_sim"


@dataclass(frozen=True, slots=True)
class Timing:
    """What one run cost.

    ``load_seconds`` is imports and models; ``read_seconds`` the file, from opening it to the
    finished answer, ``cpu_seconds`` what all threads together worked on it (a busy machine
    stretches the former, hardly the latter); ``loaded_mib`` is the peak of resident memory
    before, ``peak_mib`` after.
    """

    tool: str
    pages: int
    load_seconds: float
    read_seconds: float
    cpu_seconds: float
    loaded_mib: float
    peak_mib: float


def load_crossfoot(*, models: bool) -> Read:
    """Crossfoot, whole: pages to checked tables. ``models`` loads the recogniser's now."""
    from worker.extract import extract
    from worker.ocr import PpOcr

    engine = PpOcr()
    if models:
        blank = np.full((64, 256), 255, np.uint8)
        engine.detect(blank)
        engine.glance([blank])
        engine.recognise([blank])
        engine.orientation(blank)
    gc.freeze()  # as the reading process does, see worker.child
    return lambda path: extract(path, engine=engine).document.pages


def _each_raster(path: Path, show: Callable[[Any], object]) -> int:
    """Shows every page as MuPDF draws it, in colour; how many there were."""
    import pymupdf

    with pymupdf.open(path) as document:
        for page in document:
            show(page.get_pixmap(dpi=RASTER_DPI, colorspace=pymupdf.csRGB, alpha=False))
        return len(document)


def load_rapidocr(*, models: bool) -> Read:
    """RapidOCR alone, as it comes: rendered pages to lines of text, no tables, no checks."""
    del models  # it has no other way to read a page
    from rapidocr import RapidOCR

    logging.disable(logging.WARNING)
    ocr = RapidOCR()

    def show(pixels: Any) -> None:
        shape = (pixels.height, pixels.width, 3)
        ocr(np.frombuffer(pixels.samples, np.uint8).reshape(shape)[:, :, ::-1])

    return lambda path: _each_raster(path, show)


def load_faster_paddle(*, models: bool) -> Read:
    """faster-paddle's tiny models: rendered pages to lines of text, no tables, no checks."""
    del models
    from faster_paddle import OcrEngine

    engine = OcrEngine(model_size="tiny", threads=len(os.sched_getaffinity(0)))

    return lambda path: _each_raster(path, lambda pixels: engine.ocr(pixels.tobytes("png")))


def load_pymupdf4llm(*, models: bool) -> Read:
    """PyMuPDF4LLM by its own defaults: pages to Markdown, with tables where it sees some."""
    del models
    import pymupdf4llm

    def read(path: Path) -> int:
        return len(pymupdf4llm.to_markdown(str(path), page_chunks=True, show_progress=False))

    return read


def load_tesseract(*, models: bool) -> Read:
    """Tesseract's program for each page: sparse text, turned pages told, as in eval.peers."""
    del models  # each call of the program loads its own
    os.environ["OMP_THREAD_LIMIT"] = str(len(os.sched_getaffinity(0)))
    command = ["tesseract", "-", "-", "-l", f"{_CHINESE}+eng", "--psm", "12"]

    def read(path: Path) -> int:
        import pymupdf

        with pymupdf.open(path) as document:
            for page in document:
                shown = page.get_pixmap(dpi=TESSERACT_DPI, alpha=False).tobytes("png")
                subprocess.run(command, input=shown, capture_output=True, check=True)
            return len(document)

    return read


def _tesseract() -> str:
    """Its version; an error where the program or its Chinese is not there."""
    program = shutil.which("tesseract")
    if program is None or _CHINESE not in _said(program, "--list-langs").split():
        raise RuntimeError(f"tesseract with {_CHINESE} is not installed")
    return _said(program, "--version").split()[1]


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def load_find_tables(*, models: bool) -> Read:
    """PyMuPDF's own finder of tables, the cells' text taken out of each."""
    del models
    import pymupdf

    def read(path: Path) -> int:
        with pymupdf.open(path) as document:
            for page in document:
                for table in page.find_tables().tables:
                    table.extract()
            return len(document)

    return read


def load_pdfplumber(*, models: bool) -> Read:
    """What ``extract_tables`` of pdfplumber makes of each page."""
    del models
    import pdfplumber

    def read(path: Path) -> int:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                page.extract_tables()
            return len(document.pages)

    return read


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: how it is loaded, what tells its version, and the kinds of pages it is read on."""

    load: Callable[..., Read]
    version: Callable[[], str]
    kinds: tuple[Kind, ...]


def _of(package: str) -> Callable[[], str]:
    return partial(version, package)


TOOLS = {
    "Crossfoot": Tool(load_crossfoot, _of("crossfoot"), ("scan", "text")),
    "RapidOCR": Tool(load_rapidocr, _of("rapidocr"), ("scan",)),
    "faster-paddle tiny": Tool(load_faster_paddle, _of("faster-paddle"), ("scan",)),
    "PyMuPDF4LLM": Tool(load_pymupdf4llm, _of("pymupdf4llm"), ("scan", "text")),
    "Tesseract": Tool(load_tesseract, _tesseract, ("scan",)),
    "PyMuPDF find_tables": Tool(load_find_tables, _of("pymupdf-lite"), ("text",)),
    "pdfplumber": Tool(load_pdfplumber, _of("pdfplumber"), ("text",)),
}


def peak_mib() -> float:
    """The peak so far of the resident memory of this process, or of a program it ran, in MiB."""
    ours, theirs = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = max(ours.ru_maxrss, theirs.ru_maxrss)
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _worked() -> float:
    """CPU seconds of this process so far, and of the programs that it ran to their end."""
    spent = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def measure(tool: str, paths: Callable[[], Iterable[Path]], *, models: bool) -> Timing:
    """What ``tool`` takes to read the files at ``paths``, which are asked for when it is loaded."""
    start = time.perf_counter()
    read = TOOLS[tool].load(models=models)
    loaded_seconds = time.perf_counter() - start
    loaded, loaded_mib, worked = time.perf_counter(), peak_mib(), _worked()
    pages = sum(map(read, paths()))
    done, cpu_seconds = time.perf_counter(), _worked() - worked
    return Timing(tool, pages, loaded_seconds, done - loaded, cpu_seconds, loaded_mib, peak_mib())


def served() -> Iterator[Path]:
    """Paths as they come in, a line each; says "ready", and "done" after each."""
    print("ready", flush=True)
    for line in sys.stdin:
        yield Path(line.rstrip("\n"))
        print("done", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=sorted(TOOLS))
    parser.add_argument("path", type=Path, nargs="?", help="none: print the tool's version")
    parser.add_argument("--models", action="store_true", help="load the recogniser first")
    parser.add_argument("--serve", action="store_true", help="read the paths that come in")
    parser.add_argument("--core", type=int, help="use this core alone")
    args = parser.parse_args()
    if args.path is None and not args.serve:
        print(TOOLS[args.tool].version())
        return
    if args.core is not None:
        os.sched_setaffinity(0, {args.core})
    timing = measure(args.tool, served if args.serve else lambda: [args.path], models=args.models)
    print(json.dumps(dataclasses.asdict(timing)))


if __name__ == "__main__":
    main()
