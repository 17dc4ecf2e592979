"""What the interface takes and gives, apart from results, which are schemas.result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from service.store.documents import BatchSummary
from service.web.problems import Problem

DocumentStatus = Literal[
    "queued", "reading", "assembling", "verified", "review", "empty", "failed", "dead"
]
Identifier = Annotated[str, Field(pattern=r"^[0-9a-f]{28}$", min_length=28, max_length=28)]


class Model(BaseModel):
    """What is given."""


class Taken(BaseModel):
    """What a caller sends: a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid")


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class DocumentOut(BaseModel):
    """A document and how far it is. ``version`` counts the results of this run, 0: none yet."""

    id: str
    name: str
    sha256: str
    kind: str
    size: int
    status: DocumentStatus
    run: int
    version: int
    pages: int | None
    pages_done: int
    tables: int
    figures: int
    checks_passed: int
    checks_rounding: int
    checks_failed: int
    doubts: int
    category: str | None
    message: str | None
    seconds: float
    created: datetime
    created_by: str
    changed: datetime
    finished: datetime | None
    approved_by: str | None

    @staticmethod
    def of(row: Row[Any], prefix: str = "") -> DocumentOut:
        held = row._mapping
        values = {name: held[prefix + name] for name in DocumentOut.model_fields}
        for name in ("created", "changed", "finished"):
            values[name] = moment(values[name]) if values[name] is not None else None
        values["seconds"] = round(values["seconds"], 3)
        return DocumentOut(**values)


class BatchOut(BaseModel):
    """An archive or a folder. ``statuses`` counts its files; ``refused`` were no documents."""

    id: str
    name: str
    created: datetime
    created_by: str
    files: int
    duplicates: int
    statuses: dict[str, int]
    pages: int
    pages_done: int
    doubts: int
    finished: bool

    @staticmethod
    def of(batch: BatchSummary) -> BatchOut:
        return BatchOut(
            id=batch.id,
            name=batch.name,
            created=moment(batch.created),
            created_by=batch.created_by,
            files=batch.files,
            duplicates=batch.duplicates,
            statuses=dict(batch.statuses),
            pages=batch.pages,
            pages_done=batch.pages_done,
            doubts=batch.doubts,
            finished=batch.finished,
        )


class UploadItem(BaseModel):
    """What became of one file: its document, or the reason why there is none."""

    name: str
    document: DocumentOut | None
    duplicate: bool
    problem: Problem | None


class UploadOut(BaseModel):
    batch: BatchOut | None
    items: list[UploadItem]


class DocumentPage(BaseModel):
    """``next`` is the cursor of what follows; None: nothing."""

    items: list[DocumentOut]
    next: str | None


class BatchPage(BaseModel):
    items: list[BatchOut]
    next: str | None


class BatchItem(BaseModel):
    """A file of a batch; ``category`` and ``message`` say why it has no document."""

    position: int
    name: str
    sha256: str | None
    size: int
    duplicate: bool
    category: str | None
    message: str | None
    document: DocumentOut | None


class BatchItemPage(BaseModel):
    items: list[BatchItem]
    next: str | None


class DoubtOut(BaseModel):
    """A cell that a person must look at, with the version of the result that doubts it."""

    document: str
    name: str
    version: int
    table: str
    row: str
    column: str
    label: str
    reason: str
    reason_zh: str
    priority: float
    page: int


class DoubtPage(BaseModel):
    items: list[DoubtOut]
    next: str | None
    total: int


class Health(BaseModel):
    status: Literal["ok", "down"]
    parts: dict[str, str] = {}
