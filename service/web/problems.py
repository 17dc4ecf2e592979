"""Errors as answers: ``application/problem+json`` (RFC 9457), each saying what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from schemas.errors import CrossfootError, InputError, UsageError
from service.blobs.port import NO_ROOM, BlobMissing, BlobTrouble, StoreFull
from service.cage import CageError, Refused
from service.store.database import DatabaseDown

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_FULL = "there is no room on the disk: tell the operator."


class Problem(BaseModel):
    """What went wrong. ``category`` is stable, for programs; ``detail`` says what to do.

    ``current`` holds what stands now, where the caller's view of it was too old.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    category: str
    current: dict[str, Any] | None = None


class Refusal(Exception):
    """A request that is refused on purpose."""

    def __init__(
        self,
        status: int,
        category: str,
        detail: str,
        *,
        current: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            category=category,
            current=current,
        )
        self.headers = headers or {}


def not_found(what: str) -> Refusal:
    return Refusal(404, "not_found", f"there is no such {what}: it may have been deleted.")


ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in (
        ("4XX", "The request can't be done as it is."),
        ("5XX", "Crossfoot, or something that it needs, is in trouble: try again."),
    )
}
"""For ``responses=`` of every route."""


def _answer(refusal: Refusal) -> Response:
    problem = refusal.problem
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        headers=refusal.headers,
        media_type=MEDIA_TYPE,
    )


def _refusal_of(error: Exception) -> Refusal:
    """What the web says of an error that came from below."""
    match error:
        case StoreFull():
            return Refusal(507, error.category, _FULL)
        case OSError() if error.errno in NO_ROOM:
            return Refusal(507, "disk", _FULL)
        case BlobMissing():
            return Refusal(410, error.category, error.message)
        case BlobTrouble() | DatabaseDown():
            return Refusal(503, error.category, error.message, headers={"Retry-After": "10"})
        case SQLAlchemyError():
            return Refusal(
                503,
                "database",
                "the database does not answer as it should: try again in a moment.",
                headers={"Retry-After": "10"},
            )
        case Refused() | InputError() | UsageError():
            return Refusal(422, error.category, error.message)
        case CageError():
            return Refusal(503, error.category, error.message, headers={"Retry-After": "10"})
        case CrossfootError():
            return Refusal(500, error.category, error.message)
        case _:
            return Refusal(500, "internal", "Crossfoot failed on this request: please report it.")


def add_handlers(app: FastAPI) -> None:
    """Makes every error of ``app`` a problem document."""

    async def refused(_request: Request, error: Exception) -> Response:
        return _answer(error if isinstance(error, Refusal) else _refusal_of(error))

    async def invalid(_request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return _answer(Refusal(422, "request", f"{place}: {first['msg']}."))

    async def http(_request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        headers = dict(error.headers or {})
        words = {404: "there is nothing at this address.", 405: "that can't be done here."}
        detail = words.get(error.status_code, str(error.detail))
        return _answer(Refusal(error.status_code, "request", detail, headers=headers))

    async def failed(request: Request, error: Exception) -> Response:
        refusal = _refusal_of(error)
        if refusal.problem.status == 500:
            _log.error("request failed", exc_info=error, extra={"path": request.url.path})
        return _answer(refusal)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(CrossfootError, failed)
    app.add_exception_handler(SQLAlchemyError, failed)
    app.add_exception_handler(OSError, failed)
    app.add_exception_handler(Exception, failed)
