"""The sweeper: whose work it takes back, when clocks are set, and when a worker is deaf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.blobs.disk import DiskBlobs
from service.queue.app import Bell
from service.settings import Settings, read_settings
from service.store.steps import Taker, claim, running_steps
from service.sweeper import Sweeper
from tests.unit.store import Desk

HOUR = 3600.0


@dataclass(slots=True)
class Room:
    """A sweeper whose two clocks the test moves: the one on the wall and the steady one."""

    desk: Desk
    settings: Settings
    steady: float = 1000.0
    ended: list[bool] = field(default_factory=list)
    heard: int = 0
    sweeper: Sweeper = field(init=False)

    def __post_init__(self) -> None:
        self.sweeper = Sweeper(
            self.desk.store,
            DiskBlobs(self.settings.home / "blobs"),
            Bell(self.settings),
            self.settings,
            own="/pool1",
            heard=lambda: self.heard,
            deaf=lambda: self.ended.append(True),
            clock=lambda: self.steady,
        )

    def wait(self, seconds: float) -> None:
        self.steady += seconds
        self.desk.clock.now += seconds


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    desk = Desk.in_folder(tmp_path)
    settings = read_settings({"CROSSFOOT_HOME": str(tmp_path)})
    yield Room(desk, settings)
    desk.store.database.close()


def claimed(room: Room, count: int, worker: str = "elsewhere/1/1/pool9") -> None:
    room.desk.send(*(room.desk.fresh(f"{n}.pdf") for n in range(count)), batch="b")
    for _ in range(count):
        assert claim(room.desk.store, Taker(worker, room.settings.lease_seconds)) is not None


def test_a_lease_that_ran_out_is_taken_back(room: Room) -> None:
    claimed(room, 3)
    assert room.sweeper.take_back() == 0
    room.wait(room.settings.lease_seconds - 1)
    assert room.sweeper.take_back() == 0
    room.wait(2)
    assert room.sweeper.take_back() == 3


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_is_set_sets_no_work_free(room: Room, jump: float) -> None:
    claimed(room, 20)
    assert room.sweeper.take_back() == 0
    room.desk.clock.now += jump
    for _ in range(10):
        room.wait(5)
        assert room.sweeper.take_back() == 0, "their workers are at it"
    room.wait(room.settings.lease_seconds)
    assert room.sweeper.take_back() == 20, "now they had their time"


def test_work_laid_out_before_the_clock_was_set_back_is_done_all_the_same(room: Room) -> None:
    room.desk.send(room.desk.fresh("a.pdf"))
    room.desk.clock.now -= HOUR
    assert claim(room.desk.store, Taker("w", 60)) is not None


def test_a_worker_that_lets_bells_lie_ends_itself(room: Room) -> None:
    for _ in range(20):
        room.sweeper._listen(4)
        room.wait(5)
    assert room.ended == [True]


@pytest.mark.parametrize("sign", ["hears", "works", "nothing to hear", "no broker"])
def test_a_worker_with_a_sign_of_life_goes_on(room: Room, sign: str) -> None:
    if sign == "works":
        claimed(room, 1, "here/1/1/pool1")
        assert running_steps(room.desk.store)
    for turn in range(40):
        if sign == "hears" and turn % 10 == 0:
            room.heard += 1
        bells = {"nothing to hear": 0, "no broker": None}.get(sign, 4)
        room.sweeper._listen(bells)
        room.wait(5)
    assert room.ended == []
