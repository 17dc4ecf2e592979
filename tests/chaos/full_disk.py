"""A service on a disk that fills up: ``python -m tests.chaos.full_disk HOME [DATABASE_URL]``.

``HOME`` is the root of a small file system of its own. What was seen is printed as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.cage import Cage, Limits
from service.identity import process_name
from service.invariants import Broken, invariants
from service.settings import MIB, read_settings
from service.store.documents import run_again
from service.store.states import FINAL
from service.store.tables import documents
from service.web.app import create_app, open_doors
from service.web.doors import Doors
from service.work import Bench, shift
from tests.acceptance.served import numbered
from tests.asgi import ask

_TRIES = 12
_PAUSE = 2.1  # seconds after which a step that failed is due again


@dataclass(slots=True)
class Seen:
    """Answers to uploads, and the states of the documents at several times."""

    with_room: int = 0
    too_large: int = 0
    left_of_it: int = 0
    full_once: dict[str, str | None] = field(default_factory=dict)
    after_it: dict[str, str | None] = field(default_factory=dict)
    full_for_long: dict[str, str | None] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    in_the_end: dict[str, str | None] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Desk:
    doors: Doors
    bench: Bench

    def send(self, content: bytes) -> int:
        files = [("files", ("a.pdf", content))]
        app = create_app(self.doors)
        return ask(app, "/api/v1/documents", "POST", files=files).status_code

    def work(self, turns: int) -> None:
        """So many shifts, each after the pause before another try; fewer where all is done."""
        for turn in range(turns):
            time.sleep(_PAUSE if turn else 0)
            try:
                shift(self.bench)
                if all(state.split()[0] in FINAL for state in self.states()):
                    return
            except SQLAlchemyError:
                continue  # the database has no room either; the next shift asks again

    def states(self) -> dict[str, str | None]:
        """``status id`` of each document → its category."""
        with self.doors.store.database.read() as connection:
            rows = connection.execute(select(documents).order_by(documents.c.created)).all()
            return {f"{row.status} {row.id}": row.category for row in rows}

    def messages(self) -> list[str]:
        with self.doors.store.database.read() as connection:
            rows = connection.execute(select(documents.c.message))
            return [row.message for row in rows if row.message]

    def revive(self) -> None:
        for state in self.states():
            status, document = state.split()
            if status == "failed":
                run_again(self.doors.store, document, {}, "ann")

    def broken(self) -> list[str]:
        found = []
        for name, look in invariants(self.doors.store, self.doors.blobs, self.doors.settings):
            try:
                look()
            except Broken as error:
                found.append(f"{name}: {error.message}")
        return found


@contextmanager
def full(folder: Path, left: int = 0) -> Iterator[None]:
    """So many bytes are left on the folder's file system, and again all of them afterwards."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        room = os.statvfs(folder)
        wanted = room.f_bavail * room.f_frsize - left
        try:
            while wanted > 0:
                wanted -= file.write(bytes(min(wanted, 65536)))
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


def go_through(desk: Desk, home: Path) -> Seen:
    seen = Seen()
    seen.with_room = desk.send(numbered(1))
    with full(home):
        desk.work(1)
        seen.full_once = desk.states()
    desk.work(_TRIES)
    seen.after_it = desk.states()
    desk.send(numbered(2))
    with full(home, 3 * MIB):
        seen.too_large = desk.send(numbered(3) + bytes(4 * MIB))
        seen.left_of_it = len(list(desk.doors.settings.incoming.iterdir()))
    with full(home):
        desk.work(_TRIES // 2)
        seen.full_for_long = desk.states()
        seen.messages = desk.messages()
    desk.revive()
    desk.work(_TRIES)
    seen.in_the_end = desk.states()
    seen.broken = desk.broken()
    return seen


def main() -> None:
    home = Path(sys.argv[1])
    told = {"CROSSFOOT_HOME": str(home), "CROSSFOOT_FREE_DISK_MIB": "1"}
    if len(sys.argv) > 2:
        told["CROSSFOOT_DATABASE_URL"] = sys.argv[2]
    settings = read_settings(told)
    doors = open_doors(settings)
    cage = Cage(Limits(settings.reader_memory_mib * MIB, 500))
    bench = Bench(process_name(), doors.store, doors.blobs, cage, settings, lambda _: None)
    try:
        seen = go_through(Desk(doors, bench), home)
    finally:
        cage.close()
        doors.cages.close()
        doors.store.database.close()
    print(json.dumps(dataclasses.asdict(seen)))


if __name__ == "__main__":
    main()
