"""How fast two cores read scans: each tool as it is best run, in turns on the same pages.

A tool may use both cores for one page after the other (``together``), or run once on each core
with half of the pages (``apart``): the better of the two is its pace. Models are loaded before
the clock starts. ``alone`` is Crossfoot on one core, to see what the second one gives.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pymupdf

from eval.bench_report import OURS, Spread
from eval.bench_run import Timing
from eval.runs.documents import Document, prepare

ROOT = Path(__file__).resolve().parent.parent
_PACED = (OURS, "faster-paddle tiny", "RapidOCR", "PyMuPDF4LLM")
_SEEDS = range(300, 306)  # one document of each: not those that the suites begin with


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for a page, both ways, and the peak of one process that reads them all."""

    together: float
    apart: float
    peak_mib: float

    @property
    def best(self) -> float:
        return min(self.together, self.apart)


def made_pages(level: str, folder: Path) -> Path:
    """One PDF of a few made documents, scanned at ``level``."""
    path = folder / f"made-{level}.pdf"
    with pymupdf.open() as whole:
        for seed in _SEEDS:
            made = prepare(Document("made", level, seed), folder)
            with pymupdf.open(made.path) as part:
                whole.insert_pdf(part)
        whole.save(path)
    return path


def halves(path: Path, folder: Path) -> tuple[Path, Path]:
    """Every other page, and the rest."""
    found = []
    for k in range(2):
        with pymupdf.open(path) as document:
            document.select(range(k, len(document), 2))
            found.append(folder / f"{path.stem}-half{k}.pdf")
            document.save(found[-1])
    return found[0], found[1]


def read_at_once(
    tool: str, python: str, paths: Sequence[Path], cores: Sequence[int]
) -> tuple[float, list[Timing]]:
    """Wall seconds until all are read, each by a process on a core of its own; and what each says.

    Without ``cores`` there is one process, which may use all.

    Raises:
        RuntimeError: if the tool fails.
    """
    pinned: list[list[str]] = [["--core", str(core)] for core in cores] or [[]]
    started = [
        subprocess.Popen(
            [python, "-m", "eval.bench_run", tool, str(path), "--models", "--wait", *pin],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )
        for path, pin in zip(paths, pinned, strict=True)
    ]  # fmt: skip
    for process in started:
        while _line(process, tool) != "ready":
            pass  # what the tool itself prints
    begun = time.perf_counter()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    last = [_last(process, tool) for process in started]
    return time.perf_counter() - begun, last


def _line(process: subprocess.Popen[str], tool: str) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{tool} ended before it was ready")
    return line.strip()


def _last(process: subprocess.Popen[str], tool: str) -> Timing:
    said, _ = process.communicate()
    lines = said.strip().splitlines()
    if process.returncode or not lines:
        raise RuntimeError(f"{tool} failed")
    return Timing(**json.loads(lines[-1]))


def measured(tool: str, python: str, path: Path, parts: Sequence[Path]) -> Pace:
    """One round of a tool."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    whole, (one,) = read_at_once(tool, python, [path], [])
    apart, _ = read_at_once(tool, python, parts, cores) if len(cores) > 1 else (whole, [])
    return Pace(whole / one.pages, apart / one.pages, one.peak_mib)


def paces(paths: Sequence[Path], able: Mapping[str, str], rounds: int) -> list[dict[str, Any]]:
    """For each PDF of scans every tool's pace, in turns, ratios within each round."""
    rows = []
    for path in paths:
        parts = halves(path, path.parent)
        with pymupdf.open(path) as document:
            pages = len(document)
        runs: dict[str, list[Pace]] = {tool: [] for tool in _PACED if tool in able}
        alone = []
        for _ in range(rounds):
            for tool, found in runs.items():
                found.append(measured(tool, able[tool], path, parts))
            core = min(os.sched_getaffinity(0))
            seconds, _ = read_at_once(OURS, able[OURS], [path], [core])
            alone.append(seconds / pages)
        rows.append(paced(path.stem, pages, runs, alone))
    return rows


def paced(
    name: str, pages: int, runs: Mapping[str, Sequence[Pace]], alone: Sequence[float]
) -> dict[str, Any]:
    """A PDF's figures: ``runs`` of each tool round by round, ``alone`` ours on one core."""
    ours = runs[OURS]
    times = {
        tool: [p.best / o.best for p, o in zip(found, ours, strict=True)]
        for tool, found in runs.items()
    }
    return {
        "pages_of": name,
        "pages": pages,
        "rounds": {tool: [asdict(p) for p in found] for tool, found in runs.items()},
        "seconds": {t: asdict(Spread.of([p.best for p in f])) for t, f in runs.items()},
        "times": {tool: asdict(Spread.of(found)) for tool, found in times.items()},
        "second_core": asdict(Spread.of([a / o.apart for a, o in zip(alone, ours, strict=True)])),
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
