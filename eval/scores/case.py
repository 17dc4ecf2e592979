"""One document as scorers see it: what is printed and what was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from eval.agreement import Agreement, compare
from eval.gold import Gold, figure
from schemas.geometry import Box
from schemas.result import Cell, Result


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line that a tool read; ``box`` in points of the page as displayed."""

    page: int
    text: str
    box: Box | None = None


@dataclass(frozen=True)
class Case:
    """A document's gold beside what a tool made of it.

    ``result`` is None for a tool that reads lines only, ``lines`` is empty for one that
    gives tables only. ``truth`` is the gold in the result format where there is such gold.
    ``pages`` and ``seconds`` are those of the whole document. ``boxes`` says that the truth's
    boxes are those of the file that was read. ``clean`` says that the tool was shown a text
    layer or an unspoilt page: some scores are taken there only.
    """

    name: str
    gold: Gold
    truth: Result | None
    result: Result | None
    lines: tuple[Line, ...] = ()
    pages: int = 1
    seconds: float = 0.0
    boxes: bool = False
    clean: bool = False
    seed: int = field(default=0)

    @cached_property
    def agreement(self) -> Agreement:
        """How far the tables agree with the gold.

        Raises:
            ValueError: for a tool that gives no tables.
        """
        if self.result is None:
            raise ValueError(f"{self.name}: no tables to compare")
        return compare(self.result, self.gold)

    @cached_property
    def figures_printed(self) -> int:
        """How many figures the gold has."""
        return sum(
            column.kind == "amount" and figure(text) is not None
            for block in self.gold.blocks
            for row in block.rows
            for column, text in zip(block.columns, row.cells, strict=True)
        )

    @cached_property
    def read_cells(self) -> dict[tuple[str, int], Cell]:
        """The result's cells by row key (``table id/row id``) and index of the column."""
        return _cells(self.result)

    @cached_property
    def true_cells(self) -> dict[tuple[str, int], Cell]:
        """The truth's cells in the same way; empty where there is no truth."""
        return _cells(self.truth)


def value_of(text: str | None) -> Decimal | None:
    """The figure that ``text`` is, None where it is none."""
    return figure(text)


def _cells(result: Result | None) -> dict[tuple[str, int], Cell]:
    return {
        (f"{table.id}/{row.id}", at): row.cells[column.key]
        for table in (result.tables if result else ())
        for row in table.rows
        for at, column in enumerate(table.columns)
        if column.key in row.cells
    }
