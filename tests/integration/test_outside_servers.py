"""The same service on a Redis and a PostgreSQL that stand elsewhere, with a worker more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.processes import start as start_process
from tests.acceptance.door import PROJECT
from tests.acceptance.served import numbered, start, wait_for
from tests.integration.outside import database, redis_url

pytestmark = pytest.mark.slow


def test_redis_and_postgresql_do_as_well(tmp_path: Path) -> None:
    broker = redis_url(7)
    with database() as url:
        told = {"CROSSFOOT_DATABASE_URL": url, "CROSSFOOT_BROKER_URL": broker}
        held = start(tmp_path / "home", {**told, "CROSSFOOT_WORKERS": "1"})
        more = start_process(
            [sys.executable, "-c", "from service.cli import main; raise SystemExit(main())"]
            + ["worker"],
            {**held.environment, "PYTHONPATH": str(PROJECT)},
            log=tmp_path / "worker.log",
            how=signal.SIGKILL,
        )
        try:
            files = [(f"{n}.pdf", numbered(n, pages=2)) for n in range(12)]
            batch = held.send(*files, batch="twelve")["batch"]["id"]
            state = wait_for(lambda: held.get(f"/batches/{batch}"), lambda b: b["finished"], 90)
            assert state["pages_done"] == 24
            assert held.command("doctor", "--strict").returncode == 0
        finally:
            _end(more)
            held.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(30) == 0
