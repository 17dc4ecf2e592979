"""How well any figure at all fits the ink of one cell.

Costs are nats: how much less probable than the cell's first reading it is that this figure
is what is printed. Where a reader kept what it saw of the ink, the figure is tested on that;
else the recogniser's confidence and the prior over slips
(:mod:`worker.decoding.confusions`) stand in for the ink.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import accumulate

import numpy as np

from schemas.amount import narrow
from schemas.draft import DraftCell
from schemas.page import Posterior
from worker.ctc import figure_beam, log_probabilities, shown
from worker.decoding.confusions import surprise
from worker.decoding.print_style import canonical, departs, whole

SURE_TEXT = 25.0
"""A text layer is near certain, but scans carry text layers of other programs' making."""
SUREST_READING = 9.0
"""A recogniser's own confidence beyond 1 in 8,000 is not believed."""
MISSED = 7.0
"""That a printed figure was not seen at all (one blank cell in a thousand)."""
SPURIOUS = 9.0
"""That a figure was read where nothing is printed."""
UNREADABLE = 4.0
"""What stands in for the confidence of a reading that is no figure."""
CERTAIN = 0.995
"""Least probability of a reading that is taken as printed, whatever its column prints."""
UNSURE = 0.9
"""Confidence below which the ink is asked for more figures than the recogniser named."""
DOUBTED = 0.4
"""What is known of a figure that looks cut: hardly more than nothing."""
WHOLE = 0.5
"""That a figure without a mark is printed so, and has not lost its point: unknown."""
HIGHEST = 30.0
_POINTS = tuple(".,")
_IN_ALL_FORMS = "0123456789."
"""The signs of a value that it has in whatever form it is printed."""
_ROUNDED = 1e-6
"""Nats by which numbers may be off that are worked out on different ways."""

_MOST_TOLD = 40_000
"""Values of which is kept what their inks say: a few megabytes."""

_Told = dict[tuple[Posterior, ...], dict[str, float]]
"""What inks said of values: the logarithms of their probabilities."""

