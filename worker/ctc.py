"""Weighing texts against ink: CTC probabilities, and a beam of printed amounts.

A :class:`schemas.page.Posterior` says for each step across a crop how probable each sign is.
Its probability of a text is the sum over all ways to spread the text over the steps
(connectionist temporal classification, Graves et al. 2006). Any text can be asked about, so
that a figure which the sums imply is weighed by the same ink as one which a beam proposed.
Where several looks at the same ink were taken, their probabilities are averaged by weight:
a look that is wrong must not veto what the others see.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.amount import narrow
from schemas.page import Posterior, Reading

Floats = NDArray[np.floating]

SIGNS = "0123456789,.-()—%△"
"""All that a printed figure, or the dash for none, is made of."""

LEAST = -600.0
"""The natural logarithm that stands for "impossible": small enough to lose, still a number."""

_FAINTEST = 1e-7  # a step's least probability: what the networks can't tell from nothing
_SAME = str.maketrans({
    **dict.fromkeys("‐‑‒–−﹣－ｰ", "-"), **dict.fromkeys("―─ー一", "—"), **dict.fromkeys("▲∆▵", "△"),
    "，": ",", "．": ".", "（": "(", "）": ")", "％": "%",
})  # fmt: skip


def in_signs(text: str) -> str:
    """``text`` without white space, full-width and variant forms as the signs they stand for."""
    if text.isascii():
        return narrow(text)
    return narrow(text.translate(_SAME)).translate(_SAME)


def posterior_of(
    probabilities: Floats, signs: str = SIGNS, weight: float = 1.0, heat: float = 1.0
) -> Posterior:
    """A posterior of (steps, 1 + signs) probabilities, the blank's in the first column.

    ``heat`` above 1.0 makes it less sure of itself: each step's logarithms are divided by it
    and the step keeps the sum that it had.
    """
    p = np.maximum(np.asarray(probabilities, np.float64), _FAINTEST)
    if heat != 1.0:
        flat = p ** (1.0 / heat)
        p = flat * (p.sum(axis=1, keepdims=True) / flat.sum(axis=1, keepdims=True))
    data = np.log(p).astype("<f2").tobytes()
    return Posterior(signs, len(p), data, weight)


Asked = tuple[Sequence[Posterior], Sequence[str]]
"""Looks at one ink, and the texts that are weighed by all of them."""
_Look = tuple[Posterior, Sequence[str]]


def log_probability(posteriors: Sequence[Posterior], texts: Sequence[str]) -> NDArray[np.float64]:
    """For each text the natural logarithm of the probability that the ink says just that.

    The probabilities of several posteriors are averaged by their weights. Texts with signs
    that no posterior knows, and empty ones that no look finds empty, get :data:`LEAST`;
    without any posterior all do.
    """
    return log_probabilities([(posteriors, texts)])[0]


def log_probabilities(asked: Sequence[Asked]) -> list[NDArray[np.float64]]:
    """:func:`log_probability` of many inks at once, which costs far less than one by one."""
    wanted = [[in_signs(text) for text in texts] for _, texts in asked]
    looks = [
        (at, posterior)
        for at, (posteriors, texts) in enumerate(asked)
        for posterior in posteriors
        if texts and posterior.weight > 0
    ]
    logs = [
        log
        for some in _in_portions([(posterior, wanted[at]) for at, posterior in looks])
        for log in _of_each(some)
    ]
    seen: list[list[NDArray[np.float64]]] = [[] for _ in asked]
    for (at, posterior), log in zip(looks, logs, strict=True):
        total = sum(p.weight for p in asked[at][0])
        seen[at].append(log + math.log(posterior.weight / total))
    return [
        np.maximum(np.logaddexp.reduce(np.stack(each), axis=0), LEAST)
        if each
        else np.full(len(texts), LEAST)
        for each, texts in zip(seen, wanted, strict=True)
    ]


def _logs(signs: str, steps: int, data: bytes) -> NDArray[np.float64]:
    """A posterior's logarithms: a row for each step, columns for the blank and each sign."""
    return np.frombuffer(data, "<f2").astype(np.float64).reshape(steps, 1 + len(signs))


