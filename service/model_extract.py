"""``crossfoot extract`` with a model: reading in this process, its books in the database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.result import Result
from service.extraction import Progress
from service.model import Consultant, consultant
from service.settings import Settings
from worker.extract import extract
from worker.llm.desk import Desk
from worker.llm.told import Told


@dataclass(frozen=True)
class ModelExtract:
    """Reads documents and asks the model of the settings; may be sent to other processes."""

    settings: Settings

    def __call__(self, path: Path, *, progress: Progress | None = None) -> Result:
        return extract(path, progress=progress, consult=self._consult)

    def _consult(self, desk: Desk, sha256: str) -> Result:
        asks = _consultant(self.settings)
        asked = asks.about(sha256) if asks is not None else None
        return desk.assemble(Told(), "off")[0] if asked is None else asked.result(desk)


@lru_cache(maxsize=1)
def _consultant(settings: Settings) -> Consultant | None:
    """One for each process, so that its connections and rates last."""
    return consultant(settings)
