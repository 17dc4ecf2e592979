"""A run: every document of a suite read and scored, in several processes, resumable."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from eval.peers.reader import Reader
from eval.runs import manifest as log
from eval.runs.documents import Document
from eval.runs.examine import Task, examine
from eval.runs.manifest import Manifest
from eval.runs.pool import BOOTSTRAP_SEED
from eval.runs.record import Record, load, write_whole
from eval.runs.suites import Suite
from schemas.errors import EngineError, UsageError

Done = Callable[[Record, int, int], None]
"""Called with each record, how many documents are done, and how many there are."""

MANIFEST = "run.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. ``fresh`` throws away what an earlier run left in ``folder``."""

    suite: Suite
    reader: Reader
    folder: Path
    jobs: int = 1
    levels: tuple[str, ...] = ()
    limit: int | None = None
    fresh: bool = False


def run(plan: Plan, done: Done) -> list[Record]:
    """All records of the run; documents that an earlier start finished are not read again.

    Raises:
        UsageError: if the folder holds a run of other code, settings or documents.
        EngineError: if a process was killed, for lack of memory most likely.
    """
    _claim(plan)
    kept = {record.name for record in load(plan.folder)}
    tasks = [
        Task(document, plan.reader, plan.folder, plan.suite.outside)
        for document in plan.suite.documents
        if document.name not in kept
    ]
    count = len(plan.suite.documents)
    for number, record in enumerate(_examined(tasks, plan.jobs), count - len(tasks) + 1):
        done(record, number, count)
    return load(plan.folder)


def _examined(tasks: Sequence[Task], jobs: int) -> Iterator[Record]:
    if jobs == 1:
        yield from map(examine, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(examine, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            raise EngineError(
                "a process that read documents was killed, for lack of memory most likely: "
                "start the same command again with fewer --jobs, it goes on where it stopped."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _claim(plan: Plan) -> None:
    """Makes the folder this run's, or finds that it is."""
    made, path = manifest(plan), plan.folder / MANIFEST
    if path.exists() and plan.fresh:
        for part in ("documents", "results", "crops"):
            shutil.rmtree(plan.folder / part, ignore_errors=True)
        path.unlink()
    if path.exists():
        before = read_manifest(plan.folder)
        differing = [key for key, told in made.identity.items() if before.identity[key] != told]
        if differing:
            raise UsageError(
                f"{plan.folder} holds another run (other {', '.join(differing)}): "
                "give another folder with --out, or begin anew with --fresh."
            )
        return
    plan.folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, made.model_dump_json(indent=1).encode())


def manifest(plan: Plan) -> Manifest:
    """The log of the run as it starts."""
    documents: tuple[Document, ...] = plan.suite.documents
    return Manifest(
        suite=plan.suite.name,
        levels=plan.levels,
        limit=plan.limit,
        engine=plan.reader.name,
        engine_settings=dict(plan.reader.settings()),
        outside=plan.suite.outside,
        documents=tuple(document.name for document in documents),
        seeds=log.seeds(documents),
        commit=log.commit(),
        changes=log.changes(),
        prompts=log.prompts(),
        models=log.models(plan.reader.models()),
        packages=log.packages(),
        python=sys.version.split()[0],
        machine=dict(log.machine()),
        command=tuple(sys.argv[1:]),
        jobs=plan.jobs,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        bootstrap_seed=BOOTSTRAP_SEED,
    )


def read_manifest(folder: Path) -> Manifest:
    """The log of the run at ``folder``.

    Raises:
        UsageError: where there is no run.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise UsageError(f"{folder} holds no run: there is no {MANIFEST} in it.") from error
    except ValueError as error:
        raise UsageError(f"{folder / MANIFEST} is not the log of a run.") from error
