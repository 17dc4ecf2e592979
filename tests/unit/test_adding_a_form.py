"""The worked example of docs/adding-a-form.md does what that page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.draft import Draft
from schemas.forms import known_forms
from schemas.forms.form import Form
from tests.sheets import sheet
from worker.drafting.draft import draft_all

PAGE = (Path(__file__).parents[2] / "docs/adding-a-form.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def form() -> Form:
    module: dict[str, object] = {}
    exec(compile(block("python"), "docs/adding-a-form.md", "exec"), module)
    found = module["FORM"]
    assert isinstance(found, Form)
    return found


@pytest.fixture(scope="module")
def table(form: Form) -> Draft:
    title, *lines = block("table").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    (read,) = draft_all([sheet(rows[:2], rows[2:], [title])], (*known_forms(), form))
    return read


def test_the_table_is_of_the_new_form(table: Draft) -> None:
    assert table.form == "operating_costs"
    keys = ["code", "name", "total", "own", "below", "last_year"]
    assert [column.key for column in table.columns] == keys


def test_its_sums_are_promised(table: Draft) -> None:
    across = [one for one in table.sums if one.rule == "row_total"]
    assert [one.result for one in across] == [(f"r{n}", "total") for n in range(1, 5)]
    assert {tuple(key for _, key in one.terms) for one in across} == {("own", "below")}
    down = {one.result[0]: len(one.terms) for one in table.sums if one.result[1] == "total"}
    assert down["r2"] == 2, "the class is the sum of its two items"


def test_without_the_new_file_no_figure_is_lost(table: Draft) -> None:
    title, *lines = block("table").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    (plain,) = draft_all([sheet(rows[:2], rows[2:], [title])])
    assert plain.form == "generic"
    figures = [[cell.value for cell in row.cells.values()] for row in table.rows]
    assert [[cell.value for cell in row.cells.values()] for row in plain.rows] == figures
