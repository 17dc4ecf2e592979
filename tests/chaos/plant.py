"""A whole service that may be hurt in any of its parts, on either pair of servers.

``embedded``: one ``crossfoot serve`` with SQLite and a private broker, as on a desk.
``servers``: a web and workers of their own on a PostgreSQL and a Redis of their own; where
PostgreSQL's programs are not at hand, on a database of the server that answers.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
from redis import Redis
from redis.exceptions import RedisError

from service.settings import Settings, read_settings
from tests.acceptance.door import PROJECT
from tests.browser.serving import free_port
from tests.canaries import MODEL_KEY
from tests.chaos.processes import family, is_reader, is_worker, parents, send
from tests.integration.outside import cut, database
from tests.integration.own_postgres import OwnPostgres, own_postgres, programs

Kind = Literal["embedded", "servers"]
_DATABASE = "CROSSFOOT_DATABASE_URL"
_CROSSFOOT = [sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())"]

WATCHER = "watcher"
"""The application as which a test looks into the database: its connections are spared."""

SHORT = {
    "CROSSFOOT_PAGE_SECONDS": "40",
    "CROSSFOOT_ASSEMBLE_SECONDS": "40",
    "CROSSFOOT_SHIFT_SECONDS": "5",
    "CROSSFOOT_SOFT_SECONDS": "60",
    "CROSSFOOT_HARD_SECONDS": "70",
    "CROSSFOOT_LEASE_SECONDS": "80",
    "CROSSFOOT_VISIBILITY_SECONDS": "90",
    "CROSSFOOT_SWEEP_SECONDS": "1",
}
"""Times at which faults are seen while one waits. As many attempts as kills: nothing here is
a document's own fault."""


