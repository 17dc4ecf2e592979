"""``crossfoot worker``: a pool of processes that do steps, and a parent that looks after them."""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Callable

from service.blobs.open import open_blobs
from service.cage import Cage
from service.cages import limits_of
from service.identity import process_name
from service.logs import log_as_json
from service.model import consultant
from service.processes import die_with_parent
from service.settings import Settings
from service.store.database import Database, open_database
from service.store.store import Store

_MOST_HEARD = 256
"""Counters of bells heard; the processes of a pool share them by their numbers."""
_LAST = 24.0
"""Seconds after which a worker that was told to end does so, whatever Celery still waits for.

A broker that is gone keeps it waiting. The pool's processes end with their parent.
"""


def work_until_stopped(settings: Settings) -> int:
    """Runs the worker until SIGTERM or SIGINT; its exit code."""
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"  # read by Celery when it is imported
    from service.queue.app import Bell, run_worker
    from service.sweeper import Sweeper

    log_as_json(settings.log_level)
    database = open_database(settings.database)
    # Shared with the pool; bytes need no lock that could be left held.
    closing, heard = mmap.mmap(-1, 1), mmap.mmap(-1, _MOST_HEARD)
    sweeper = Sweeper(
        Store(database),
        open_blobs(settings),
        Bell(settings),
        settings,
        own=_pool(os.getpid()),
        heard=lambda: sum(heard[:]),
        deaf=lambda: os._exit(1),
    )
    thread = threading.Thread(target=sweeper.run, name="sweeper", daemon=True)

    def stopped() -> None:
        closing[0] = 1
        last = threading.Timer(_LAST, os._exit, (1,))
        last.daemon = True
        last.start()

    try:
        return run_worker(
            settings,
            lambda: _begin(settings, lambda: closing[0] == 1, heard),
            started=thread.start,
            stopped=stopped,
            child_lost=sweeper.wake.set,
        )
    finally:
        sweeper.end()
        if thread.is_alive():
            thread.join(5)
        # What the pool left undone need not wait for its lease, and was no fault of the document.
        sweeper.take_back(own=_pool(os.getpid()))
        database.close()


def _pool(parent: int) -> str:
    """How the names of all processes of one pool end."""
    return f"/pool{parent}"


def _begin(settings: Settings, closing: Callable[[], bool], heard: mmap.mmap) -> Callable[[], None]:
    """What a process of the pool does each time the bell rings."""
    from service.queue.app import Bell, BellTrouble
    from service.work import Bench, shift

    die_with_parent()
    log_as_json(settings.log_level)
    database: Database = open_database(settings.database, migrate=False)
    bell = Bell(settings)

    def ring(times: int) -> None:
        try:
            bell.ring(times)
        except BellTrouble:
            return  # the sweeper rings again

    store = Store(database)
    bench = Bench(
        name=process_name() + _pool(os.getppid()),
        store=store,
        blobs=open_blobs(settings),
        cage=Cage(limits_of(settings)),
        settings=settings,
        ring=ring,
        closing=closing,
        consultant=consultant(settings, store),
    )

    mine = os.getpid() % _MOST_HEARD

    def alive() -> None:
        heard[mine] = (heard[mine] + 1) % 256

    def work() -> None:
        alive()
        shift(bench, alive=alive)

    return work
