"""Planted errors: that they are what they say, and what cross-footing makes of them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from eval.scores.detection import examine, judge
from eval.scores.injury import KINDS, draft_of, injure
from schemas.draft import Draft
from schemas.result import ReviewItem, Table
from tests.pairs import BODY, table
from worker.crossfoot import crossfoot


def spoilt(kind: str, seed: int = 1) -> Draft:
    injured = injure(draft_of(table()), kind, random.Random(seed))
    assert injured is not None
    return injured.draft


def values(draft: Draft) -> list[list[str | None]]:
    return [
        [row.cells[key].value if key in row.cells else None for key in ("c1", "c2", "c3")]
        for row in draft.rows
    ]


TRUE: list[list[str | None]] = [list(line[1:]) for line in BODY]


def test_a_draft_of_a_sound_table_cross_foots() -> None:
    checked, review = crossfoot(draft_of(table()))
    assert [check.status for check in checked.checks] == ["pass"] * 7
    assert review == ()


@pytest.mark.parametrize("kind", ["confusion", "zero", "swap", "point"])
@pytest.mark.parametrize("seed", range(5))
def test_a_misreading_changes_one_figure(kind: str, seed: int) -> None:
    now = [figure for row in values(spoilt(kind, seed)) for figure in row]
    true = [figure for row in TRUE for figure in row]
    assert sum(a != b for a, b in zip(now, true, strict=True)) == 1


def test_a_lost_point_makes_a_figure_a_hundred_times_as_large() -> None:
    now = {figure for row in values(spoilt("point")) for figure in row}
    (odd,) = now - {figure for row in TRUE for figure in row}
    assert odd in {(figure or "").replace(".", "") for row in TRUE for figure in row}


def test_a_shifted_column_stands_in_the_next_and_is_blank_itself() -> None:
    now = values(spoilt("column"))
    columns, true = list(zip(*now, strict=True)), list(zip(*TRUE, strict=True))
    at = columns.index((None,) * 4)
    assert columns[at + 1] == true[at]


def test_a_dropped_row_is_gone_and_a_doubled_one_is_there_twice() -> None:
    dropped, doubled = values(spoilt("dropped")), values(spoilt("doubled"))
    assert len(dropped) == 3
    assert all(row in TRUE for row in dropped)
    assert len(doubled) == 5
    assert sum(doubled.count(row) == 2 for row in TRUE) == 1


def test_a_table_with_sums_both_ways_notices_every_kind() -> None:
    found = dict.fromkeys(KINDS, 0)
    for finding in examine(draft_of(table()), seed=3, per_kind=4):
        found[finding.kind] += finding.detected
        assert not finding.repaired_wrongly
    assert found == dict.fromkeys(KINDS, 4)


def test_a_table_without_sums_notices_nothing() -> None:
    bare = replace(draft_of(table()), sums=())
    found = [finding for finding in examine(bare, seed=1) if finding.kind != "point"]
    assert found
    assert not any(finding.detected for finding in found)


def test_a_lost_point_is_noticed_by_the_style_of_its_column() -> None:
    bare = replace(draft_of(table()), sums=())
    assert all(f.detected for f in examine(bare, seed=1) if f.kind == "point")


def test_one_wrong_figure_is_located_where_a_row_and_a_column_cross() -> None:
    found = list(examine(draft_of(table()), seed=5, per_kind=3))
    assert all(finding.located for finding in found if finding.kind == "confusion")


def mending(to: str) -> tuple[bool, bool]:
    """Whether a program that mends the planted error to ``to`` repaired rightly, wrongly."""
    injured = injure(draft_of(table()), "confusion", random.Random(2))
    assert injured is not None
    ((row, key),) = injured.cells
    true = injured.truth[row, key]
    assert true is not None
    sound = crossfoot(draft_of(table()))
    found = _mended(crossfoot(injured.draft)[0], row, key, true if to == "true" else to)
    finding = judge(injured, sound, found)
    return finding.repaired, finding.repaired_wrongly


def _mended(read: Table, row: str, key: str, value: str) -> tuple[Table, tuple[ReviewItem, ...]]:
    rows = tuple(
        one.model_copy(
            update={
                "cells": {
                    **one.cells,
                    key: one.cells[key].model_copy(update={"value": value, "verdict": "repaired"}),
                }
            }
        )
        if one.id == row
        else one
        for one in read.rows
    )
    return read.model_copy(update={"rows": rows}), ()


def test_a_repair_counts_as_right_only_where_it_is_what_is_printed() -> None:
    assert mending("true") == (True, False)
    assert mending("999.99") == (False, True)
