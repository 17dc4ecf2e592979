"""The pages of a document, as displayed."""

from __future__ import annotations

from fastapi import APIRouter

from service.web.api.documents import row_of
from service.web.api.models import Identifier, Model
from service.web.doors import OpenDoors
from service.web.people import Viewer
from service.web.problems import ANSWERS

router = APIRouter(prefix="/documents", tags=["documents"], responses=ANSWERS)


class PageOut(Model):
    """A page: its number from 1, and its size in points."""

    number: int
    width: float
    height: float


class PagesOut(Model):
    items: list[PageOut]


@router.get("/{document}/pages", operation_id="list_pages")
def pages(doors: OpenDoors, _person: Viewer, document: Identifier) -> PagesOut:
    """The pages with their sizes in points, the unit of every box."""
    row = row_of(doors, document)
    with doors.blobs.local(row.sha256) as path, doors.cages.one() as cage:
        request = {"do": "sizes", "path": str(path), "limits": doors.settings.page_limits}
        answer = cage.ask(request, seconds=doors.settings.page_seconds)
    sizes = answer.said["pages"]
    return PagesOut(
        items=[PageOut(number=n, width=w, height=h) for n, (w, h) in enumerate(sizes, start=1)]
    )
