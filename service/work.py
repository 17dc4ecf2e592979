"""A worker's shift: claim the most urgent step, do it, commit it, until nothing is due."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from schemas.run_settings import RunSettings
from service.blobs.port import BlobMissing, BlobRotten, BlobStore, BlobTrouble
from service.cage import Cage, CageError, OutOfTime, Refused
from service.caged_desk import CagedDesk, asked_about
from service.model import Consultant
from service.model_books import batch_of
from service.settings import Settings
from service.store.results import finding
from service.store.steps import (
    Claim,
    Committed,
    Fenced,
    Kept,
    Taker,
    Trouble,
    claim,
    commit_opened,
    commit_page,
    commit_result,
    expire,
    give_back,
    pages_of,
    running_steps,
)
from service.store.store import Store
from worker.llm.consult import Consultation

_log = logging.getLogger(__name__)

_PAUSE = 2.0  # seconds before another try of a step that failed
_LOST_PAGE_SECONDS = 30.0

Ring = Callable[[int], None]
"""Called with the number of steps that now wait for others."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a worker works with.

    ``consultant`` asks a language model, None where none is to be asked. ``name`` tells it
    from all others, ``closing`` whether it is to stop after the step at hand.
    """

    name: str
    store: Store
    blobs: BlobStore
    cage: Cage
    settings: Settings
    ring: Ring
    closing: Callable[[], bool] = lambda: False
    consultant: Consultant | None = None

    @property
    def taker(self) -> Taker:
        return Taker(self.name, self.settings.lease_seconds)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A step at hand, and whether its worker wants another when it is done."""

    bench: Bench
    held: Claim
    more: Callable[[], bool]

    @property
    def taker(self) -> Taker | None:
        return self.bench.taker if self.more() else None


def shift(
    bench: Bench,
    clock: Callable[[], float] = time.monotonic,
    alive: Callable[[], None] = lambda: None,
) -> int:
    """Does steps until none is due or the shift is over; how many were done.

    ``alive`` is called after each.
    """
    end, done = clock() + bench.settings.shift_seconds, 0

    def more() -> bool:
        return not bench.closing() and clock() < end

    while more():
        _take_back_own(bench)
        held = claim(bench.store, bench.taker)
        if held is None:
            return done
        while held is not None:
            held = do_step(_Turn(bench, held, more))
            done += 1
            alive()
    bench.ring(1)
    return done


def _take_back_own(bench: Bench) -> None:
    """Frees what this worker once claimed and could not commit: now it does nothing else."""
    for step in running_steps(bench.store):
        if step.worker == bench.name:
            cause = "what came of it could not be written"
            expire(bench.store, step, cause, bench.settings.attempts)


def do_step(turn: _Turn) -> Claim | None:
    """Does the step and commits what came of it, a failure too.

    The step that comes next, claimed by that commit; None where nothing is due, no more is
    wanted, or the commit claimed none because it was of a failure.
    """
    bench, held, started = turn.bench, turn.held, time.perf_counter()
    try:
        match held.kind:
            case "open":
                committed = _open(turn, started)
            case "page":
                committed = _page(turn, started)
            case _:
                committed = _assemble(turn, started)
    except Fenced:
        _said("late", held, started)
        return None
    except (Refused, CageError, BlobTrouble) as error:
        _give_back(bench, held, _trouble(error, held), started)
        return None
    except SQLAlchemyError:
        _log.exception("the step can't be committed", extra={"document": held.document})
        return None  # taken back before the next claim
    except Exception as error:  # noqa: BLE001  one step must not end the worker
        _log.exception("the step failed", extra={"document": held.document})
        said = f"Crossfoot failed on it ({type(error).__name__}): please report it."
        _give_back(bench, held, Trouble("internal", said, again=True), started)
        return None
    _said("done", held, started)
    return committed.next


def _give_back(bench: Bench, held: Claim, trouble: Trouble, started: float) -> None:
    _said(trouble.category, held, started, logging.WARNING)
    with suppress(Fenced):
        give_back(bench.store, held, trouble, bench.settings.attempts, _PAUSE)


