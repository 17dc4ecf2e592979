"""Several documents at once, each in a process of its own pool."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import FrameType
from typing import Any

from schemas.result import Failure
from service.atomic import write_whole
from service.extraction import Extract, Outcome, extract_input, failed
from service.inputs import Input
from service.progress import Silent
from service.result_file import result_bytes

_SPAWN = multiprocessing.get_context("spawn")  # forked children inherit the models' threads
_pages: Any = None  # in a worker process: where it reports its pages


def extract_many(
    documents: Sequence[Input],
    out: Path,
    extract: Extract,
    *,
    csv: bool,
    jobs: int,
    bars: Silent,
) -> Iterator[Outcome]:
    """The outcomes as they come. ``extract`` must be a module's own function.

    A process that dies takes its pool with it: the documents that were not done are then
    read again one by one, so that only the one that kills its process is lost.
    """
    left = list(documents)
    for outcome in _run(tuple(left), out, extract, csv, jobs, bars):
        left.remove(outcome.input)
        yield outcome
    for document in left:
        yield next(_run([document], out, extract, csv, 1, bars), None) or _died(document, out)


def _run(
    documents: Sequence[Input], out: Path, extract: Extract, csv: bool, jobs: int, bars: Silent
) -> Iterator[Outcome]:
    """The outcomes of the documents whose processes lived."""
    # A queue that tells from a thread of its own: a process that dies as it tells of a page keeps
    # the lock for good, and nobody else may wait for it.
    pages = _SPAWN.Queue()
    pages.cancel_join_thread()
    listener = threading.Thread(target=_listen, args=(pages, bars), daemon=True)
    listener.start()
    pool = ProcessPoolExecutor(jobs, _SPAWN, initializer=_start, initargs=(pages,))
    try:
        futures: list[Future[Outcome]] = [
            pool.submit(_extract, document, out, extract, csv) for document in documents
        ]
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                continue
    except BaseException:  # stopped: what is half read is of no use to anyone
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        pages.put(None)
        listener.join(timeout=2)


def _died(document: Input, out: Path) -> Outcome:
    message = f"reading {document.path.name} ended its process: the file may be damaged."
    result = failed(document.path, "engine:crash", message, 0.0)
    path = out / f"{document.stem}.json"
    write_whole(path, result_bytes(result))
    return Outcome(document, result, (path,), Failure(category="engine:crash", message=message))


def _listen(pages: Any, bars: Silent) -> None:
    while (report := pages.get()) is not None:
        bars.page(*report)


def _start(pages: Any) -> None:
    global _pages  # noqa: PLW0603  the one value that a worker process is born with
    _pages = pages
    pages.cancel_join_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children itself
    signal.signal(signal.SIGTERM, _end)  # so that a file half written is taken away


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(143)


def _extract(document: Input, out: Path, extract: Extract, csv: bool) -> Outcome:
    def report(done: int, pages: int) -> None:
        _pages.put((document, done, pages))

    report(0, 0)
    return extract_input(document, out, extract, csv=csv, progress=report)
