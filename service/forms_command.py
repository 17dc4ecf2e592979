"""``crossfoot forms``: the official forms that are known, and what is known of one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from schemas.errors import UsageError
from schemas.forms import form_of, known_forms
from schemas.forms.form import TOTAL, Equation, Form, Place


def forms(arguments: argparse.Namespace) -> int:
    """Lists the forms, or describes the one that is asked for."""
    lines = _listed() if arguments.form is None else _described(_asked(arguments.form))
    print("\n".join(lines))
    return 0


def _asked(key: str) -> Form:
    form = form_of(key)
    if form is None:
        known = ", ".join(one.key for one in known_forms())
        raise UsageError(f"there is no form {key!r}: known are {known}.")
    return form


def _listed() -> Iterator[str]:
    width = max(len(form.key) for form in known_forms())
    for form in known_forms():
        yield f"{form.key:{width}}  {form.name}"
    yield f"{'generic':{width}}  any other table"


def _described(form: Form) -> Iterator[str]:
    yield f"{form.key}  {form.name}"
    yield "columns:"
    for column in form.columns:
        yield f"  {column.key} ({column.type}){', needed' if column.required else ''}"
    if form.row_sums or form.tree_rules:
        yield "sums in the table:"
        for row_sum in form.row_sums:
            yield f"  {row_sum.result} = {' + '.join(row_sum.terms)}"
        for role in form.tree_rules:
            yield f"  {role} = the rows below it"
    if form.equations:
        yield "equations with other tables:"
        for equation in form.equations:
            yield from _equation(equation)


def _equation(equation: Equation) -> Iterator[str]:
    for number, way in enumerate(equation.ways):
        start = f"{_place(equation.result)} =" if not number else "or  ="
        yield f"  {start} {' + '.join(map(_place, way))}"


def _place(place: Place) -> str:
    line = f", line {place.line}" if place.line != TOTAL else ""
    column = f", column {place.column}" if place.column else ""
    return f"[{place.form}{line}{column}]"