_kept: ContextVar[_Told | None] = ContextVar("what inks said", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """While it lasts what inks say is kept, and nothing of it afterwards.

    The figures of one document are decided up to four times over, on much the same inks.
    """
    before = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(before)


def odds_against(cell: DraftCell, decimals: int | None = None) -> float:
    """Nats by which all other figures together are less probable than the first reading.

    Where that is no figure, the likeliest figure counts. ``decimals`` are those that the
    cell's column always has, where it is known.
    """
    if cell.source == "text":
        return SURE_TEXT
    if not cell.text:
        return MISSED
    if _cut(cell, decimals):
        return DOUBTED
    sure = min(max(_sureness(cell, decimals), 1e-6), 1.0 - 1e-6)
    return min(math.log(sure / (1.0 - sure)), SUREST_READING)


def _cut(cell: DraftCell, decimals: int | None) -> bool:
    """Whether the figure looks like a part of one: odd decimals, or a point at its edge."""
    text = narrow(cell.text)
    edge = text[:1] in _POINTS or text[-1:] in _POINTS
    return edge or (cell.value is not None and departs(cell.value, decimals))


def _sureness(cell: DraftCell, decimals: int | None) -> float:
    """The probability of the first reading, of its value in whatever form it is printed."""
    odds = weighed_readings(cell, decimals)
    if not odds:
        return cell.confidence
    whole = any(reading.text == cell.text for reading in cell.readings)
    if not cell.readable or not whole:  # several runs of ink, of which some may be none
        return min(max(odds.values(), default=0.0), cell.confidence)
    return min(odds.get(cell.value or "", 0.0), 1.0)


def weighed_readings(cell: DraftCell, decimals: int | None) -> dict[str, float]:
    """The figures that the recogniser's candidates mean, each with their joint probability."""
    odds: dict[str, float] = {}
    for reading in cell.readings:
        # A figure read with certainty says itself where its point stands, or that it has none.
        certain = reading.probability >= CERTAIN
        for value, share in _meant(reading.text, None if certain else decimals):
            odds[value] = odds.get(value, 0.0) + reading.probability * share
    if not cell.readable or cell.confidence < UNSURE:
        for text, log in proposals(cell.posteriors):
            proposed = canonical(text, decimals)
            if proposed is not None:
                odds.setdefault(proposed, math.exp(log))
    return odds


def _meant(text: str, decimals: int | None) -> tuple[tuple[str, float], ...]:
    """The values that a text may mean, and how its probability is shared out among them."""
    value, plain = canonical(text, decimals), whole(text, decimals)
    if value is None:
        return ()
    if plain is None or plain == value:
        return ((value, 1.0),)
    return ((plain, WHOLE), (value, 1.0 - WHOLE))


Asked = tuple[DraftCell, Sequence[str | None]]
"""A cell, and what may be printed in it: None stands for nothing."""


def costs(asked: Sequence[Asked], most: Sequence[float] | None = None) -> list[list[float]]:
    """For each cell what each value costs in it.

    Of what plainly costs more than ``most`` no more is told than that it does.
    """
    figures = [[v for v in values if v is not None and v != cell.value] for cell, values in asked]
    inked = [k for k, (cell, _) in enumerate(asked) if cell.posteriors and cell.source != "text"]
    beyond: dict[int, dict[str, float]] = {}
    limits = [math.inf] * len(asked) if most is None else most
    for k in inked:
        missing = _missing(asked[k][0], limits[k])
        beyond[k] = {v: HIGHEST for v in figures[k] if not missing.isdisjoint(v)}
        figures[k] = [v for v in figures[k] if v not in beyond[k]]
    by_ink = _tested([(asked[k][0], figures[k]) for k in inked])
    tested: dict[int, dict[str, float]] = {
        k: found | beyond.get(k, {})
        for k, found in zip(inked, by_ink, strict=True)
        if found is not None
    }
    return [
        _costs(cell, values, tested[k] if k in tested else _by_priors(cell, figures[k]))
        for k, (cell, values) in enumerate(asked)
    ]


def _costs(
    cell: DraftCell, values: Sequence[str | None], tested: Mapping[str, float]
) -> list[float]:
    own = 0.0 if cell.readable else HIGHEST
    return [_blank(cell) if value is None else tested.get(value, own) for value in values]


def _blank(cell: DraftCell) -> float:
    if cell.value is None and cell.readable:
        return 0.0
    return max(SPURIOUS, odds_against(cell))


def _by_priors(cell: DraftCell, values: Sequence[str]) -> dict[str, float]:
    against = max(odds_against(cell), 0.0)
    return {value: _by_prior(cell, value, against) for value in values}


def _by_prior(cell: DraftCell, value: str, against: float) -> float:
    if not cell.text:
        return against
    if not cell.readable and cell.source == "text":
        return SURE_TEXT
    if not cell.readable:
        return min(UNREADABLE + surprise(cell.text, value) / 2, HIGHEST)
    return min(against + surprise(cell.value or "", value), HIGHEST)


def _missing(cell: DraftCell, most: float) -> frozenset[str]:
    """The signs that the ink shows so little of that any value with one costs more than ``most``.

    None where it was not asked before about the first reading, from which costs are counted.
    """
    first = cell.value if cell.value is not None and cell.readable else None
    said = (_kept.get() or {}).get(cell.posteriors, {})
    best = said.get(first) if first is not None else _likeliest(cell)
    total = sum(look.weight for look in cell.posteriors)
    if best is None or best < -HIGHEST or most >= HIGHEST or total <= 0:
        return frozenset()
    least = math.exp(best - most - _ROUNDED) * total
    looks = [(look.weight, shown(look)) for look in cell.posteriors if look.weight > 0]
    return frozenset(
        sign
        for sign in _IN_ALL_FORMS
        if sum(weight * seen.get(sign, 0.0) for weight, seen in looks) < least
    )


def _likeliest(cell: DraftCell) -> float:
    """The logarithm of the probability of the likeliest figure that the ink may say."""
    return max((log for _, log in proposals(cell.posteriors)), default=-math.inf)


def _tested(asked: Sequence[tuple[DraftCell, Sequence[str]]]) -> list[dict[str, float] | None]:
    """The cost of each value by what was seen of the ink; None where that says nothing.

    Counted from the first reading, or from the likeliest figure where that is none.
    """
    own = [cell.value if cell.value is not None and cell.readable else None for cell, _ in asked]
    logs = _logs(
        [
            (cell, values if first is None else [*values, first])
            for (cell, values), first in zip(asked, own, strict=True)
        ]
    )
    tested: list[dict[str, float] | None] = []
    for (cell, values), first, found in zip(asked, own, logs, strict=True):
        best = _likeliest(cell) if first is None else found.pop()
        told = zip(values, found, strict=True)
        counted = {v: max(min(best - log, HIGHEST), -HIGHEST) for v, log in told}
        tested.append(None if best < -HIGHEST else counted)
    return tested


def _logs(asked: Sequence[tuple[DraftCell, Sequence[str]]]) -> list[list[float]]:
    """The logarithm of each value's probability, in whatever form it is printed."""
    said = _kept.get()
    said = {} if said is None else said
    told = [said.setdefault(cell.posteriors, {}) for cell, _ in asked]
    new = [
        (cell.posteriors, [value for value in dict.fromkeys(values) if value not in known])
        for (cell, values), known in zip(asked, told, strict=True)
    ]
    for known, (_, values), found in zip(told, new, _weighed(new), strict=True):
        known.update(zip(values, found, strict=True))
    logs = [[known[v] for v in values] for (_, values), known in zip(asked, told, strict=True)]
    if sum(map(len, said.values())) > _MOST_TOLD:
        said.clear()
    return logs


def _weighed(asked: Sequence[tuple[tuple[Posterior, ...], Sequence[str]]]) -> list[list[float]]:
    """What :func:`_logs` tells, of values that the ink is asked about for the first time."""
    forms = [[printed_forms(value) for value in values] for _, values in asked]
    logs = log_probabilities(
        [
            (ink, [text for value in one for text in value])
            for (ink, _), one in zip(asked, forms, strict=True)
        ]
    )
    found = []
    for one, log in zip(forms, logs, strict=True):
        begins = list(accumulate((len(value) for value in one[:-1]), initial=0))
        found.append(np.logaddexp.reduceat(log, begins).tolist() if one else [])
    return found


@lru_cache(maxsize=4096)
def proposals(posteriors: tuple[Posterior, ...]) -> tuple[tuple[str, float], ...]:
    """Texts of amounts that the ink may say, with the logarithms of their probabilities."""
    found = figure_beam(posteriors) if posteriors else []
    return tuple((one.text, math.log(max(one.probability, 1e-12))) for one in found)


def printed_forms(value: str) -> tuple[str, ...]:
    """How a value may stand on paper: with and without commas, ``-3.4``, ``(3.4)``, ``△3.4``."""
    negative, body = value.startswith("-"), value.removeprefix("-")
    whole, point, part = body.partition(".")
    bodies = [body]
    if len(whole) > 3:
        bodies.append(f"{int(whole):,}{point}{part}")
    if not negative:
        return tuple(bodies)
    return tuple(form for one in bodies for form in (f"-{one}", f"({one})", f"△{one}"))
