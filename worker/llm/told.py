"""All that a model said of one document, as reading takes it."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.grid import Split
from schemas.page import Reading
from worker.llm.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a model reads in the crop of one cell: candidate texts, most probable first.

    ``table`` is the index of the table in the result.
    """

    table: int
    row: str
    column: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Structures of tables, texts of indicators taken apart, and readings of crops."""

    structures: tuple[Proposal, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    splits: tuple[Split, ...] = ()
