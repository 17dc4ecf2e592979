"""Hostile files and hostile senders: refused with a reason that names the limit, and soon.

A short selection; `make hostile` goes through more (HOSTILE_TIMES), and through a folder of
files where one is given (HOSTILE_CORPUS).
"""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.store.documents import Filter, list_documents
from service.store.states import FINAL
from tests.chaos.plant import Plant, plant
from tests.faults import Note
from tests.hostile import bombs
from tests.hostile.injected import DOORS, inject
from tests.hostile.mutants import Reader, corpus, mutants, reader, run

TIMES = int(os.environ.get("HOSTILE_TIMES", "1"))
SOON = 60.0
"""Seconds, on a machine that may be busy ten times over; the sizes are of minutes without."""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reader(tmp_path_factory.mktemp("hostile")) as made:
        made.read("warm.pdf", bombs.one_page())
        yield made
        assert made.doctor() == []


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "inflates to 1 GB": (lambda: bombs.inflating(1024), "CROSSFOOT_PAGE_INFLATED_MIB"),
    "inflates twice over": (lambda: bombs.inflating(700, 2), "CROSSFOOT_PAGE_INFLATED_MIB"),
    "five metres wide": (lambda: bombs.one_page(b"0 0 14400 14400"), "CROSSFOOT_PAGE_POINTS"),
    "a picture of gigapixels": (lambda: bombs.huge_picture(60_000), "CROSSFOOT_PAGE_MEGAPIXELS"),
    "thousands of pages": (lambda: bombs.many_pages(3_000), "CROSSFOOT_PAGES"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_the_name_of_the_limit(held: Reader, name: str) -> None:
    make, limit = BOMBS[name]
    end = held.read(f"{name}.pdf", make())
    assert (end.status, end.category) == ("failed", "input:too_large")
    assert end.seconds < SOON
    (row,) = list_documents(held.bench.store, Filter(), 1, None)
    assert limit in row.message
    assert "page" in row.message


ODD: dict[str, Callable[[], bytes]] = {
    "no numbers for a box": lambda: bombs.one_page(b"0 0 nan nan"),
    "no box": lambda: bombs.one_page(b"0 0 0 0"),
    "a tree that holds itself": bombs.looped_tree,
    "a hundred thousand pages": lambda: bombs.many_pages(100_000),
    "brackets within brackets": lambda: bombs.nested(100_000),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_comes_to_an_end(held: Reader, name: str) -> None:
    end = held.read(f"{name}.pdf", ODD[name]())
    assert end.status in FINAL
    assert end.category != "internal"
    assert end.seconds < SOON


def test_mutants_all_come_to_an_end_that_is_named(held: Reader, record_property: Note) -> None:
    record_property("F23", 10 * TIMES)
    tally = run(mutants(10 * TIMES, seed=TIMES), held, lambda _: None)
    assert (tally.unfinished, tally.uncategorised, tally.doctor) == ([], [], [])


def test_every_file_of_a_folder_comes_to_an_end_that_is_named(
    held: Reader, tmp_path: Path, record_property: Note
) -> None:
    """The folder is the one given, else one of files of many kinds that are made here."""
    told = os.environ.get("HOSTILE_CORPUS")
    folder = Path(told) if told else _made_folder(tmp_path / "corpus")
    tally = run(corpus(folder), held, lambda _: None)
    record_property("F22", tally.files)
    assert tally.files
    assert (tally.unfinished, tally.uncategorised, tally.doctor) == ([], [], [])


def _made_folder(folder: Path) -> Path:
    """Bombs, odd PDFs and spoilt ones, and files that are none, in folders within folders."""
    files = {
        **{f"odd/{name}.pdf": make() for name, make in ODD.items()},
        "bombs/pages.pdf": bombs.many_pages(3_000),
        "bombs/wide.pdf": bombs.one_page(b"0 0 14400 14400"),
        "others/empty.pdf": b"",
        "others/noise.bin": random.Random(22).randbytes(5000),
        "others/page.html": b"<html><body>12.00</body></html>",
        "others/program.exe": b"MZ" + bytes(2000),
        **{f"spoilt/{name}": content for name, content in mutants(6, seed=22)},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.mark.parametrize("door", DOORS)
def test_no_wrong_figure_comes_in_unseen(door: str) -> None:
    tally = inject(door, 20, seed=1)
    assert (tally.silent, tally.first_silent) == (0, "")
    assert tally.injected == 20


# -- uploads from raw sockets --------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A service that takes little and waits for nobody."""
    limits = {
        "CROSSFOOT_UPLOAD_MIB": "1",
        "CROSSFOOT_UPLOAD_SECONDS": "3",
        "CROSSFOOT_BACKLOG": "1",
        "CROSSFOOT_FREE_DISK_MIB": "1",
    }
    with plant("embedded", tmp_path_factory.mktemp("small"), workers=1, settings=limits) as made:
        yield made
        assert list(made.settings.incoming.iterdir()) == []
        assert made.doctor() == []


HEAD = (
    b"POST /api/v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n"
)
PART = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'


def answer(held: Plant, *pieces: bytes, pause: float = 0.0, most: int = 64 << 20) -> int | None:
    """The status that the pieces get when sent one after another; None: cut off without."""
    sent = 0
    address = ("127.0.0.1", int(held.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=60) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
                sent += len(piece)
                if sent > most:
                    break
                time.sleep(pause)
            said = line.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            try:
                said = line.recv(4096)
            except OSError:
                return None
    return int(said.split()[1]) if said else None


@pytest.mark.slow
def test_an_endless_upload_is_cut_off_at_its_limit(small: Plant) -> None:
    flood = [b"\0" * 65536] * 1000
    assert answer(small, HEAD % 10_000_000_000, PART, *flood) in (413, None)


@pytest.mark.slow
def test_a_sender_that_dawdles_is_sent_away(small: Plant) -> None:
    began = time.monotonic()
    assert answer(small, HEAD % 5000, PART, *([b"."] * 8), pause=0.7) == 408
    assert time.monotonic() - began < 30


@pytest.mark.slow
def test_a_length_that_lies_is_not_believed(small: Plant) -> None:
    whole = PART + b"\r\n--x--\r\n"
    assert answer(small, HEAD % (len(whole) + 5000), whole) == 408, "the rest never comes"
    rest = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert answer(small, HEAD % 10, whole + rest) in (400, 415, 422)


@pytest.mark.slow
def test_no_more_is_taken_in_than_there_is_room_for(small: Plant) -> None:
    held = [("files", (f"{n}.pdf", bombs.one_page(content=b"%d" % n))) for n in range(6)]
    door = f"{small.url}/api/v1/documents"
    first = httpx.post(door, files=held, timeout=60, trust_env=False)
    second = httpx.post(door, files=held[:1], timeout=60, trust_env=False)
    assert first.status_code == 201
    if second.status_code != 201:  # the six may have been read by then
        assert second.status_code == 429
        assert int(second.headers["Retry-After"]) > 0
