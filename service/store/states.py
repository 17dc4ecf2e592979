"""The states of a document and of a step, and every change between them, as data.

A change is written only by :func:`service.store.change.change`, which compares and sets; a
change that goes back in the way of a document needs a row in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DocumentState(StrEnum):
    QUEUED = "queued"
    READING = "reading"
    ASSEMBLING = "assembling"
    VERIFIED = "verified"
    REVIEW = "review"
    EMPTY = "empty"
    FAILED = "failed"
    DEAD = "dead"


class StepState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Change:
    """What may become of what, and whether that goes back in the way (and is audited)."""

    before: frozenset[str]
    after: frozenset[str]
    back: bool = False


def _change(before: str, after: str, *, back: bool = False) -> Change:
    return Change(frozenset(before.split()), frozenset(after.split()), back)


UNFINISHED = ("queued", "reading", "assembling")
FINAL = ("verified", "review", "empty", "failed", "dead")

DOCUMENT: dict[str, Change] = {
    "opened": _change("queued", "reading"),
    "pages read": _change("reading", "assembling"),
    "assembled": _change("assembling", "verified review empty failed"),
    "refused": _change("queued reading assembling", "failed"),
    "given up": _change("queued reading assembling", "dead"),
    "settled": _change("review verified empty", "review verified empty", back=True),
    "approved": _change("review verified empty", "verified", back=True),
    "run again": _change(" ".join(FINAL), "queued", back=True),
}

STEP: dict[str, Change] = {
    "claimed": _change("waiting", "running"),
    "done": _change("running", "done"),
    "released": _change("running", "waiting", back=True),
    "failed": _change("running", "failed"),
    "given up": _change("running", "dead"),
    "cancelled": _change("waiting running", "cancelled"),
}


def drawn(changes: dict[str, Change], name: str) -> str:
    """The changes as a Mermaid state diagram; dashed words mark what goes back."""
    lines = ["stateDiagram-v2", f"    direction LR  %% {name}"]
    for event, change in changes.items():
        for before in sorted(change.before):
            lines += [
                f"    {before} --> {after}: {event}{' (back)' * change.back}"
                for after in sorted(change.after)
            ]
    return "\n".join(lines)
