"""What Crossfoot makes of the documents in examples/, through its command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.agreement import compare
from eval.gold import load_gold
from schemas.amount import narrow
from schemas.result import IndicatorResult, Result, Row
from tests.acceptance.door import PROJECT, Run, figures

EXAMPLES = PROJECT / "examples"
BORN_DIGITAL, SCAN, ANNEX = "liwan-2024", "liwan-2024-scan", "annex-turned-scan"

pytestmark = pytest.mark.slow


def truth(stem: str) -> Path:
    """The gold of an example; the scan of a document prints what the document prints."""
    return EXAMPLES / "gold" / f"{BORN_DIGITAL if stem == SCAN else stem}.json"


def rows(result: Result) -> Sequence[Row]:
    (table,) = result.tables
    return table.rows


@pytest.mark.parametrize("stem", [BORN_DIGITAL, SCAN, ANNEX])
class TestEveryExample:
    def test_figures_headers_and_parents_are_right(self, examples: Run, stem: str) -> None:
        agreement = compare(examples.result(stem), load_gold([truth(stem)]))
        assert [str(judged) for judged in agreement.wrong] == []
        assert agreement.recall == 1.0
        assert agreement.headers.right == agreement.headers.of
        assert agreement.parents.right == agreement.parents.of > 0

    def test_no_sum_is_broken(self, examples: Run, stem: str) -> None:
        checks = [check for table in examples.result(stem).tables for check in table.checks]
        assert checks
        assert "fail" not in {check.status for check in checks}

    def test_the_heading_is_read(self, examples: Run, stem: str) -> None:
        printed = Result.model_validate_json(truth(stem).read_bytes())
        for found, expected in zip(examples.result(stem).tables, printed.tables, strict=True):
            assert (found.form, found.unit) == (expected.form, expected.unit)
            assert narrow(found.title or "") == narrow(expected.title or "")

    def test_files_for_people_are_written(self, examples: Run, stem: str) -> None:
        assert (examples.folder / f"{stem}.xlsx").stat().st_size > 0
        assert list(examples.folder.glob(f"{stem}.*.csv"))
        assert f"{stem}.pdf" in examples.out


@pytest.mark.parametrize("stem", [BORN_DIGITAL, SCAN])
class TestProjectTable:
    """28 figures, 14 rows, 3 levels, and every indicator."""

    def test_it_has_all_rows_figures_and_levels(self, examples: Run, stem: str) -> None:
        found = rows(examples.result(stem))
        assert len(found) == 14
        assert figures(examples.result(stem)).total() == 28
        parents = {row.id: row.parent for row in found}
        assert {_depth(row.id, parents) for row in found} == {1, 2, 3}

    def test_every_indicator_is_taken_apart(self, examples: Run, stem: str) -> None:
        printed = Result.model_validate_json(truth(stem).read_bytes())
        for found, expected in zip(rows(examples.result(stem)), rows(printed), strict=True):
            assert list(map(_parts, found.indicators)) == list(map(_parts, expected.indicators))


def test_the_terminal_tells_of_each_table_in_one_line(examples: Run) -> None:
    assert sum("project_performance" in line for line in examples.out.splitlines()) == 2
    assert "28 figures" in examples.out
    assert "Traceback" not in examples.err
    assert examples.code in {0, 1}


def _depth(row: str | None, parents: dict[str, str | None]) -> int:
    return 0 if row is None else 1 + _depth(parents[row], parents)


def _parts(indicator: IndicatorResult) -> tuple[object, ...]:
    """What an indicator says, white space and the shape of quotation marks aside."""
    targets = (indicator.term_target, indicator.year_target)
    return (
        indicator.number,
        indicator.level1_code,
        indicator.level2_code,
        _plain(indicator.name),
        *(_plain(target.text) if target else None for target in targets),
    )


def _plain(text: str) -> str:
    return narrow(text).translate(dict.fromkeys(map(ord, "“”„"), '"'))
