"""Scores as people read them."""

from __future__ import annotations

from eval.runs.pool import CALIBRATION, Pooled
from eval.scores.all import MEANINGS as OF_SCORES
from eval.scores.score import Meaning

MEANINGS: dict[str, Meaning] = {**OF_SCORES, **{m.name: m for m in CALIBRATION}}
"""What every score is, those over all documents included."""

HEADLINES = (
    "figures.recall",
    "silence.errors",
    "review.load",
    "straight.tables",
    "anywhere.page",
    "cost.seconds",
)
"""The scores that say most, in the order in which they are told."""


def told(score: Pooled | None) -> str:
    """The value with its interval; a dash where nothing was scored."""
    if score is None or score.value is None:
        return "–"
    return f"{number(score.name, score.value)} {interval(score)}".rstrip()


def number(name: str, value: float) -> str:
    """The value in the score's own way: in percent, or plain."""
    meaning = MEANINGS.get(name)
    if meaning is not None and not meaning.percent:
        return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    return f"{100 * value:.{2 if 0 < value < 0.1 or 0.9 < value < 1 else 1}f} %"


def interval(score: Pooled) -> str:
    """``(low–high)`` where more than one document was drawn from."""
    if score.low is None or score.high is None or score.scored < 2:
        return ""
    low, high = number(score.name, score.low), number(score.name, score.high)
    return f"({low.removesuffix(' %')}–{high.removesuffix(' %')})"
