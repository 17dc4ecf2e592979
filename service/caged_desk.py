"""A document on the desk whose reading is done in the cage: only cases and crops come out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.geometry import Box
from schemas.result import Result
from service.cage import Cage
from worker.llm.case import Case
from worker.llm.consult import Consultation
from worker.llm.desk import CASES, CROP_WIDTH, TOLD
from worker.llm.needs import Mode
from worker.llm.told import Told

_LEAST = 1.0


def asked_about(desk: CagedDesk, consultation: Consultation | None) -> Result:
    """The document's result, with a model asked where ``consultation`` says how."""
    if consultation is None:
        return desk.assemble(Told(), "off")[0]
    return consultation.result(desk)


@dataclass(frozen=True)
class CagedDesk:
    """The pages of a document as read, and the cage that puts them together.

    All that is asked of the desk must be done within ``seconds`` of its making, the time
    that a model takes in between included.
    """

    cage: Cage
    path: Path
    pages: Sequence[bytes]
    name: str
    sha256: str
    seconds: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds until all must be done."""
        return max(self.started + self.seconds - time.monotonic(), _LEAST)

    def assemble(self, told: Told, mode: Mode) -> tuple[Result, tuple[Case, ...]]:
        """See :class:`worker.llm.desk.Desk`.

        Raises:
            Refused, CageError: if the cage does not give it.
        """
        request = {
            "do": "assemble",
            "path": str(self.path),
            "name": self.name,
            "sha256": self.sha256,
            "mode": mode,
            "settings": dict(self.settings),
            "limits": dict(self.limits),
        }
        heard = TOLD.dump_json(told) if told != Told() else b""
        answer = self.cage.ask(request, [*self.pages, heard], seconds=self.left)
        result, cases = answer.parts
        return Result.model_validate_json(result), CASES.validate_json(cases)

    def crop(self, page: int, box: Box) -> bytes:
        """See :class:`worker.llm.desk.Desk`.

        Raises:
            Refused, CageError: if the cage does not give it.
        """
        edges = (box.x0, box.y0, box.x1, box.y1)
        request = {
            "do": "picture",
            "path": str(self.path),
            "number": page,
            "width": CROP_WIDTH,
            "box": edges,
            "limits": dict(self.limits),
        }
        return self.cage.ask(request, seconds=self.left).parts[0]
