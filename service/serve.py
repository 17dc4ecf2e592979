"""``crossfoot serve``: the web, and beside it a broker and workers where none are named."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

from schemas.errors import UsageError
from service.broker import start_broker
from service.keeper import Wanted, kept_running
from service.processes import start
from service.settings import Settings

_PATIENCE = 25.0  # seconds that a worker has for its last step
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(settings: Settings, host: str, port: int, *, worker: bool) -> int:
    """Serves until SIGTERM or SIGINT; all that was started is gone when this returns.

    Raises:
        UsageError: if the address is taken, or open to others without a login.
    """
    if settings.auth == "local" and host not in _LOOPBACK:
        raise UsageError(
            f"without a login Crossfoot answers its own machine only, and {host} is reached by "
            "others: set CROSSFOOT_AUTH=accounts and add a user with `crossfoot user add`."
        )
    listening = _listen(host, port)
    with ExitStack() as held:
        held.enter_context(listening)
        settings.home.mkdir(parents=True, exist_ok=True)
        children = []
        if settings.embedded_broker:
            held.enter_context(_alone(settings))
            children.append(Wanted("the broker", lambda: start_broker(settings), 5.0))
        if worker:
            children.append(Wanted("the worker", lambda: _start_worker(settings), _PATIENCE))
        held.enter_context(kept_running(children))
        return _web(settings, listening)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise UsageError(
            f"can't listen on {host} port {port} ({error.strerror or error}): "
            "is another Crossfoot running? Give another --port."
        ) from error
    listening.listen(512)
    return listening


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keeps a second server off the same folder: two private brokers would not know each other."""
    path = settings.home / "serve.lock"
    file: IO[str] = path.open("w")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                f"another Crossfoot serves from {settings.home}: stop it, or set CROSSFOOT_HOME."
            ) from error
        yield


def _start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _CROSSFOOT, "worker"]
    # Without a broker of its own, the worker finds the private one by the same home folder.
    environment = {**os.environ, "CROSSFOOT_HOME": str(settings.home)}
    return start(command, environment, log=None, how=signal.SIGTERM)


_CROSSFOOT = "import sys; from service.cli import main; sys.exit(main())"


def _web(settings: Settings, listening: socket.socket) -> int:
    import uvicorn

    from service.logs import log_as_json
    from service.web.app import create_app, open_doors

    log_as_json(settings.log_level)
    doors = open_doors(settings)
    config = uvicorn.Config(
        create_app(doors),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        limit_concurrency=1000,
        lifespan="on",
    )
    address = listening.getsockname()
    name = f"[{address[0]}]" if ":" in address[0] else address[0]
    print(f"Crossfoot is at http://{name}:{address[1]} (stop it with Ctrl-C)", flush=True)
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[listening])
    finally:
        doors.cages.close()
        doors.store.database.close()
    return 0
