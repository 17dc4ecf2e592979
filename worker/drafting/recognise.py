"""Which official form a table is: by its title, its header words, its codes, its neighbours.

No sign alone is trusted: titles are cut off, misread or missing, headers are shared by
several forms. Each sign that speaks for a form makes it likelier (independent signs, so the
doubts multiply); the likeliest form is taken where it is likely enough, else the table is
``generic``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from schemas.draft import Column
from schemas.forms import known_forms
from schemas.forms.form import Classification, Form, FormColumn, header_year, without_frames
from schemas.words import looks_like_title, tight

_TITLE = 0.85
_HEADER = 0.65
_CODES = 0.3
_NEIGHBOUR = 0.45
"""How much each sign says, as the chance of the form where it alone speaks."""

ENOUGH = 0.6
"""Least confidence at which a table is given the form's name."""

_TELLING = 3
"""How many columns a form must need for them to tell it without a title."""

_ALIKE = 0.8
_LEAD = 0.15
"""Likeness of a misread header to a name of the form, and its lead over all other names."""

_CODE = re.compile(r"^\D{0,1}(\d{3})(?:\d{2}){0,3}(?!\d)")


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a table tells its form: title, columns, and the first words of its rows.

    ``blank`` are the columns (indexes) in which nothing is printed.
    """

    title: str | None
    columns: tuple[Column, ...]
    rows: tuple[str, ...]
    blank: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Recognition:
    """The form of a table, None for ``generic``, and how sure that is (0 to 1).

    ``fields`` says which printed column (by index) is which of the form's.
    """

    form: Form | None
    confidence: float
    fields: Mapping[int, FormColumn]

    @property
    def key(self) -> str:
        return self.form.key if self.form is not None else "generic"


GENERIC = Recognition(None, 1.0, {})


def recognise(
    tables: Sequence[Seen], forms: Sequence[Form] | None = None
) -> tuple[Recognition, ...]:
    """The form of each table of a booklet, in page order; ``forms``: all that are known."""
    asked = known_forms() if forms is None else forms
    judged = [[_judge(form, table) for form in asked] for table in tables]
    alone = [_best(choices) for choices in judged]
    settled: list[Recognition] = []
    for index, choices in enumerate(judged):
        around = {r.key for r in (*settled[-2:], *alone[index + 1 : index + 2])}
        settled.append(_best([_with_neighbours(choice, around) for choice in choices]))
    return tuple(settled)


def _judge(form: Form, table: Seen) -> Recognition:
    named = form.named_by(table.title)
    if not named and table.title is not None and looks_like_title(table.title):
        return Recognition(form, 0.0, {})  # of what is called otherwise no column is looked at
    fields = match_columns(form, table, named)
    header = _HEADER * _header_sign(form, table.columns, fields)
    if not named and header < _HEADER:
        return Recognition(form, 0.0, {})
    coded = form.classified is not None and _classification(table.rows) == form.classified
    return Recognition(form, _together([_TITLE * named, header, _CODES * coded]), fields)


def _together(signs: Sequence[float]) -> float:
    doubt = 1.0
    for sign in signs:
        doubt *= 1.0 - sign
    return round(1.0 - doubt, 4)


def _with_neighbours(one: Recognition, around: set[str]) -> Recognition:
    """The recognition with what the tables beside it say; only a likely form gains by them."""
    form = one.form
    if form is None or not one.confidence or form.key in around:
        return one
    beside = sum(key in around for key in form.follows)
    return replace(one, confidence=_together([one.confidence, _NEIGHBOUR * bool(beside)]))


def _best(choices: Sequence[Recognition]) -> Recognition:
    """The likeliest form; ``generic`` where none is likely, or two are equally so."""
    first, second = sorted(choices, key=lambda r: -r.confidence)[:2]
    if first.confidence < ENOUGH or first.confidence == second.confidence:
        return GENERIC
    return first


def _header_sign(form: Form, columns: Sequence[Column], fields: Mapping[int, FormColumn]) -> float:
    """The share of the form's needed columns that are there; less where others stand beside."""
    needed = [column.key for column in form.columns if column.required]
    found = {field.key for field in fields.values()}
    money = [i for i, column in enumerate(columns) if column.type == "amount"]
    if len(needed) < _TELLING or not money:
        return 0.0
    known = sum(index in fields for index in money) / len(money)
    return known * sum(key in found for key in needed) / len(needed)


