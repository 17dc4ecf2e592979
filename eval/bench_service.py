"""The service under a batch: throughput beside the sum of its parts, spread, memory, a kill.

    python -m eval.bench_service [--documents 500] [--pages 2] [--scan] [--out FILE]

Sends made documents, with a text layer or as scans, to a web and workers on a Redis and a
PostgreSQL of this machine: to one worker, to two, then to two of which one is killed half way. What
the steps themselves took is counted by the workers and kept with each document; what is left
of the workers' time is the queue's: claims, commits, bells. On a machine that others use too,
the processor's seconds say more than the clock's: those of the reading processes are the
parts, those of the workers beside them the queue and all else that they do.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pymupdf
from redis import Redis

from eval.typeset import Face, Leaf, finished, ruled_grid
from schemas.geometry import Box

WORKERS = 2
_PORT = 8377
_PATIENCE = 1200.0
_XS, _TOP, _ROW = (40.0, 170.0, 240.0, 310.0, 380.0), 90.0, 24.0
_CROSSFOOT = [sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run; ``busy`` is the part of the workers' time that the steps themselves took.

    ``upload`` are the seconds until the batch was taken in, ``seconds`` those from then on.
    ``reading`` and ``beside`` are processor seconds: of the reading processes, and of the
    workers that look after them.
    """

    documents: int
    pages: int
    upload: float
    seconds: float
    reading: float
    beside: float
    step_seconds: float
    busy: float
    statuses: dict[str, int]
    results: int
    steps_of_workers: list[int]
    taken_back: int
    mib_first: float
    mib_last: float
    mib_peak: float
    doctor: list[str]

    @property
    def overhead(self) -> float:
        """Queue and commits as a part of the steps' own time."""
        return 1 / self.busy - 1 if self.busy else 0.0


def made_document(number: int, pages: int, *, scan: bool = False) -> bytes:
    """A small sound table with figures of its own on each page; as a scan, of pixels alone."""
    content = _with_text(number, pages)
    if not scan:
        return content
    with pymupdf.open(stream=content, filetype="pdf") as clean, pymupdf.open() as document:
        for page in clean:
            pixels = page.get_pixmap(dpi=200)
            leaf = document.new_page(width=page.rect.width, height=page.rect.height)
            leaf.insert_image(leaf.rect, pixmap=pixels)
        made: bytes = document.tobytes(deflate=True)
        return made


def _with_text(number: int, pages: int) -> bytes:
    with pymupdf.open() as document:
        for page in range(pages):
            leaf = Leaf(document, 420.0, 297.0)
            title = Face(size=15, leading=20, bold=True, align="center")
            leaf.text(["2031年部门项目支出表"], Box(40, 36, 380, 60), title)
            leaf.text(["单位：万元"], Box(40, 70, 380, 86), Face(size=10, align="right"))
            rows = _rows(number * 31 + page)
            ys = [_TOP + _ROW * n for n in range(len(rows) + 1)]
            for y, texts in zip(ys, rows, strict=False):
                for at, text in enumerate(texts):
                    face = Face(size=10, align="right" if at else "center")
                    leaf.text([text], Box(_XS[at], y, _XS[at + 1], y + _ROW), face)
            ruled_grid(leaf, _XS, ys)
            leaf.close()
        return finished(document, f"benchmark {number}")


def _rows(seed: int) -> list[tuple[str, ...]]:
    cents = [(100 + (seed * k * 7919) % 90000, 50 + (seed * k * 104729) % 40000) for k in (1, 2, 3)]
    whole = (sum(a for a, _ in cents), sum(b for _, b in cents))
    lines = [("合计", *whole), *((f"项目{n}", a, b) for n, (a, b) in enumerate(cents, 1))]
    figures = [(name, *(f"{value / 100:,.2f}" for value in (a + b, a, b))) for name, a, b in lines]
    return [("项目名称", "合计", "财政拨款", "其他资金"), *figures]


def measure(
    contents: Sequence[bytes], pages: int, server: str, broker: str, *, workers: int, kill: bool
) -> Run:
    """One run of documents of so many ``pages`` each on a new database."""
    with ExitStack() as held:
        database = held.enter_context(_database(server))
        home = held.enter_context(tempfile.TemporaryDirectory(prefix="crossfoot-bench-"))
        settings = {
            "CROSSFOOT_DATABASE_URL": database,
            "CROSSFOOT_BROKER_URL": broker,
            "CROSSFOOT_HOME": home,
            "CROSSFOOT_WORKERS": "1",
            "CROSSFOOT_LOG_LEVEL": "warning",
            "OMP_NUM_THREADS": "1",
        }
        environment = {**os.environ, **settings}
        held.enter_context(_process(["serve", "--no-worker", "--port", str(_PORT)], environment))
        client = held.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{_PORT}", timeout=300, trust_env=False)
        )
        _until(lambda: _answers(client), 60)
        started = [held.enter_context(_process(["worker"], environment)) for _ in range(workers)]
        _warm(client)
        return _timed(client, started, contents, pages, database, environment, kill=kill)


