"""The service as a user starts it: one command, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

_CROSSFOOT = "import sys; from service.cli import main; sys.exit(main())"
_ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def serving(home: Path, more: Mapping[str, str] | None = None, *options: str) -> Iterator[str]:
    """The address at which ``crossfoot serve`` answers; it and all it started end after.

    Raises:
        RuntimeError: if it does not come up within a minute.
    """
    port = free_port()
    settings = {
        "CROSSFOOT_HOME": str(home),
        "CROSSFOOT_WORKERS": "1",
        "CROSSFOOT_PAGE_SECONDS": "300",  # a machine that runs tests has other work
        **(more or {}),
    }
    command = [sys.executable, "-c", _CROSSFOOT, "serve", "--port", str(port), *options]
    with (home.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=_ROOT, env={**os.environ, **settings}, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode}")
        try:
            if httpx.get(f"{address}/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the service did not come up")
