"""A worker that dies at a chosen point: what it left is whole, and its document judged justly."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from service.blobs.disk import DiskBlobs
from service.doctor import examine
from service.invariants import Broken, invariants
from service.queue.app import Bell
from service.settings import Settings, read_settings
from service.store.database import open_database
from service.store.documents import run_again
from service.store.intake import BATCH, Incoming, Intake, take_in
from service.store.store import Store
from service.store.tables import documents
from service.sweeper import Sweeper
from tests.acceptance.door import PROJECT
from tests.acceptance.served import numbered
from tests.faults import Note

pytestmark = pytest.mark.slow

TIMES = int(os.environ.get("CHAOS_TIMES", "1"))


class Yard:
    """A store with documents in it, and workers that come and go."""

    def __init__(self, home: Path, attempts: int = 3) -> None:
        self.told = {"CROSSFOOT_ATTEMPTS": str(attempts)}
        self.settings: Settings = read_settings({"CROSSFOOT_HOME": str(home), **self.told})
        self.store = Store(open_database(self.settings.database))
        self.blobs = DiskBlobs(home / "blobs")

    def send(self, count: int) -> list[str]:
        """The contents' hashes."""
        contents = [numbered(n) for n in range(count)]
        names = [self.blobs.put(content) for content in contents]
        files = [
            Incoming(f"{n}.pdf", len(content), sha256(content).hexdigest(), "pdf")
            for n, content in enumerate(contents)
        ]
        take_in(self.store, files, Intake("ann", BATCH, "b", {}), lambda _: None)
        return names

    def worker(self, how: str) -> int:
        """Runs a worker to its end, then takes back what it left; its exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos.lone_worker", str(self.settings.home), how],
            cwd=PROJECT, timeout=300, check=False, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        Sweeper(self.store, self.blobs, Bell(self.settings), self.settings).take_back()
        return done.returncode

    def states(self) -> dict[str, str]:
        with self.store.database.read() as connection:
            rows = connection.execute(select(documents.c.sha256, documents.c.status))
            return {row.sha256: row.status for row in rows}

    def broken(self) -> list[str]:
        """What the doctor would find amiss in what is kept, without a look at the machine."""
        found = []
        for name, look in invariants(self.store, self.blobs, self.settings):
            try:
                look()
            except Broken as error:
                found.append(f"{name}: {error.message}")
        return found

    def doctor(self) -> list[str]:
        found = examine(self.settings, strict=True)
        return [f"{one.name}: {one.said}" for one in found if not one.well]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    held = Yard(tmp_path / "home")
    yield held
    held.store.database.close()


def test_one_poison_in_many_is_dead_after_three_attempts_and_the_others_are_read(
    yard: Yard,
) -> None:
    names = yard.send(10 * TIMES)
    poison = names[len(names) // 2]
    ends = [yard.worker(f"poison:{poison}") for _ in range(4)]
    assert ends == [-9, -9, -9, 0], "it kills three workers and no fourth"
    states = yard.states()
    assert states.pop(poison) == "dead"
    assert Counter(states.values()) == {"verified": len(names) - 1}
    with yard.store.database.read() as connection:
        row = connection.execute(select(documents).where(documents.c.sha256 == poison)).one()
    assert row.category == "engine:poison"
    assert "3 tries" in row.message
    assert yard.doctor() == []
    assert run_again(yard.store, row.id, {}, "ann"), "a person revives it"
    assert yard.worker("point:999999") == 0
    assert yard.states()[poison] == "verified"


def test_killed_around_any_statement_all_is_done_or_nothing(
    tmp_path: Path, record_property: Note
) -> None:
    yard = Yard(tmp_path / "home", attempts=1000)  # none of it is a document's own fault
    chance, killed = random.Random(TIMES), 0
    yard.send(1 + TIMES)
    for _ in range(4 * TIMES):
        killed += yard.worker(f"point:{chance.randrange(30)}") == -9
        assert yard.broken() == []
    yard.worker("point:999999")
    assert killed
    record_property("F13", killed)
    assert set(yard.states().values()) == {"verified"}
    assert yard.doctor() == []
    yard.store.database.close()
