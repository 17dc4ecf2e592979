"""Children that are kept running: one that ends is started again, and all end with the keeper."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from schemas.errors import CrossfootError
from service.processes import stop

_log = logging.getLogger(__name__)
_LOOK = 0.5  # seconds between two looks
_CALM = 5.0  # seconds after which a child that ended is no longer one that ends at once
_LONGEST = 10.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A child: how it is started, and how long it has for an orderly end, in seconds."""

    name: str
    begin: Callable[[], subprocess.Popen[bytes]]
    patience: float


@contextmanager
def kept_running(wanted: Sequence[Wanted]) -> Iterator[None]:
    """Runs all of them, in their order, and ends them in the other.

    Raises:
        CrossfootError: what ``begin`` raises at the first time.
    """
    keeper = _Keeper(wanted)
    keeper.start()
    try:
        yield
    finally:
        keeper.end()


@dataclass(slots=True)
class _Kept:
    wanted: Wanted
    child: subprocess.Popen[bytes] | None
    begun: float
    not_before: float = 0.0
    pause: float = _LOOK


class _Keeper:
    """One thread starts them all: the kernel ends a child with the thread that started it."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._wanted = wanted
        self._ended, self._begun = threading.Event(), threading.Event()
        self._trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="keeper")

    def start(self) -> None:
        self._thread.start()
        self._begun.wait()
        if self._trouble is not None:
            self._thread.join()
            raise self._trouble

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        held: list[_Kept] = []
        try:
            for one in self._wanted:
                held += [_Kept(one, one.begin(), time.monotonic())]
        except BaseException as error:  # noqa: BLE001  told to whom asked, in their thread
            self._trouble = error
            self._ended.set()
        self._begun.set()
        while not self._ended.wait(_LOOK):
            for kept in held:
                _look_after(kept)
        for kept in reversed(held):
            if kept.child is not None:
                stop(kept.child, kept.wanted.patience)


def _look_after(kept: _Kept) -> None:
    now = time.monotonic()
    if kept.child is not None:
        if kept.child.poll() is None:
            return
        code = stop(kept.child, 0.0)  # whatever else is left of its session
        _log.warning("started again", extra={"reason": f"{kept.wanted.name} ended ({code})"})
        # What ends at once is not started over and over without a pause.
        kept.pause = _LOOK if now - kept.begun > _CALM else min(2 * kept.pause, _LONGEST)
        kept.child, kept.not_before = None, now + kept.pause
    if now >= kept.not_before:
        try:
            kept.child, kept.begun = kept.wanted.begin(), now
        except CrossfootError as error:
            _log.warning("can't be started", extra={"reason": error.message})
            kept.not_before = now + _LONGEST
