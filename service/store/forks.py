"""No fork while a database is in use: SQLite must not be carried over one.

A pool of workers forks anew when one of them dies. If another thread stands in a transaction
at that moment, the child inherits SQLite's own record that this process holds the lock, and
with it a database that is locked for ever (https://www.sqlite.org/howtocorrupt.html, 2.6).
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

_PATIENCE = 30.0
"""Seconds that a fork waits for what is in use; a child that may hang beats none at all."""


class Forks:
    """Holds forks off while connections are in use, and closes idle ones before each."""

    def __init__(self) -> None:
        self._engines: weakref.WeakSet[Engine] = weakref.WeakSet()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._changed = threading.Condition()
        self._mine = threading.local()
        self._used = 0
        self._forking = False

    def close_before(self, engine: Engine) -> None:
        """Has the idle connections of ``engine`` closed before each fork."""
        self._engines.add(engine)

    @contextmanager
    def kept_off(self) -> Iterator[None]:
        """No fork of this process within; who is within may come in again while one waits."""
        with self._changed:
            if not self._depth:
                self._changed.wait_for(lambda: not self._forking)
            self._used += 1
            self._mine.depth = self._depth + 1
        try:
            yield
        finally:
            with self._changed:
                self._used -= 1
                self._mine.depth = self._depth - 1
                self._changed.notify_all()

    @property
    def _depth(self) -> int:
        """How often this thread is within."""
        return getattr(self._mine, "depth", 0)

    def before(self) -> None:
        """Waits until no other thread is within, lets none in, and closes what is idle."""
        with self._changed:
            self._changed.wait_for(lambda: not self._forking)
            self._forking = True
            self._changed.wait_for(lambda: self._used <= self._depth, _PATIENCE)
        for engine in tuple(self._engines):
            engine.dispose()

    def after_in_parent(self) -> None:
        """Lets others in again."""
        with self._changed:
            self._forking = False
            self._changed.notify_all()


FORKS = Forks()
os.register_at_fork(
    before=FORKS.before,
    after_in_parent=FORKS.after_in_parent,
    after_in_child=FORKS._begin_anew,  # the child has none of the threads
)
