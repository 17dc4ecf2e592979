"""Crossfoot reading documents as ``crossfoot batch`` does, in processes that share them.

    python -m eval.bench_readers --readers 2 a.pdf b.pdf

Says "ready" when every process has read the first document, and begins when a line comes in.
Prints one line of JSON: see :class:`eval.bench_run.Timing`; its peak is that of the largest
process. No file is written.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from eval.bench_run import Timing
from service.caged import read_caged
from service.cages import Cages
from service.settings import Settings


def read_all(paths: Sequence[Path], settings: Settings, cages: Cages, readers: int) -> int:
    """Reads every document; how many pages they have.

    Raises:
        RuntimeError: if one can't be read.
    """

    def pages(path: Path) -> int:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        with cages.one() as cage:
            result = read_caged(
                path, path.name, sha256, cage, settings, lambda *_: None, others=cages
            )
        if result.error is not None:
            raise RuntimeError(f"{path.name}: {result.error.message}")
        return result.document.pages

    with ThreadPoolExecutor(readers) as pool:
        return sum(pool.map(pages, paths))


def measure(paths: Sequence[Path], readers: int) -> Timing:
    """What so many reading processes take for the documents, on all cores of this process."""
    settings, begun = Settings(), time.perf_counter()
    cages = Cages(settings, readers, due=readers + len(paths))
    try:
        read_all([paths[0]] * readers, settings, cages, readers)
        loaded = time.perf_counter()
        print("ready", flush=True)
        sys.stdin.readline()
        started = time.perf_counter()
        pages = read_all(paths, settings, cages, readers)
        seconds = time.perf_counter() - started
    finally:
        cages.close()
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = spent.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Timing(
        "Crossfoot", pages, loaded - begun, seconds, spent.ru_utime + spent.ru_stime, 0.0, peak
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--readers", type=int, required=True)
    parser.add_argument("--core", type=int, help="use this core alone")
    args = parser.parse_args()
    if args.core is not None:
        os.sched_setaffinity(0, {args.core})
    print(json.dumps(dataclasses.asdict(measure(args.paths, args.readers))))


if __name__ == "__main__":
    main()
