"""Texts: how many characters of labels and of all texts are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eval.agreement import TextPair
from eval.scores.case import Case
from eval.scores.distance import edits
from eval.scores.score import Meaning, Measure, Score, share
from schemas.amount import narrow

MEANINGS = (
    Meaning(
        "texts.label_errors",
        "Character errors in row labels",
        "For 100 characters of row names, so many would have to be typed anew.",
        "text",
        better="low",
    ),
    Meaning(
        "texts.errors",
        "Character errors in all texts",
        "For 100 characters of all cells that hold words or codes, so many would have to be "
        "typed anew.",
        "text",
        better="low",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    if case.truth is None:
        yield Score("texts.label_errors", unscored="the gold does not say which text is the label")
    else:
        yield _rate("texts.label_errors", case.agreement.labels)
    yield _rate("texts.errors", case.agreement.written)


def _rate(name: str, pairs: Iterable[TextPair]) -> Score:
    """Edits for each character of the gold; white space and width of characters don't count."""
    wrong = printed = 0
    for pair in pairs:
        expected = narrow(pair.expected)
        printed += len(expected)
        wrong += edits(expected, narrow(pair.found))
    return share(name, wrong, printed, "no text is printed")


TEXTS = Measure(MEANINGS, _score)