@lru_cache(maxsize=1024)  # a page's figures: each is weighed several times
def _steps(signs: str, steps: int, data: bytes) -> tuple[NDArray[np.float64], float]:
    """Probabilities divided by the largest of each step, and the logarithm of all divisors."""
    logs = _logs(signs, steps, data)
    most = logs.max(axis=1, keepdims=True)
    return np.exp(logs - most), float(most.sum())


@lru_cache(maxsize=1024)
def shown(posterior: Posterior) -> dict[str, float]:
    """How probable it is at most that the ink says a text with the sign in it, for each sign.

    A text that has the sign has it at some step.
    """
    seen = np.exp(_logs(posterior.signs, posterior.steps, posterior.data))
    rounded = float(np.maximum(seen.sum(axis=1), 1.0).prod())  # a step's sum is nearly one
    return dict(zip(posterior.signs, (rounded * seen[:, 1:].sum(axis=0)).tolist(), strict=True))


_PORTION = 20_000
"""Texts that are spelled out at once: those of a long booklet would take half a gigabyte."""


def _in_portions(looks: Sequence[_Look]) -> Iterator[Sequence[_Look]]:
    """The looks in runs of about so many texts."""
    start, count = 0, 0
    for at, (_, texts) in enumerate(looks):
        if count and count + len(texts) > _PORTION:
            yield looks[start:at]
            start, count = at, 0
        count += len(texts)
    if looks:
        yield looks[start:]


_TOGETHER = 1024
"""Texts that are weighed at once: more leave the processor's cache."""


@lru_cache(maxsize=8)
def _columns(signs: str) -> NDArray[np.intp]:
    """By code point the column of a sign's probabilities; 0 for any other letter, and for none."""
    columns = np.zeros(max(map(ord, signs), default=0) + 2, np.intp)
    columns[[ord(sign) for sign in signs]] = range(1, 1 + len(signs))
    return columns


def _of_each(looks: Sequence[_Look]) -> list[NDArray[np.float64]]:
    """For each look the logarithms of its texts' probabilities; each has one text or more."""
    if not looks:
        return []
    counts = [len(texts) for _, texts in looks]
    each = np.repeat(np.arange(len(looks)), counts)
    letters, length = _letters([text for _, texts in looks for text in texts])
    signs = _signs([posterior for posterior, _ in looks], each, letters)
    steps = np.array([posterior.steps for posterior, _ in looks])[each]
    logs = np.full(len(each), LEAST)
    logs[(steps == 0) & (length == 0)] = 0.0
    # Alike in length and steps, so that little is gone in vain.
    order = np.lexsort((-length, -steps))
    order = order[((signs > 0).sum(axis=1) == length)[order] & (steps[order] > 0)]
    for start in range(0, len(order), _TOGETHER):
        some = order[start : start + _TOGETHER]
        told, of = np.unique(each[some], return_inverse=True)
        found = _forward(signs[some], length[some], [looks[k][0] for k in told], of)
        logs[some] = np.maximum(found, LEAST)
    return np.split(logs, np.cumsum(counts)[:-1])


