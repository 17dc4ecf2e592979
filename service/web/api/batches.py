"""Batches: what became of each file of an archive or a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from service.store.documents import BatchSummary, get_batch, list_batches, list_items
from service.web.api.documents import Limit
from service.web.api.models import (
    BatchItem,
    BatchItemPage,
    BatchOut,
    BatchPage,
    DocumentOut,
    Identifier,
)
from service.web.doors import Doors, OpenDoors
from service.web.events import event, watch
from service.web.people import Viewer
from service.web.problems import ANSWERS, not_found

router = APIRouter(prefix="/batches", tags=["batches"], responses=ANSWERS)


@router.get("", operation_id="list_batches")
def listed(
    doors: OpenDoors, _person: Viewer, limit: Limit = 50, cursor: Identifier | None = None
) -> BatchPage:
    """Batches, the newest first."""
    found = list_batches(doors.store, limit + 1, cursor)
    items = [BatchOut.of(batch) for batch in found[:limit]]
    return BatchPage(items=items, next=items[-1].id if len(found) > limit else None)


def batch_of(doors: Doors, batch: str) -> BatchSummary:
    """The batch.

    Raises:
        Refusal: 404 where there is none.
    """
    found = get_batch(doors.store, batch)
    if found is None:
        raise not_found("batch")
    return found


@router.get("/{batch}", operation_id="get_batch")
def one(doors: OpenDoors, _person: Viewer, batch: Identifier) -> BatchOut:
    """The batch and how far it is."""
    return BatchOut.of(batch_of(doors, batch))


@router.get("/{batch}/items", operation_id="list_batch_items")
def items(
    doors: OpenDoors,
    _person: Viewer,
    batch: Identifier,
    limit: Limit = 100,
    cursor: Annotated[int, Query(ge=-1, le=2**31 - 1)] = -1,
) -> BatchItemPage:
    """The files of the batch in the order they came, each with its document."""
    batch_of(doors, batch)
    rows = list_items(doors.store, batch, limit + 1, cursor)
    found = [
        BatchItem(
            position=row.position,
            name=row.name,
            sha256=row.sha256,
            size=row.size,
            duplicate=row.duplicate,
            category=row.category,
            message=row.message,
            document=DocumentOut.of(row, "document_") if row.document_id else None,
        )
        for row in rows[:limit]
    ]
    return BatchItemPage(items=found, next=str(found[-1].position) if len(rows) > limit else None)


@router.get(
    "/{batch}/events",
    operation_id="watch_batch",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "events"}},
)
async def events(
    request: Request, doors: OpenDoors, _person: Viewer, batch: Identifier
) -> Response:
    """Server-sent events: ``progress`` with the batch at each change, ``done`` at the end."""
    await run_in_threadpool(batch_of, doors, batch)

    def look() -> BatchOut | None:
        found = get_batch(doors.store, batch)
        return BatchOut.of(found) if found else None

    async def changes() -> AsyncIterator[bytes]:
        async for state in watch(request, look):
            yield event("progress", state.model_dump_json())
            if state.finished:
                yield event("done", state.model_dump_json())
                return

    return StreamingResponse(changes(), media_type="text/event-stream")
