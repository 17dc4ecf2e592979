"""What reads a document in a run: Crossfoot, or another tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eval.scores.case import Line
from schemas.result import Result


@dataclass(frozen=True, slots=True)
class Read:
    """What a tool made of a document: tables, or lines only (``result`` is None then).

    ``seconds`` is the time of reading, models already loaded. ``boxes`` says that cells or
    lines have their places, ``sure`` that the tool tells how sure it is of a figure.
    """

    result: Result | None
    lines: tuple[Line, ...]
    pages: int
    seconds: float
    boxes: bool = True
    sure: bool = True


class Reader(Protocol):
    """A tool. ``settings`` are what it runs with, said in words, for the log."""

    @property
    def name(self) -> str: ...

    def missing(self) -> str | None:
        """Why the tool can't run here, None where it can."""

    def settings(self) -> Mapping[str, str]:
        """Its version and the settings that it is run with."""

    def models(self) -> Path | None:
        """The folder of its models, None where they are not files of ours to see."""

    def read(self, path: Path) -> Read:
        """What it makes of the document.

        Raises:
            Exception: of whatever kind, where it fails.
        """
