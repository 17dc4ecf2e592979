"""The cage: whatever the child does, the caller gets an answer or a reason."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cage import Cage, CageError, Limits, OutOfMemory, OutOfTime, Refused
from service.settings import MIB

EXAMPLE = Path(__file__).parents[2] / "examples" / "liwan-2024.pdf"
OPEN = {"do": "open", "path": str(EXAMPLE), "most": 10}


@pytest.fixture
def cage() -> Iterator[Cage]:
    held = Cage(Limits(4096 * MIB, 100))
    yield held
    held.close()


def child_of(cage: Cage) -> int:
    cage.ask(OPEN, seconds=30)
    assert cage._child is not None
    return cage._child.pid


def test_a_document_is_opened(cage: Cage) -> None:
    assert cage.ask(OPEN, seconds=30).said["pages"] == 2


def test_a_refusal_says_why_and_the_child_stays(cage: Cage) -> None:
    before = child_of(cage)
    with pytest.raises(Refused) as caught:
        cage.ask({**OPEN, "most": 1}, seconds=30)
    assert caught.value.category == "input:too_large"
    assert "CROSSFOOT_PAGES" in caught.value.message
    assert child_of(cage) == before


def test_a_child_that_hangs_is_ended_in_time(cage: Cage) -> None:
    os.kill(child_of(cage), signal.SIGSTOP)
    with pytest.raises(OutOfTime):
        cage.ask(OPEN, seconds=0.3)
    assert cage.ask(OPEN, seconds=30).said["pages"] == 2, "the next request gets a fresh child"


@pytest.mark.parametrize(
    ("how", "kind"), [(signal.SIGSEGV, CageError), (signal.SIGKILL, OutOfMemory)]
)
def test_a_child_that_dies_is_told_apart(
    cage: Cage, how: signal.Signals, kind: type[CageError]
) -> None:
    pid = child_of(cage)
    os.kill(pid, signal.SIGSTOP)  # so that it is in the middle of a request when it dies
    killer = threading.Timer(0.3, os.kill, (pid, how))
    killer.start()
    if how is not signal.SIGKILL:
        threading.Timer(0.4, os.kill, (pid, signal.SIGCONT)).start()
    with pytest.raises(kind) as caught:
        cage.ask({"do": "page", "path": str(EXAMPLE), "number": 1}, seconds=30)
    assert type(caught.value) is kind
    assert cage.ask(OPEN, seconds=30).said["pages"] == 2


def test_a_child_that_may_not_have_the_memory_does_not_get_it() -> None:
    cage = Cage(Limits(120 * MIB, 100))
    with pytest.raises((Refused, CageError)):
        cage.ask(OPEN, seconds=30)  # the readers alone take more than that
    cage.close()


def test_what_the_child_sees_is_next_to_nothing(cage: Cage) -> None:
    os.environ["A_SECRET_OF_OURS"] = "canary"
    try:
        environment = Path(f"/proc/{child_of(cage)}/environ").read_bytes()
    finally:
        del os.environ["A_SECRET_OF_OURS"]
    assert b"canary" not in environment
    limits = Path(f"/proc/{child_of(cage)}/limits").read_text()
    assert str(4096 * MIB) in limits


def test_nothing_is_left_when_it_is_closed(cage: Cage) -> None:
    pid = child_of(cage)
    folder = Path(f"/proc/{pid}/cwd").readlink()
    cage.close()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_outlives_the_thread_that_asked_first(cage: Cage) -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(child_of(cage)))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert child_of(cage) == found[0]
