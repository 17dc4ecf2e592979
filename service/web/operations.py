"""For those who run it: is it alive, is it ready, how does it do."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from service.queue.app import BellTrouble
from service.store.database import DatabaseDown
from service.store.documents import count_by_status, count_doubts
from service.store.states import DocumentState
from service.store.steps import running_steps, waiting_steps
from service.web.api.models import Health
from service.web.doors import Doors, OpenDoors
from service.web.problems import ANSWERS

router = APIRouter(tags=["operation"], responses=ANSWERS)


@router.get("/health", operation_id="health")
def health() -> Health:
    """That this process answers."""
    return Health(status="ok")


@router.get("/ready", operation_id="ready", responses={503: {"model": Health}})
def ready(doors: OpenDoors, response: Response) -> Health:
    """Whether documents can be taken in and read: the database and the broker answer.

    Without its broker Crossfoot still takes documents in; they are read when it is back.
    """
    parts = {"database": _database(doors), "broker": _broker(doors)}
    down = parts["database"] != "ok"
    response.status_code = 503 if down else 200
    return Health(status="down" if down else "ok", parts=parts)


def _database(doors: Doors) -> str:
    try:
        doors.store.database.ping()
    except DatabaseDown:
        return "down"
    return "ok"


def _broker(doors: Doors) -> str:
    try:
        doors.bell.ping()
    except BellTrouble:
        return "down"
    return "ok"


@router.get(
    "/metrics",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus text format"}},
)
def metrics(_request: Request, doors: OpenDoors) -> Response:
    """Figures for Prometheus, counted in SQL at each scrape; the same from every web process."""
    registry = CollectorRegistry()
    documents = Gauge("crossfoot_documents", "Documents by status.", ["status"], registry=registry)
    counted = count_by_status(doors.store)
    for status in DocumentState:
        documents.labels(status.value).set(counted.get(status.value, 0))
    gauges = (
        ("crossfoot_steps_waiting", "Steps that are due (counted to 1000).", waiting_steps),
        ("crossfoot_doubts", "Cells that a person must look at.", count_doubts),
        ("crossfoot_steps_running", "Steps being done.", lambda s: len(running_steps(s))),
    )
    for name, words, count in gauges:
        Gauge(name, words, registry=registry).set(count(doors.store))
    oldest = Gauge(
        "crossfoot_overdue_steps", "Steps due for more than a minute.", registry=registry
    )
    oldest.set(waiting_steps(doors.store, 60.0))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
