"""How fast two cores read scans: each tool as it is best run, in turns on the same pages.

A tool may use both cores for one page after the other (``together``), or run once on each core,
whichever is free taking the next page (``apart``): the better of the two is its pace. Crossfoot
reads whole documents. Models are loaded before the clock starts. ``alone`` is Crossfoot on one
core, to see what the second one gives.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pymupdf

from eval.bench_report import OURS, Spread
from eval.bench_run import Timing
from eval.runs.documents import Document, prepare

ROOT = Path(__file__).resolve().parent.parent
_PACED = (OURS, "faster-paddle tiny", "RapidOCR", "PyMuPDF4LLM", "Tesseract")
SEEDS = range(300, 312)  # one document of each: not those that the suites begin with


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for a page, both ways, and the peak of one process that reads them.

    Crossfoot has one way: a process on each core, as its commands and its workers read.
    """

    together: float | None
    apart: float
    peak_mib: float

    @property
    def best(self) -> float:
        return self.apart if self.together is None else min(self.together, self.apart)


@dataclass(frozen=True, slots=True)
class Archive:
    """Documents of scans, and their pages as documents of one page each."""

    name: str
    documents: tuple[Path, ...]
    pages: tuple[Path, ...]


def made_documents(level: str, folder: Path) -> tuple[Path, ...]:
    """A few made documents, scanned at ``level``."""
    return tuple(prepare(Document("made", level, seed), folder).path for seed in SEEDS)


def merged(documents: Sequence[Path], path: Path) -> Path:
    """One PDF of all their pages."""
    with pymupdf.open() as whole:
        for source in documents:
            with pymupdf.open(source) as part:
                whole.insert_pdf(part)
        whole.save(path)
    return path


def archive(name: str, documents: Sequence[Path], folder: Path) -> Archive:
    """The documents with their pages apart, written into ``folder``."""
    pages: list[Path] = []
    for source in documents:
        with pymupdf.open(source) as document:
            for number in range(len(document)):
                pages.append(folder / f"{name}-{len(pages)}.pdf")
                with pymupdf.open() as one:
                    one.insert_pdf(document, from_page=number, to_page=number)
                    one.save(pages[-1])
    return Archive(name, tuple(documents), tuple(pages))


class _Started:
    """A tool's process that is ready to read: it is sent paths, and answers each."""

    def __init__(self, tool: str, command: Sequence[str]) -> None:
        self._tool = tool
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._until("ready")

    def read(self, path: str) -> None:
        self._send(path)
        self._until("done")

    def end(self, last: str = "") -> Timing:
        """Sends a last line, if any, and gives what the process says of itself."""
        said, _ = self._process.communicate(f"{last}\n" if last else None)
        lines = said.strip().splitlines()
        if self._process.returncode or not lines:
            raise RuntimeError(f"{self._tool} failed")
        return Timing(**json.loads(lines[-1]))

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _until(self, word: str) -> None:
        assert self._process.stdout is not None
        while (line := self._process.stdout.readline().strip()) != word:
            if not line and self._process.poll() is not None:
                raise RuntimeError(f"{self._tool} ended before it was {word}")


def handed_out(
    tool: str, python: str, pages: Sequence[Path], cores: Sequence[int]
) -> tuple[float, float]:
    """Wall seconds until all are read by a process on each core, and the largest peak in MiB.

    Whichever is free gets the next page. Without ``cores`` there is one process that may use all.

    Raises:
        RuntimeError: if the tool fails.
    """
    pinned: list[list[str]] = [["--core", str(core)] for core in cores] or [[]]
    command = [python, "-m", "eval.bench_run", tool, "--models", "--serve"]
    started = [_Started(tool, [*command, *pin]) for pin in pinned]
    left: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for page in pages:
        left.put(page)

    def feed(one: _Started) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                one.read(str(left.get_nowait()))

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(started)) as pool:
        list(pool.map(feed, started))
    seconds = time.perf_counter() - begun
    return seconds, max(one.end().peak_mib for one in started)


def ours(documents: Sequence[Path], cores: Sequence[int]) -> Timing:
    """Crossfoot, a reading process for each of the ``cores``.

    Raises:
        RuntimeError: if it fails.
    """
    command = [sys.executable, "-m", "eval.bench_readers", "--readers", str(len(cores))]
    pin = ["--core", str(cores[0])] if len(cores) == 1 else []
    # Twice: the others end with a page, Crossfoot with a document, for which one core may wait.
    return _Started(OURS, [*command, *pin, *map(str, [*documents, *documents])]).end("go")


def measured(tool: str, python: str, held: Archive) -> Pace:
    """One round of a tool."""
    cores, pages = sorted(os.sched_getaffinity(0))[:2], len(held.pages)
    if tool == OURS:
        timing = ours(held.documents, cores)
        return Pace(None, timing.read_seconds / timing.pages, timing.peak_mib)
    whole, peak = handed_out(tool, python, held.pages, [])
    apart, _ = handed_out(tool, python, held.pages, cores) if len(cores) > 1 else (whole, 0.0)
    return Pace(whole / pages, apart / pages, peak)


def paces(
    archives: Sequence[Archive], able: Mapping[str, str], rounds: int
) -> list[dict[str, Any]]:
    """For each archive every tool's pace, in turns, ratios within each round."""
    rows = []
    for held in archives:
        runs: dict[str, list[Pace]] = {tool: [] for tool in _PACED if tool in able}
        alone = []
        for _ in range(rounds):
            for tool, found in runs.items():
                found.append(measured(tool, able[tool], held))
            timing = ours(held.documents, [min(os.sched_getaffinity(0))])
            alone.append(timing.read_seconds / timing.pages)
        rows.append(paced(held.name, len(held.pages), runs, alone))
    return rows


def paced(
    name: str, pages: int, runs: Mapping[str, Sequence[Pace]], alone: Sequence[float]
) -> dict[str, Any]:
    """A PDF's figures: ``runs`` of each tool round by round, ``alone`` ours on one core."""
    own = runs[OURS]
    times = {
        tool: [p.best / o.best for p, o in zip(found, own, strict=True)]
        for tool, found in runs.items()
    }
    return {
        "pages_of": name,
        "pages": pages,
        "rounds": {tool: [asdict(p) for p in found] for tool, found in runs.items()},
        "seconds": {t: asdict(Spread.of([p.best for p in f])) for t, f in runs.items()},
        "times": {tool: asdict(Spread.of(found)) for tool, found in times.items()},
        "second_core": asdict(Spread.of([a / o.apart for a, o in zip(alone, own, strict=True)])),
        "peak_mib": {tool: max(p.peak_mib for p in found) for tool, found in runs.items()},
    }


def first_page(path: Path) -> dict[str, float]:
    """Seconds from nothing: of a new process to its first page, and of ``crossfoot --help``."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "eval.bench_run", OURS, str(path)], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    first = time.perf_counter() - begun
    helps = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "service.cli", "--help"], cwd=ROOT, check=True,
            capture_output=True,
        )  # fmt: skip
        helps.append(time.perf_counter() - begun)
    return {"first_page": first, "help": sorted(helps)[2]}
