"""A document whose pages several processes read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pymupdf
import pytest

from schemas.result import Result
from service.cage import Cage, CageError
from service.caged import read_caged
from service.caged_pages import Pages
from service.cages import Cages
from service.settings import Settings

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"


@pytest.fixture
def cages() -> Iterator[Cages]:
    held = Cages(Settings(), 2)
    yield held
    held.close()


def long_document(folder: Path) -> Path:
    """An example over and over: twelve pages."""
    path = folder / "long.pdf"
    with pymupdf.open() as whole, pymupdf.open(EXAMPLES / "liwan-2024.pdf") as part:
        while len(whole) < 12:
            whole.insert_pdf(part)
        whole.save(path)
    return path


def read(path: Path, cages: Cages, others: Cages | None) -> Result:
    digest = sha256(path.read_bytes()).hexdigest()
    with cages.one() as cage:
        result = read_caged(
            path, path.name, digest, cage, Settings(), lambda *_: None, others=others
        )
    return result.model_copy(update={"usage": result.usage.model_copy(update={"seconds": 0.0})})


def test_a_document_reads_the_same_by_one_process_and_by_two(tmp_path: Path, cages: Cages) -> None:
    path = long_document(tmp_path)
    assert read(path, cages, cages) == read(path, cages, None)


def test_two_read_a_long_document_and_the_pages_come_in_their_order(cages: Cages) -> None:
    readers: set[int] = set()
    told: list[tuple[int, int]] = []

    def read_one(number: int, cage: Cage) -> bytes:
        cage.ask({"do": "warm"}, seconds=60)
        time.sleep(0.2)  # time for the other to wake
        readers.add(id(cage))
        return f"page {number}".encode()

    with cages.one() as cage:
        read = Pages(16, read_one, lambda *done: told.append(done)).read(cage, cages)
    assert read == [f"page {n}".encode() for n in range(1, 17)]
    assert told == [(n, 16) for n in range(1, 17)]
    assert len(readers) == 2


def test_a_short_document_wakes_no_other_process(cages: Cages) -> None:
    readers: set[int] = set()

    def read_one(_number: int, cage: Cage) -> bytes:
        readers.add(id(cage))
        return b""

    with cages.one() as cage:
        Pages(3, read_one, lambda *_: None).read(cage, cages)
    assert len(readers) == 1


def test_who_comes_free_takes_the_next_page_while_another_reads(cages: Cages) -> None:
    second_begun = threading.Event()
    readers: dict[int, Cage] = {}

    def read_one(number: int, cage: Cage) -> bytes:
        readers[number] = cage
        if number == 2:
            second_begun.set()
        else:
            busy.__exit__(None, None, None)  # the other one comes free while this page is read
            second_begun.wait(20)
        return b""

    with cages.one() as cage:
        busy = cages.one()
        busy.__enter__().ask({"do": "warm"}, seconds=60)
        Pages(2, read_one, lambda *_: None).read(cage, cages)
    assert readers[1] is not readers[2]


def test_a_process_that_finds_no_room_beside_the_first_costs_no_page() -> None:
    cramped = Cages(Settings(reader_memory_mib=60), 1)  # too little to import what reading needs
    first = Cages(Settings(), 1)

    def read_one(number: int, _cage: Cage) -> bytes:
        time.sleep(0.1)
        return str(number).encode()

    try:
        with first.one() as cage:
            read = Pages(20, read_one, lambda *_: None).read(cage, cramped)
        assert read == [str(n).encode() for n in range(1, 21)]
    finally:
        cramped.close()
        first.close()


def test_what_fails_beside_is_told_and_the_process_is_free_again(cages: Cages) -> None:
    def read_one(_number: int, cage: Cage) -> bytes:
        if cage is first:
            time.sleep(0.2)
            return b""
        raise CageError("it crashed")

    with cages.one() as first, pytest.raises(CageError, match="it crashed"):
        Pages(100, read_one, lambda *_: None).read(first, cages)
    with cages.one(), cages.one():  # both
        pass


def test_who_is_stopped_leaves_the_rest_unread(cages: Cages) -> None:
    begun: list[int] = []

    def read_one(number: int, _cage: Cage) -> bytes:
        begun.append(number)
        if number == 3:
            raise KeyboardInterrupt
        return b""

    with cages.one() as cage, pytest.raises(KeyboardInterrupt):
        Pages(1000, read_one, lambda *_: None).read(cage, None)
    assert begun == [1, 2, 3]


def test_documents_that_wait_come_before_pages_of_another(tmp_path: Path) -> None:
    """While a document still wants a process, none is lent."""
    cages = Cages(Settings(home=tmp_path), 2, due=2)
    try:
        with cages.one():
            assert cages.spare(asleep=True) is None
            with cages.one():
                assert cages.spare(asleep=True) is None
            spare = cages.spare(asleep=True)
            assert spare is not None
            cages.give_back(spare)
    finally:
        cages.close()


def test_a_cage_ended_at_work_ends_its_document_and_writes_nothing(cages: Cages) -> None:
    """What a stopped batch was reading must not come out as a document that failed."""
    from threading import Thread

    from service.cage import Stopped

    heard: list[BaseException] = []

    def ask() -> None:
        with cages.one() as cage:
            try:
                cage.ask({"do": "warm"}, seconds=60)
                cage.ask({"do": "warm"}, seconds=60)
            except BaseException as error:  # noqa: BLE001
                heard.append(error)

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    cages.close()
    for thread in threads:
        thread.join()
    assert [type(error) for error in heard] == [Stopped, Stopped]
