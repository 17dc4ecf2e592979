"""Server-sent events made of looking at the database now and then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

_PAUSE = 0.5  # seconds between two looks
_LONGEST = 3600.0  # seconds; a browser connects again by itself

T = TypeVar("T")


def event(name: str, data: str) -> bytes:
    """One event; ``data`` is one line of JSON."""
    return f"event: {name}\ndata: {data}\n\n".encode()


async def watch(request: Request, look: Callable[[], T | None]) -> AsyncIterator[T]:
    """What ``look`` sees, each time it is another; ends when it sees None or nobody listens."""
    seen: T | None = None
    loop = asyncio.get_running_loop()
    until = loop.time() + _LONGEST
    while loop.time() < until and not await request.is_disconnected():
        now = await run_in_threadpool(look)
        if now is None:
            return
        if now != seen:
            seen = now
            yield now
        await asyncio.sleep(_PAUSE)
