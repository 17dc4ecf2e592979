"""How surprising one reading of ink is if another figure is printed there.

A prior over the slips of a reader, for readings of which no more is known than the text: a digit
taken for another, a sign lost, a ruling read as a sign. It is counted on made scans
(``worker/models/confusions.json``, by ``eval.training.confusions``); where a reader kept what it
saw of the ink, that counts and not this.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, permutations
from string import digits

RAREST = 6.0
"""Nats of the rarest slip that was counted, and of any other; the others in proportion to theirs.

What was counted is tempered so: crops know nothing of seals, pens and folds, and a rival that is
held for impossible is not doubted.
"""
_SIGNS = 7
"""Signs of a figure, without its separators, of which any may be the one that was misread."""
_PRINTED = {**dict.fromkeys(digits, 0.12), ".": 0.13, "-": 0.01, "": 1.0}
"""Shares of the signs of printed figures; where none is printed any sign may be read."""


@dataclass(frozen=True, slots=True, eq=False)  # each is itself alone: what it says is kept by it
class Confusions:
    """Surprise of single slips in nats, given that a figure was misread at all.

    ``taken`` is keyed by the printed and the read sign (``"38"``: 3 read as 8), ``lost`` by
    the printed sign that was not read, ``added`` by the sign read where none is printed.
    What is not listed costs ``other``.
    """

    taken: dict[str, float]
    lost: dict[str, float]
    added: dict[str, float]
    other: float


_in_use: ContextVar[Confusions | None] = ContextVar("prior over slips", default=None)


def confusions() -> Confusions:
    """The prior in use."""
    return _in_use.get() or _own()


@contextmanager
def in_use(prior: Confusions) -> Iterator[None]:
    """Another prior in place of the program's own, to measure what that is worth."""
    before = _in_use.set(prior)
    _forget()
    try:
        yield
    finally:
        _in_use.reset(before)
        _forget()


def _forget() -> None:
    for weighed in (surprise, _taken_for, farther):
        weighed.cache_clear()


@cache
def _own() -> Confusions:
    """The prior that comes with the program: the share of each slip among all that were counted."""
    said = json.loads(files("worker.models").joinpath("confusions.json").read_text("utf-8"))
    odds = {
        (printed, read): _PRINTED[printed] * share
        for printed, read, share in said["confusions"]
        if printed in _PRINTED and read in _PRINTED
    }
    total = sum(odds.values()) * _SIGNS
    nats = {slip: -math.log(share / total) for slip, share in odds.items()}
    tempered = RAREST / max(nats.values())
    costs = {slip: tempered * one for slip, one in nats.items()}
    return Confusions(
        taken={a + b: costs.get((a, b), RAREST) for a, b in permutations(digits, 2)},
        lost={printed: cost for (printed, read), cost in costs.items() if not read},
        added={read: cost for (printed, read), cost in costs.items() if not printed},
        other=RAREST,
    )


@lru_cache(maxsize=200_000)
def surprise(read: str, printed: str) -> float:
    """Nats of reading ``read`` where ``printed`` stands, given that it was misread.

    The least surprising chain of slips counts (a weighted edit distance); 0 for equal texts.
    Both texts are figures without thousands separators.
    """
    prior = confusions()
    if abs(len(read) - len(printed)) > 3:
        return prior.other * abs(len(read) - len(printed)) + prior.other
    before = common_start(read, printed)
    left, right = read[before:], printed[before:]
    behind = common_start(left[::-1], right[::-1])
    one = _of_one_slip(left[: len(left) - behind], right[: len(right) - behind], prior)
    return _least(read, printed, prior) if one is None else one


def common_start(one: str, other: str) -> int:
    """How many signs both begin with."""
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return n
    return min(len(one), len(other))


def _of_one_slip(read: str, printed: str, prior: Confusions) -> float | None:
    """The surprise of texts without what they begin and end with alike, None of more slips.

    No two slips are less surprising than one.
    """
    if len(read) == len(printed) == 1:
        return prior.taken.get(printed + read, prior.other)
    if len(read) + len(printed) == 1:
        return prior.added.get(read, prior.other) if read else prior.lost.get(printed, prior.other)
    return None if read or printed else 0.0


def _least(read: str, printed: str, prior: Confusions) -> float:
    added = [prior.added.get(sign, prior.other) for sign in read]
    above = [0.0, *accumulate(added)]
    for p in printed:
        lost = prior.lost.get(p, prior.other)
        last = above[0] + lost
        row = [last]
        for j, r in enumerate(read):
            cost = above[j] if p == r else above[j] + prior.taken.get(p + r, prior.other)
            if above[j + 1] + lost < cost:
                cost = above[j + 1] + lost
            if last + added[j] < cost:
                cost = last + added[j]
            row.append(cost)
            last = cost
        above = row
    return above[-1]


def slips(read: str, most: float = math.inf) -> tuple[str, ...]:
    """Every figure one listed slip away from ``read``: what may be printed there instead.

    Slips of more than ``most`` nats are left out.
    """
    prior = confusions()
    found: dict[str, None] = {}
    for at, sign in enumerate(read):
        for printed, cost in _taken_for(sign):
            if cost <= most:
                found[read[:at] + printed + read[at + 1 :]] = None
        if sign in prior.added and prior.added[sign] <= most:
            found[read[:at] + read[at + 1 :]] = None
    for sign, cost in prior.lost.items():
        for at in range(len(read) + 1) if cost <= most else ():
            found[read[:at] + sign + read[at:]] = None
    found.pop(read, None)
    return tuple(found)


@cache
def farther() -> float:
    """Nats of the least surprising misreading that is none of :func:`slips`."""
    prior = confusions()
    least = min(*prior.taken.values(), *prior.lost.values(), *prior.added.values())
    return min(2 * least, prior.other)


@cache
def _taken_for(sign: str) -> tuple[tuple[str, float], ...]:
    """The signs that are printed where ``sign`` is read, with what that costs."""
    taken = confusions().taken.items()
    return tuple((pair[0], cost) for pair, cost in taken if pair[1] == sign)