def _timed(
    client: httpx.Client,
    workers: Sequence[subprocess.Popen[bytes]],
    contents: Sequence[bytes],
    pages: int,
    database: str,
    environment: dict[str, str],
    *,
    kill: bool,
) -> Run:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.pdf", content)
    documents = len(contents)
    sent, spent = time.monotonic(), _spent([worker.pid for worker in workers])
    answer = client.post("/api/v1/documents", files={"files": ("all.zip", packed.getvalue())})
    answer.raise_for_status()
    batch, began = answer.json()["batch"]["id"], time.monotonic()
    sizes: list[float] = []
    killed = not kill
    while True:
        state: dict[str, Any] = client.get(f"/api/v1/batches/{batch}").json()
        sizes.append(_mib([worker.pid for worker in workers]))
        if not killed and state["pages_done"] * 2 >= documents * pages:
            _kill_pool(workers[0].pid)
            killed = True
        if state["finished"]:
            break
        if time.monotonic() - began > _PATIENCE:
            raise SystemExit(f"not finished after {_PATIENCE} s: {state}")
        time.sleep(0.5)
    seconds = time.monotonic() - began
    reading, beside = (
        after - before
        for after, before in zip(_spent([w.pid for w in workers]), spent, strict=True)
    )
    facts = _facts(database, batch)
    doctor = subprocess.run(
        [*_CROSSFOOT, "doctor", "--strict"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    bad = [line for line in doctor.stdout.splitlines() if not line.startswith("ok")]
    quarter = max(len(sizes) // 4, 1)
    return Run(
        documents=documents,
        pages=pages,
        upload=round(began - sent, 1),
        seconds=round(seconds, 1),
        reading=round(reading, 1),
        beside=round(beside, 1),
        step_seconds=round(facts.step_seconds, 1),
        busy=round(facts.step_seconds / (len(workers) * seconds), 4),
        statuses=state["statuses"],
        results=facts.results,
        steps_of_workers=facts.steps_of_workers,
        taken_back=facts.taken_back,
        mib_first=round(statistics.median(sizes[quarter : 2 * quarter] or sizes), 1),
        mib_last=round(statistics.median(sizes[-quarter:]), 1),
        mib_peak=round(max(sizes), 1),
        doctor=bad or [doctor.stderr[-500:]] if doctor.returncode else [],
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    step_seconds: float
    results: int
    steps_of_workers: list[int]
    taken_back: int


def _facts(database: str, batch: str) -> _Facts:
    items = "SELECT document_id FROM batch_items WHERE batch_id = %s"
    with psycopg.connect(database) as connection:
        steps = connection.execute(
            f"SELECT worker, seconds FROM steps WHERE document_id IN ({items})", (batch,)
        ).fetchall()
        results = connection.execute(
            f"SELECT count(*) FROM results WHERE document_id IN ({items})", (batch,)
        ).fetchone()
        back = connection.execute(
            "SELECT count(*) FROM audit WHERE action = 'step released'"
        ).fetchone()
    pools = Counter(worker.rpartition("/")[2] for worker, _ in steps)
    return _Facts(
        step_seconds=sum(seconds or 0.0 for _, seconds in steps),
        results=results[0] if results else 0,
        steps_of_workers=sorted(pools.values()),
        taken_back=back[0] if back else 0,
    )


def _warm(client: httpx.Client) -> None:
    """All workers have loaded their models' code before the clock runs."""
    documents = []
    for number in range(4):
        content = made_document(10**6 + number, 2)
        answer = client.post("/api/v1/documents", files={"files": (f"w{number}.pdf", content)})
        documents.append(answer.json()["items"][0]["document"]["id"])
    for document in documents:
        _until(
            lambda document=document: (
                client.get(f"/api/v1/documents/{document}").json()["status"] == "verified"
            ),
            120,
        )


def _until(look: Any, patience: float) -> None:
    until = time.monotonic() + patience
    while not look():
        if time.monotonic() > until:
            raise SystemExit("the service does not come up; see its log")
        time.sleep(0.1)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/ready").status_code == 200
    except httpx.HTTPError:
        return False


def _family(pids: Sequence[int]) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _spent(pids: Sequence[int]) -> tuple[float, float]:
    """Processor seconds of the reading processes below ``pids``, and of all others there.

    What a worker's ended children took is the reading's: they are nothing else.
    """
    reading = beside = 0.0
    for pid in _family(pids):
        try:
            words = Path(f"/proc/{pid}/stat").read_text(errors="replace")
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        user, system, ended, ended_system = map(int, words.rpartition(")")[2].split()[11:15])
        own = user + system
        reading += ended + ended_system + (own if b"worker.child" in command else 0)
        beside += 0 if b"worker.child" in command else own
    ticks = os.sysconf("SC_CLK_TCK")
    return reading / ticks, beside / ticks


def _mib(pids: Sequence[int]) -> float:
    """Memory of the processes and all their children, shared parts counted once each."""
    total = 0
    for pid in _family(pids):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _kill_pool(pid: int) -> None:
    """Kills every process below the worker's parent, in the middle of what they do."""
    for child in _family([pid]) - {pid}:
        os.kill(child, signal.SIGKILL)


@contextmanager
def _process(words: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*_CROSSFOOT, *words], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"crossfoot_test_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--scan", action="store_true", help="pages of pixels, to be read by OCR")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/9")
    told = parser.parse_args()
    Redis.from_url(told.redis).flushdb()
    make = partial(made_document, pages=told.pages, scan=told.scan)
    with ProcessPoolExecutor() as pool:
        contents = list(pool.map(make, range(told.documents), chunksize=8))
    runs = {}
    for name, workers, kill in (
        ("one worker", 1, False),
        ("undisturbed", WORKERS, False),
        ("a worker killed half way", WORKERS, True),
    ):
        run = measure(contents, told.pages, told.postgres, told.redis, workers=workers, kill=kill)
        runs[name] = {**asdict(run), "overhead": round(run.overhead, 4)}
        runs[name]["processor overhead"] = round(run.beside / run.reading, 4)
        print(name, json.dumps(runs[name], ensure_ascii=False), flush=True)
    both = runs["one worker"]["seconds"] / runs["undisturbed"]["seconds"]
    print(f"two workers are {both:.2f} times as fast as one", flush=True)
    if told.out:
        told.out.parent.mkdir(parents=True, exist_ok=True)
        told.out.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
