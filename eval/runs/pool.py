"""Scores of many documents as one figure, with how far chance may move it.

Parts and wholes are added up over documents, so that a long document counts for more than a
short one. The interval is a bootstrap over documents (Efron, 1979): documents are drawn
again with repetition, a thousand times, and the middle 95 % of what they give is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from eval.runs.record import Record, Scored
from eval.scores.calibration import STEPS, area, expected_error, stack
from eval.scores.score import Meaning

Floats = npt.NDArray[np.float64]

BOOTSTRAP_SEED = 20_260_101
_DRAWS = 1000
_OUTER = (2.5, 97.5)

CALIBRATION = (
    Meaning(
        "calibration.error",
        "Calibration error",
        "How far the stated confidence is from the share that is right, in points of 100: "
        "at 1, figures said to be 99 % sure are right 98 to 100 times of 100.",
        "checks",
        better="low",
    ),
    Meaning(
        "calibration.area",
        "Risk left by confidence",
        "If a person took the surest figures first, the share of wrong ones among those taken, "
        "on average over how many are taken.",
        "checks",
        better="low",
    ),
)


@dataclass(frozen=True, slots=True)
class Pooled:
    """A score over documents, with the ends of its interval; None where nothing was scored.

    ``scored`` documents count in it, ``unscored`` ones don't, for the ``reasons`` given.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    part: float
    of: float
    scored: int
    unscored: int
    reasons: dict[str, int] = field(default_factory=dict)


def pooled(name: str, scores: Sequence[Scored]) -> Pooled:
    """One score over documents."""
    counted = [score for score in scores if score.unscored is None]
    part = np.array([score.part for score in counted])
    of = np.array([score.of for score in counted])
    drawn = _draws(len(counted))
    low, high = _interval(_ratio(drawn @ part, drawn @ of)) if counted else (None, None)
    whole = float(of.sum())
    return Pooled(
        name=name,
        value=float(part.sum()) / whole if whole else None,
        low=low if whole else None,
        high=high if whole else None,
        part=float(part.sum()),
        of=whole,
        scored=len(counted),
        unscored=len(scores) - len(counted),
        reasons=dict(Counter(score.unscored for score in scores if score.unscored is not None)),
    )


def pool(records: Iterable[Record]) -> dict[str, Pooled]:
    """Every score over the documents, by its name, calibration included."""
    held = list(records)
    by_name: dict[str, list[Scored]] = {}
    for record in held:
        for score in record.scores:
            by_name.setdefault(score.name, []).append(score)
    found = {name: pooled(name, scores) for name, scores in by_name.items()}
    return {**found, **{score.name: score for score in _calibration(held)}}


def pool_forms(records: Iterable[Record]) -> dict[str, dict[str, Pooled]]:
    """The scores of figures for each form, by form and name."""
    kept: dict[str, dict[str, list[Scored]]] = {}
    for record in records:
        for form, scores in record.forms.items():
            for score in scores:
                kept.setdefault(form, {}).setdefault(score.name, []).append(score)
    return {
        form: {name: pooled(name, scores) for name, scores in by_name.items()}
        for form, by_name in sorted(kept.items())
    }


def _calibration(records: Sequence[Record]) -> list[Pooled]:
    steps = stack(record.steps for record in records)
    with_figures = steps[..., 0].sum(axis=1) > 0
    held = steps[with_figures]
    measures: tuple[Callable[[Floats], Floats], ...] = (expected_error, area)
    found = []
    for meaning, measure in zip(CALIBRATION, measures, strict=True):
        value = low = high = None
        if len(held):
            value = float(measure(held.sum(axis=0)))
            drawn = _draws(len(held)) @ held.reshape(len(held), -1)
            low, high = _interval(measure(drawn.reshape(-1, STEPS, 3)))
        missing = len(records) - len(held)
        reasons = {"no figure was read": missing} if missing else {}
        count = float(held[..., 0].sum())
        found.append(
            Pooled(meaning.name, value, low, high, 0.0, count, len(held), missing, reasons)
        )
    return found


def _draws(count: int) -> Floats:
    """How often each of ``count`` documents is drawn, in each of the draws."""
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    if not count:
        return np.zeros((_DRAWS, 0))
    return rng.multinomial(count, np.full(count, 1 / count), size=_DRAWS).astype(np.float64)


def _ratio(part: Floats, of: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part / of, np.float64)


def _interval(values: Floats) -> tuple[float | None, float | None]:
    told = values[np.isfinite(values)]
    if not told.size:
        return None, None
    low, high = np.percentile(told, _OUTER)
    return float(low), float(high)
