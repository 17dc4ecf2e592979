"""From a margin to the probability that the value is what is printed.

Margins are differences of log-probabilities under a prior, not yet odds. What share of
figures with such a margin is right was counted on generated scans
(``python -m eval.decoding calibrate``) and is kept in ``calibration.json``.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from itertools import pairwise

SUREST = 0.999999
"""No reading of a machine is surer."""

Curve = tuple[tuple[float, float], ...]
"""Points (margin, log odds of being right), rising."""


@cache
def curves() -> dict[str, Curve]:
    """The calibration that comes with the program, by kind of cell."""
    said = json.loads(files("worker.decoding").joinpath("calibration.json").read_text("utf-8"))
    return {kind: tuple((float(m), float(o)) for m, o in points) for kind, points in said.items()}


def kind_of(held: int, *, changed: bool) -> str:
    """Which curve speaks for a cell with so many sums that hold."""
    if changed:
        return "changed"
    return "unchecked" if not held else "once" if held == 1 else "crossed"


def confidence(margin: float, held: int, *, changed: bool) -> float:
    """The share of figures right among those of such a margin, with so many sums that hold."""
    points = curves()[kind_of(held, changed=changed)]
    odds = _between(points, margin)
    return min(1.0 / (1.0 + math.exp(-odds)), SUREST)


def _between(points: Curve, margin: float) -> float:
    """The curve at ``margin``, straight between its points and flat beyond them."""
    if margin <= points[0][0]:
        return points[0][1]
    if margin > points[-1][0]:  # as in a text layer
        return points[-1][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if margin <= x1:
            return y0 + (y1 - y0) * (margin - x0) / (x1 - x0)
    return points[-1][1]
