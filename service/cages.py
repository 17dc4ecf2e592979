"""Cages that several threads share: each takes one, and gives it back."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from service.cage import Cage, Limits
from service.settings import MIB, Settings


def cores() -> int:
    """The processor's cores that this process may use."""
    return len(os.sched_getaffinity(0))


def limits_of(settings: Settings) -> Limits:
    """What each cage may use."""
    return Limits(settings.reader_memory_mib * MIB, settings.reader_requests)


class Cages:
    """A few warm children; whoever finds none free waits.

    ``due`` documents will each want one: until they have begun none is spare.
    """

    def __init__(self, settings: Settings, count: int, due: int = 0) -> None:
        limits = limits_of(settings)
        self._free: queue.SimpleQueue[Cage] = queue.SimpleQueue()
        self._all = [Cage(limits) for _ in range(count)]
        self._due = due
        self._wanting: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._closed = False
        for cage in self._all:
            self._free.put(cage)

    @contextmanager
    def one(self) -> Iterator[Cage]:
        cage = self._free.get()
        with self._lock:
            self._due -= 1
        try:
            yield cage
        finally:
            self.give_back(cage)

    def spare(self, *, asleep: bool) -> Cage | None:
        """One that nobody uses, to be given back: one that is awake, unless one ``asleep`` will do.

        None where there is none.
        """
        for _ in self._all if self._due <= 0 else ():
            with suppress(queue.Empty):
                cage = self._free.get_nowait()
                if asleep or cage.awake:
                    return cage
                self._free.put(cage)
        return None

    def give_back(self, cage: Cage) -> None:
        self._free.put(cage)
        with self._lock:
            wanting = tuple(self._wanting)
        for look in wanting:
            look()

    @contextmanager
    def wanted(self, look: Callable[[], None]) -> Iterator[None]:
        """Until the block ends ``look`` is called whenever a cage has come free."""
        with self._lock:
            self._wanting.append(look)
        try:
            yield
        finally:
            with self._lock:
                self._wanting.remove(look)

    def close(self) -> None:
        """Ends the children; a second time does nothing.

        What is being asked of one elsewhere ends with :class:`service.cage.Stopped`.
        """
        if self._closed:
            return
        self._closed = True
        for cage in self._all:
            cage.end()
        for _ in self._all:
            self._free.get().close()
