"""Review load: the human work that is left."""

from __future__ import annotations

from collections.abc import Iterator

from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score

MEANINGS = (
    Meaning(
        "review.load",
        "Cells to look at",
        "For 100 figures printed, a person is shown so many cells.",
        "work",
        better="low",
        percent=False,
    ),
    Meaning(
        "review.per_error",
        "Looks for each wrong figure",
        "A person is shown so many cells for each figure that is wrong or lost; 1 would be "
        "perfect aim, less means that errors are not shown.",
        "work",
        better="low",
        percent=False,
    ),
    Meaning(
        "review.caught",
        "Wrong figures shown",
        "Of 100 figures read wrongly, so many are among the cells shown.",
        "work",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    assert case.result is not None
    shown = len({(item.table, item.row, item.column) for item in case.result.review})
    agreement = case.agreement
    yield Score("review.load", shown, case.figures_printed / 100)
    yield Score("review.per_error", shown, len(agreement.wrong))
    read_wrongly = [j for j in agreement.wrong if j.kind != "missing"]
    yield Score("review.caught", sum(not j.silent for j in read_wrongly), len(read_wrongly))


REVIEW = Measure(MEANINGS, _score)
