"""What a model proposes for one table, in numbers of its ink."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a grounded answer: for each column the ids of its ink, in reading order.

    ``under`` is an id of the label of the row that it is part of, 0 where of none.
    """

    cells: Mapping[int, tuple[int, ...]]
    role: str
    under: int

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(number for ids in self.cells.values() for number in ids)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table as a model has it, in numbers of the case ``table``: columns and rows of ink.

    ``columns`` are (name, kind, ids of the header, outermost first), ``title`` the ids of the
    title's ink.
    """

    table: int
    columns: tuple[tuple[str, str, tuple[int, ...]], ...]
    rows: tuple[Row, ...]
    title: tuple[int, ...] = ()
