"""One owner of retries, rates and money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import BaseModel

from worker.llm.books import Budgets, Call, Made, MemoryBooks, Purpose
from worker.llm.calls import Caller, Patience, Spent
from worker.llm.faults import (
    Declined,
    Malformed,
    Misconfigured,
    ModelFault,
    OutOfBudget,
    OutOfTime,
    RateLimited,
    ServerFault,
    TimedOut,
    Tokens,
)
from worker.llm.money import Price, dollars, price_of
from worker.llm.pace import LocalPace, Rates
from worker.llm.question import Question, Reply, Turn


class Word(BaseModel):
    word: str


ASKED = Question("word.v1", "say a word", (Turn("user", "now"),), Word, 100)
GOOD = '{"word": "ready"}'


@dataclass
class Scripted:
    """An endpoint that answers what is next in its script, the last for ever."""

    script: list[ModelFault | str]
    model: str = "m"
    sent: int = 0

    def send(self, question: Question[Any], seconds: float) -> Reply[Any]:
        assert seconds > 0
        what = self.script[min(self.sent, len(self.script) - 1)]
        self.sent += 1
        if isinstance(what, ModelFault):
            raise what
        answer = question.form.model_validate_json(what)
        return Reply(answer, what, Tokens(100, 10), 0.1)


@dataclass
class Clock:
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(clock: Clock) -> Callable[..., Caller]:
    def made(endpoint: Scripted, **more: Any) -> Caller:
        caller = Caller(
            endpoint,
            MemoryBooks(clock),
            LocalPace(Rates(), clock),
            Purpose("d1"),
            Spent(),
            Price(1000, 2000),
            patience=Patience(tries=4, first=1.0, longest=30.0),
            clock=clock,
            sleep=clock.sleep,
            draw=lambda: 1.0,
        )
        return replace(caller, **more)

    return made


def test_what_passes_is_waited_for_and_a_header_is_honoured(
    ask: Callable[..., Caller], clock: Clock
) -> None:
    endpoint = Scripted([RateLimited("slow", 9.0), ServerFault("broke"), GOOD])
    caller = ask(endpoint)
    assert caller.ask(ASKED).answer == Word(word="ready")
    assert clock.slept == [9.0, 4.0]
    assert caller.spent.calls == 3
    assert caller.spent.cost == 100 * 1000 + 10 * 2000


def test_tries_are_bounded(ask: Callable[..., Caller], clock: Clock) -> None:
    endpoint = Scripted([ServerFault("broke")])
    with pytest.raises(ServerFault):
        ask(endpoint).ask(ASKED)
    assert endpoint.sent == 4
    assert clock.slept == [2.0, 4.0, 8.0]


def test_who_asks_for_more_patience_than_there_is_gets_none(
    ask: Callable[..., Caller], clock: Clock
) -> None:
    endpoint = Scripted([RateLimited("come back tomorrow", 3000.0)])
    with pytest.raises(RateLimited):
        ask(endpoint).ask(ASKED)
    assert (endpoint.sent, clock.slept) == (1, [])


@pytest.mark.parametrize("fault", [Declined("no"), Misconfigured("401"), Malformed("what")])
def test_what_will_not_pass_costs_one_call(fault: ModelFault, ask: Callable[..., Caller]) -> None:
    endpoint = Scripted([fault])
    with pytest.raises(type(fault)):
        ask(endpoint).ask(ASKED)
    assert endpoint.sent == 1


def test_the_same_request_is_paid_once_a_malformed_answer_too(
    ask: Callable[..., Caller],
) -> None:
    endpoint = Scripted([GOOD])
    caller = ask(endpoint)
    first, second = caller.ask(ASKED), caller.ask(ASKED)
    assert (first.cached, second.cached) == (False, True)
    assert second.answer == first.answer
    assert (endpoint.sent, caller.spent.calls, caller.spent.cached) == (1, 1, 1)
    bad = Scripted([Malformed("no JSON", Tokens(100, 10), "what?")])
    caller = ask(bad)
    for _ in range(2):
        with pytest.raises(Malformed):
            caller.ask(ASKED)
    assert bad.sent == 1


def test_another_model_or_another_word_is_another_request() -> None:
    other = replace(ASKED, turns=(Turn("user", "then"),))
    longer = replace(ASKED, most=101)
    hashes = {q.hash("m") for q in (ASKED, other, longer)} | {ASKED.hash("n")}
    assert len(hashes) == 4


def test_nothing_is_sent_that_the_budget_may_not_hold(ask: Callable[..., Caller]) -> None:
    endpoint = Scripted([GOOD])
    caller = ask(endpoint)
    most = caller.price.of(Tokens(ASKED.least_tokens(), ASKED.most)) if caller.price else 0
    poor = replace(caller, budgets=Budgets(document=most - 1))
    with pytest.raises(OutOfBudget, match="CROSSFOOT_MODEL_BUDGET_DOCUMENT"):
        poor.ask(ASKED)
    assert endpoint.sent == 0
    replace(caller, budgets=Budgets(document=most)).ask(ASKED)
    assert endpoint.sent == 1


def test_what_is_set_aside_counts_until_it_is_settled(clock: Clock) -> None:
    books = MemoryBooks(clock)
    call = Call(Purpose("d1", "b1"), "m", "p", "r1", 60)
    entry = books.reserve(call, Budgets(day=100))
    with pytest.raises(OutOfBudget, match="BUDGET_DAY"):
        books.reserve(replace(call, request="r2"), Budgets(day=100))
    books.settle(entry, Made(Tokens(1, 1), 20, 0.1, "ok"))
    books.reserve(replace(call, request="r2"), Budgets(day=100))
    other = replace(call, purpose=Purpose("d2", "b2"))
    with pytest.raises(OutOfBudget):
        books.reserve(other, Budgets(day=100))
    clock.now += 90_000
    books.reserve(other, Budgets(day=100))


def test_a_document_has_its_time(ask: Callable[..., Caller], clock: Clock) -> None:
    endpoint = Scripted([ServerFault("broke")])
    with pytest.raises(OutOfTime):
        ask(endpoint, until=5.0).ask(ASKED)
    assert clock.now < 5.0
    clock.now = 6.0
    with pytest.raises(OutOfTime):
        ask(Scripted([GOOD]), until=5.0).ask(ASKED)


def test_requests_and_tokens_a_minute_are_kept(clock: Clock) -> None:
    pace = LocalPace(Rates(requests=2), clock)
    assert [pace.take(1), pace.take(1)] == [0.0, 0.0]
    wait = pace.take(1)
    assert wait == 60.0
    clock.now += wait
    assert pace.take(1) == 0.0
    pace = LocalPace(Rates(tokens=100), clock)
    assert pace.take(500) == 0.0, "one that is larger than a minute's tokens goes alone"
    assert pace.take(1) == 60.0


def test_prices_are_exact() -> None:
    price = price_of("0.15/0.60")
    assert price == Price(150, 600)
    assert dollars(Price(150, 600).of(Tokens(1234, 567))) == "0.0005253"
    assert dollars(0) == "0"
    assert price_of(None) is None


def test_an_answer_that_came_too_late_may_be_billed_and_stays_set_aside(
    ask: Callable[..., Caller],
) -> None:
    caller = ask(Scripted([TimedOut("late"), GOOD]))
    caller.ask(ASKED)
    first, second = caller.books.entries.values()  # type: ignore[attr-defined]
    assert first.counted == first.call.most
    assert second.counted == caller.spent.cost == 100 * 1000 + 10 * 2000
