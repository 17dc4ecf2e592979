"""Which Crossfoot this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache  # a file is read for it, and a batch asks for every document
def crossfoot_version() -> str:
    """The installed version, ``unknown`` where the code runs without being installed."""
    try:
        return version("crossfoot")
    except PackageNotFoundError:
        return "unknown"
