"""How many threads a network may use in this process."""

from __future__ import annotations

import os

_most = 0


def limit_threads(most: int) -> None:
    """From now on no network is loaded that uses more; those that are loaded stay as they are."""
    global _most  # noqa: PLW0603  a process has its cores once
    _most = most


def threads() -> int:
    """As many as may be used: the cores of this process where nobody set a limit."""
    return _most or _cores()


def _cores() -> int:
    """The cores that this process may use; all of them where the system can't say."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
