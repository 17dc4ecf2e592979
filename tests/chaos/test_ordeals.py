"""A service that is hurt in all its parts: nothing lost, nothing double, all as without faults.

A short selection; `make chaos` goes through it several times over (CHAOS_TIMES).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from service.queue.app import QUEUE, celery_app
from tests.acceptance.served import FINAL, numbered, wait_for
from tests.chaos.ordeal import Plan, go_through
from tests.chaos.plant import Kind, Plant, idle_plant, plant
from tests.chaos.processes import send
from tests.faults import Note
from tests.integration.own_postgres import programs

pytestmark = pytest.mark.slow

TIMES = int(os.environ.get("CHAOS_TIMES", "1"))
_LONG = 300.0


def upload(held: Plant, *numbers: int, patience: float = 60) -> list[str]:
    """Sends a small document for each number; their ids."""
    files = [("files", (f"{n}.pdf", numbered(n))) for n in numbers]
    answer = httpx.post(
        f"{held.url}/api/v1/documents", files=files, timeout=patience, trust_env=False
    )
    assert answer.status_code == 201, answer.text
    return [item["document"]["id"] for item in answer.json()["items"]]


def statuses(held: Plant, documents: list[str]) -> set[str]:
    found = set()
    for document in documents:
        answer = httpx.get(f"{held.url}/api/v1/documents/{document}", timeout=60, trust_env=False)
        found.add(answer.json()["status"])
    return found


def all_verified(held: Plant, documents: list[str]) -> None:
    seen = wait_for(lambda: statuses(held, documents), lambda now: now <= set(FINAL), _LONG)
    assert seen == {"verified"}


@pytest.mark.parametrize("kind", ["embedded", "servers"])
def test_an_ordeal(kind: Kind, tmp_path: Path, record_property: Note) -> None:
    cuts = TIMES if kind == "servers" else 0
    crashes = cuts if programs() else 0
    plan = Plan(kind, 12 * TIMES, 3 * TIMES, TIMES, TIMES, TIMES, TIMES, cuts, crashes, seed=TIMES)
    seen = go_through(plan, tmp_path)
    assert (seen.lost, seen.doubled, seen.different, seen.doctor) == (0, 0, 0, [])
    assert seen.statuses == {"verified": 12 * TIMES}
    for fault, times in seen.tried.items():
        record_property(fault, times)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("chaos")
    with plant("embedded", folder, workers=1, settings={"CROSSFOOT_DEAF_SECONDS": "15"}) as made:
        yield made
        assert made.doctor() == []


def client(held: Plant) -> Redis:
    return Redis(unix_socket_path=str(held.settings.broker_socket), socket_timeout=5)


def test_while_the_broker_hangs_uploads_are_answered_and_read_after(held: Plant) -> None:
    (broker,) = held.brokers()
    send(broker, signal.SIGSTOP)
    try:
        began = time.monotonic()
        documents = upload(held, 101, 102)
        seconds = time.monotonic() - began
    finally:
        send(broker, signal.SIGCONT)
    assert seconds < 3 + _slowness(held)
    all_verified(held, documents)


def _slowness(held: Plant) -> float:
    """How long the same takes with nothing wrong, on a machine that has other work."""
    began = time.monotonic()
    upload(held, 103, 104)
    return time.monotonic() - began


def test_a_broker_out_of_memory_is_got_over(held: Plant) -> None:
    with client(held) as broker:
        broker.config_set("maxmemory", "1")
        documents = upload(held, 111, 112)
        broker.config_set("maxmemory", "64mb")
    all_verified(held, documents)


def test_what_others_put_into_the_queue_does_no_harm(held: Plant, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickled = b"cos\nsystem\n(S'touch " + str(canary).encode() + b"'\ntR."
    forged = [b"", b"{}", b"[]", b"no json", pickled, b'{"body": "gASV"}', b"\xff" * 5_000_000]
    forged += [b"[" * 100_000, b'{"body": "x", "properties": {"body_encoding": "none such"}}']
    head = b'{"id": "x", "task": "%s", "lang": "py"}'
    forged += [
        b'{"body": "W10=", "content-encoding": "utf-8", "content-type": '
        b'"application/x-python-serialize", "headers": %s, "properties": {"delivery_tag": "1",'
        b' "delivery_info": {"exchange": "", "routing_key": "crossfoot"}, '
        b'"body_encoding": "base64"}}' % (head % task)
        for task in (b"os.system", b"crossfoot.work")
    ]
    workers = held.heads(), held.pools()
    with client(held) as broker:
        for message in forged:
            broker.lpush(f"crossfoot.{QUEUE}", message)
    all_verified(held, upload(held, 121, 122))
    assert not canary.exists()
    assert (held.heads(), held.pools()) == workers, "nobody had to start again"


def test_a_worker_that_no_longer_hears_ends_and_comes_back(held: Plant) -> None:
    (before,) = held.heads()
    celery_app(held.settings).control.cancel_consumer(QUEUE)
    time.sleep(1)
    documents = upload(held, 131)
    all_verified(held, documents)
    assert held.heads() != [before], "the deaf one was ended"


def test_workers_are_replaced_under_load_and_nothing_waits(
    held: Plant, record_property: Note
) -> None:
    record_property("F12", 2 * TIMES)
    documents: list[str] = []
    sender = threading.Thread(
        target=lambda: documents.extend(upload(held, *range(140, 160), patience=120))
    )
    sender.start()
    for _ in range(2 * TIMES):
        time.sleep(1.5)
        for pid in held.heads():
            began = time.monotonic()
            send(pid, signal.SIGTERM)
            wait_for(lambda pid=pid: pid in held.heads(), lambda there: not there, 40)  # type: ignore[misc]
            assert time.monotonic() - began < 26
        wait_for(held.heads, bool, 60)
    sender.join()
    all_verified(held, documents)


def test_without_a_broker_at_the_start_uploads_wait_for_it(tmp_path: Path) -> None:
    with idle_plant("servers", tmp_path, workers=1) as made:
        for name in ("web", "worker0"):
            made.begin(name)
        wait_for(lambda: _answers(made), bool, 120)
        documents = upload(made, 161)
        time.sleep(3)
        assert made.roots["worker0"].poll() is None, "no crash, and no crash after crash"
        made.begin("broker")
        all_verified(made, documents)
        assert made.doctor() == []


def _answers(made: Plant) -> bool:
    try:
        return httpx.get(f"{made.url}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
