"""The queue of doubtful cells over all documents."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query

from service.store.documents import QueueMark, count_doubts, list_doubts
from service.web.api.documents import Limit
from service.web.api.models import DoubtOut, DoubtPage, Identifier
from service.web.doors import OpenDoors
from service.web.people import Viewer
from service.web.problems import ANSWERS, Refusal

router = APIRouter(prefix="/doubts", tags=["review"], responses=ANSWERS)

_CURSOR = re.compile(r"(\d\.\d{1,17}(?:e-\d{1,3})?)_([0-9a-f]{28})_(\d{1,9})")


@router.get("", operation_id="list_doubts")
def listed(
    doors: OpenDoors,
    _person: Viewer,
    document: Identifier | None = None,
    limit: Limit = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> DoubtPage:
    """Cells that a person must look at, the most helpful first."""
    rows = list_doubts(doors.store, limit + 1, _mark(cursor), document)
    items = [
        DoubtOut(
            document=row.document_id,
            name=row.name,
            version=row.version,
            table=row.table_id,
            row=row.row_id,
            column=row.column_key,
            label=row.label,
            reason=row.reason,
            reason_zh=row.reason_zh,
            priority=row.priority,
            page=row.page,
        )
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    following = f"{last.priority!r}_{last.document_id}_{last.number}" if last else None
    return DoubtPage(items=items, next=following, total=count_doubts(doors.store))


def _mark(cursor: str | None) -> QueueMark | None:
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise Refusal(422, "request", "cursor is no “next” of a former answer.")
    return QueueMark(float(match[1]), match[2], int(match[3]))
