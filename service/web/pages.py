"""The pages that people work in: a shell from the server, filled by modules in the browser.

Every text of a document reaches the browser as JSON and is shown as text; the shell holds
none of it. Nothing is loaded from another host, and no script or style stands in the page,
so that the strictest content security policy holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.staticfiles import StaticFiles

from service.palette import CHECKS, VERDICTS
from service.version import crossfoot_version
from service.web.language import COOKIE, LANGUAGES, language_of, messages

_YEAR = 365 * 24 * 3600
_STATIC = Path(__file__).parent / "static"
_pages = Environment(
    loader=PackageLoader("service.web"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
)

router = APIRouter(include_in_schema=False)


def add_pages(app: FastAPI) -> None:
    """Puts the pages and what they load into the app."""
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")


@router.get("/")
def documents(request: Request) -> Response:
    return page(request, "documents.html", "documents.title")


@router.get("/batches")
def batches(request: Request) -> Response:
    return page(request, "batches.html", "batches.title")


@router.get("/review")
def review(request: Request) -> Response:
    return page(request, "review.html", "nav.review")


@router.get("/documents/{document}")
def desk(request: Request, document: str) -> Response:
    return page(request, "desk.html", "nav.review", {"document": document})


@router.get("/login")
def login(request: Request, back: str = "/") -> Response:
    return page(request, "login.html", "login.title", {"back": _inside(back)})


@router.get("/language/{language}")
def choose_language(language: str, back: str = "/") -> Response:
    """Keeps the choice in a cookie, and goes back to where it was made."""
    answer = RedirectResponse(_inside(back), status_code=303)
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=_YEAR, samesite="lax", httponly=True)
    return answer


def _inside(back: str) -> str:
    """``back`` where it is a path of ours, else the first page."""
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"


@router.get("/palette.css")
def palette() -> Response:
    """The colours of verdicts and checks, the same as in workbooks and pictures."""
    looks = {**{f"verdict-{name}": look for name, look in VERDICTS.items()},
             **{f"check-{name}": look for name, look in CHECKS.items()}}  # fmt: skip
    lines = "\n".join(
        f"  --{name}-fill: {look.fill}; --{name}-ink: {look.ink};" for name, look in looks.items()
    )
    rules = "\n".join(
        f".{name} {{ --fill: var(--{name}-fill); --ink: var(--{name}-ink); }}\n"
        f'.{name} .mark::before, .mark.{name}::before {{ content: "{look.mark.strip()}"; }}'
        for name, look in looks.items()
    )
    return Response(
        f":root {{\n{lines}\n}}\n{rules}\n",
        media_type="text/css",
        headers={"Cache-Control": "max-age=3600"},
    )


@router.get("/messages/{language}.json")
def words(language: str) -> Response:
    """The messages of one language, for the modules in the browser."""
    code = language if language in LANGUAGES else "en"
    return Response(
        json.dumps(messages(code), ensure_ascii=False),
        media_type="application/json",
        headers={"Cache-Control": "max-age=60"},
    )


def page(
    request: Request, template: str, title: str, more: Mapping[str, str] | None = None
) -> Response:
    """A shell in the reader's language."""
    language = language_of(request.cookies.get(COOKIE), request.headers.get("accept-language", ""))
    said = messages(language)
    others = [(code, messages(code)["language"]) for code in LANGUAGES if code != language]
    body = _pages.get_template(template).render(
        language="zh-CN" if language == "zh" else language,
        said=said,
        title=said[title],
        others=others,
        here=request.url.path,
        verdicts=VERDICTS,
        version=crossfoot_version(),
        **(more or {}),
    )
    return HTMLResponse(body, headers={"Cache-Control": "no-store"})
