"""Budgets, the ledger and the pace as all workers share them: both databases, a real Redis."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.model_books import SqlBooks
from service.pace import shared_pace
from service.store.database import open_database
from service.store.intake import INTERACTIVE, Incoming, Intake, take_in
from service.store.store import Store
from service.store.tables import model_calls
from tests.integration.outside import database, redis_url
from tests.llm.asking import PRICE, Asking
from tests.llm.fake import Fake, served
from worker.llm.answers import CheckAnswer
from worker.llm.books import Budgets, Call, Made, Purpose
from worker.llm.faults import Confidential, OutOfBudget, Tokens
from worker.llm.pace import Rates
from worker.llm.question import Question, Turn

CALL = Call(Purpose("d" * 64, "b" * 28), "m", "p", "r" * 64, 60)
ASKED = Question("check.v1", "say ready", (Turn("user", "<ink>"),), CheckAnswer, 100)
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'a.db'}"
        return
    with database() as made:
        yield made


@pytest.fixture
def books(url: str) -> Iterator[SqlBooks]:
    held = open_database(url)
    yield SqlBooks(Store(held))
    held.close()


def spent(books: SqlBooks) -> int:
    with books.store.database.read() as connection:
        return int(connection.execute(select(func.sum(model_calls.c.cost))).scalar() or 0)


def test_workers_that_race_never_set_aside_more_than_there_is(books: SqlBooks) -> None:
    """Eight of them, each wanting 60 of 1,000 as often as it can and spending 50."""
    budgets = Budgets(document=10**9, batch=10**9, day=1000)
    highest: list[int] = []

    def work(number: int) -> None:
        mine = replace(CALL, purpose=Purpose(f"{number:064x}", "b" * 28))
        while True:
            try:
                entry = books.reserve(replace(mine, request=f"{len(highest):064x}"), budgets)
            except OutOfBudget:
                return
            highest.append(spent(books))
            books.settle(entry, Made(Tokens(1, 1), 50, 0.1, "ok", "{}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(highest) <= 1000
    assert 900 <= spent(books) <= 1000
    assert spent(books) == 50 * len(highest)


def test_the_books_are_those_of_the_server(books: SqlBooks) -> None:
    ready = Fake(lambda *_: {"word": "ready", "lines": 0})
    with served(ready) as fake, Asking(fake, books=books) as asking:
        for number in range(5):
            turns = (Turn("user", f"<ink {number}>"),)
            asking.caller("d").ask(replace(ASKED, turns=turns))
            asking.caller("d").ask(replace(ASKED, turns=turns))
    assert fake.ledger.requests == 5, "what was asked before is not paid again"
    billed = Tokens(fake.ledger.input, fake.ledger.output)
    sums = select(func.sum(model_calls.c.input_tokens), func.sum(model_calls.c.output_tokens))
    with books.store.database.read() as connection:
        assert tuple(connection.execute(sums).one()) == (billed.input, billed.output)
    assert spent(books) == PRICE.of(billed)


def test_a_content_sent_in_as_confidential_is_refused_at_the_books(books: SqlBooks) -> None:
    file = Incoming("a.pdf", 10, CALL.purpose.document, "pdf")
    for settings in ({}, {"confidential": True}, {}):
        take_in(books.store, [file], Intake("ann", INTERACTIVE, None, settings), lambda _: None)
    with pytest.raises(Confidential):
        books.reserve(CALL, Budgets())
    assert spent(books) == 0


_CRASH = """
import os, sys
from service.model_books import SqlBooks
from service.store.database import open_database
from service.store.store import Store
from tests.integration.test_model_money import ASKED
from tests.llm.asking import Asking
from tests.llm.fake import Fake

class Dying(SqlBooks):
    def settle(self, entry, made):
        os._exit(9)  # the answer is here, and nothing of it is written down

fake = Fake(lambda *_: {})
fake.url = sys.argv[2]
Asking(fake, books=Dying(Store(open_database(sys.argv[1])))).caller("d").ask(ASKED)
"""


def test_a_crash_between_answer_and_books_pays_that_one_call_again(
    url: str, books: SqlBooks
) -> None:
    with served(Fake(lambda *_: {"word": "ready", "lines": 0})) as fake:
        run = [sys.executable, "-c", _CRASH, url, fake.url]
        assert subprocess.run(run, cwd=PROJECT, timeout=60, check=False).returncode == 9
        assert fake.ledger.requests == 1
        with Asking(fake, books=books) as asking:
            asking.caller("d").ask(ASKED)
            asking.caller("d").ask(ASKED)
            assert fake.ledger.requests == 2, "once more, and no more than that"
            most = PRICE.of(Tokens(ASKED.least_tokens(), ASKED.most))
    billed = Tokens(fake.ledger.input, fake.ledger.output)
    assert PRICE.of(billed) <= spent(books) == most + PRICE.of(billed) // 2


# -- pace ---------------------------------------------------------------------------------

_SENDS = """
import sys, time
from service.pace import shared_pace
from worker.llm.pace import Rates

pace = shared_pace(sys.argv[1], "two", Rates(requests=20))
print("ready", flush=True)
sys.stdin.readline()
end = time.monotonic() + 3.0
while time.monotonic() < end:
    wait = pace.take(10)
    if not wait:
        print("sent", flush=True)
    time.sleep(0.05)
"""


def test_two_processes_keep_one_pace() -> None:
    broker = redis_url(13)
    pipe, start = subprocess.PIPE, [sys.executable, "-c", _SENDS, broker]
    runs = [
        subprocess.Popen(start, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True) for _ in range(2)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("\n")
        run.stdin.flush()
    sent = [run.communicate(timeout=60)[0].count("sent") for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert sum(sent) == 20
    assert min(sent) > 0, "both had a turn"


def test_the_pace_counts_tokens_and_says_how_long_to_wait() -> None:
    pace = shared_pace(redis_url(13), "tokens", Rates(tokens=100))
    assert pace.take(60) == 0.0
    time.sleep(0.2)
    wait = pace.take(60)
    assert 55.0 < wait < 60.0
    assert pace.take(40) == 0.0, "what was not sent does not count"
    assert pace.take(1) > 0.0


def test_a_process_keeps_its_own_pace_while_redis_is_away() -> None:
    pace = shared_pace("redis://127.0.0.1:1/0", "away", Rates(requests=1))
    assert pace.take(1) == 0.0
    assert pace.take(1) > 0.0
