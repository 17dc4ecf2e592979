"""Check detection: what cross-footing makes of errors that are put in on purpose.

Tables that were read without an error are spoilt in one place at a time, as a recogniser or
a grid spoils them, and cross-footed again. Only the reading is spoilt, so the score is of
the checks and of what decides by them, whatever reads the page.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eval.scores.case import Case
from eval.scores.injury import KINDS, Injured, draft_of, injure
from eval.scores.score import Meaning, Measure, Score, share
from eval.scores.straight import table_of
from schemas.draft import CellRef, Draft
from schemas.result import ReviewItem, Table
from worker.crossfoot import crossfoot

CrossFoot = Callable[[Draft], tuple[Table, tuple[ReviewItem, ...]]]

PER_KIND = 3
"""Errors of each kind put into each table."""
_BESIDE = 3

MEANINGS = (
    Meaning(
        "checks.detected",
        "Planted errors noticed",
        "Of 100 errors planted into figures, rows and columns, so many make a sum fail or a "
        "figure doubtful.",
        "checks",
    ),
    Meaning(
        "checks.located",
        "Planted errors located",
        "Of 100 planted errors, so many are pointed at: the figure itself is shown with at most "
        f"{_BESIDE} right ones, or the failing sums all run through the spoilt row or column.",
        "checks",
    ),
    Meaning(
        "checks.repaired",
        "Planted errors repaired",
        "Of 100 planted errors, so many were mended to what is printed.",
        "checks",
    ),
    Meaning(
        "checks.repaired_wrongly",
        "Wrong repairs",
        "For 100 planted errors, so many tables came out with a repair that is not what is "
        "printed.",
        "checks",
        better="low",
    ),
    *(
        Meaning(
            f"checks.detected.{kind}",
            f"… noticed: {words}",
            f"Of 100 planted errors of the kind “{words}”, so many are noticed.",
            "checks",
        )
        for kind, words in KINDS.items()
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one planted error."""

    kind: str
    detected: bool
    located: bool
    repaired: bool
    repaired_wrongly: bool


def _score(case: Case) -> Iterator[Score]:
    if not case.clean:
        yield from DETECTION.unscored("taken on clean documents only")
        return
    findings = [finding for draft in _drafts(case) for finding in examine(draft, seed=case.seed)]
    why = "no table with figures was read without an error"
    for name in ("detected", "located", "repaired", "repaired_wrongly"):
        hits = sum(getattr(finding, name) for finding in findings)
        yield share(f"checks.{name}", hits, len(findings), why)
    for kind in KINDS:
        of_kind = [finding.detected for finding in findings if finding.kind == kind]
        yield share(f"checks.detected.{kind}", sum(of_kind), len(of_kind), why)


def _drafts(case: Case) -> Iterator[Draft]:
    """The tables of the result in which every figure is exact, as drafts."""
    assert case.result is not None
    good: Counter[str] = Counter()
    bad: set[str] = set()
    for judged in case.agreement.figures:
        name = table_of(judged.read)
        if judged.kind == "exact":
            good[name] += 1
        else:
            bad.add(name)
    for table in case.result.tables:
        if good[table.id] and table.id not in bad:
            yield draft_of(table)


def examine(
    draft: Draft, *, seed: int, per_kind: int = PER_KIND, cross_foot: CrossFoot = crossfoot
) -> Iterator[Finding]:
    """What ``cross_foot`` makes of ``per_kind`` planted errors of each kind."""
    chance = random.Random(seed)
    sound = cross_foot(draft)
    for kind in KINDS:
        for _ in range(per_kind):
            injured = injure(draft, kind, chance)
            if injured is not None:
                yield judge(injured, sound, cross_foot(injured.draft))


Footed = tuple[Table, tuple[ReviewItem, ...]]


def judge(injured: Injured, sound: Footed, found: Footed) -> Finding:
    """What became of the error, told by how ``found`` differs from the ``sound`` table."""
    table, review = found
    shown = _shown(review) - _shown(sound[1])
    failing = _failing(table) - _failing(sound[0])
    verdicts = {
        (row.id, key): (cell.verdict, cell.value)
        for row in table.rows
        for key, cell in row.cells.items()
    }
    mended = {ref: value for ref, (verdict, value) in verdicts.items() if verdict == "repaired"}
    wrongly = any(value != injured.truth.get(ref) for ref, value in mended.items())
    rightly = bool(injured.cells) and not wrongly and set(injured.cells) <= set(mended)
    detected = bool(shown or failing or mended)
    return Finding(
        kind=injured.kind,
        detected=detected,
        located=detected and (rightly or _located(injured, shown, failing)),
        repaired=rightly,
        repaired_wrongly=wrongly,
    )


def _located(injured: Injured, shown: set[CellRef], failing: set[frozenset[CellRef]]) -> bool:
    if injured.cells:
        return set(injured.cells) <= shown and len(shown - set(injured.cells)) <= _BESIDE
    return bool(failing) and all(check & injured.touched for check in failing)


def _shown(review: tuple[ReviewItem, ...]) -> set[CellRef]:
    return {(item.row, item.column) for item in review}


def _failing(table: Table) -> set[frozenset[CellRef]]:
    """The failing sums, each as the set of its cells."""
    return {
        frozenset({check.result, *check.terms}) for check in table.checks if check.status == "fail"
    }


DETECTION = Measure(MEANINGS, _score)
