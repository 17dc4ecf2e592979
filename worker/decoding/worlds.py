"""The best world of a part, and for each cell how far the best world without its value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from worker.decoding.certificate import Certificate, narrowed
from worker.decoding.part import Part, World
from worker.decoding.prices import HORIZON

MOST_WORLDS = 60
"""Rival worlds sought in one part; cells still open then are known to be no nearer."""


@dataclass(frozen=True, slots=True)
class Explored:
    """``margins`` and ``rivals`` are by index of the choice.

    A margin is how much more the cheapest world costs in which the choice takes another
    option; where no rival is given it is a lower bound. ``settled`` is False where time ran
    out before the best world was known: then nothing is. ``effort`` is what the search took.
    """

    best: World
    margins: tuple[float, ...]
    rivals: tuple[World | None, ...]
    settled: bool = True
    effort: float = 0.0


def explore(part: Part, effort: float) -> Explored:
    """The best world and its rivals within :data:`~worker.decoding.prices.HORIZON`.

    What a certificate shows to be the same in every world that near is not searched. Rivals
    are found nearest first: each time the cheapest world is sought in which *some* cell
    without a rival differs, and all that differ have their margin from it. So a world in
    which ten cells move together is sought once. ``effort`` bounds the whole search, in the
    solver's own seconds, which do not depend on the machine.
    """
    known = Certificate(part)
    bounds = known.bounds
    kept = [
        at for at, choice in enumerate(part.choices) if choice.first < 0 or bounds[at] < HORIZON
    ]
    first = World(tuple(choice.first for choice in part.choices), 0.0)
    if not kept:
        count = len(part.choices)
        return Explored(first, (HORIZON,) * count, (None,) * count)
    found = _search(narrowed(part, kept), effort, [bounds[at] for at in kept], known.gain <= 0)
    return _widened(first, kept, found)


def _search(part: Part, effort: float, bounds: Sequence[float], certain: bool) -> Explored:
    """What the search finds; ``certain`` says that the first options are the best world.

    ``bounds`` are then what every world costs more in which a choice is otherwise.
    """
    from worker.decoding.solver import OutOfTime, Search  # most tables need none

    search = Search(part, effort)
    count = len(part.choices)
    first = World(tuple(choice.first for choice in part.choices), 0.0)
    best: World | None
    try:
        best = Certificate(part).here if certain else search.best(start=first)
    except OutOfTime:
        best = None
    if best is None:
        return Explored(
            first, (0.0,) * count, (None,) * count, settled=False, effort=effort - search.effort
        )
    margins, rivals = [HORIZON] * count, [None] * count  # type: list[float], list[World | None]
    open_choices = {at for at, picked in enumerate(best.picks) if picked >= 0}
    for at, picked in enumerate(best.picks):
        if picked < 0:
            margins[at] = 0.0
    reached = 0.0
    for _ in range(MOST_WORLDS):
        if not open_choices:
            break
        off = {(at, best.picks[at]) for at in open_choices}
        try:
            rival = search.best(off=off, start=best, most=best.cost + HORIZON)
        except OutOfTime:
            break
        if rival is None:
            reached = HORIZON
            break
        reached = max(rival.cost - best.cost, 0.0)
        for at in [at for at in open_choices if rival.picks[at] != best.picks[at]]:
            margins[at], rivals[at] = reached, rival
            open_choices.discard(at)
    for at in open_choices:
        margins[at] = max(reached, bounds[at] if certain else 0.0)
    return Explored(best, tuple(margins), tuple(rivals), effort=effort - search.effort)


def _widened(first: World, kept: Sequence[int], found: Explored) -> Explored:
    """What was found for the choices ``kept``, with the others as they are in ``first``."""
    count = len(first.picks)
    margins, rivals = [HORIZON] * count, [None] * count  # type: list[float], list[World | None]
    for to, at in enumerate(kept):
        margins[at] = found.margins[to]
        rival = found.rivals[to]
        rivals[at] = rival and _whole(first, kept, rival)
    return replace(
        found,
        best=_whole(first, kept, found.best),
        margins=tuple(margins),
        rivals=tuple(rivals),
    )


def _whole(first: World, kept: Sequence[int], part: World) -> World:
    picks = list(first.picks)
    for at, pick in zip(kept, part.picks, strict=True):
        picks[at] = pick
    return replace(part, picks=tuple(picks))