def _letters(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """The code points of each text in a row, 0 behind its end, and how many they are."""
    longest = max(map(len, texts))
    letters = np.array(texts, f"<U{max(longest, 1)}").view(np.uint32).reshape(len(texts), -1)
    return letters, (letters > 0).sum(axis=1)


def _signs(
    looks: Sequence[Posterior], each: NDArray[np.intp], letters: NDArray[np.uint32]
) -> NDArray[np.intp]:
    """By row of letters, each asked of one look, the columns of the signs; 0 for no sign."""
    signs = np.zeros(letters.shape, np.intp)
    kinds = list(dict.fromkeys(look.signs for look in looks))
    kind = np.array([kinds.index(look.signs) for look in looks])[each]
    for k, known in enumerate(kinds):
        columns = _columns(known)
        signs[kind == k] = columns[np.minimum(letters[kind == k], len(columns) - 1)]
    return signs


def _forward(
    signs: NDArray[np.intp],
    length: NDArray[np.intp],
    looks: Sequence[Posterior],
    of: NDArray[np.intp],
) -> NDArray[np.float64]:
    """The logarithm of the probability of each row of ``signs`` in its look.

    ``length`` are the signs of each row, ``of`` are the looks by index: they have ever fewer
    steps.
    """
    flat, width, begins, scales = _one_below_another(looks)
    steps = np.array([look.steps for look in looks])[of]
    # From here on each text is a column: what is done at a step runs along memory.
    signs = np.ascontiguousarray(signs[:, : int(length.max())].T)
    # A sign may follow the one before it without a blank between, unless it is the same.
    skips = np.zeros(signs.shape)
    skips[1:] = signs[1:] != signs[:-1]
    # Where each sign's and the blank's probability stand in ``flat``, further on with each step.
    blank_at = begins[of]
    sign_at = blank_at + signs
    # The states are blank, sign, blank, …: those beyond a text's length are never asked for.
    # A row of nought above the signs: the first has none before it.
    padded = np.zeros((len(signs) + 1, len(of)))
    blank, sign = np.zeros(padded.shape), padded[1:]
    blank[0] = flat[blank_at]
    sign[:1] = flat[sign_at[:1]]
    still = np.searchsorted(-steps, -np.arange(steps[0])).tolist()
    for step, going in enumerate(still[1:], start=1):
        now = flat[step * width :]
        far = min(step + 1, len(signs))  # no path is further on yet
        grown = sign[:far, :going] + blank[:far, :going]
        grown += skips[:far, :going] * padded[:far, :going]
        blank[: far + 1, :going] += padded[: far + 1, :going]
        blank[: far + 1, :going] *= now.take(blank_at[:going])
        np.multiply(grown, now.take(sign_at[:far, :going]), out=sign[:far, :going])
    texts = np.arange(len(of))
    ending = blank[length, texts] + padded[length, texts]
    with np.errstate(divide="ignore"):
        logs: NDArray[np.float64] = np.log(ending) + scales[of]
    return logs


def _one_below_another(
    looks: Sequence[Posterior],
) -> tuple[NDArray[np.float64], int, NDArray[np.intp], NDArray[np.float64]]:
    """The steps of all looks in one line of numbers: so many to a step, and each look's first.

    Last come the logarithms of what each look's steps are divided by.
    """
    width = 1 + max(len(look.signs) for look in looks)
    begins = np.cumsum([0, *(look.steps for look in looks)])
    seen, scales = np.zeros((int(begins[-1]), width)), np.zeros(len(looks))
    for k, look in enumerate(looks):
        steps, scales[k] = _steps(look.signs, look.steps, look.data)
        seen[begins[k] : begins[k + 1], : steps.shape[1]] = steps
    return seen.ravel(), width, begins[:-1] * width, scales


def spelled(posterior: Posterior, text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each sign of ``text`` how sure the ink is of it, and its middle in steps.

    By the most probable path that says just ``text`` (Viterbi 1967). Both are empty where
    the posterior can't say it.
    """
    columns = {sign: k for k, sign in enumerate(posterior.signs, start=1)}
    signs = in_signs(text)
    if not signs or len(signs) > posterior.steps or any(c not in columns for c in signs):
        return (), ()
    logs = _logs(posterior.signs, posterior.steps, posterior.data)
    said = [columns[c] for c in signs]
    fired = _fired_by_all(logs, said) or _fired(logs, said)
    if not fired:
        return (), ()
    scores = tuple(
        min(float(np.exp(max(logs[steps, column].tolist()))), 1.0)
        for steps, column in zip(fired, said, strict=True)
    )
    return scores, tuple(sum(steps) / len(steps) + 0.5 for steps in fired)


def _fired_by_all(logs: NDArray[np.float64], said: Sequence[int]) -> list[list[int]]:
    """The steps that say each of the signs, by what each step says most probably by itself.

    No other path is as probable then: sums of the posterior's short numbers are exact. Empty
    where the steps say anything else, or one of them two signs as probably.
    """
    best = logs.argmax(axis=1)
    if np.count_nonzero(logs == logs.max(axis=1, keepdims=True)) > len(logs):
        return []
    fired: list[list[int]] = []
    last = 0
    for step, column in enumerate(best.tolist()):
        if column and column != last:
            if len(fired) == len(said) or said[len(fired)] != column:
                return []
            fired.append([])
        if column:
            fired[-1].append(step)
        last = column
    return fired if len(fired) == len(said) else []


def _fired(logs: NDArray[np.float64], said: Sequence[int]) -> list[list[int]]:
    """The steps that say each of the signs, by the most probable path; none without a path."""
    path = np.zeros(2 * len(said) + 1, np.intp)
    path[1::2] = said
    # A sign may follow the one before it without a blank between, unless it is the same.
    skips = np.full(path.shape, -np.inf)
    skips[3::2][path[3::2] != path[1:-2:2]] = 0.0
    here = logs[:, path]
    score = np.full(path.shape, -np.inf)
    score[:2] = here[0, :2]
    came = np.zeros((len(logs), len(path)), np.intp)
    ways = np.full((3, len(path)), -np.inf)
    for t in range(1, len(logs)):
        ways[0] = score
        ways[1, 1:] = score[:-1]
        np.add(score[:-2], skips[2:], out=ways[2, 2:])
        ways.argmax(axis=0, out=came[t])
        np.add(ways.max(axis=0), here[t], out=score)
    at = len(path) - 1 if score[-1] >= score[-2] else len(path) - 2
    if not np.isfinite(score[at]):
        return []
    fired: list[list[int]] = [[] for _ in said]
    for t in range(len(logs) - 1, -1, -1):
        if at % 2:
            fired[at // 2].append(t)
        at -= came[t][at]
    return fired


# --- what an amount may look like -------------------------------------------------------

_LONGEST = 15
_MOST_DECIMALS = 8


class _State(NamedTuple):
    """How far a prefix has come: in which part, with how many digits or dashes held by it."""

    part: str
    held: int = 0
    bracket: bool = False


_START = _State("start")


def _after(state: _State, sign: str, decimals: int | None) -> _State | None:
    """The state after one more sign; None where no amount goes on so."""
    if sign.isdigit():
        return _after_digit(state, decimals)
    part, count, bracket = state
    whole = (part == "whole" and count > 0) or (part == "group" and count == 3)
    parts = _ended(state, decimals)
    follows = {
        ",": _State("group", 0, bracket)
        if (part == "whole" and 1 <= count <= 3) or (part == "group" and count == 3)
        else None,
        ".": _State("part", 0, bracket)
        if (whole or part == "start") and decimals != 0
        else None,
        "%": _State("end", 0, bracket) if parts and part != "end" and not bracket else None,
        ")": _State("end", 1) if bracket and parts and part != "end" else None,
        "(": _State("whole", 0, True) if part == "start" else None,
        "△": _State("whole") if part == "start" else None,
        "-": _State("dash", 1) if part == "start" else None,
        "—": _State("line", count + 1) if part == "start" or (part == "line" and count < 2)
        else None,
    }  # fmt: skip
    return follows.get(sign)


def _after_digit(state: _State, decimals: int | None) -> _State | None:
    part, count, bracket = state
    if part in ("start", "dash", "whole"):
        held = count if part == "whole" else 0
        return _State("whole", held + 1, bracket) if held < _LONGEST else None
    if part == "line" and count == 1:  # a long dash is also printed for a minus
        return _State("whole", 1, bracket)
    if part == "group":
        return _State("group", count + 1, bracket) if count < 3 else None
    most = _MOST_DECIMALS if decimals is None else decimals
    return _State("part", count + 1, bracket) if part == "part" and count < most else None


def _ended(state: _State, decimals: int | None) -> bool:
    """Whether digits may end here, as far as separators and decimals go."""
    part, count, _ = state
    if part == "part":
        return count > 0 if decimals is None else count == decimals
    full = (part == "whole" and count > 0) or (part == "group" and count == 3)
    return full and not decimals


def _complete(state: _State, decimals: int | None) -> bool:
    """Whether a prefix in this state is a whole amount or mark."""
    if state.part in ("dash", "line", "end"):
        return True
    return not state.bracket and _ended(state, decimals)


@dataclass(slots=True, eq=False)
class _Place:
    """A state as a place in the grammar: whether an amount may end here, and what may follow."""

    complete: bool
    follows: dict[str, _Place] = field(default_factory=dict)


@lru_cache(maxsize=16)
def _grammar(decimals: int | None) -> _Place:
    """The place where all amounts of so many decimals begin, with all that can follow."""
    places = {_START: _Place(_complete(_START, decimals))}
    states = [_START]
    for state in states:  # which grow as places are found
        for sign in SIGNS:
            after = _after(state, sign, decimals)
            if after is None:
                continue
            if after not in places:
                places[after] = _Place(_complete(after, decimals))
                states.append(after)
            places[state].follows[sign] = places[after]
    return places[_START]


def is_printed_amount(text: str, decimals: int | None = None) -> bool:
    """Whether ``text`` is a printed amount or a dash: sign, separators every three, decimals.

    ``decimals`` asks for just so many; None allows any number up to eight.
    """
    place: _Place | None = _grammar(decimals)
    for sign in in_signs(text):
        place = place.follows.get(sign) if place is not None else None
    return place is not None and place.complete


# --- the beam ---------------------------------------------------------------------------

_UNLIKELY = 1e-3  # of a step's largest probability: below it a sign is not tried
_HOPELESS = 1e-6  # of the best prefix: below it a prefix is given up


_Prefix = tuple[float, float, _Place]
"""A prefix's probability to end in a blank and in its last sign, and its place."""
_Beam = dict[str, _Prefix]


def figure_beam(
    posteriors: Sequence[Posterior],
    keep: int = 8,
    width: int = 24,
    decimals: int | None = None,
    also: Iterable[str] = (),
) -> list[Reading]:
    """The ``keep`` most probable printed amounts, and the texts of ``also``, best first.

    What any posterior proposes, and ``also``, is weighed by all of them: probabilities are
    those of :func:`log_probability`.
    """
    found = {text for p in posteriors for text in proposals(p, width, decimals)}
    return each_weighed([(posteriors, found, also)], keep)[0]


def figure_beams(inks: Sequence[Sequence[Posterior]], keep: int = 8) -> list[list[Reading]]:
    """:func:`figure_beam` of many inks at once, which costs far less than one by one."""
    found = [{text for p in posteriors for text in proposals(p)} for posteriors in inks]
    return each_weighed(
        [(posteriors, own, ()) for posteriors, own in zip(inks, found, strict=True)], keep
    )


def each_weighed(
    inks: Sequence[tuple[Sequence[Posterior], Iterable[str], Iterable[str]]], keep: int
) -> list[list[Reading]]:
    """The ``keep`` most probable of what was found of each ink, best first, and texts besides.

    ``inks`` have the looks at the ink, the texts found, and those that are kept in any case.
    """
    asked = [{in_signs(text) for text in also} for _, _, also in inks]
    texts = [sorted(own.union(found)) for own, (_, found, _) in zip(asked, inks, strict=True)]
    logs = log_probabilities(
        [(posteriors, own) for (posteriors, _, _), own in zip(inks, texts, strict=True)]
    )
    return [_best(*one, keep) for one in zip(asked, texts, logs, strict=True)]


def _best(
    asked: Set[str], texts: Sequence[str], logs: NDArray[np.float64], keep: int
) -> list[Reading]:
    odds = np.exp(logs)
    ranked = [k for k in np.argsort(-logs, kind="stable") if logs[k] > LEAST]
    best = [k for n, k in enumerate(ranked) if n < keep or texts[k] in asked]
    return [Reading(texts[k], min(float(odds[k]), 1.0)) for k in best]


def proposals(posterior: Posterior, width: int = 24, decimals: int | None = None) -> list[str]:
    """The likeliest printed amounts of one posterior, roughly the most probable first.

    A prefix beam search (Hannun et al. 2014), ``width`` prefixes wide, that knows the grammar
    of amounts. A sure posterior costs little: prefixes far behind the best are given up.
    """
    return list(_proposals(posterior.signs, posterior.steps, posterior.data, width, decimals))


@lru_cache(maxsize=1024)  # a page's figures: more than one stage asks for the same
def _proposals(
    signs: str, steps: int, data: bytes, width: int, decimals: int | None
) -> tuple[str, ...]:
    seen, _ = _steps(signs, steps, data)
    beam: _Beam = {"": (1.0, 0.0, _grammar(decimals))}
    dull = False
    for blank, likely in zip(seen[:, 0].tolist(), _likely(seen, signs), strict=True):
        if likely:
            beam = _best_of(_grown(beam, blank, likely), width)
        elif not dull:  # nothing but the blank: no prefix grows
            beam = {text: (a + b, 0.0, place) for text, (a, b, place) in beam.items()}
        dull = not likely
    whole = [(a + b, text) for text, (a, b, place) in beam.items() if text and place.complete]
    return tuple(text for _, text in sorted(whole, reverse=True))


def _likely(seen: NDArray[np.float64], signs: str) -> list[list[tuple[str, float]]]:
    """For each step the signs that are tried, with their probabilities."""
    at, columns = np.nonzero(seen[:, 1:] > _UNLIKELY)
    likely: list[list[tuple[str, float]]] = [[] for _ in seen]
    odds = seen[at, columns + 1].tolist()
    for step, column, p in zip(at.tolist(), columns.tolist(), odds, strict=True):
        likely[step].append((signs[column], p))
    return likely


def _grown(beam: _Beam, blank: float, likely: Sequence[tuple[str, float]]) -> _Beam:
    """All prefixes one step later."""
    grown: _Beam = {}
    odds = dict(likely)
    for text, (in_blank, in_sign, place) in beam.items():
        last = text[-1:]
        either = in_blank + in_sign
        # It may have been come to from the prefix that is a sign shorter.
        come = grown[text][1] if text in grown else 0.0
        grown[text] = (either * blank, come + in_sign * odds.get(last, 0.0), place)
        for sign, p in likely:
            after = place.follows.get(sign)
            before = in_blank if sign == last else either
            if after is None or not before:
                continue
            longer = text + sign
            if longer in grown:
                own_blank, own_sign, _ = grown[longer]
                grown[longer] = (own_blank, own_sign + before * p, after)
            else:
                grown[longer] = (0.0, before * p, after)
    return grown


def _best_of(beam: _Beam, width: int) -> _Beam:
    """The best prefixes, without those far behind, divided by the best of all.

    A long dull stretch must not run out of numbers.
    """
    totals = [a + b for a, b, _ in beam.values()]
    best = max(totals)
    least = _HOPELESS * best
    kept = list(beam.items())
    if min(totals) <= least:
        kept = [item for item, total in zip(kept, totals, strict=True) if total > least]
    if len(kept) > width:
        kept.sort(key=lambda item: -(item[1][0] + item[1][1]))
        kept = kept[:width]
    return {text: (a / best, b / best, place) for text, (a, b, place) in kept}
