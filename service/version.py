"""Which Crossfoot this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def crossfoot_version() -> str:
    """The installed version, ``unknown`` where the code runs without being installed."""
    try:
        return version("crossfoot")
    except PackageNotFoundError:
        return "unknown"
