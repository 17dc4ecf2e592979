"""Calibration: whether a figure of which the program is 99 % sure is right 99 times of 100.

Confidences are kept in fine steps, so that documents can be added up and drawn again by the
thousand: a step is a fiftieth of a "nine" (0.9 is one nine, 0.99 are two).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.scores.case import Case

Floats = npt.NDArray[np.float64]

STEPS = 301
_PER_NINE = 50
_NEVER_SURE = 1e-6
_GROUPS = 15


@dataclass(frozen=True, slots=True)
class Step:
    """Figures of about the same confidence: how many, the sum of it, how many are right."""

    at: int
    count: int
    confidence: float
    right: int


Sureness = tuple[Step, ...]
"""The steps of one document, only those with figures."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve."""

    x: float
    y: float
    weight: float = 1.0


def sureness(case: Case) -> Sureness:
    """How sure the tool was of its figures, and how right."""
    if case.result is None:
        return ()
    kept: dict[int, list[float]] = {}
    for judged in case.agreement.figures:
        if judged.read is None or judged.found is None:
            continue
        cell = case.read_cells.get((judged.read.row, judged.read.column))
        if cell is not None:
            held = kept.setdefault(step_of(cell.confidence), [0.0, 0.0, 0.0])
            held[0] += 1
            held[1] += cell.confidence
            held[2] += judged.kind == "exact"
    return tuple(
        Step(at, int(count), confidence, int(right))
        for at, (count, confidence, right) in sorted(kept.items())
    )


def step_of(confidence: float) -> int:
    """The step that a confidence falls into; a higher one into a later step."""
    nines = -math.log10(max(1.0 - confidence, 0.0) + _NEVER_SURE)
    return min(max(round(_PER_NINE * nines), 0), STEPS - 1)


def stack(documents: Iterable[Sureness]) -> Floats:
    """Documents x steps x (count, confidence, right)."""
    held = list(documents)
    stacked = np.zeros((len(held), STEPS, 3))
    for number, steps in enumerate(held):
        for step in steps:
            stacked[number, step.at] += (step.count, step.confidence, step.right)
    return stacked


def expected_error(steps: Floats) -> Floats:
    """The expected calibration error: the mean gap between confidence and share right.

    ``steps`` is … x steps x 3; the steps are taken together into groups of about as many
    figures (Nguyen and O'Connor, 2015), made on the sum of all. Not a number where there
    are no figures.
    """
    groups = _groups(steps.reshape(-1, STEPS, 3).sum(axis=0)[:, 0])
    grouped = np.stack(
        [steps[..., groups == group, :].sum(axis=-2) for group in range(groups.max() + 1)], axis=-2
    )
    gaps = np.abs(grouped[..., 1] - grouped[..., 2]).sum(axis=-1)
    return _ratio(gaps, grouped[..., 0].sum(axis=-1))


def area(steps: Floats) -> Floats:
    """The area under the risk–coverage curve (Geifman et al., 2019): 0 is perfect.

    The share of wrong figures among the surest ones, averaged over how many are taken.
    Figures of one step stand or fall together.
    """
    count, wrong = _surest_first(steps)
    risk = _ratio(wrong.cumsum(axis=-1), count.cumsum(axis=-1))
    return _ratio((np.nan_to_num(risk) * count).sum(axis=-1), count.sum(axis=-1))


def risk_curve(steps: Floats) -> tuple[Point, ...]:
    """Share of figures taken, the surest first, against the share of them that is wrong."""
    count, wrong = _surest_first(steps)
    total = count.sum()
    taken = np.flatnonzero(count)
    return tuple(
        Point(float(c / total), float(w / c))
        for c, w in zip(count.cumsum()[taken], wrong.cumsum()[taken], strict=True)
    )


def reliability(steps: Floats) -> tuple[Point, ...]:
    """Mean confidence against the share right, one point for each group of figures."""
    groups = _groups(steps[:, 0])
    points = []
    for group in range(groups.max() + 1):
        count, confidence, right = steps[groups == group].sum(axis=0)
        if count:
            points.append(Point(float(confidence / count), float(right / count), float(count)))
    return tuple(points)


def _surest_first(steps: Floats) -> tuple[Floats, Floats]:
    turned = steps[..., ::-1, :]
    return turned[..., 0], turned[..., 0] - turned[..., 2]


def _groups(counts: Floats) -> npt.NDArray[np.int64]:
    """For each step its group; groups hold about as many figures."""
    total = counts.sum()
    if not total:
        return np.zeros(len(counts), np.int64)
    middle = counts.cumsum() - counts / 2
    coarse = np.minimum(middle / total * _GROUPS, _GROUPS - 1).astype(np.int64)
    return np.unique(coarse, return_inverse=True)[1].astype(np.int64)


def _ratio(part: Floats, of: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.true_divide(part, of), np.float64)


def as_numbers(steps: Sureness) -> list[tuple[int, int, float, int]]:
    """The steps as plain numbers, for a file."""
    return [(s.at, s.count, round(s.confidence, 6), s.right) for s in steps]


def from_numbers(rows: Sequence[Sequence[float]]) -> Sureness:
    """The steps that :func:`as_numbers` wrote."""
    return tuple(
        Step(int(at), int(count), float(confidence), int(right))
        for at, count, confidence, right in rows
    )