def _classification(rows: Sequence[str]) -> Classification | None:
    """Whose codes the rows start with: 201 to 239 are functions, 301 to 399 economic classes."""
    firsts = Counter(
        found[1][0] for text in rows if (found := _CODE.match(tight(text).lstrip("[(")))
    )
    if sum(firsts.values()) < 2:
        return None
    most, count = firsts.most_common(1)[0]
    if count * 5 < sum(firsts.values()) * 4:
        return None
    return {"2": "function", "3": "economy", "5": "economy"}.get(most)  # type: ignore[return-value]


# -- columns ------------------------------------------------------------------------------


def match_columns(form: Form, table: Seen, named: bool) -> dict[int, FormColumn]:
    """Which printed column is which of the form's, by index.

    A surer fit goes first; where two columns fit a name equally well, the later year's has
    it and the others get the year behind it, and without years none does. Where the title
    names the form, a header that was read with mistakes may be only alike.
    """
    columns = table.columns
    fits = sorted(
        (fit, index, order)
        for index, column in enumerate(columns)
        for fit, order in _fits(form, column.path)
        if _can_be(column, form.columns[order], index in table.blank)
    )
    matched: dict[int, FormColumn] = {}
    taken: dict[str, int] = {}
    for fit, index, order in fits:
        field = form.columns[order]
        if index in matched:
            continue
        if field.key not in taken:
            rivals = [i for f, i, o in fits if (f, o) == (fit, order) and i not in matched]
            matched |= _shared(field, rivals, columns)
            taken[field.key] = fit
    if named:
        matched |= _alike(form, table, matched)
    return matched


@lru_cache(maxsize=4096)  # the tables of a booklet share headers
def _fits(form: Form, path: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """How well a header names columns of the form, and which ones, by index."""
    headers = without_frames(path, form.frames)
    fits = ((field.fit_of(headers), order) for order, field in enumerate(form.columns))
    return tuple((fit, order) for fit, order in fits if fit is not None)


def _can_be(column: Column, field: FormColumn, blank: bool) -> bool:
    """Whether the printed column may hold what the form's does: figures are never texts."""
    return blank or (column.type == "amount") == (field.type == "amount")


def named_columns(table: Seen, fields: Mapping[int, FormColumn]) -> tuple[Column, ...]:
    """The columns with the form's keys, and its types where nothing is printed."""
    named: list[Column] = []
    used: set[str] = set()
    for index, column in enumerate(table.columns):
        field = fields.get(index)
        if field is None or field.key in used:
            named.append(column)
            continue
        used.add(field.key)
        blank = index in table.blank and column.type != "label" and field.type != "label"
        named.append(replace(column, key=field.key, type=field.type if blank else column.type))
    return tuple(named)


def _shared(
    field: FormColumn, rivals: Sequence[int], columns: Sequence[Column]
) -> dict[int, FormColumn]:
    """The columns that fit a field equally well, told apart by their years."""
    if len(rivals) == 1:
        return {rivals[0]: field}
    years = {index: header_year(columns[index].path) for index in rivals}
    known = [year for year in years.values() if year is not None]
    if len(known) < len(rivals) or len(set(known)) < len(known):
        return {}
    latest = max(known)
    return {
        index: field if year == latest else replace(field, key=f"{field.key}_{year}")
        for index, year in years.items()
    }


def _alike(form: Form, table: Seen, matched: Mapping[int, FormColumn]) -> dict[int, FormColumn]:
    """Columns whose misread header is much more like one name of the form than any other."""
    taken = {field.key for field in matched.values()}
    found: dict[int, FormColumn] = {}
    for index, column in enumerate(table.columns):
        if index in matched or not column.label or _fits(form, column.path):
            continue
        likeness = {
            field.key: (field.likeness(column.path), field)
            for field in form.columns
            if _can_be(column, field, index in table.blank)
        }
        ranked = sorted(likeness, key=lambda key: -likeness[key][0])
        if not ranked or ranked[0] in taken:
            continue
        best, field = likeness[ranked[0]]
        second = likeness[ranked[1]][0] if ranked[1:] else 0.0
        if best >= _ALIKE and best - second >= _LEAD:
            found[index] = field
            taken.add(field.key)
    return found
