"""A service that runs as a person runs it: ``crossfoot serve``, in processes of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.acceptance.door import PROJECT
from tests.canaries import MODEL_KEY
from tests.documents.plain import ROWS, plain_pdf

_CROSSFOOT = "import sys; from service.cli import main; sys.exit(main())"
T = TypeVar("T")
FINAL = ("verified", "review", "empty", "failed", "dead")


@dataclass(slots=True)
class Served:
    """A running service; ``seconds``: how long it took until it was ready."""

    process: subprocess.Popen[bytes]
    url: str
    home: Path
    environment: dict[str, str]
    seconds: float

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def send(self, *files: Path | tuple[str, bytes], **fields: str) -> dict[str, Any]:
        """Uploads the files; the answer."""
        named = [f if isinstance(f, tuple) else (f.name, f.read_bytes()) for f in files]
        with self.client() as client:
            answer = client.post(
                "/api/v1/documents", files=[("files", part) for part in named], data=fields
            )
        assert answer.status_code == 201, answer.text
        held: dict[str, Any] = answer.json()
        return held

    def get(self, path: str) -> Any:
        with self.client() as client:
            answer = client.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def finished(self, document: str, patience: float = 120) -> dict[str, Any]:
        """The document when it has come to its end."""
        return wait_for(
            lambda: self.get(f"/documents/{document}"),
            lambda state: state["status"] in FINAL,
            patience,
        )

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs ``crossfoot`` with the service's own settings."""
        return subprocess.run(
            [sys.executable, "-c", _CROSSFOOT, *words],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def family(self) -> set[int]:
        """The service's processes: itself and all that came of it."""
        parents = dict(_parents())
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def workers(self) -> list[int]:
        """The processes of the pool that do the steps: the parents of reading processes."""
        reading = {pid for pid in self.family() if b"worker.child" in _command(pid)}
        web = self.process.pid
        return sorted({parent for pid, parent in _parents() if pid in reading} - {web})

    def stop(self, how: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(40)


def start(home: Path, settings: Mapping[str, str] | None = None) -> Served:
    """``crossfoot serve`` on a free port, when it is ready."""
    held = {k: v for k, v in os.environ.items() if not k.startswith("CROSSFOOT_")}
    environment = {**held, "CROSSFOOT_HOME": str(home), "OMP_NUM_THREADS": "1"}
    environment |= {"CROSSFOOT_MODEL_KEY": MODEL_KEY, **(settings or {})}
    log = home.with_name(f"{home.name}.log").open("ab")
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", _CROSSFOOT, "serve", "--port", "0"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
    )
    log.close()
    assert process.stdout is not None
    said = process.stdout.readline().decode()
    process.stdout.close()
    assert " at http://" in said, f"it did not start: {Path(log.name).read_text()[-2000:]}"
    url = said.split(" at ")[1].split()[0]
    wait_for(lambda: _ready(url), bool, 30)
    return Served(process, url, home, environment, time.monotonic() - began)


def numbered(n: int, pages: int = 1) -> bytes:
    """A small sound document, another for each number."""
    (total, first, *others) = ROWS
    return plain_pdf(pages, (total, (f"{first[0]}{n}", *first[1:]), *others))


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(look: Callable[[], T], enough: Callable[[T], object], patience: float) -> T:
    """What ``look`` sees when it is enough."""
    until = time.monotonic() + patience
    while not enough(seen := look()):
        assert time.monotonic() < until, f"waited {patience} s, last seen: {seen}"
        time.sleep(0.1)
    return seen


def alive(pids: set[int]) -> set[int]:
    """Those that run (a zombie does not)."""
    return {pid for pid, _ in _parents() if pid in pids}


def _parents() -> list[tuple[int, int]]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            found.append((int(stat.parent.name), int(fields[1])))
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
