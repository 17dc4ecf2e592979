"""All scores, in the order in which a reader wants them."""

from __future__ import annotations

from eval.scores.case import Case
from eval.scores.cost import COST
from eval.scores.detection import DETECTION
from eval.scores.figures import FIGURES
from eval.scores.grounding import PLACE
from eval.scores.indicators import INDICATORS
from eval.scores.lines import ANYWHERE
from eval.scores.outside import OUTSIDE
from eval.scores.review import REVIEW
from eval.scores.score import Meaning, Score, Scorer
from eval.scores.silence import SILENCE
from eval.scores.straight import STRAIGHT
from eval.scores.structure import STRUCTURE
from eval.scores.texts import TEXTS

SCORERS: tuple[Scorer, ...] = (
    FIGURES, SILENCE, REVIEW, STRAIGHT, STRUCTURE, TEXTS, INDICATORS, PLACE, DETECTION,
    ANYWHERE, COST, OUTSIDE,
)  # fmt: skip

MEANINGS: dict[str, Meaning] = {
    meaning.name: meaning for scorer in SCORERS for meaning in scorer.meanings
}


def scores(case: Case, *, outside: bool) -> tuple[Score, ...]:
    """Every score of the document, each once; ``outside`` takes minutes for large tables."""
    found: list[Score] = []
    for scorer in SCORERS:
        if scorer is OUTSIDE and not outside:
            found += OUTSIDE.unscored("not asked for")
        else:
            found += scorer(case)
    return tuple(found)
