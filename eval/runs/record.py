"""What a run keeps of a document: its scores, every figure that is not right, what it cost."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from eval.agreement import Kind
from eval.scores.calibration import Sureness, from_numbers
from eval.scores.score import Score
from schemas.result import Status, Verdict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scored(_Frozen):
    """A score as it is kept; see :class:`eval.scores.score.Score`."""

    name: str
    part: float = 0.0
    of: float = 0.0
    unscored: str | None = None

    @classmethod
    def keep(cls, score: Score) -> Scored:
        return cls(name=score.name, part=score.part, of=score.of, unscored=score.unscored)


class CellRecord(_Frozen):
    """A figure that is not right.

    ``key`` names it for comparison with another run; ``crop`` is the name of a picture of
    its ink in the run's ``crops`` folder, None where there is no ink to show.
    """

    key: str
    kind: Kind
    page: int | None
    row: str
    column: str
    expected: str | None
    found: str | None
    verdict: Verdict | None
    confidence: float | None
    silent: bool
    crop: str | None = None


class Record(_Frozen):
    """One document of a run.

    ``forms`` has the scores of figures for each form in the document. ``failure`` says why
    the tool gave nothing; the document's figures then count as missing, never as unscored.
    """

    name: str
    kind: str
    level: str
    seed: int
    pages: int
    status: Status | None
    seconds: float
    gold_sha256: str
    file_sha256: str
    scores: tuple[Scored, ...]
    forms: dict[str, tuple[Scored, ...]] = Field(default_factory=dict)
    sureness: tuple[tuple[int, int, float, int], ...] = ()
    cells: tuple[CellRecord, ...] = ()
    review: int = 0
    failure: str | None = None

    @property
    def steps(self) -> Sureness:
        return from_numbers(self.sureness)


def write_whole(path: Path, content: bytes) -> None:
    """Puts ``content`` at ``path`` in one step, so that a stopped run leaves no half file."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


def save(record: Record, folder: Path) -> None:
    """Keeps the record in the run at ``folder``."""
    path = folder / "documents" / f"{record.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, record.model_dump_json(exclude_defaults=True).encode())


def load(folder: Path) -> list[Record]:
    """All records of the run at ``folder``, by name."""
    return [
        Record.model_validate_json(path.read_bytes())
        for path in sorted((folder / "documents").glob("*.json"))
    ]
