"""A process that forks while another of its threads writes to SQLite."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from service.store.database import open_database


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # it is the point
def test_a_child_can_write_though_a_thread_of_its_parent_was_writing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}", migrate=False)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    within, end = threading.Event(), threading.Event()

    def write() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO t VALUES (1)"))
            within.set()
            end.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    within.wait(10)
    threading.Timer(0.5, end.set).start()
    child = os.fork()
    if child == 0:  # pragma: no cover - in the child
        try:
            with database.write() as connection:
                connection.execute(text("INSERT INTO t VALUES (2)"))
        finally:
            os._exit(0)
    assert _ended(child, 10), "the child waits for a lock that nobody holds"
    thread.join()
    with database.read() as connection:
        assert sorted(connection.execute(text("SELECT n FROM t")).scalars()) == [1, 2]
    database.close()


def _ended(child: int, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if os.waitpid(child, os.WNOHANG)[0] == child:
            return True
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
