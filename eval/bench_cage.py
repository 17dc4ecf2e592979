"""What the cage costs: the same documents read in this process and in a warm cage, in turns.

    python -m eval.bench_cage [FILE ...] [--repeats 5] [--out FILE]

Processor seconds are those of this process and of the cage's child together; the pages and the
result pass a pipe as the service has them pass it. On a machine that has other work, compare
processor seconds, not the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from schemas.result import Result
from service.cage import Cage, Limits
from service.caged import read_caged
from service.settings import MIB, Settings
from worker.extract import extract

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the clock, and of the processor in all processes that took part."""

    clock: float
    processor: float


def spent(read: Callable[[], Result]) -> Spent:
    """What reading a document takes.

    Raises:
        RuntimeError: if it could not be read.
    """
    began, worked = time.perf_counter(), _processor()
    result = read()
    took = Spent(time.perf_counter() - began, _processor() - worked)
    if result.status == "failed":
        raise RuntimeError(f"{result.document.name} can't be read: {result.error}")
    return took


def _processor() -> float:
    """Processor seconds of this process and of its children, those that live included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time() + ended.ru_utime + ended.ru_stime
    return own + sum(map(_of_child, _children())) / os.sysconf("SC_CLK_TCK")


def _children() -> list[str]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [pid for task in tasks for pid in task.read_text().split()]


def _of_child(pid: str) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def measure(path: Path, repeats: int, cage: Cage, settings: Settings) -> dict[str, Any]:
    """The document's seconds either way; the first reading of each kind only warms up."""
    name, sha = path.name, sha256(path.read_bytes()).hexdigest()
    ways: dict[str, Callable[[], Result]] = {
        "open": lambda: extract(path),
        "caged": lambda: read_caged(path, name, sha, cage, settings, lambda *_: None),
    }
    taken: dict[str, list[Spent]] = {way: [] for way in ways}
    for turn in range(repeats + 1):
        for way, read in ways.items():
            once = spent(read)
            if turn:
                taken[way].append(once)
    return {
        "document": name,
        **{way: median(one.processor for one in times) for way, times in taken.items()},
        "processor": _more(
            [t.processor for t in taken["caged"]], [t.processor for t in taken["open"]]
        ),
        "clock": _more([t.clock for t in taken["caged"]], [t.clock for t in taken["open"]]),
    }


def _more(caged: Sequence[float], plain: Sequence[float]) -> float:
    """How much more the cage takes, as a part of what it takes without."""
    return round(median(caged) / median(plain) - 1, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("documents", nargs="*", type=Path, help="PDFs (default: the examples)")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    settings = Settings()
    cage = Cage(Limits(settings.reader_memory_mib * MIB, settings.reader_requests))
    try:
        rows = [
            measure(path, told.repeats, cage, settings)
            for path in told.documents or sorted(EXAMPLES.glob("*.pdf"))
        ]
    finally:
        cage.close()
    whole = sum(row["caged"] for row in rows) / sum(row["open"] for row in rows) - 1
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    print(f"the cage takes {whole:+.1%} of the processor")
    if told.out:
        told.out.parent.mkdir(parents=True, exist_ok=True)
        told.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
