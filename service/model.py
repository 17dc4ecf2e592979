"""The language model of the settings: who is asked, within which budgets and rates.

The one place that turns settings into calls. The key goes from the settings into the client
and nowhere else.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import UsageError
from schemas.run_settings import RunSettings
from service.settings import Settings
from worker.llm.books import Books, Budgets, Purpose
from worker.llm.calls import Caller, Patience, Spent
from worker.llm.money import nano, price_of
from worker.llm.needs import Mode
from worker.llm.pace import LocalPace, Pace, Rates

if TYPE_CHECKING:
    from service.store.store import Store
    from worker.llm.consult import Consultation
    from worker.llm.endpoint import Endpoint

_STRENGTH: tuple[Mode, ...] = ("off", "structure", "assist", "always")


@dataclass(frozen=True)
class Consultant:
    """What it takes to ask; one for each process. ``endpoints`` are the model and stronger ones."""

    settings: Settings
    endpoints: tuple[Endpoint, ...]
    books: Books
    paces: tuple[Pace, ...]
    clock: Callable[[], float] = time.monotonic

    def about(
        self, sha256: str, *, batch: str = "", told: RunSettings | None = None, seconds: float = 1e9
    ) -> Consultation | None:
        """How to ask about the document; None where nothing of it may be sent.

        ``seconds`` bounds the time that asking may take, beside the setting's own.
        """
        from worker.llm.consult import Consultation

        mode = mode_of(self.settings, told or RunSettings())
        if mode == "off":
            return None
        held, spent = self.settings, Spent()
        prices = (price_of(held.model_price), price_of(held.model_stronger_price))
        callers = [
            Caller(
                endpoint,
                self.books,
                pace,
                Purpose(sha256, batch),
                spent,
                prices[number],
                budgets_of(held),
                Patience(call=held.model_call_seconds),
                self.clock() + min(held.model_seconds, seconds),
                held.model_keep_text,
                clock=self.clock,
            )
            for number, (endpoint, pace) in enumerate(zip(self.endpoints, self.paces, strict=True))
        ]
        return Consultation(callers, mode, sees=held.model_images and mode != "structure")


def mode_of(settings: Settings, told: RunSettings) -> Mode:
    """What a model is asked about: the setting, or less where the document says so."""
    if settings.model is None or told.confidential:
        return "off"
    asked = told.model or settings.llm
    return _STRENGTH[min(_STRENGTH.index(asked), _STRENGTH.index(settings.llm))]


def budgets_of(settings: Settings) -> Budgets:
    bounds = (
        settings.model_budget_document,
        settings.model_budget_batch,
        settings.model_budget_day,
    )
    return Budgets(*(None if bound is None else nano(bound) for bound in bounds))


def consultant(settings: Settings, store: Store | None = None) -> Consultant | None:
    """Who asks the model of the settings; None where none is named or none may be asked.

    ``store`` is a service's, whose workers keep their rates together through its broker. None:
    this process is alone, and keeps its books in the database that the settings name.
    """
    if settings.model is None or settings.llm == "off":
        return None
    from service.model_books import SqlBooks
    from service.store.database import open_database
    from service.store.store import Store as Opened

    shared = store is not None or not settings.embedded_broker
    books = SqlBooks(store if store is not None else Opened(open_database(settings.database)))
    endpoints = consultant_endpoints(settings)
    paces = tuple(_pace(settings, endpoint.model, shared) for endpoint in endpoints)
    return Consultant(settings, endpoints, books, paces)


def consultant_endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    """The model of the settings and, after it, the stronger one.

    Raises:
        UsageError: if none is named.
    """
    from worker.llm.client import OpenAiEndpoint

    if settings.model is None or settings.model_url is None:
        raise UsageError("no model is named: set CROSSFOOT_MODEL_URL and CROSSFOOT_MODEL.")
    key = settings.model_key.get_secret_value() if settings.model_key is not None else "none"
    names = [settings.model, *([settings.model_stronger] if settings.model_stronger else [])]
    return tuple(OpenAiEndpoint(settings.model_url, key, name) for name in names)


def _pace(settings: Settings, model: str, shared: bool) -> Pace:
    rates = Rates(settings.model_requests_minute, settings.model_tokens_minute)
    if not shared:
        return LocalPace(rates)
    from service.pace import shared_pace

    name = hashlib.sha256(f"{settings.model_url} {model}".encode()).hexdigest()[:16]
    return shared_pace(settings.broker, name, rates)
