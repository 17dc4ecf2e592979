"""The one owner of retries, rates and money: a question goes in, an answer or a fault comes out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from worker.llm.books import Books, Budgets, Call, Made, Purpose
from worker.llm.endpoint import Endpoint
from worker.llm.faults import Malformed, ModelFault, OutOfTime, Passing, TimedOut, Tokens
from worker.llm.money import FREE, Price
from worker.llm.pace import Pace
from worker.llm.question import A, Question, Reply, what_is_wrong


@dataclass(frozen=True, slots=True)
class Patience:
    """How faults that pass are waited for; times in seconds.

    The pause before the n-th further try is drawn from nothing up to ``first`` x 2^n, at most
    ``longest``, and is never shorter than what the endpoint asks for. One that asks for more
    than ``longest`` is not waited for.
    """

    tries: int = 4
    first: float = 1.0
    longest: float = 30.0
    call: float = 120.0


@dataclass
class Spent:
    """What the calls of one document came to; ``cost`` in billionths of a dollar."""

    calls: int = 0
    cached: int = 0
    tokens: Tokens = Tokens()  # noqa: RUF009 - frozen
    cost: int = 0
    prompts: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Caller:
    """Asks one model for one purpose.

    ``until`` is the moment, by ``clock``, after which nothing more is sent. ``keep_text``
    says whether the books may hold what was asked, not only its hash.
    """

    endpoint: Endpoint
    books: Books
    pace: Pace
    purpose: Purpose
    spent: Spent
    price: Price | None = None
    budgets: Budgets = Budgets()  # noqa: RUF009 - frozen
    patience: Patience = Patience()
    until: float = float("inf")
    keep_text: bool = False
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = random.random

    def ask(self, question: Question[A]) -> Reply[A]:
        """The answer, from the books where the same was asked before.

        Raises:
            ModelFault: if there is none; faults that pass were waited for.
        """
        request = question.hash(self.endpoint.model)
        self.spent.prompts.add(question.prompt)
        held = self._held(question, request)
        if held is not None:
            return held
        tries = 0
        while True:
            self._wait_for_turn(question)
            try:
                return self._call(question, request)
            except Passing as fault:
                tries += 1
                pause = self._pause(fault, tries)
                if pause is None:
                    raise
                self._pause_for(pause)

    def _held(self, question: Question[A], request: str) -> Reply[A] | None:
        text = self.books.known(request)
        if text is None:
            return None
        self.spent.cached += 1
        try:
            answer = question.form.model_validate_json(text)
        except ValidationError as error:  # kept so that a malformed answer is not paid twice
            raise Malformed(what_is_wrong(error), text=text) from error
        return Reply(answer, text, Tokens(), 0.0, cached=True)

    def _pause(self, fault: Passing, tries: int) -> float | None:
        """Seconds until the next try; None where there is to be none."""
        patience = self.patience
        if tries >= patience.tries or (fault.wait or 0.0) > patience.longest:
            return None
        drawn = min(patience.first * 2.0**tries, patience.longest) * self.draw()
        return max(fault.wait or 0.0, drawn)

    def _pause_for(self, seconds: float) -> None:
        if self.clock() + seconds >= self.until:
            raise OutOfTime("the time for asking the model about this document is over.")
        self.sleep(seconds)

    def _wait_for_turn(self, question: Question[A]) -> None:
        most = question.least_tokens() + question.most
        while (wait := self.pace.take(most)) > 0.0:
            self._pause_for(wait)
        if self.clock() >= self.until:
            raise OutOfTime("the time for asking the model about this document is over.")

    def _call(self, question: Question[A], request: str) -> Reply[A]:
        price = self.price or FREE
        most = price.of(Tokens(question.least_tokens(), question.most))
        call = Call(self.purpose, self.endpoint.model, question.prompt, request, most)
        entry = self.books.reserve(call, self.budgets)
        started = time.perf_counter()
        seconds = min(self.patience.call, max(self.until - self.clock(), 1.0))
        asked = _asked(question) if self.keep_text else None
        try:
            reply = self.endpoint.send(question, seconds)
        except ModelFault as fault:
            took = time.perf_counter() - started
            kept = fault.text if isinstance(fault, Malformed) and fault.text else None
            # What came too late for us may be billed all the same: it stays set aside.
            aside = most if isinstance(fault, TimedOut) else 0
            self._settle(entry, Made(fault.tokens, 0, took, fault.category, kept, asked), aside)
            raise
        self._settle(entry, Made(reply.tokens, 0, reply.seconds, "ok", reply.text, asked))
        return reply

    def _settle(self, entry: str, made: Made, aside: int = 0) -> None:
        """Enters what the call cost; ``aside`` is what it may cost beyond, which budgets count."""
        cost = (self.price or FREE).of(made.tokens)
        self.books.settle(entry, replace(made, cost=cost + aside))
        self.spent.calls += 1
        self.spent.tokens += made.tokens
        self.spent.cost += cost


def _asked(question: Question[A]) -> str:
    return "\n\n".join(turn.text for turn in question.turns)
