"""Figures: how many of the printed ones came out exactly, in the right row and column."""

from __future__ import annotations

from collections.abc import Iterator

from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score, share

MEANINGS = (
    Meaning(
        "figures.recall",
        "Figures right",
        "Of 100 figures printed, so many stand in the result to the last digit, in the right "
        "row and column.",
        "figures",
    ),
    Meaning(
        "figures.precision",
        "Figures believed rightly",
        "Of 100 figures in the result, so many are printed there.",
        "figures",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    agreement = case.agreement
    exact = agreement.count("exact")
    printed = exact + agreement.count("wrong") + agreement.count("missing")
    read = exact + agreement.count("wrong") + agreement.count("extra")
    yield share("figures.recall", exact, printed, "no figure is printed")
    yield share("figures.precision", exact, read, "no figure was read")


FIGURES = Measure(MEANINGS, _score)
