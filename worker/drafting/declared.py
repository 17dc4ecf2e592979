"""The sums in a row that a form declares, as far as the table prints their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.draft import Column
from schemas.forms.form import TOTAL, Form, RowSum
from worker.drafting.across import ColumnSum
from worker.drafting.columns import Panel

_YEAR = re.compile(r"_(\d{4})$")


def declared_sums(form: Form, columns: Sequence[Column], panel: Panel) -> tuple[ColumnSum, ...]:
    """The form's row sums over one panel, for each year that stands there side by side.

    A column that the form does not know may belong to the total: then only the sums below
    it are promised.
    """
    places = {columns[index].key: index for index in panel.amounts}
    keys = {column.key for column in form.columns}
    strange = any(_YEAR.sub("", key) not in keys for key in places)
    years = {found[0] for key in places if (found := _YEAR.search(key))}
    return tuple(
        ColumnSum(declared.rule, places[declared.result + year], terms)
        for year in ("", *sorted(years))
        for declared in form.row_sums
        if declared.result + year in places
        and not (strange and declared.result == TOTAL)
        and len(terms := tuple(_terms(form, declared, year, places))) > 1
    )


def _terms(form: Form, declared: RowSum, year: str, places: Mapping[str, int]) -> Iterator[int]:
    for key in declared.terms:
        if key + year in places:
            yield places[key + year]
            continue
        parts = next((one for one in form.row_sums if one.result == key), None)
        if parts is not None:
            yield from _terms(form, parts, year, places)
