"""What a person should know of a cell, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.result import Alternative, Cell, CheckResult, Result, Table
from service.plain import one_line
from service.wording import Places, difference_in_words

_FEW = 5


@dataclass(frozen=True, slots=True)
class Notes:
    """Says of each cell of one table why it is coloured."""

    places: Places
    reasons: dict[tuple[str, str], list[str]]
    failed: dict[str, CheckResult]

    @staticmethod
    def of(table: Table, result: Result) -> Notes:
        reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
        for item in result.review:
            if item.table == table.id:
                reasons[item.row, item.column].append(one_line(item.reason))
        failed = {check.id: check for check in table.checks if check.status == "fail"}
        return Notes(Places.of(table), dict(reasons), failed)

    def note(self, place: tuple[str, str], cell: Cell) -> str:
        """The note of the cell at ``place``; empty where there is nothing to say."""
        lines: list[str] = []
        match cell.verdict:
            case "doubtful":
                lines = ["To review.", *self.reasons.get(place, ()), _read_as(cell)]
            case "repaired":
                lines = [f"Mended. {_read_as(cell)} {cell.value} alone makes every sum hold."]
            case "source_error":
                lines = ["Printed so; the printed figures do not add up."]
            case "human":
                lines = [f"Entered or confirmed by a person. {_read_as(cell)}"]
            case _:
                return ""
        lines += self._broken(cell)
        if cell.alternatives:
            lines.append(f"Other readings: {alternatives_in_words(cell.alternatives)}.")
        return "\n".join(line for line in lines if line)

    def _broken(self, cell: Cell) -> Iterable[str]:
        """The sums that this cell takes part in and that do not hold, a few of them."""
        broken = [self.failed[check] for check in cell.checks if check in self.failed]
        for check in broken[:_FEW]:
            yield f"{self.places.check(check, _FEW)} ({difference_in_words(check)})"


def _read_as(cell: Cell) -> str:
    return f"Read as “{one_line(cell.text)}”, {percent(cell.confidence)} sure."


def alternatives_in_words(alternatives: Iterable[Alternative]) -> str:
    """``118.00 (0.02 %), blank (0.01 %)``."""
    return ", ".join(
        f"{'blank' if other.value is None else one_line(other.value)} ({percent(other.confidence)})"
        for other in tuple(alternatives)[:_FEW]
    )


def percent(probability: float) -> str:
    """A probability as a percentage that never rounds to certainty."""
    if 0.9995 <= probability < 1:
        return "> 99.9 %"
    if 0 < probability < 0.0005:
        return "< 0.1 %"
    return f"{probability:.1%}".replace("%", " %").replace(".0 ", " ")
