"""Pooling over documents: sums, intervals, calibration."""

from __future__ import annotations

import pytest

from eval.runs.pool import pool, pooled
from eval.runs.record import Record, Scored
from eval.scores.calibration import (
    Step,
    area,
    as_numbers,
    expected_error,
    risk_curve,
    stack,
    step_of,
    sureness,
)
from tests.pairs import MISREAD, case, result, table


def share(part: float, of: float) -> Scored:
    return Scored(name="s", part=part, of=of)


def test_long_documents_count_for_more() -> None:
    assert pooled("s", [share(1, 1), share(0, 9)]).value == 0.1


def test_unscored_documents_are_counted_apart() -> None:
    held = pooled("s", [share(1, 2), Scored(name="s", unscored="no boxes")])
    assert (held.value, held.scored, held.unscored) == (0.5, 1, 1)
    assert held.reasons == {"no boxes": 1}


def test_nothing_scored_has_no_value_and_no_interval() -> None:
    held = pooled("s", [Scored(name="s", unscored="no boxes")])
    assert (held.value, held.low, held.high) == (None, None, None)


def test_the_interval_holds_the_value_narrows_with_documents_and_is_the_same_again() -> None:
    few, many = [share(1, 1), share(0, 1)] * 5, [share(1, 1), share(0, 1)] * 50
    small, large = pooled("s", few), pooled("s", many)
    assert small.low is not None
    assert small.high is not None
    assert large.low is not None
    assert large.high is not None
    assert small.low < 0.5 < small.high
    assert large.high - large.low < small.high - small.low
    assert pooled("s", few) == small


def test_documents_that_agree_leave_nothing_to_chance() -> None:
    held = pooled("s", [share(3, 4)] * 6)
    assert (held.low, held.high) == (0.75, 0.75)


def test_surer_figures_fall_into_later_steps() -> None:
    steps = [step_of(p) for p in (0.0, 0.5, 0.9, 0.99, 0.999, 1.0)]
    assert steps == sorted(steps)
    assert len(set(steps)) == len(steps)


def test_a_tool_that_is_90_percent_sure_and_right_half_the_time_is_off_by_40() -> None:
    steps = stack([(Step(step_of(0.9), 10, 9.0, 5),)]).sum(axis=0)
    assert expected_error(steps) == pytest.approx(0.4)


def test_risk_is_nothing_where_the_wrong_figures_are_the_least_sure() -> None:
    """Nine sure and right, one unsure and wrong: risks 0 for nine tenths, 1/10 for the last."""
    sure, unsure = Step(step_of(0.99), 9, 8.91, 9), Step(step_of(0.5), 1, 0.5, 0)
    steps = stack([(unsure, sure)]).sum(axis=0)
    assert [(point.x, point.y) for point in risk_curve(steps)] == [(0.9, 0.0), (1.0, 0.1)]
    assert area(steps) == pytest.approx(0.01)


def test_sureness_counts_the_figures_that_were_read() -> None:
    (step,) = sureness(case(result(table(MISREAD, confidence=0.9))))
    assert (step.count, step.right) == (12, 11)
    assert step.confidence == pytest.approx(12 * 0.9)


def record(**changes: object) -> Record:
    held = sureness(case(result(table(MISREAD, confidence=0.9))))
    base = Record(
        name="d", kind="made", level="clean", seed=0, pages=1, status="verified", seconds=1.0,
        gold_sha256="", file_sha256="", scores=(share(1, 2),), sureness=tuple(as_numbers(held)),
    )  # fmt: skip
    return base.model_copy(update=changes)


def test_calibration_is_pooled_over_the_figures_of_all_documents() -> None:
    scores = pool([record(), record(name="e"), record(name="f", sureness=())])
    assert scores["calibration.error"].value == pytest.approx(11 / 12 - 0.9)
    assert scores["calibration.error"].scored == 2
    assert scores["calibration.error"].reasons == {"no figure was read": 1}
    assert scores["s"].value == 0.5
