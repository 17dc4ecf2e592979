"""The document on the desk: what asking a model needs of it, wherever it is read."""

from __future__ import annotations

from typing import Protocol

from pydantic import TypeAdapter

from schemas.geometry import Box
from schemas.result import Result
from worker.llm.case import Case
from worker.llm.needs import Mode
from worker.llm.told import Told

CASES: TypeAdapter[tuple[Case, ...]] = TypeAdapter(tuple[Case, ...])
TOLD: TypeAdapter[Told] = TypeAdapter(Told)
"""How cases leave the cage, and what a model said comes into it."""

CROP_WIDTH = 480
"""Pixels across a crop that a model is shown."""


class Desk(Protocol):
    """A read document. It knows nothing of models; the one who asks them knows no PDF."""

    def assemble(self, told: Told, mode: Mode) -> tuple[Result, tuple[Case, ...]]:
        """The result with what a model said, and the tables to ask about in this mode."""

    def crop(self, page: int, box: Box) -> bytes:
        """A PNG of the page around ``box`` of its page space."""
