r"""Documents sent to a plant that is hurt all the while, and what must hold in the end.

    python -m tests.chaos.ordeal --kind servers --documents 1000 --kills 200 --restarts 50 \
        --flushes 20 --seed 1 --out FILE
    python -m tests.chaos.ordeal --minutes 60

Every document is small and its own. What each must come out as is known from reading the
same files in a cage, without queue and faults. The seed decides what happens and in which
order; when it happens, the machine decides.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import random
import signal
import statistics
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from schemas.result import Result, Usage
from service.blobs.open import open_blobs
from service.cage import Cage, Limits
from service.caged import read_caged
from service.settings import MIB, Settings
from service.store.database import open_database
from service.store.states import UNFINISHED
from service.store.steps import running_steps
from service.store.store import Store
from service.store.tables import audit, documents, results, steps
from tests.acceptance.served import numbered
from tests.chaos.plant import Kind, Plant, plant
from tests.chaos.processes import send

_PACK = 20
_PATIENCE = 900.0
_TOLD = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what; with ``minutes`` faults and documents come until the time is up."""

    kind: Kind
    documents: int
    kills: int
    restarts: int
    flushes: int
    freezes: int
    stops: int
    cuts: int
    crashes: int
    seed: int
    minutes: float | None = None
    rest: float = 0.6
    """Seconds between two faults, on average."""

    def faults(self, chance: random.Random) -> Iterator[str]:
        if self.minutes is not None:
            kinds = ["kill", "restart", "flush", "freeze", "stop", "cut", "crash"]
            while True:
                yield from chance.choices(kinds, (68, 10, 7, 7, 4, 3, 1), k=1)
        mixed = (
            ["kill"] * self.kills
            + ["restart"] * self.restarts
            + ["flush"] * self.flushes
            + ["freeze"] * self.freezes
            + ["stop"] * self.stops
            + ["cut"] * self.cuts
            + ["crash"] * self.crashes
        )
        chance.shuffle(mixed)
        yield from mixed


@dataclass(slots=True)
class Seen:
    """What happened, and what came of it."""

    kind: str = ""
    seed: int = 0
    documents: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)
    """Reading processes, processes of a pool, whole workers."""
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    doubled: int = 0
    different: int = 0
    differences: list[str] = field(default_factory=list)
    """Where the first few that differ do so."""
    taken_back: int = 0
    late_refused: int = 0
    recoveries: int = 0
    recovery_median: float = 0.0
    recovery_p95: float = 0.0
    recovery_most: float = 0.0
    refused_uploads: int = 0
    doctor: list[str] = field(default_factory=list)

    @property
    def tried(self) -> dict[str, int]:
        """How often it tried which fault of docs/reliability.md."""
        killed, faults = self.killed, self.faults
        flushes = faults.get("flush", 0)
        return {
            "F01": killed.get("reader", 0) + killed.get("pool", 0),
            "F02": killed.get("head", 0) + faults.get("stop", 0),
            "F06": flushes,
            "F07": faults.get("restart", 0),
            "F08": flushes,
            "F40": faults.get("cut", 0) + faults.get("crash", 0),
        }

    @property
    def well(self) -> bool:
        broken = self.lost or self.doubled or self.different or self.doctor
        return not broken and set(self.statuses) == {"verified"}


