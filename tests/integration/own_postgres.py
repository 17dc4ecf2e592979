"""A PostgreSQL of a test's own, which may be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.browser.serving import free_port
from tests.canaries import DATABASE_PASSWORD

_PATIENCE = 60.0


def programs() -> Path | None:
    """Where PostgreSQL's own programs are; None where there are none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return kept[-1].parent if kept else None


@dataclass(slots=True)
class OwnPostgres:
    """A running server; it takes every role without a password, on the loopback alone."""

    folder: Path
    port: int
    user: str | None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{DATABASE_PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Starts it, and waits until it answers.

        Raises:
            TimeoutError: if it does not.
        """
        found = programs()
        assert found is not None
        words = [str(found / "postgres"), "-D", f"{self.folder}/data", "-p", str(self.port)]
        words += ["-c", f"unix_socket_directories={self.folder}", "-c", "max_connections=100"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                words, user=self.user, stdout=log, stderr=log, cwd=self.folder
            )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"PostgreSQL does not answer: see {self.folder / 'log'}")

    def crash(self) -> None:
        """Ends it at once, as a power cut does: no session is finished, nothing is written out."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(_PATIENCE)


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A new server; nothing of it is left afterwards.

    Raises:
        FileNotFoundError: where PostgreSQL is not installed.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("no initdb here (apt-get install postgresql)")
    # PostgreSQL refuses to run as root, and a test's own folder is closed to others.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="crossfoot-postgres-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        words = [str(found / "initdb"), "-D", f"{folder}/data", "-U", "postgres", "-A", "trust"]
        subprocess.run(words, user=user, cwd=folder, check=True, capture_output=True)
        held = OwnPostgres(folder, free_port(), user)
        held.start()
        try:
            yield held
        finally:
            held.crash()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
