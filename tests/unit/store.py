"""A store on SQLite in a folder of the test's, with a clock that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from service.store.database import open_database
from service.store.intake import BATCH, INTERACTIVE, Incoming, Intake, Taken, take_in
from service.store.store import Store


@dataclass(slots=True)
class Clock:
    """Stands still until it is moved."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def numbered() -> Callable[[], str]:
    """Ids in the order in which they are asked for."""
    count = itertools.count(1)
    return lambda: f"{next(count):028x}"


@dataclass(slots=True)
class Desk:
    """A store and the clock that it looks at."""

    store: Store
    clock: Clock
    contents: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @staticmethod
    def at(url: str) -> Desk:
        clock = Clock()
        return Desk(Store(open_database(url), clock, numbered()), clock)

    @staticmethod
    def in_folder(folder: Path) -> Desk:
        return Desk.at(f"sqlite:///{folder / 'crossfoot.db'}")

    def fresh(self, name: str) -> Incoming:
        """A file of a content that was not seen before."""
        return Incoming(name, 10, f"{next(self.contents):064x}", "pdf")

    def send(self, *files: Incoming, batch: str | None = None) -> list[Taken]:
        lane = INTERACTIVE if batch is None else BATCH
        intake = Intake("ann", lane, batch, {})
        return take_in(self.store, files, intake, lambda _sha: None)[1]
