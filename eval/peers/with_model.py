"""Crossfoot with a language model as the reader of a run: its cost stands beside its accuracy.

CROSSFOOT_PEER_MODEL_URL is the address up to ``/v1``, CROSSFOOT_PEER_MODEL the model's name,
CROSSFOOT_PEER_MODEL_KEY a key where one is needed, CROSSFOOT_PEER_MODEL_PRICE its price in
dollars for a million tokens read and written (``0.15/0.60``). The run's other tasks ask in
processes of their own, each with books of its own: every document is paid once a run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from eval.peers.reader import Read
from schemas.result import Result
from worker.extract import extract
from worker.llm.books import MemoryBooks, Purpose
from worker.llm.calls import Caller, Spent
from worker.llm.consult import Consultation
from worker.llm.desk import Desk
from worker.llm.endpoint import Endpoint
from worker.llm.money import price_of
from worker.llm.needs import Mode
from worker.llm.pace import LocalPace, Rates


@dataclass(frozen=True, slots=True)
class CrossfootWithModel:
    """Crossfoot that asks the model of the environment in ``mode``."""

    mode: Mode = "assist"

    @property
    def name(self) -> str:
        return "crossfoot-model" if self.mode == "assist" else f"crossfoot-model-{self.mode}"

    def missing(self) -> str | None:
        address, model = _told("_URL"), _told("")
        if address and model:
            return None
        return "set CROSSFOOT_PEER_MODEL_URL and CROSSFOOT_PEER_MODEL."

    def settings(self) -> Mapping[str, str]:
        return {"model": _told(""), "mode": self.mode, "price": _told("_PRICE") or "unknown"}

    def models(self) -> Path | None:
        return None

    def read(self, path: Path) -> Read:
        start = time.perf_counter()
        result = extract(path, consult=self._consult)
        return Read(result, (), result.document.pages, time.perf_counter() - start)

    def _consult(self, desk: Desk, sha256: str) -> Result:
        caller = Caller(
            _endpoint(_told("_URL"), _told("_KEY") or "none", _told("")),
            _books(),
            LocalPace(Rates()),
            Purpose(sha256),
            Spent(),
            price_of(_told("_PRICE") or None),
        )
        return Consultation([caller], self.mode).result(desk)


def _told(end: str) -> str:
    return os.environ.get(f"CROSSFOOT_PEER_MODEL{end}", "")


@lru_cache
def _endpoint(url: str, key: str, model: str) -> Endpoint:
    from worker.llm.client import OpenAiEndpoint

    return OpenAiEndpoint(url, key, model)


@lru_cache
def _books() -> MemoryBooks:
    return MemoryBooks()