@dataclass(slots=True)
class _Ordeal:
    plan: Plan
    held: Plant
    chance: random.Random
    say: Callable[[str], None]
    seen: Seen = field(default_factory=Seen)
    contents: dict[str, bytes] = field(default_factory=dict)
    killed: list[tuple[float, str]] = field(default_factory=list)
    frozen: list[tuple[float, int]] = field(default_factory=list)

    def run(self) -> Seen:
        begun = time.monotonic()
        store = Store(open_database(self.held.watched()))
        try:
            self._hurt(store, begun)
            self._calm(store)
            self.seen.seconds = round(time.monotonic() - begun, 1)
            self._look(store)
        finally:
            store.database.close()
        self.seen.doctor = self.held.doctor()
        return self.seen

    # -- sending and hurting ---------------------------------------------------------------

    def _hurt(self, store: Store, begun: float) -> None:
        faults, plan = self.plan.faults(self.chance), self.plan
        missed: list[str] = []
        brokers, databases = plan.restarts + plan.flushes, plan.cuts + plan.crashes
        planned = plan.kills + plan.freezes + plan.stops + brokers + databases
        done, last = 0, begun
        while True:
            self._thaw()
            self.held.mend()
            timed = plan.minutes is not None
            over = timed and time.monotonic() - begun > 60 * (plan.minutes or 0)
            wanted = self._wanted(done, planned)
            left = _unfinished(store)
            if not over and len(self.contents) < wanted and left < 3 * _PACK:
                self._send(min(_PACK, wanted - len(self.contents)))
            if not timed and done < planned and self._finished(left) < self._share(done, planned):
                time.sleep(0.2)  # the documents are to go through all of it, not come after
                continue
            fault = None if over else next(faults, None) or (missed.pop(0) if missed else None)
            if fault is None:
                if over or len(self.contents) >= plan.documents:
                    return
                continue
            if self._befall(fault, store):
                self.seen.faults[fault] = self.seen.faults.get(fault, 0) + 1
                done += 1
            elif not timed:
                missed.append(fault)  # nothing of the kind was up to be hurt: later, then
            if time.monotonic() - last > 30:
                last = time.monotonic()
                self.say(f"{done} faults, {len(self.contents)} sent, {left} on their way")
            time.sleep(self.chance.uniform(0.5, 1.5) * plan.rest)

    def _wanted(self, done: int, planned: int) -> int:
        """How many documents are to be sent by now: as many as keep the faults company."""
        if self.plan.minutes is not None:
            return 10**9
        return min(self.plan.documents, self.plan.documents * (done + 1) // max(planned, 1) + _PACK)

    def _finished(self, left: int) -> int:
        return len(self.contents) - left

    def _share(self, done: int, planned: int) -> int:
        """How many documents are to be finished before the next fault."""
        return int(0.95 * self.plan.documents * done / max(planned, 1)) - _PACK

    def _send(self, count: int) -> None:
        packed = io.BytesIO()
        fresh: dict[str, bytes] = {}
        with zipfile.ZipFile(packed, "w") as archive:
            for _ in range(count):
                number = len(self.contents) + len(fresh)
                content = numbered(number)
                fresh[sha256(content).hexdigest()] = content
                archive.writestr(f"{number}.pdf", content)
        try:
            answer = httpx.post(
                f"{self.held.url}/api/v1/documents",
                files=[("files", ("all.zip", packed.getvalue()))],
                timeout=60,
                trust_env=False,
            )
        except httpx.HTTPError:
            self.seen.refused_uploads += 1
            return
        if answer.status_code == 201:  # what was accepted counts, and nothing else
            self.contents |= fresh
        else:
            self.seen.refused_uploads += 1

    def _befall(self, fault: str, store: Store) -> bool:
        held, chance = self.held, self.chance
        match fault:
            case "restart":
                held.restart_broker()
                return True
            case "flush":
                return held.flush_broker()
            case "cut":
                return held.cut_database()
            case "crash":
                return held.crash_database()
            case "freeze":
                pools = held.pools()
                pid = chance.choice(pools) if pools else None
                if pid is not None and send(pid, signal.SIGSTOP):
                    self.frozen.append((time.monotonic() + chance.uniform(0.5, 4), pid))
                    return True
                return False
            case "stop":
                return held.kill_one(held.heads(), chance) is not None
            case _:
                return self._kill(store)

    def _kill(self, store: Store) -> bool:
        """Kills a reading process, a process of a pool or a whole worker, as chance has it."""
        which = self.chance.choices(["reader", "pool", "head"], (30, 55, 15))[0]
        of = {"reader": self.held.readers, "pool": self.held.pools, "head": self.held.heads}
        alive = of[which]()
        at_hand = running_steps(store)
        pid = self.held.kill_one(alive, self.chance)
        if pid is None:
            return False
        self.seen.killed[which] = self.seen.killed.get(which, 0) + 1
        if which == "pool":
            now = time.time()
            self.killed += [(now, s.step) for s in at_hand if s.worker.split("/")[1] == str(pid)]
        return True

    def _thaw(self, *, all_of_them: bool = False) -> None:
        now = time.monotonic()
        for until, pid in list(self.frozen):
            if all_of_them or until < now:
                send(pid, signal.SIGCONT)
                self.frozen.remove((until, pid))

    def _calm(self, store: Store) -> None:
        """Nothing more happens; everything comes to its end, or the patience does."""
        self._thaw(all_of_them=True)
        until = time.monotonic() + _PATIENCE
        while _unfinished(store) and time.monotonic() < until:
            self.held.mend()
            time.sleep(0.5)
        self.held.up()

    # -- what came of it --------------------------------------------------------------------

    def _look(self, store: Store) -> None:
        seen = self.seen
        seen.kind, seen.seed, seen.documents = self.plan.kind, self.plan.seed, len(self.contents)
        with store.database.read() as connection:
            rows = connection.execute(
                select(documents.c.id, documents.c.sha256, documents.c.status, documents.c.name)
            ).all()
            kept = Counter(connection.execute(select(results.c.document_id)).scalars())
            blob = {
                row.document_id: row.sha256
                for row in connection.execute(select(results.c.document_id, results.c.sha256))
            }
            ended = {
                row.id: row.finished
                for row in connection.execute(select(steps.c.id, steps.c.finished))
            }
            counted = select(audit.c.action, func.count().label("times"))
            actions: dict[str, int] = {
                row.action: row.times
                for row in connection.execute(counted.group_by(audit.c.action))
            }
        ours = [row for row in rows if row.sha256 in self.contents]
        seen.statuses = dict(Counter(row.status for row in ours))
        seen.lost = len(self.contents) - len(ours) + sum(r.status in UNFINISHED for r in ours)
        seen.doubled = sum(n > 1 for n in kept.values())
        seen.taken_back = actions.get("step released", 0)
        seen.late_refused = actions.get("late commit refused", 0)
        back = sorted(ended[step] - at for at, step in self.killed if ended.get(step))
        if back:
            seen.recoveries = len(back)
            seen.recovery_median = round(statistics.median(back), 2)
            seen.recovery_p95 = round(back[math.ceil(0.95 * len(back)) - 1], 2)
            seen.recovery_most = round(back[-1], 2)
        self.say("reading the same files without faults")
        seen.different = self._different({r.sha256: (r.name, blob.get(r.id)) for r in ours})

    def _different(self, held: dict[str, tuple[str, str | None]]) -> int:
        settings: Settings = self.held.settings
        blobs, count = open_blobs(settings), 0
        cage = Cage(Limits(settings.reader_memory_mib * MIB, 500))
        with tempfile.TemporaryDirectory(prefix="crossfoot-ordeal-") as folder:
            for sha, (name, blob) in held.items():
                path = Path(folder) / f"{sha}.pdf"  # a reader holds the one before open yet
                path.write_bytes(self.contents[sha])
                expected = read_caged(path, name, sha, cage, settings, lambda *_: None)
                if blob is None:
                    count += 1
                    continue
                got = Result.model_validate_json(blobs.get(blob))
                apart = _apart(_plain(expected).model_dump(), _plain(got).model_dump(), name)
                count += bool(apart)
                if len(self.seen.differences) < _TOLD:
                    self.seen.differences += apart[:3]
        cage.close()
        return count


def _plain(result: Result) -> Result:
    return result.model_copy(update={"usage": Usage(seconds=0.0)})


def _apart(expected: Any, got: Any, where: str) -> list[str]:
    """What differs between two values of JSON, each with the way to it."""
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        return [d for key in expected for d in _apart(expected[key], got[key], f"{where}.{key}")]
    both_lists = isinstance(expected, list | tuple) and isinstance(got, list | tuple)
    if both_lists and len(expected) == len(got):
        pairs = enumerate(zip(expected, got, strict=True))
        return [d for at, (one, other) in pairs for d in _apart(one, other, f"{where}[{at}]")]
    return [] if expected == got else [f"{where}: {expected!r:.200} became {got!r:.200}"]


def _unfinished(store: Store) -> int:
    with store.database.read() as connection:
        query = select(func.count()).where(documents.c.status.in_(UNFINISHED))
        return int(connection.execute(query).scalar_one())


def go_through(plan: Plan, folder: Path, say: Callable[[str], None] = lambda _: None) -> Seen:
    """What came of it; the folder is the plant's."""
    with plant(plan.kind, folder) as held:
        return _Ordeal(plan, held, random.Random(plan.seed), say).run()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=["embedded", "servers"], default="embedded")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=50)
    parser.add_argument("--flushes", type=int, default=20)
    parser.add_argument("--freezes", type=int, default=10)
    parser.add_argument("--stops", type=int, default=0, help="kills of whole workers, besides")
    parser.add_argument("--cuts", type=int, default=0, help="of connections to PostgreSQL")
    parser.add_argument("--crashes", type=int, default=0, help="of a PostgreSQL of its own")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--rest", type=float, default=0.6, help="seconds between faults")
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    given = {key: value for key, value in vars(told).items() if key != "out"}
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:7.0f} s  {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="crossfoot-ordeal-") as folder:
        seen = go_through(Plan(**given), Path(folder), say)
    written: dict[str, Any] = {**asdict(seen), "well": seen.well}
    line = json.dumps(written, ensure_ascii=False)
    print(line)
    if told.out:
        told.out.parent.mkdir(parents=True, exist_ok=True)
        told.out.write_text(line + "\n", encoding="utf-8")
    return 0 if seen.well else 1


if __name__ == "__main__":
    sys.exit(main())
