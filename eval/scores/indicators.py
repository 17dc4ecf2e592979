"""Performance indicators: whether each is found and each of its fields is right."""

from __future__ import annotations

from collections.abc import Iterator

from eval.alignment import align
from eval.scores.case import Case
from eval.scores.distance import edits
from eval.scores.score import Meaning, Measure, Score, share
from schemas.amount import narrow
from schemas.result import IndicatorResult, Result, TargetValue

MEANINGS = (
    Meaning(
        "indicators.found",
        "Indicators found",
        "Of 100 performance indicators, so many came out as one, in the right project.",
        "structure",
    ),
    Meaning(
        "indicators.fields",
        "Indicator fields right",
        "Of 100 fields of indicators (number, both levels, name, both targets), so many are "
        "right to the last character.",
        "structure",
    ),
)
_ALIKE = 0.5


def _score(case: Case) -> Iterator[Score]:
    assert case.truth is not None
    assert case.result is not None
    truth, read = _by_row(case.truth), _by_row(case.result)
    printed = found = right = fields = 0
    for row, indicators in truth.items():
        ours = read.get(case.agreement.rows.get(row, ""), ())
        printed += len(indicators)
        fields += sum(len(_fields(indicator)) for indicator in indicators)
        for a, b in align(indicators, ours, _likeness):
            found += 1
            right += _agreeing(indicators[a], ours[b])
    yield share("indicators.found", found, printed, "no indicator is printed")
    yield share("indicators.fields", right, fields, "no indicator is printed")


def _by_row(result: Result) -> dict[str, tuple[IndicatorResult, ...]]:
    return {
        f"{table.id}/{row.id}": row.indicators
        for table in result.tables
        for row in table.rows
        if row.indicators
    }


def _likeness(left: IndicatorResult, right: IndicatorResult) -> float:
    """From the names, 0.0 for names that have little in common; equal numbers break ties."""
    mine, yours = narrow(left.name), narrow(right.name)
    longest = max(len(mine), len(yours), 1)
    likeness = 1.0 - edits(mine, yours) / longest
    return likeness + 0.1 * (left.number == right.number) if likeness >= _ALIKE else 0.0


def _fields(indicator: IndicatorResult) -> dict[str, str]:
    """The fields that are printed, without white space and width."""
    told = {
        "number": str(indicator.number),
        "level1": indicator.level1,
        "level2": indicator.level2,
        "name": indicator.name,
        "term_target": _target(indicator.term_target),
        "year_target": _target(indicator.year_target),
    }
    return {name: narrow(text) for name, text in told.items() if text}


def _target(target: TargetValue | None) -> str:
    return target.text if target else ""


def _agreeing(left: IndicatorResult, right: IndicatorResult) -> int:
    ours = _fields(right)
    return sum(ours.get(name) == text for name, text in _fields(left).items())


INDICATORS = Measure(MEANINGS, _score, needs=("tables", "truth"))
