"""Tables to take home: a document in a format, a whole batch as one ZIP."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Row

from schemas.result import Result
from service.outcomes import UNREAD, FileOutcome
from service.packing import Format, pack_batch, pack_one, safe_stem
from service.store.documents import list_items
from service.store.results import current_result
from service.web.api.batches import batch_of
from service.web.api.documents import result_of
from service.web.api.models import Identifier
from service.web.doors import Doors, OpenDoors
from service.web.people import Viewer
from service.web.problems import ANSWERS

router = APIRouter(tags=["exports"], responses=ANSWERS)
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "the file"}
}
_PIECE = 1 << 18


@router.get(
    "/documents/{document}/exports/{form}",
    operation_id="export_document",
    response_class=Response,
    responses=_FILE,
)
def export(doors: OpenDoors, _person: Viewer, document: Identifier, form: Format) -> Response:
    """The document's tables; formats of several files come as a ZIP."""
    _, content = result_of(doors, document)
    packed = pack_one(Result.model_validate_json(content), form)
    return Response(packed.content, media_type=packed.media_type, headers=_saved_as(packed.name))


def _saved_as(name: str) -> dict[str, str]:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    said = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return {"Content-Disposition": said}


@router.get(
    "/batches/{batch}/export",
    operation_id="export_batch",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "the ZIP"}},
)
def export_batch(
    doors: OpenDoors,
    _person: Viewer,
    batch: Identifier,
    form: Annotated[Format, Query(alias="format")] = "xlsx",
) -> Response:
    """The whole batch as one ZIP: ``outcomes.csv`` and the results that are there by now."""
    name = safe_stem(batch_of(doors, batch).name)
    rows = list(_items(doors, batch))
    held = tempfile.TemporaryFile()  # noqa: SIM115  closed by the stream
    pack_batch(outcomes_of(rows), lambda: _results(doors, rows), form, held)
    held.seek(0)
    headers = _saved_as(f"{name}-{form}.zip")
    return StreamingResponse(_pieces(held), media_type="application/zip", headers=headers)


def _pieces(held: IO[bytes]) -> Iterator[bytes]:
    with held:
        while piece := held.read(_PIECE):
            yield piece


def _items(doors: Doors, batch: str) -> Iterator[Row[Any]]:
    after = -1
    while rows := list_items(doors.store, batch, 500, after):
        yield from rows
        after = rows[-1].position


def outcomes_of(rows: list[Row[Any]]) -> Iterator[FileOutcome]:
    """A line for each file of a batch, documents or not."""
    first: dict[str, str] = {}
    for row in rows:
        earlier = first.setdefault(row.sha256, row.name) if row.sha256 else row.name
        read = row.document_id is not None
        yield FileOutcome(
            name=row.name,
            sha256=row.sha256 or "",
            status=row.document_status if read else UNREAD,
            tables=row.document_tables or 0,
            figures=row.document_figures or 0,
            checks_passed=row.document_checks_passed or 0,
            checks_rounding=row.document_checks_rounding or 0,
            checks_failed=row.document_checks_failed or 0,
            cells_to_review=row.document_doubts or 0,
            seconds=round(row.document_seconds or 0.0, 3),
            category=(row.document_category if read else row.category) or "",
            reason=(row.document_message if read else row.message) or "",
            duplicate_of=earlier if row.duplicate and earlier != row.name else "",
        )


def _results(doors: Doors, rows: list[Row[Any]]) -> Iterator[Result]:
    for document in dict.fromkeys(row.document_id for row in rows if row.document_id):
        held = current_result(doors.store, document)
        if held is not None:
            yield Result.model_validate_json(doors.blobs.get(held.sha256))
