"""Whole booklets: every page of a kind, every table of its form, the tables agree.

What the documents print was written down by eye in ``eval/gold/forms-real.json``; the
documents are not part of the project, and without them these tests are skipped.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schemas.result import Result
from service.duck import ask
from service.export.tidy import tidy
from tests.acceptance.conftest import Read

pytestmark = pytest.mark.slow

GOLD: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "eval/gold/forms-real.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("stem", GOLD)
class TestBooklets:
    def test_every_page_is_accounted_for(self, stem: str, read: Read) -> None:
        kinds = read(stem).result(stem).document.page_kinds
        pages = GOLD[stem]["pages"]
        assert kinds == tuple(kind for kind, first, last in pages for _ in range(first, last + 1))

    def test_every_table_has_its_form_and_title(self, stem: str, read: Read) -> None:
        told = ("form", "title", "organisation", "fiscal_year", "unit")
        tables = read(stem).result(stem).tables
        found = [{"page": t.pages[0], **{name: getattr(t, name) for name in told}} for t in tables]
        assert found == GOLD[stem]["tables"]

    def test_nothing_in_a_table_is_lost_or_doubled(self, stem: str, read: Read) -> None:
        codes = {warning.code for warning in read(stem).result(stem).warnings}
        assert not codes & {"token_outside_cells", "token_used_twice", "page_failed"}

    def test_the_tables_agree_with_each_other(self, stem: str, read: Read) -> None:
        checks = read(stem).result(stem).checks
        assert sorted(check.rule for check in checks) == GOLD[stem]["equations"]
        assert {check.status for check in checks} <= {"pass"}

    def test_the_sums_of_every_table_hold(self, stem: str, read: Read) -> None:
        result = read(stem).result(stem)
        failed = [(t.form, c.rule) for t in result.tables for c in t.checks if c.status == "fail"]
        assert failed == []


_BY_FUNCTION = r"""
    with figure as (
        select sha256, table_id, column_id, code, leaf, role, level, amount, amount_yuan,
               amount_yuan / nullif(amount, 0) as unit
        from figures where type = 'amount' and amount is not null),
    parts as (
        select sha256, table_id, column_id, left(code, 3) as function, sum(amount_yuan) as yuan,
               count(*) as cells
        from figure where leaf and regexp_full_match(code, '2\d{6}') group by all),
    added as (
        select sha256, table_id, column_id, sum(yuan) as yuan, sum(cells) as cells
        from parts group by all),
    printed as (
        select sha256, table_id, column_id, any_value(amount_yuan) as yuan, max(unit) as unit
        from figure where level = 0 and code is null group by all having count(*) = 1)
    select added.yuan, printed.yuan, cells, coalesce(unit, 0)
    from added join printed using (sha256, table_id, column_id)
"""


def test_a_pivot_by_function_adds_up_to_the_printed_totals(read: Read) -> None:
    """Of all booklets: each column of each table that is told by functions, in yuan."""
    answer = ask(tidy([read(stem).result(stem) for stem in GOLD]), _BY_FUNCTION)
    rows = [tuple(Decimal(str(value)) for value in row) for row in answer.rows]
    apart = [abs(added - printed) for added, printed, _, _ in rows]
    assert len(apart) >= 80
    assert sum(one == 0 for one in apart) >= len(apart) - 4
    # What is left is rounding in print, as the booklet says: half of a last digit a figure.
    slack = [cells * unit * Decimal("0.005") for _, _, cells, unit in rows]
    assert all(one <= most for one, most in zip(apart, slack, strict=True))


def test_indicators_over_several_pages_are_those_of_their_projects(read: Read) -> None:
    result = read("changsha-department-32p").result("changsha-department-32p")
    projects = [row for row in _table(result, "project_performance").rows if row.indicators]
    assert [(row.role, len(row.indicators)) for row in projects] == [
        ("project", 16),
        ("project", 16),
        ("project", 23),
        ("project", 21),
    ]
    first = projects[0].indicators[0]
    assert first.year_target is not None
    assert (first.level1, first.name, first.year_target.text) == (
        "成本指标",
        "总成本",
        "≤35.78万元",
    )


def test_two_tables_side_by_side_are_two_trees(read: Read) -> None:
    table = _table(
        read("chongqing-office-24p").result("chongqing-office-24p"), "fiscal_appropriation"
    )
    assert [side.label for side in table.sides] == ["source", "use"]
    labels = {row.id: [side.label for side in row.sides] for row in table.rows}
    inside = {
        (labels[side.parent][n], side.label)
        for row in table.rows
        for n, side in enumerate(row.sides)
        if side.parent is not None
    }
    assert ("一、本年收入", "（一）一般公共预算资金") in inside
    assert ("一、本年支出", "（二）教育支出") in inside
    assert ("二、上年结转", "（一）一般公共预算拨款") in inside


def _table(result: Result, form: str) -> Any:
    (table,) = [table for table in result.tables if table.form == form]
    return table
