"""The books of calls: what was set aside, what was spent, what was answered before.

A port, with one implementation in memory here and one in SQL in ``service/store``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from worker.llm.faults import OutOfBudget, Tokens
from worker.llm.money import dollars

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Budgets:
    """Most billionths of a dollar for one document, one batch and one day; None: no bound."""

    document: int | None = None
    batch: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call is for: the SHA-256 of its document, and the batch it came with."""

    document: str
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made: ``most`` is the most that it can cost, in billionths."""

    purpose: Purpose
    model: str
    prompt: str
    request: str
    most: int


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a call: ``category`` is ``ok`` or that of the fault."""

    tokens: Tokens
    cost: int
    seconds: float
    category: str
    answer: str | None = None
    asked: str | None = None


class Books(Protocol):
    """Every call is entered before it is made and settled after."""

    def known(self, request: str) -> str | None:
        """The answer that was given to this very request before; None where there is none."""

    def reserve(self, call: Call, budgets: Budgets) -> str:
        """Sets ``call.most`` aside; the entry's id.

        Raises:
            OutOfBudget: if one of the budgets does not have so much left; nothing is entered.
            Confidential: if the document was meanwhile sent in as one that must not leave.
        """

    def settle(self, entry: str, made: Made) -> None:
        """Writes down what the call cost, frees the rest, and keeps its answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A call in the books; ``made`` is None until it is settled."""

    call: Call
    at: float
    made: Made | None = None

    @property
    def counted(self) -> int:
        """What the call takes from its budgets: what is set aside until it is settled."""
        return self.made.cost if self.made is not None else self.call.most


def refuse_beyond(call: Call, budgets: Budgets, document: int, batch: int, day: int) -> None:
    """Holds a call against its budgets, of which so much is spent or set aside.

    Raises:
        OutOfBudget: naming the budget that does not have so much left.
    """
    for name, budget, spent in (
        ("DOCUMENT", budgets.document, document),
        ("BATCH", budgets.batch if call.purpose.batch else None, batch),
        ("DAY", budgets.day, day),
    ):
        if budget is not None and spent + call.most > budget:
            raise OutOfBudget(
                f"the next call may cost {dollars(call.most)} dollars, and of the "
                f"{dollars(budget)} of CROSSFOOT_MODEL_BUDGET_{name} {dollars(spent)} are "
                "spent or set aside: raise that setting and run it again, what is answered "
                "is not paid twice."
            )


@dataclass
class MemoryBooks:
    """Books that last as long as the process."""

    clock: Callable[[], float] = time.time
    entries: dict[str, Entry] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, request: str) -> str | None:
        return self.answers.get(request)

    def reserve(self, call: Call, budgets: Budgets) -> str:
        with self._lock:
            now = self.clock()
            held = self.entries.values()
            refuse_beyond(
                call,
                budgets,
                sum(e.counted for e in held if e.call.purpose.document == call.purpose.document),
                sum(e.counted for e in held if e.call.purpose.batch == call.purpose.batch),
                sum(e.counted for e in held if e.at > now - DAY),
            )
            entry = str(len(self.entries) + 1)
            self.entries[entry] = Entry(call, now)
            return entry

    def settle(self, entry: str, made: Made) -> None:
        with self._lock:
            held = self.entries[entry]
            self.entries[entry] = replace(held, made=made)
            if made.answer is not None:
                self.answers[held.call.request] = made.answer
