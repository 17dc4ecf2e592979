"""Two runs beside each other: which figures got better, which got worse, which changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.runs.record import CellRecord, Record

Turn = Literal["worse", "better", "other"]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that the two runs judge differently; None where it is right."""

    document: str
    before: CellRecord | None
    after: CellRecord | None

    @property
    def turn(self) -> Turn:
        """Worse is: right before, or shown before and silently wrong now."""
        if self.before is None:
            return "worse"
        if self.after is None:
            return "better"
        if self.before.silent != self.after.silent:
            return "worse" if self.after.silent else "better"
        return "other"

    @property
    def cell(self) -> CellRecord:
        """The figure, as the run that got it wrong tells it; the later run's, if both."""
        cell = self.after or self.before
        assert cell is not None
        return cell

    def __str__(self) -> str:
        cell = self.cell
        where = f"{self.document} | page {cell.page or '?'} | {cell.row[:24]} | {cell.column[:24]}"
        told = f"{cell.expected or '(none)'}: {_told(self.before)} -> {_told(self.after)}"
        return f"{self.turn:7}{where} | {told}"


def _told(cell: CellRecord | None) -> str:
    if cell is None:
        return "right"
    return f"{cell.found or '(nothing)'} [{cell.verdict or cell.kind}]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes in the documents that both runs read, the worse ones first."""

    changes: tuple[Change, ...]
    shared: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    def count(self, turn: Turn) -> int:
        return sum(change.turn == turn for change in self.changes)


def compare(before: Sequence[Record], after: Sequence[Record]) -> Comparison:
    """What changed, figure by figure."""
    old = {record.name: record for record in before}
    new = {record.name: record for record in after}
    shared = tuple(name for name in old if name in new)
    order: tuple[Turn, ...] = ("worse", "better", "other")
    changes = [change for name in shared for change in _changes(old[name], new[name])]
    return Comparison(
        changes=tuple(sorted(changes, key=lambda change: order.index(change.turn))),
        shared=shared,
        only_before=tuple(name for name in old if name not in new),
        only_after=tuple(name for name in new if name not in old),
    )


def _changes(before: Record, after: Record) -> Iterator[Change]:
    old = {cell.key: cell for cell in before.cells}
    new = {cell.key: cell for cell in after.cells}
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was is None or now is None or _differ(was, now):
            yield Change(before.name, was, now)


def _differ(left: CellRecord, right: CellRecord) -> bool:
    return (left.kind, left.found, left.silent) != (right.kind, right.found, right.silent)
