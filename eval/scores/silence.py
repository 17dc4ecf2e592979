"""Silent errors: wrong figures that the program vouches for."""

from __future__ import annotations

from collections.abc import Iterator

from eval.agreement import TRUSTED
from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score, share

MEANINGS = (
    Meaning(
        "silence.errors",
        "Wrong in silence",
        "Of 100 figures that the program proved, accepted or repaired, so many are wrong, and "
        "nobody would be asked.",
        "figures",
        better="low",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    trusted = sum(
        judged.kind != "missing" and judged.verdict in TRUSTED for judged in case.agreement.figures
    )
    silent = len(case.agreement.silent)
    yield share("silence.errors", silent, trusted, "no figure was vouched for")


SILENCE = Measure(MEANINGS, _score)
