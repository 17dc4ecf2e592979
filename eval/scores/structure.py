"""Structure: which row adds into which, and what the header says of each column."""

from __future__ import annotations

from collections.abc import Iterator

from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score, share

MEANINGS = (
    Meaning(
        "structure.parents",
        "Rows under the right parent",
        "Of 100 rows, so many are said to add into the row that they do add into.",
        "structure",
    ),
    Meaning(
        "structure.headers",
        "Column headers right",
        "Of 100 columns that hold figures or texts, so many have their whole header, from the "
        "outermost cell to the innermost.",
        "structure",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    parents, headers = case.agreement.parents, case.agreement.headers
    yield share("structure.parents", parents.right, parents.of, "the gold knows no parents")
    yield share("structure.headers", headers.right, headers.of, "the gold knows no headers")


STRUCTURE = Measure(MEANINGS, _score)
