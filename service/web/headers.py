"""What holds for every answer: which hosts are served, and what a browser may do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from service.settings import Settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


async def protect(
    settings: Settings,
    request: Request,
    call_next: Callable[[Request], Awaitable[Response]],
) -> Response:
    """The answer with its headers; 421 for a host that is not served.

    In local mode there is no login: a page elsewhere must not reach it by giving its own
    name the address of this machine (DNS rebinding), so only loopback names are served.
    """
    if settings.auth == "local" and _host(request) not in (*_LOOPBACK, *settings.public_hosts):
        response: Response = JSONResponse(
            {
                "type": "about:blank",
                "title": "Misdirected Request",
                "status": 421,
                "detail": "this Crossfoot serves its own machine only: open it as "
                "http://127.0.0.1, or set CROSSFOOT_PUBLIC_HOSTS.",
                "category": "host",
            },
            status_code=421,
            media_type="application/problem+json",
        )
    else:
        response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _host(request: Request) -> str:
    host = request.headers.get("host", "")
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