def _open(turn: _Turn, started: float) -> Committed:
    bench, held = turn.bench, turn.held
    with bench.blobs.local(held.sha256) as path:
        request = {"do": "open", "path": str(path), "most": bench.settings.pages}
        request["limits"] = bench.settings.page_limits
        answer = bench.cage.ask(request, seconds=bench.settings.page_seconds)
    pages, seconds = int(answer.said["pages"]), time.perf_counter() - started
    committed = commit_opened(bench.store, held, pages, seconds, turn.taker)
    bench.ring(min(committed.waiting - 1, 64))  # this worker goes on with one of them
    return committed


def _page(turn: _Turn, started: float) -> Committed:
    bench, held = turn.bench, turn.held
    try:
        with bench.blobs.local(held.sha256) as path:
            request = {"do": "page", "path": str(path), "number": held.number}
            request |= {"settings": held.settings, "limits": bench.settings.page_limits}
            answer = bench.cage.ask(request, seconds=bench.settings.page_seconds)
        content = answer.parts[0]
    except (CageError, Refused) as error:
        if not _last_look(error, held, bench.settings):
            raise
        content = _lost(bench, held, error)
    kept = Kept(bench.blobs.put(content), len(content))
    seconds = time.perf_counter() - started
    return commit_page(bench.store, held, kept, seconds, turn.taker)


def _last_look(error: CageError | Refused, held: Claim, settings: Settings) -> bool:
    """Whether this page has had its chances: a crash may be chance, a hang will hang again.

    All tries of a step count for a crash, since some may have ended with their worker.
    """
    if isinstance(error, OutOfTime) or not _trouble(error, held).again:
        return True
    return held.attempt >= settings.attempts


def _lost(bench: Bench, held: Claim, error: CageError | Refused) -> bytes:
    """The page as lost: the others are still worth reading, and a person looks at this one."""
    why = f"{error.category}: {error.message.rstrip('.')}"
    request = {"do": "lost", "number": held.number, "why": why}
    return bench.cage.ask(request, seconds=_LOST_PAGE_SECONDS).parts[0]


def _assemble(turn: _Turn, started: float) -> Committed:
    bench, held = turn.bench, turn.held
    pages = [bench.blobs.get(name) for name in pages_of(bench.store, held)]
    seconds = bench.settings.assemble_seconds
    with bench.blobs.local(held.sha256) as path:
        desk = CagedDesk(
            bench.cage,
            path,
            pages,
            held.name,
            held.sha256,
            seconds,
            held.settings,
            bench.settings.page_limits,
        )
        result = asked_about(desk, _consultation(bench, held))
    seconds = time.perf_counter() - started
    usage = result.usage.model_copy(update={"seconds": round(seconds, 3)})
    result = result.model_copy(update={"usage": usage})
    content = result.model_dump_json().encode()
    kept = Kept(bench.blobs.put(content), len(content))
    return commit_result(bench.store, held, kept, finding(result), seconds, turn.taker)


def _consultation(bench: Bench, held: Claim) -> Consultation | None:
    if bench.consultant is None:
        return None
    told = RunSettings.model_validate(held.settings)
    batch = batch_of(bench.store, held.document)
    # Half of the step's time is left for putting together what the model says.
    seconds = bench.settings.assemble_seconds / 2
    return bench.consultant.about(held.sha256, batch=batch, told=told, seconds=seconds)


def _trouble(error: Refused | CageError | BlobTrouble, held: Claim) -> Trouble:
    """The trouble in words: whoever reads them knows the file by its name, not by its hash."""
    said = _sentence(error.message.replace(held.sha256, held.name))
    match error:
        case Refused():
            return Trouble(error.category, said, error.again)
        case OutOfTime() | BlobMissing() | BlobRotten():
            return Trouble(error.category, said, again=False)
        case _:
            return Trouble(error.category, said, again=True)


def _sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."


def _said(outcome: str, held: Claim, started: float, level: int = logging.INFO) -> None:
    _log.log(
        level,
        "step",
        extra={
            "document": held.document,
            "kind": held.kind,
            "number": held.number,
            "attempt": held.attempt,
            "outcome": outcome,
            "seconds": round(time.perf_counter() - started, 3),
        },
    )
