"""Spoilt PDFs by the thousand: each must come to an end that is named, and harm nobody.

    python -m tests.hostile.mutants --count 10000 --seed 1 --minutes 60 --out FILE
    python -m tests.hostile.mutants --corpus FOLDER

Every mutant is a document of a store of its own and is read as a worker reads it: claimed,
caged, committed. The process that does so is the worker; if it ends, the run ends.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pymupdf

from service.blobs.disk import DiskBlobs
from service.cage import Cage, Limits
from service.doctor import examine
from service.settings import MIB, read_settings
from service.store.database import open_database
from service.store.documents import get_document
from service.store.intake import INTERACTIVE, Intake
from service.store.states import FINAL
from service.store.store import Store
from service.taking_in import Sent, keep_and_take_in
from service.work import Bench, shift
from tests.documents.plain import plain_pdf

ENDS = ("verified", "review", "empty")
_TURNS = 4  # shifts that a document gets: each may end with a step given back


@cache
def bases() -> tuple[bytes, ...]:
    """Small PDFs of several makes: plain objects, object streams, a picture, a large font."""
    with pymupdf.open() as document:
        page = document.new_page(width=260, height=130)
        _table(page)
        open_objects = document.tobytes(deflate=False, no_new_id=True)
        packed = document.tobytes(deflate=True, use_objstms=1, no_new_id=True)
        pixels = page.get_pixmap(dpi=90)
    with pymupdf.open() as document:
        page = document.new_page(width=260, height=130)
        page.insert_image(page.rect, stream=pixels.tobytes("jpeg", jpg_quality=60))
        picture = document.tobytes(no_new_id=True)
    return open_objects, open_objects, packed, packed, picture, plain_pdf()


def _table(page: pymupdf.Page) -> None:
    rows = (("Item", "Sum", "Fund"), ("Total", "30.00", "30.00"), ("A", "10.00", "10.00"),
            ("B", "20.00", "20.00"))  # fmt: skip
    page.insert_text((90, 20), "Budget 2031", fontsize=11)
    for y, texts in enumerate(rows):
        for x, text in enumerate(texts):
            box = pymupdf.Rect(20 + 70 * x, 30 + 20 * y, 90 + 70 * x, 50 + 20 * y)
            page.draw_rect(box, color=0, width=0.7)
            page.insert_text((box.x0 + 6, box.y1 - 6), text, fontsize=9)


def mutant(seed: int) -> tuple[str, bytes]:
    """What was done to it, and the file; the same seed gives the same bytes."""
    chance = random.Random(seed)
    made = bytearray(chance.choice(bases()))
    deeds: list[tuple[str, Callable[[random.Random, bytearray], bytearray]]] = [
        ("flipped bits", _flip), ("cut off", _cut), ("numbers", _numbers), ("hole", _hole),
        ("doubled", _doubled), ("spliced", _spliced), ("names", _names),
    ]  # fmt: skip
    name, deed = chance.choices(deeds, (30, 15, 20, 10, 8, 9, 8))[0]
    return name, bytes(deed(chance, made))


def _flip(chance: random.Random, made: bytearray) -> bytearray:
    for _ in range(2 ** chance.randrange(7)):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return made


def _cut(chance: random.Random, made: bytearray) -> bytearray:
    return made[: max(1, len(made) * chance.randrange(1, 100) // 100)]


def _numbers(chance: random.Random, made: bytearray) -> bytearray:
    """Some numbers of the file become others that a reader may stumble over."""
    odd = (b"0", b"-1", b"65536", b"2147483647", b"-2147483648", b"99999999999", b"1e308", b"NaN")
    places = list(re.finditer(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", bytes(made)))
    for found in sorted(
        chance.sample(places, min(len(places), 2 ** chance.randrange(5))),
        key=lambda one: -one.start(),
    ):
        made[found.start() : found.end()] = chance.choice(odd)
    return made


def _hole(chance: random.Random, made: bytearray) -> bytearray:
    start = chance.randrange(len(made))
    end = min(len(made), start + chance.randrange(1, 400))
    made[start:end] = bytes([chance.choice((0, 32, 255))]) * (end - start)
    return made


def _doubled(chance: random.Random, made: bytearray) -> bytearray:
    start = chance.randrange(len(made))
    piece = made[start : start + chance.randrange(1, 2000)]
    at = chance.randrange(len(made))
    return made[:at] + piece * chance.randrange(1, 50) + made[at:]


def _spliced(chance: random.Random, made: bytearray) -> bytearray:
    other = chance.choice(bases())
    return made[: chance.randrange(len(made))] + other[chance.randrange(len(other)) :]


def _names(chance: random.Random, made: bytearray) -> bytearray:
    """Names of the language of PDF take each other's places."""
    names = [m.span() for m in re.finditer(rb"/[A-Za-z0-9]+", bytes(made))]
    for _ in range(2 ** chance.randrange(4)):
        (a, b), (c, d) = chance.choice(names), chance.choice(names)
        if b - a == d - c:
            made[a:b] = made[c:d]
        elif b - a > d - c:
            made[a:b] = made[c:d] + b" " * (b - a - d + c)
    return made


