"""Which documents a suite reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Literal

from eval.levels import LEVELS
from eval.made.spec import FORMS
from eval.runs.documents import (
    AS_IT_IS,
    Document,
    Kind,
    examples_folder,
    found,
    real_folder,
)
from schemas.errors import UsageError

SuiteName = Literal["quick", "full", "real"]

FULL_DOCUMENTS = 200
REAL_LEVELS = (AS_IT_IS, "office")
"""Levels at which the suites ``real`` and ``full`` read born-digital real documents."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Documents under a name; ``outside`` says whether TEDS and GriTS are taken too."""

    name: SuiteName
    documents: tuple[Document, ...]
    outside: bool


def suite(name: SuiteName, levels: Iterable[str] = (), limit: int | None = None) -> Suite:
    """The suite, held to ``levels`` where some are named, and to its first documents.

    Raises:
        UsageError: where nothing is left of it, or its documents are not here.
    """
    wanted = tuple(levels)
    documents = tuple(_documents(name, wanted))
    if limit is not None:
        documents = documents[:limit]
    if not documents:
        raise UsageError(f"the suite {name} has no documents of the levels {', '.join(wanted)}.")
    return Suite(name, documents, outside=name != "quick")


def _documents(name: SuiteName, wanted: tuple[str, ...]) -> Iterator[Document]:
    match name:
        case "quick":
            kept = (*_quick(), *found(examples_folder(), "example"))
            yield from (one for one in kept if not wanted or one.level in wanted)
        case "full":
            levels = [one for one in (AS_IT_IS, *LEVELS) if not wanted or one in wanted]
            yield from _made(FULL_DOCUMENTS, levels)
            yield from _real(wanted)
        case "real":
            yield from _real(wanted)


def _quick() -> Iterator[Document]:
    """A short document of each form: its text layer, and one level, the levels in turn."""
    for seed, (form, level) in enumerate(zip(FORMS, cycle(LEVELS), strict=False)):
        yield Document("made", AS_IT_IS, seed, form=form)
        yield Document("made", level, seed, form=form)


def _made(count: int, levels: Iterable[str]) -> Iterator[Document]:
    held = tuple(levels)
    yield from (Document("made", level, seed) for seed in range(count) for level in held)


def _real(wanted: tuple[str, ...]) -> Iterator[Document]:
    """Real documents: scans as they are, the others as they are and at the named levels."""
    levels = wanted or REAL_LEVELS
    kind: Kind = "real"
    for document in found(real_folder(), kind):
        if document.level != AS_IT_IS:
            if not wanted or document.level in wanted:
                yield document
            continue
        yield from (replace(document, level=level) for level in levels if level != "scan")
