"""What a scorer is, and what it says of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from eval.scores.case import Case

Better = Literal["high", "low"]
Need = Literal["tables", "truth", "boxes"]
Group = Literal["figures", "work", "structure", "text", "place", "checks", "cost", "outside"]

_LACKING = {
    "tables": "the tool reads lines, it gives no tables",
    "truth": "the gold is not in the result format",
    "boxes": "the gold has no boxes for this file",
}


@dataclass(frozen=True, slots=True)
class Score:
    """``part`` of ``of`` in one document; over documents both are added up.

    ``unscored`` says why nothing was measured, which is not the same as zero: such a
    document is counted apart. ``of`` may be 0 where something was measured and there was
    nothing to divide by; ``part`` still counts in the sum over documents.
    """

    name: str
    part: float = 0.0
    of: float = 0.0
    unscored: str | None = None

    @property
    def value(self) -> float | None:
        """The ratio; None where there is none."""
        return self.part / self.of if self.unscored is None and self.of else None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a score is, for people: a title and a sentence that a budget office understands.

    ``percent`` says that the value is a share, shown in percent.
    """

    name: str
    title: str
    sentence: str
    group: Group
    better: Better = "high"
    percent: bool = True


class Scorer(Protocol):
    """Scores one document, always under the same names."""

    @property
    def meanings(self) -> tuple[Meaning, ...]: ...

    def __call__(self, case: Case) -> tuple[Score, ...]: ...


@dataclass(frozen=True, slots=True)
class Measure:
    """A scorer out of a function, which is asked only where the case has what it needs."""

    meanings: tuple[Meaning, ...]
    score: Callable[[Case], Iterable[Score]]
    needs: tuple[Need, ...] = ("tables",)

    def __call__(self, case: Case) -> tuple[Score, ...]:
        lacking = [need for need in self.needs if not has(case, need)]
        if lacking:
            return self.unscored(_LACKING[lacking[0]])
        given = {score.name: score for score in self.score(case)}
        return tuple(
            given.get(meaning.name, Score(meaning.name, unscored="nothing to score"))
            for meaning in self.meanings
        )

    def unscored(self, why: str) -> tuple[Score, ...]:
        return tuple(Score(meaning.name, unscored=why) for meaning in self.meanings)


def has(case: Case, need: Need) -> bool:
    match need:
        case "tables":
            return case.result is not None
        case "truth":
            return case.truth is not None
        case "boxes":
            return case.boxes


def share(name: str, part: float, of: float, nothing: str) -> Score:
    """The score ``part`` of ``of``, unscored for the reason ``nothing`` where ``of`` is 0."""
    return Score(name, part, of) if of else Score(name, unscored=nothing)
