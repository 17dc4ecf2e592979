"""A desk of made pages, and callers to a fake model, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from schemas.geometry import Box
from schemas.page import PageText
from schemas.result import Document, Result
from tests.canaries import MODEL_KEY
from tests.llm.fake import Fake
from worker.assemble import Assembled, put_together
from worker.llm.books import Books, Budgets, MemoryBooks, Purpose
from worker.llm.calls import Caller, Patience, Spent
from worker.llm.case import Case
from worker.llm.client import OpenAiEndpoint
from worker.llm.money import Price
from worker.llm.needs import Mode
from worker.llm.pace import LocalPace, Rates
from worker.llm.told import Told

PRICE = Price(150, 600)


@dataclass(frozen=True)
class MadeDesk:
    """A document of made pages."""

    pages: Sequence[PageText]
    info: Document

    def assemble(self, told: Told, mode: Mode) -> tuple[Result, tuple[Case, ...]]:
        whole = self._plain if told == Told() else put_together(self.pages, self.info, None, told)
        return whole.result, whole.cases(mode)

    @cached_property
    def _plain(self) -> Assembled:
        return put_together(self.pages, self.info)

    def crop(self, page: int, box: Box) -> bytes:
        raise AssertionError(f"page {page} has no picture ({box})")


@dataclass
class Asking:
    """What it takes to ask a fake."""

    fake: Fake
    model: str = "fake"
    books: Books = field(default_factory=MemoryBooks)
    budgets: Budgets = field(default_factory=Budgets)
    patience: Patience = field(default_factory=lambda: Patience(4, 0.001, 1.0, 1.0))
    price: Price | None = PRICE
    rates: Rates = field(default_factory=Rates)

    @cached_property
    def endpoint(self) -> OpenAiEndpoint:
        return OpenAiEndpoint(self.fake.url, MODEL_KEY, self.model)

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *_: object) -> None:
        self.endpoint.close()

    def caller(self, document: str, spent: Spent | None = None) -> Caller:
        return Caller(
            self.endpoint,
            self.books,
            LocalPace(self.rates),
            Purpose(document),
            spent or Spent(),
            self.price,
            self.budgets,
            self.patience,
        )