@dataclass(slots=True)
class Plant:
    """A running service. ``roots`` are the processes that the test started, by name."""

    kind: Kind
    home: Path
    url: str
    environment: dict[str, str]
    workers: int
    postgres: OwnPostgres | None = None
    roots: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        mine = {k: v for k, v in self.environment.items() if k.startswith("CROSSFOOT_")}
        return read_settings(mine)

    # -- starting and ending -------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Starts the part of that name, or starts it again."""
        words = {
            "web": ["serve", "--port", self.url.rpartition(":")[2]],
            "broker": [],
        }.get(name, ["worker"])
        if name == "web" and self.kind == "servers":
            words.append("--no-worker")
        if name == "broker":
            socket = self.home / "redis.sock"
            command = [_redis(), "--port", "0", "--unixsocket", str(socket), "--save", ""]
            command += ["--appendonly", "yes", "--dir", str(self.home)]
        else:
            command = [*_CROSSFOOT, *words]
        log = (self.home.parent / f"{name}.log").open("ab")
        with log:
            self.roots[name] = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log
            )

    def begin_all(self) -> None:
        names = ["web"]
        if self.kind == "servers":
            names = ["broker", "web", *(f"worker{n}" for n in range(self.workers))]
        for name in names:
            if name not in self.roots or self.roots[name].poll() is not None:
                self.begin(name)

    def mend(self) -> None:
        """Starts again whatever of its own parts has ended, as an init system would."""
        for name, process in list(self.roots.items()):
            if process.poll() is not None:
                self.begin(name)

    def end(self) -> None:
        for process in self.roots.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.roots.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def doctor(self) -> list[str]:
        """What ``crossfoot doctor --strict`` finds amiss; [] where all is well."""
        done = subprocess.run(
            [*_CROSSFOOT, "doctor", "--strict"],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        bad = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
        return bad or ([done.stderr[-1000:]] if done.returncode else [])

    def up(self, patience: float = 900.0) -> None:
        """Waits until it answers.

        Raises:
            TimeoutError: if it does not.
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            self.mend()
            try:
                if httpx.get(f"{self.url}/ready", timeout=5, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise TimeoutError("the service does not come up; see its logs")

    # -- its processes ---------------------------------------------------------------------

    def _family(self) -> set[int]:
        return family(process.pid for process in self.roots.values())

    def heads(self) -> list[int]:
        """The workers: parents of pools."""
        tree = parents()
        return sorted(
            pid for pid in self._family() if is_worker(pid) and not is_worker(tree.get(pid, 0))
        )

    def pools(self) -> list[int]:
        """The processes that do the steps."""
        tree = parents()
        return sorted(
            pid for pid in self._family() if is_worker(pid) and is_worker(tree.get(pid, 0))
        )

    def readers(self) -> list[int]:
        """The reading processes below the pools."""
        tree, pools = parents(), set(self.pools())
        return sorted(p for p in self._family() if is_reader(p) and tree.get(p) in pools)

    def brokers(self) -> list[int]:
        tree = parents()
        own = {self.roots["web"].pid} if self.kind == "embedded" else set()
        if self.kind == "servers":
            return [self.roots["broker"].pid]
        return [p for p in self._family() if tree.get(p) in own and _is_valkey(p)]

    # -- what may befall it ------------------------------------------------------------------

    def kill_one(self, of: list[int], chance: random.Random) -> int | None:
        """Kills one of them; which."""
        if not of:
            return None
        pid = chance.choice(of)
        return pid if send(pid, signal.SIGKILL) else None

    def cut_database(self) -> bool:
        """Ends all connections to the database server; whether there were any."""
        return self.kind == "servers" and cut(self.environment[_DATABASE], WATCHER) > 0

    def crash_database(self) -> bool:
        """Ends the database server as a power cut does, and starts it; whether it is ours."""
        if self.postgres is None:
            return False
        self.postgres.crash()
        self.postgres.start()
        return True

    def watched(self) -> str:
        """The database's URL for those who look on."""
        url = self.settings.database
        return url if self.kind == "embedded" else f"{url}?application_name={WATCHER}"

    def restart_broker(self) -> None:
        for pid in self.brokers():
            send(pid, signal.SIGKILL)
        if self.kind == "servers":
            self.roots["broker"].wait()
            self.begin("broker")

    def flush_broker(self) -> bool:
        """Whether the broker was there to be emptied."""
        path = self.home / "redis.sock" if self.kind == "servers" else self.settings.broker_socket
        client = Redis(unix_socket_path=str(path), socket_timeout=3)
        try:
            client.flushall()
        except (RedisError, OSError):
            return False
        finally:
            client.close()
        return True


def _redis() -> str:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise FileNotFoundError("no redis-server here (apt-get install redis-server)")
    return found


def _is_valkey(pid: int) -> bool:
    try:
        return "valkey" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False


@contextmanager
def plant(
    kind: Kind, folder: Path, *, workers: int = 2, settings: dict[str, str] | None = None
) -> Iterator[Plant]:
    """A running plant; nothing of it is left afterwards."""
    with idle_plant(kind, folder, workers=workers, settings=settings) as made:
        made.begin_all()
        made.up()
        yield made


@contextmanager
def idle_plant(
    kind: Kind, folder: Path, *, workers: int = 2, settings: dict[str, str] | None = None
) -> Iterator[Plant]:
    """A plant of which nothing runs yet; whatever is begun ends with it."""
    with ExitStack() as held:
        home = folder / "home"
        home.mkdir(parents=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CROSSFOOT_")}
        environment |= {"OMP_NUM_THREADS": "1", "CROSSFOOT_HOME": str(home), **SHORT}
        environment |= {"CROSSFOOT_LOG_LEVEL": "warning", "CROSSFOOT_ATTEMPTS": "1000"}
        environment["CROSSFOOT_MODEL_KEY"] = MODEL_KEY
        postgres = None
        if kind == "servers" and programs() is not None:
            postgres = held.enter_context(own_postgres())
            environment[_DATABASE] = postgres.url
        elif kind == "servers":
            environment[_DATABASE] = held.enter_context(database())
        if kind == "servers":
            environment["CROSSFOOT_BROKER_URL"] = f"redis+socket://{home / 'redis.sock'}"
            environment["CROSSFOOT_WORKERS"] = "1"
        else:
            environment["CROSSFOOT_WORKERS"] = str(workers)
        environment |= settings or {}
        made = Plant(kind, home, f"http://127.0.0.1:{free_port()}", environment, workers, postgres)
        held.callback(made.end)
        yield made
