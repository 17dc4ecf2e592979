"""Other tools as readers: each runs in a process of its own, with a Python of its own.

Tools that read documents can't always share an environment (two of them bring the same
package in different builds), so a tool may live in another virtual environment: the
variable CROSSFOOT_PEERS_PYTHON names its Python. The child scripts need nothing of
Crossfoot. A tool that is not installed is told so, and never scored as zero.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2

from eval.peers.grids import result_of
from eval.peers.reader import Read
from eval.scores.case import Line
from schemas.errors import EngineError
from schemas.geometry import Box
from worker.pdf import open_document

PYTHON_VARIABLE = "CROSSFOOT_PEERS_PYTHON"
_CHILDREN = Path(__file__).parent / "children"
_PATIENCE = 1800
_GLANCE = 120


@dataclass(frozen=True, slots=True)
class Outsider:
    """A tool behind a child script.

    ``options`` are given to the script as ``key=value``; ``dpi`` is the resolution of the
    page images that it is shown beside the document itself. ``tables`` says whether it
    gives tables or lines only. ``fairness`` says why it is run so.
    """

    name: str
    script: str
    dpi: int
    tables: bool
    fairness: str
    options: tuple[tuple[str, str], ...] = ()
    threads: int = 1

    def missing(self) -> str | None:
        told = self._check()
        return None if told.get("version") else str(told.get("why") or "it did not start")

    def settings(self) -> Mapping[str, str]:
        told = self._check()
        version = str(told.get("version", "not installed"))
        options = " ".join(f"{key}={value}" for key, value in self.options)
        return {"version": version, "options": options or "none", "dpi": str(self.dpi),
                "threads": str(self.threads), "chosen": self.fairness}  # fmt: skip

    def models(self) -> Path | None:
        return None

    def read(self, path: Path) -> Read:
        with TemporaryDirectory(prefix="crossfoot-peer-") as temporary:
            folder = Path(temporary)
            pages = _draw(path, folder, self.dpi)
            told = _run(self, [str(path.resolve()), str(folder), *self._arguments()], _PATIENCE)
        scale = 72 / self.dpi
        lines = tuple(_line(line, scale) for line in told.get("lines", ()))
        tables = [(table["page"], table["rows"]) for table in told.get("tables", ())]
        result = result_of(path, pages, tables, self.name, told) if self.tables else None
        seconds = float(told["seconds"])
        return Read(result, lines, pages, seconds, boxes=not self.tables, sure=False)

    def _arguments(self) -> list[str]:
        return [f"{key}={value}" for key, value in self.options]

    def _check(self) -> dict[str, Any]:
        return _checked(self.script, self._python(), tuple(self._arguments()))

    def _python(self) -> str:
        return os.environ.get(PYTHON_VARIABLE) or sys.executable


@lru_cache
def _checked(script: str, python: str, arguments: Sequence[str]) -> dict[str, Any]:
    """What the script says of itself: ``version``, or ``why`` it can't run."""
    try:
        done = subprocess.run(
            [python, "-P", str(_CHILDREN / script), "--check", *arguments],
            capture_output=True, text=True, timeout=_GLANCE, check=False,
        )  # fmt: skip
        return _last_line(done.stdout) or {"why": "".join(done.stderr.strip().splitlines()[-1:])}
    except (OSError, subprocess.SubprocessError) as error:
        return {"why": str(error)}


def _run(outsider: Outsider, arguments: Sequence[str], patience: int) -> dict[str, Any]:
    """What the script found in a document.

    Raises:
        EngineError: if it failed or took too long.
    """
    threads = str(outsider.threads)
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "OMP_THREAD_LIMIT": threads}
    python = os.environ.get(PYTHON_VARIABLE) or sys.executable
    command = [python, "-P", str(_CHILDREN / outsider.script), *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience, check=False, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{outsider.name} took more than {patience} seconds") from error
    told = _last_line(done.stdout)
    if done.returncode or not told:
        raise EngineError(f"{outsider.name} failed: {done.stderr.strip()[-300:]}")
    return told


def _last_line(output: str) -> dict[str, Any]:
    """The script's answer: the last line of what it wrote, after whatever the tool wrote."""
    lines = output.strip().splitlines()
    try:
        answer = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _draw(path: Path, folder: Path, dpi: int) -> int:
    """Every page as ``0001.png`` and so on in ``folder``; how many there are."""
    with open_document(path) as document:
        for index in range(document.page_count):
            pixels = document.render(index, dpi)
            cv2.imwrite(str(folder / f"{index + 1:04d}.png"), pixels[:, :, ::-1])
        return document.page_count


def _line(told: dict[str, Any], scale: float) -> Line:
    """A line of the answer, its box in pixels of the image made points of the page."""
    x0, y0, x1, y1 = (float(edge) * scale for edge in told["box"])
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return Line(int(told["page"]), str(told["text"]), box)


def outsiders(threads: int = 1) -> tuple[Outsider, ...]:
    """The tools that Crossfoot is measured beside, each as its documentation advises."""
    paddle = "the default that its README shows; boxes come back in the image's own space"
    return (
        Outsider(
            "rapidocr", "with_rapidocr.py", 200, tables=False, threads=threads,
            fairness="as it comes: PP-OCRv6 small, with its own classifier of turned lines",
        ),
        Outsider(
            "faster-paddle-tiny", "with_faster_paddle.py", 200, tables=False,
            options=(("size", "tiny"),), fairness=paddle, threads=threads,
        ),
        Outsider(
            "faster-paddle-small", "with_faster_paddle.py", 200, tables=False,
            options=(("size", "small"),), fairness=paddle, threads=threads,
        ),
        Outsider(
            "tesseract", "with_tesseract.py", 300, tables=False, threads=threads,
            options=(("languages", "chi_sim+eng"), ("psm", "12")),
            fairness="300 dpi as its manual asks for; sparse text with detection of turned pages "
            "(psm 12), near to what img2table sets for tables",
        ),
        Outsider(
            "pymupdf4llm", "with_pymupdf4llm.py", 200, tables=True, threads=threads,
            fairness="to_markdown by page with its own defaults, tables taken from the Markdown",
        ),
        Outsider(
            "img2table", "with_img2table.py", 200, tables=True, threads=threads,
            options=(("ocr", "rapidocr"),),
            fairness="PDF with rotation detection for scans, implicit rows, borderless tables "
            "on, RapidOCR as its reader of Chinese",
        ),
        Outsider(
            "model", "with_model.py", 150, tables=True, threads=threads,
            fairness="one request for each page, the page as an image, temperature 0",
        ),
    )  # fmt: skip
