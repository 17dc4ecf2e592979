"""The web application: routes, their order, and what holds for every answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request, Response

from service.blobs.open import open_blobs
from service.cages import Cages
from service.queue.app import Bell
from service.settings import Settings
from service.store.database import open_database
from service.store.store import Store
from service.version import crossfoot_version
from service.web import operations
from service.web.api import (
    batches,
    documents,
    exports,
    pages,
    people,
    queue,
    review,
    webhooks,
)
from service.web.doors import Doors
from service.web.headers import protect
from service.web.pages import add_pages
from service.web.problems import Problem, add_handlers

API = "/api/v1"
_CAGES = 2  # pictures and corrections at once


def open_doors(settings: Settings) -> Doors:
    """All that requests work with, for ``settings``."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database)
    blobs, cages = open_blobs(settings), Cages(settings, _CAGES)
    return Doors(settings, Store(database), blobs, Bell(settings), cages)


def create_app(doors: Doors) -> FastAPI:
    """The application behind ``doors``."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        doors.cages.close()

    app = FastAPI(
        title="Crossfoot",
        version=crossfoot_version(),
        summary="Reads budget tables off documents and proves their figures by their sums.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # the usual pages load their scripts from another host
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.doors = doors
    add_handlers(app)
    api = APIRouter(prefix=API)
    for part in (documents, pages, review, exports, batches, queue, webhooks, people):
        api.include_router(part.router)
    app.include_router(api)
    app.include_router(operations.router)
    add_pages(app)
    _add_problem(app)
    app.middleware("http")(_protected(doors.settings))
    return app


def _protected(
    settings: Settings,
) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    async def protected(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        return await protect(settings, request, call_next)

    return protected


def _add_problem(app: FastAPI) -> None:
    """Names the model of errors, which no route returns, in the description."""
    made = app.openapi

    def described() -> dict[str, object]:
        description = made()
        held = description.setdefault("components", {}).setdefault("schemas", {})
        held.setdefault("Problem", Problem.model_json_schema())
        return description

    app.openapi = described  # type: ignore[method-assign]
