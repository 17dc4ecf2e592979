"""Documents: sent, listed, watched, looked at, read again, deleted."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool

from schemas.result import Result
from schemas.run_settings import RunSettings
from service.settings import MIB
from service.store.documents import (
    Filter,
    delete_document,
    get_batch,
    get_document,
    list_documents,
    run_again,
)
from service.store.idempotency import Answer, Conflict, begin, finish, forget
from service.store.intake import BATCH, INTERACTIVE, Intake, Taken
from service.store.results import current_result
from service.store.states import FINAL
from service.store.steps import unfinished
from service.taking_in import Sent, holds_archive, keep_and_take_in
from service.web.api.models import (
    BatchOut,
    DocumentOut,
    DocumentPage,
    DocumentStatus,
    Identifier,
    UploadItem,
    UploadOut,
)
from service.web.doors import Doors, OpenDoors
from service.web.events import event, watch
from service.web.people import Person, Reviewer, Viewer
from service.web.problems import ANSWERS, Problem, Refusal, not_found
from service.web.receive import Received, receive

router = APIRouter(prefix="/documents", tags=["documents"], responses=ANSWERS)

Limit = Annotated[int, Query(ge=1, le=500, description="how many at most")]
Width = Annotated[int, Query(ge=16, le=4000, description="pixels")]
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "title": "Upload",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                        },
                        "priority": {"type": "string", "enum": ["interactive", "batch"]},
                        "batch": {"type": "string", "maxLength": 200},
                        "into": {"type": "string", "pattern": "^[0-9a-f]{28}$"},
                        "confidential": {"type": "string", "enum": ["true", "false"]},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=201, openapi_extra=_FORM, operation_id="upload_documents")
async def upload(
    request: Request,
    response: Response,
    doors: OpenDoors,
    person: Reviewer,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> UploadOut:
    """Takes files in: PDF, PNG, JPEG, TIFF, or archives of them (ZIP, TAR).

    With several files or an archive a batch is made, or they are added ``into`` one. What
    can't be taken is told file by file; if nothing could, the answer is 422. The same content
    is one document. Nothing of ``confidential`` documents is ever sent to a language model.
    """
    await run_in_threadpool(_require_room, doors)
    doors.settings.incoming.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=doors.settings.incoming))
    try:
        received = await receive(request, folder, doors.settings)
        answer = await run_in_threadpool(_take, doors, person, received, idempotency_key)
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)
    response.headers["Location"] = _location(answer)
    new = sum(1 for item in answer.items if item.document and not item.duplicate)
    await run_in_threadpool(doors.ring, min(new, 64))
    return answer


def _location(answer: UploadOut) -> str:
    if answer.batch is not None:
        return f"/api/v1/batches/{answer.batch.id}"
    first = answer.items[0].document if answer.items else None
    return f"/api/v1/documents/{first.id}" if first else "/api/v1/documents"


def _require_room(doors: Doors) -> None:
    settings = doors.settings
    if unfinished(doors.store) >= settings.backlog:
        raise Refusal(
            429,
            "backlog",
            f"{settings.backlog} documents wait already: send this again later.",
            headers={"Retry-After": "60"},
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(settings.home).free < settings.free_disk_mib * MIB:
        raise Refusal(507, "disk", "there is no room on the disk: tell the operator.")


def _take(doors: Doors, person: Person, received: Received, key: str | None) -> UploadOut:
    if not received.files:
        raise Refusal(422, "upload:empty", "send at least one file in a part named “files”.")
    if key is None:
        return _taken_in(doors, person, received)
    held = begin(doors.store, person.name, key, received.fingerprint())
    if isinstance(held, Conflict):
        raise Refusal(held.status, "idempotency", held.message)
    if isinstance(held, Answer):
        return UploadOut.model_validate_json(held.body)
    try:
        answer = _taken_in(doors, person, received)
    except BaseException:
        forget(doors.store, person.name, key)
        raise
    finish(doors.store, person.name, key, answer.model_dump_json().encode())
    return answer


def _taken_in(doors: Doors, person: Person, received: Received) -> UploadOut:
    files = [Sent(f.name, f.path, f.sha256, f.size) for f in received.files]
    batch = received.fields.get("batch", "").strip()[:200] or None
    into = received.fields.get("into", "").strip() or None
    if batch is None and into is None and (len(files) > 1 or holds_archive(files)):
        batch = files[0].name + (f" +{len(files) - 1}" if len(files) > 1 else "")
    if into is not None and get_batch(doors.store, into) is None:
        raise not_found("batch")
    lane = _lane(received, many=batch is not None or into is not None)
    intake = Intake(person.name, lane, batch, _run_settings(received), into)
    made, taken = keep_and_take_in(doors.store, doors.blobs, files, intake, doors.settings)
    items = [_item(doors, one) for one in taken]
    if made is None and all(item.document is None for item in items):
        problem = items[0].problem
        if problem is not None:
            raise Refusal(422, problem.category, problem.detail)
    summary = get_batch(doors.store, made) if made else None
    return UploadOut(batch=BatchOut.of(summary) if summary else None, items=items)


def _run_settings(received: Received) -> dict[str, Any]:
    told = received.fields.get("confidential", "")
    if told not in ("", "true", "false"):
        raise Refusal(422, "request", "confidential is “true” or “false”.")
    return {"confidential": True} if told == "true" else {}


def _lane(received: Received, *, many: bool) -> int:
    told = received.fields.get("priority")
    if told not in (None, "", "interactive", "batch"):
        raise Refusal(422, "request", "priority is “interactive” or “batch”.")
    if told in ("interactive", "batch"):
        return INTERACTIVE if told == "interactive" else BATCH
    return BATCH if many else INTERACTIVE


def _item(doors: Doors, taken: Taken) -> UploadItem:
    row = get_document(doors.store, taken.document) if taken.document else None
    incoming = taken.incoming
    problem = None
    if incoming.category is not None:
        problem = Problem(
            title="Unprocessable Content",
            status=422,
            detail=f"{incoming.name}: {incoming.message}",
            category=incoming.category,
        )
    return UploadItem(
        name=incoming.name,
        document=DocumentOut.of(row) if row else None,
        duplicate=taken.duplicate,
        problem=problem,
    )


@router.get("", operation_id="list_documents")
def listed(
    doors: OpenDoors,
    _person: Viewer,
    status: Annotated[list[DocumentStatus] | None, Query()] = None,
    batch: Identifier | None = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
    cursor: Identifier | None = None,
) -> DocumentPage:
    """Documents, the newest first."""
    wanted = Filter(tuple(status or ()), batch, _storable(search))
    rows = list_documents(doors.store, wanted, limit + 1, cursor)
    items = [DocumentOut.of(row) for row in rows[:limit]]
    return DocumentPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _storable(text: str | None) -> str | None:
    """PostgreSQL holds no NUL and no half of a surrogate pair: nothing is named so."""
    if text is None:
        return None
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def row_of(doors: Doors, document: str) -> Row[Any]:
    """The document's row.

    Raises:
        Refusal: 404 where there is none.
    """
    row = get_document(doors.store, document)
    if row is None:
        raise not_found("document")
    return row


@router.get("/{document}", operation_id="get_document")
def one(doors: OpenDoors, _person: Viewer, document: Identifier) -> DocumentOut:
    """The document and how far it is."""
    return DocumentOut.of(row_of(doors, document))


@router.get(
    "/{document}/events",
    operation_id="watch_document",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "events"}},
)
async def events(
    request: Request, doors: OpenDoors, _person: Viewer, document: Identifier
) -> Response:
    """Server-sent events: ``progress`` with the document at each change, ``done`` at the end."""
    await run_in_threadpool(row_of, doors, document)

    async def changes() -> AsyncIterator[bytes]:
        async for state in watch(request, lambda: _state(doors, document)):
            yield event("progress", state.model_dump_json())
            if state.status in FINAL:
                yield event("done", state.model_dump_json())
                return
            await asyncio.sleep(0)

    return StreamingResponse(changes(), media_type="text/event-stream")


def _state(doors: Doors, document: str) -> DocumentOut | None:
    row = get_document(doors.store, document)
    return DocumentOut.of(row) if row else None


def result_of(doors: Doors, document: str) -> tuple[Row[Any], bytes]:
    """The document's row and its result as it stands, as JSON.

    Raises:
        Refusal: 404 where there is no such document, 409 where it has no result (yet).
    """
    row = row_of(doors, document)
    held = current_result(doors.store, document)
    if held is not None:
        return row, doors.blobs.get(held.sha256)
    if row.status in ("failed", "dead"):
        raise Refusal(409, row.category or "failed", row.message or "the document failed.")
    raise Refusal(
        409, "not_ready", "the document is still being read.", headers={"Retry-After": "2"}
    )


@router.get("/{document}/result", operation_id="get_result", response_model=Result)
def result(doors: OpenDoors, _person: Viewer, document: Identifier) -> Response:
    """The result file, version 1, as it stands; ``ETag`` is the version."""
    row, content = result_of(doors, document)
    return Response(
        content, media_type="application/json", headers={"ETag": f'"{row.run}.{row.version}"'}
    )


@router.get(
    "/{document}/source",
    operation_id="get_source",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "the file"}},
)
def source(doors: OpenDoors, _person: Viewer, document: Identifier) -> Response:
    """The file as it was sent, to be saved: it is never shown in place."""
    row = row_of(doors, document)
    headers = {"Content-Disposition": f'attachment; filename="{row.sha256[:12]}.{row.kind}"'}
    content = doors.blobs.get(row.sha256)
    return Response(content, media_type="application/octet-stream", headers=headers)


_FOREVER = {"Cache-Control": "private, max-age=86400, immutable"}


@router.get(
    "/{document}/pages/{number}/image",
    operation_id="get_page_image",
    response_class=Response,
    responses=PNG,
)
def page_image(
    doors: OpenDoors, _person: Viewer, document: Identifier, number: int, width: Width = 1400
) -> Response:
    """PNG of the page as displayed, so many pixels wide (no finer than 600 dpi)."""
    row = row_of(doors, document)
    content = doors.picture(row.sha256, _page_number(number), width, None)
    return Response(content, media_type="image/png", headers=_FOREVER)


@router.get(
    "/{document}/pages/{number}/crop",
    operation_id="get_crop",
    response_class=Response,
    responses=PNG,
)
def crop(
    doors: OpenDoors,
    _person: Viewer,
    document: Identifier,
    number: int,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    width: Width = 600,
) -> Response:
    """PNG of a box on the page, given in page points (origin top left), enlarged to ``width``."""
    row = row_of(doors, document)
    content = doors.picture(row.sha256, _page_number(number), width, (x0, y0, x1, y1))
    return Response(content, media_type="image/png", headers=_FOREVER)


def _page_number(number: int) -> int:
    if not 1 <= number <= 1_000_000:
        raise not_found("page")
    return number


@router.post("/{document}/runs", status_code=202, operation_id="run_document_again")
def again(
    doors: OpenDoors, person: Reviewer, document: Identifier, settings: RunSettings
) -> DocumentOut:
    """Reads the document anew, under new settings.

    What was decided about its former result stays on record and no longer applies.
    """
    row_of(doors, document)
    if not run_again(doors.store, document, settings.model_dump(), person.name):
        raise Refusal(409, "not_ready", "the document is still being read: wait for its end.")
    doors.ring(1)
    return DocumentOut.of(row_of(doors, document))


@router.delete("/{document}", status_code=204, operation_id="delete_document")
def remove(doors: OpenDoors, person: Reviewer, document: Identifier) -> None:
    """Removes the file and all that was read of it; the audit keeps that it was there."""
    gone = delete_document(doors.store, document, person.name)
    if gone is None:
        raise not_found("document")
    for name in gone:
        doors.blobs.delete(name)