# -- the run -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class End:
    """How one file ended; ``seconds`` of wall clock."""

    name: str
    status: str
    category: str | None
    seconds: float


@dataclass(slots=True)
class Tally:
    files: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    uncategorised: list[str] = field(default_factory=list)
    slowest: End | None = None
    largest: tuple[str, int] = ("", 0)
    doctor: list[str] = field(default_factory=list)

    def add(self, end: End, size: int) -> None:
        self.files += 1
        self.statuses[end.status] = self.statuses.get(end.status, 0) + 1
        if end.category:
            self.categories[end.category] = self.categories.get(end.category, 0) + 1
        if end.status not in (*FINAL, "refused"):
            self.unfinished.append(end.name)
        if end.status not in ENDS and end.category in (None, "internal", "engine"):
            self.uncategorised.append(end.name)
        if self.slowest is None or end.seconds > self.slowest.seconds:
            self.slowest = end
        self.largest = max(self.largest, (end.name, size), key=lambda one: one[1])

    @property
    def well(self) -> bool:
        return not (self.unfinished or self.uncategorised or self.doctor)


class Reader:
    """Reads files one after another, as a worker does."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self._folder = bench, folder

    def read(self, name: str, content: bytes) -> End:
        from hashlib import sha256

        begun = time.monotonic()
        path = self._folder / "coming"
        path.write_bytes(content)
        sent = Sent(name, path, sha256(content).hexdigest(), len(content))
        bench = self.bench
        intake = Intake("hostile", INTERACTIVE, None, {})
        _, taken = keep_and_take_in(bench.store, bench.blobs, [sent], intake, bench.settings)
        seconds = time.monotonic() - begun
        for one in taken:
            if one.document is None:
                return End(name, "refused", one.incoming.category, seconds)
        status, category = "unknown", None
        for turn in range(_TURNS):
            if turn:
                time.sleep(2.1)  # the pause before another try
            shift(bench)
            states = [get_document(bench.store, t.document) for t in taken if t.document]
            if all(row is not None and row.status in FINAL for row in states):
                break
        for row in states:
            if row is not None:
                status, category = row.status, row.category
        return End(name, status, category, time.monotonic() - begun)

    def doctor(self) -> list[str]:
        return [
            f"{one.name}: {one.said}"
            for one in examine(self.bench.settings, strict=True)
            if not one.well
        ]


@contextmanager
def reader(folder: Path, **settings: str) -> Iterator[Reader]:
    """A worker with a store of its own in ``folder``."""
    given = {f"CROSSFOOT_{key.upper()}": value for key, value in settings.items()}
    told = read_settings({"CROSSFOOT_HOME": str(folder / "home"), **given})
    told.home.mkdir(parents=True, exist_ok=True)
    store = Store(open_database(told.database))
    cage = Cage(Limits(told.reader_memory_mib * MIB, told.reader_requests))
    blobs = DiskBlobs(told.home / "blobs")
    bench = Bench("hostile/1/1", store, blobs, cage, told, lambda _: None)
    try:
        yield Reader(bench, folder)
    finally:
        cage.close()
        store.database.close()


def run(files: Iterator[tuple[str, bytes]], held: Reader, say: Callable[[str], None]) -> Tally:
    tally, last = Tally(), time.monotonic()
    for name, content in files:
        tally.add(held.read(name, content), len(content))
        if time.monotonic() - last > 30:
            last = time.monotonic()
            say(f"{tally.files} files: {dict(tally.statuses)}, slowest {tally.slowest}")
    tally.doctor = held.doctor()
    return tally


def mutants(count: int, seed: int, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """``count`` of the mutants of a seed, from its ``first`` on: a run can be done in parts."""
    for number in range(first, first + count):
        deed, content = mutant(seed * 1_000_003 + number)
        yield f"{seed}-{number} {deed}.pdf", content


def within(
    files: Iterator[tuple[str, bytes]], minutes: float | None
) -> Iterator[tuple[str, bytes]]:
    """The files, until the time is up."""
    until = time.monotonic() + 60 * minutes if minutes is not None else float("inf")
    for file in files:
        if time.monotonic() > until:
            return
        yield file


def corpus(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="where in the seed's row to begin")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="after which no other is begun")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    files = corpus(told.corpus) if told.corpus else mutants(told.count, told.seed, told.first)
    with (
        tempfile.TemporaryDirectory(prefix="crossfoot-hostile-") as name,
        reader(Path(name)) as held,
    ):
        tally = run(within(files, told.minutes), held, lambda text: print(text, flush=True))
    written: dict[str, Any] = {**asdict(tally), "well": tally.well}
    line = json.dumps(written, ensure_ascii=False)
    print(line)
    if told.out:
        told.out.write_text(line + "\n", encoding="utf-8")
    return 0 if tally.well else 1


if __name__ == "__main__":
    sys.exit(main())
