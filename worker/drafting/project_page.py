"""One project on a page: fields with their values, then a table of indicators in the same frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from schemas.draft import Draft, Indicator
from schemas.forms.form import Form, FormColumn
from schemas.grid import GridCell
from schemas.words import tight
from worker.drafting.cells import Paper
from worker.drafting.indicator_rows import LEVEL3, indicators_by_row
from worker.drafting.layout import Layout

_NAME = re.compile(r"(?:项目|專案|專項|专项)(?:名称|名稱)")
_FEWEST = 3
"""How many columns of indicators a row must name to head them."""


def is_project_page(form: Form, layout: Layout) -> bool:
    """Whether the table holds fields, one of them the project's name, over its indicators.

    Its columns then have no meaning of their own.
    """
    return _named(layout) is not None and _head(form, layout) is not None


def with_project(draft: Draft, form: Form, layout: Layout, paper: Paper) -> Draft:
    """``draft`` with the project that its fields name: its row, its name, its indicators.

    Rows and cells stay as they are printed. Unchanged where no field names a project or no
    row heads indicators.
    """
    named = _named(layout)
    head = _head(form, layout)
    if named is None or head is None or not named[1]:
        return draft
    row, name = named
    below, fields = head
    found = _indicators(layout, fields, row, below, paper)
    rows = list(draft.rows)
    rows[row] = replace(rows[row], label=name, role="project", indicators=found)
    return replace(draft, rows=tuple(rows))


def _named(layout: Layout) -> tuple[int, str] | None:
    """The row of the field 项目名称 and what stands beside it, "" where the form is empty.

    Where that field was taken for a header, the first row of the body stands for it.
    """
    rows = [(0, row) for row in layout.header] + list(enumerate(layout.body))
    for index, row in rows:
        for cell, value in pairwise(row):
            if _NAME.fullmatch(tight(cell.text)):
                return index, value.text.strip()
    return None


def _head(form: Form, layout: Layout) -> tuple[int, dict[int, FormColumn]] | None:
    """The row that heads the indicators, and which of the form's columns stands where."""
    for index, row in enumerate(layout.body):
        fields = {cell.col: field for cell in row if (field := _field(form, cell)) is not None}
        keys = {field.key for field in fields.values()}
        if len(keys) >= _FEWEST and {LEVEL3, "value"} <= keys:
            return index, fields
    return None


def _field(form: Form, cell: GridCell) -> FormColumn | None:
    """The form's column of indicators that a cell names."""
    keys = ("level1", "level2", LEVEL3, "operator", "value", "measure", "weight")
    columns = (form.column(key) for key in keys)
    found = (column for column in columns if column is not None)
    return next((c for c in found if c.fit((cell.text,), ()) is not None), None)


def _indicators(
    layout: Layout, fields: Mapping[int, FormColumn], project: int, head: int, paper: Paper
) -> tuple[Indicator, ...]:
    owner = [project if row > head else -1 for row in range(len(layout.body))]
    return indicators_by_row(layout, fields, owner, paper).get(project, ())
