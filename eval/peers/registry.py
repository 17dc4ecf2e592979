"""The readers that a run can be made with, by name."""

from __future__ import annotations

from eval.peers.crossfoot import Crossfoot
from eval.peers.reader import Reader
from eval.peers.with_model import CrossfootWithModel
from schemas.errors import UsageError

OURS = "crossfoot"


def readers(threads: int = 1) -> tuple[Reader, ...]:
    """All readers, Crossfoot first."""
    from eval.peers.outsiders import outsiders

    return (
        Crossfoot("small", threads),
        Crossfoot("tiny", threads),
        CrossfootWithModel("assist"),
        CrossfootWithModel("always"),
        *outsiders(threads),
    )


def reader(name: str, threads: int = 1) -> Reader:
    """The reader of that name.

    Raises:
        UsageError: if there is none, or it can't run here.
    """
    held = {one.name: one for one in readers(threads)}
    if name not in held:
        raise UsageError(f"there is no engine {name}: choose one of {', '.join(held)}.")
    why = held[name].missing()
    if why is not None:
        raise UsageError(f"{name} can't run here: {why}")
    return held[name]
