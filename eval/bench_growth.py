"""How cost grows: with the pages of a document, the rows of a table, the documents of an archive.

    python -m eval.bench_growth [--out out/growth.json] [--scans 1 10 100 …] [--documents 10 100 …]

Each step is measured once, in a process of its own; the exponent is that of the straight line
through the logarithms (1.0: twice as much costs twice as much), from the second step on, since
the first is mostly the start.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymupdf

from eval.bench_pace import made_documents, merged
from eval.decoding.reader import QUALITIES
from eval.decoding.trials import timed
from eval.report.html import tag
from eval.report.plots import Axis, Mark, Series, plot
from eval.runs.documents import Document, prepare

ROOT = Path(__file__).resolve().parent.parent
PAGES = (1, 10, 100, 1000)
SCANS = (1, 10, 100, 1000)
ROWS = (10, 80, 350, 1000, 5000)

Steps = list[tuple[int, float]]
"""How many of what, and the seconds that they took."""


def exponent(steps: Steps) -> float:
    """The power of the number with which seconds grow, by least squares on logarithms."""
    points = [(math.log(n), math.log(max(s, 1e-6))) for n, s in steps[1:]]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    spread = sum((a - x) ** 2 for a, _ in points)
    return sum((a - x) * (b - y) for a, b in points) / spread if spread else 0.0


def of_pages(source: Path, counts: Sequence[int], folder: Path) -> Iterator[tuple[int, float, int]]:
    """Pages, seconds and peak MiB of documents that repeat the pages of ``source``."""
    with pymupdf.open(source) as pages:
        for count in counts:
            path = folder / f"{source.stem}-{count}.pdf"
            with pymupdf.open() as whole:
                while len(whole) < count:
                    last = min(len(pages), count - len(whole)) - 1
                    whole.insert_pdf(pages, from_page=0, to_page=last)
                whole.save(path)
            yield count, *_child("read", path)


def of_documents(counts: Sequence[int], folder: Path) -> Iterator[tuple[int, float]]:
    """Documents and seconds of ``crossfoot batch`` over small documents, all different."""
    made = prepare(Document("made", "text", 300), folder).path.read_bytes()
    for count in counts:
        archive = folder / f"archive-{count}"
        archive.mkdir()
        for n in range(count):
            (archive / f"{n:05d}.pdf").write_bytes(made + b"\n%% %d\n" % n)
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "service.cli", "batch", str(archive), "--out",
             str(folder / f"results-{count}")],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        yield count, time.perf_counter() - begun


def flat(source: Path, scan: Path, documents: int) -> tuple[int, int]:
    """Resident MiB of one process after a tenth of many documents, and after all of them."""
    early, late = _child("many", source, scan, str(documents))
    return int(early), int(late)


def _child(*arguments: object) -> tuple[float, int]:
    done = subprocess.run(
        [sys.executable, "-m", "eval.bench_growth", "--child", *map(str, arguments)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, mib = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), int(mib)


def _read(path: Path) -> tuple[float, int]:
    from worker.extract import extract

    begun = time.process_time()
    extract(path)
    return time.process_time() - begun, _peak()


def _many(source: Path, scan: Path, documents: int) -> tuple[float, int]:
    """The resident memory after a tenth and at the end; every fiftieth document is a scan."""
    from worker.extract import extract

    early = 0
    for n in range(documents):
        extract(scan if n % 50 == 0 else source)
        if n + 1 == documents // 10:
            early = _resident()
    return float(early), _resident()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _resident() -> int:
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(told.partition("VmRSS:")[2].split()[0]) // 1024


def picture(found: dict[str, Steps]) -> str:
    """The growth as one SVG with both axes logarithmic."""
    marks = {
        name: tuple(Mark(math.log10(n), math.log10(max(s, 1e-3))) for n, s in steps)
        for name, steps in found.items()
    }
    x = Axis("how many", 0.0, 4.0, tuple((n, f"{10**n:,}") for n in range(5)))
    y = Axis("", -3.0, 4.0, tuple((n, f"{10.0**n:g} s") for n in range(-3, 5)))
    series = [
        Series(f"{name} (exponent {exponent(found[name]):.2f})", m) for name, m in marks.items()
    ]
    return str(tag("div", plot("Seconds for so many", x, y, series)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", nargs="+", help="one step, in this process")
    parser.add_argument("--scans", type=int, nargs="*", default=SCANS, help="pages of scans")
    parser.add_argument("--documents", type=int, nargs="*", default=[10, 100, 1000, 10_000])
    parser.add_argument("--many", type=int, default=1000, help="documents of one process")
    parser.add_argument("--long", type=int, default=140, help="pages of a long scan")
    parser.add_argument("--out", type=Path, default=Path("out/growth.json"))
    args = parser.parse_args()
    if args.child:
        name, *rest = args.child
        print(json.dumps(_read(Path(rest[0])) if name == "read" else _many(
            Path(rest[0]), Path(rest[1]), int(rest[2]))))  # fmt: skip
        return
    report: dict[str, Any] = {"steps": {}}

    def told(name: str, steps: Sequence[tuple[float, ...]]) -> None:
        report["steps"][name] = [(int(s[0]), float(s[1])) for s in steps]
        print(name, [(int(s[0]), *(round(v, 3) for v in s[1:])) for s in steps], flush=True)

    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        text = prepare(Document("made", "text", 300), folder).path
        scan = merged(made_documents("office", folder), folder / "made-office.pdf")
        told("pages with a text layer", list(of_pages(text, PAGES, folder)))
        told("scanned pages", list(of_pages(scan, args.scans, folder)))
        for quality in QUALITIES[:2]:
            told(f"rows of a table, {quality.name}", [(r, s) for r, s, _ in timed(ROWS, quality)])
        told("documents of an archive", list(of_documents(args.documents, folder)))
        long = list(of_pages(scan, [args.long], folder))
        report["long"] = long
        print("a long scan", long, flush=True)
        one = prepare(Document("made", "office", 300), folder).path
        report["flat"] = flat(text, one, args.many)
        print("resident MiB after a tenth and all of many", report["flat"], flush=True)
    report["exponents"] = {name: exponent(steps) for name, steps in report["steps"].items()}
    print(report["exponents"])
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report, indent=1), encoding="utf-8")
    args.out.with_suffix(".html").write_text(picture(report["steps"]), encoding="utf-8")


if __name__ == "__main__":
    main()
