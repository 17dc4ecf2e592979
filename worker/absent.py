"""Forms that a booklet prints without a table: a title, and that there is nothing to show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.draft import Draft
from schemas.forms import known_forms
from schemas.forms.form import Form
from schemas.grid import TextLine
from schemas.words import (
    is_page_number,
    is_unit_line,
    organisation_in,
    plain,
    tight,
    unit_in,
    year_in,
)
from worker.notes import says_nothing

_TITLE = re.compile(r"表(?:\(.{1,20}\))?$")
_BETWEEN = 3
"""How many lines (organisation, unit) may stand between the title and the sentence."""


def absent_forms(
    drafts: Sequence[Draft], loose: Mapping[int, Sequence[TextLine]]
) -> tuple[Draft, ...]:
    """``drafts`` and, in page order, an empty table for each form that is said to be empty.

    ``loose`` holds each page's lines outside its tables.
    """
    known = {draft.form for draft in drafts}
    found = [
        empty
        for page, lines in sorted(loose.items())
        for empty in _on_page(page, [ln for ln in lines if not is_page_number(ln.text)])
        if empty.form not in known
    ]
    return tuple(sorted((*drafts, *found), key=lambda draft: draft.pages[0] if draft.pages else 0))


def _on_page(page: int, lines: Sequence[TextLine]) -> Iterator[Draft]:
    for index, line in enumerate(lines):
        form = _form_named(line.text)
        if form is None:
            continue
        after: list[str] = []
        for other in lines[index + 1 : index + 2 + _BETWEEN]:
            after.append(other.text)
            if says_nothing(other.text):
                yield _empty(form, page, line.text, after)
                break
            if not (is_unit_line(other.text) or organisation_in(other.text)):
                break


def _form_named(text: str) -> Form | None:
    if not _TITLE.search(tight(text)):
        return None
    return next((form for form in known_forms() if form.named_by(text)), None)


def _empty(form: Form, page: int, title: str, after: Sequence[str]) -> Draft:
    *between, note = after
    return Draft(
        form=form.key,
        title=plain(title),
        organisation=next(filter(None, map(organisation_in, between)), None),
        fiscal_year=year_in(title, bare=True),
        unit=next(filter(None, map(unit_in, between)), None),
        pages=(page,),
        columns=(),
        rows=(),
        sums=(),
        notes=(plain(note),),
        form_confidence=0.85,
    )
