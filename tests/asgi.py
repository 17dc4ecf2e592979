"""An application asked in this process, without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


def ask(app: Any, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    """The application's answer; redirects are not followed."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())
