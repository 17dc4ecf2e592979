"""Who asks, and what that person may do.

Local mode has one person, and the door is the loopback address. Otherwise a session cookie,
an API key (``Authorization: Bearer``) or the header of a trusted proxy says who it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from service.store.people import find_api_key, find_or_add_proxied, find_session
from service.web.doors import Doors, doors_of
from service.web.problems import Refusal

Role = Literal["viewer", "reviewer", "admin"]
RANK: dict[str, int] = {"viewer": 0, "reviewer": 1, "admin": 2}
COOKIE = "crossfoot_session"
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: Role


LOCAL = Person("local", "admin")


def who(request: Request, doors: Doors) -> Person | None:
    """The person who asks; None where nobody says."""
    settings = doors.settings
    key = request.headers.get("authorization", "")
    if key.lower().startswith("bearer "):
        found = find_api_key(doors.store, key[7:].strip())
        return Person(found.name, found.role) if found else None
    if settings.auth == "local":
        return LOCAL
    if settings.auth == "proxy":
        return _proxied(request, doors)
    token = request.cookies.get(COOKIE)
    found = find_session(doors.store, token) if token else None
    return Person(found.name, found.role) if found else None


def _proxied(request: Request, doors: Doors) -> Person | None:
    """Only the proxy itself may say who asks: the header is believed from its address alone."""
    told = request.headers.get(doors.settings.proxy_header, "").strip()
    peer = request.client.host if request.client else ""
    if not told or len(told) > 200 or peer not in doors.settings.proxy_addresses:
        return None
    found = find_or_add_proxied(doors.store, told)
    return Person(found.name, found.role) if found else None


def require_same_origin(request: Request) -> None:
    """Refuses requests that change something and come from another site's page.

    Raises:
        Refusal: 403. A program that uses a key has no cookie that could be abused.
    """
    if request.method in _SAFE or request.headers.get("authorization"):
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Refusal(403, "cross_site", "that request came from the page of another site.")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise Refusal(403, "cross_site", "that request came from the page of another site.")


def at_least(role: Role) -> Callable[[Request], object]:
    """A dependency that gives the person, or refuses one who may not."""

    async def person(request: Request) -> Person:
        require_same_origin(request)
        found = await run_in_threadpool(who, request, doors_of(request))
        if found is None:
            raise Refusal(
                401,
                "not_signed_in",
                "sign in, or send a key as “Authorization: Bearer KEY”.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if RANK[found.role] < RANK[role]:
            raise Refusal(403, "not_allowed", f"that needs the role {role}: ask an admin.")
        return found

    return person


Viewer = Annotated[Person, Depends(at_least("viewer"))]
Reviewer = Annotated[Person, Depends(at_least("reviewer"))]
Admin = Annotated[Person, Depends(at_least("admin"))]
