"""From a stitched table to a draft: what the page says, as a form, before any check."""

from __future__ import annotations

from schemas.draft import Draft
from schemas.forms import known_forms
from schemas.grid import Sheet
from worker.drafting.cells import paper_of
from worker.drafting.columns import read_columns
from worker.drafting.declared import draft_form, match_columns
from worker.drafting.generic import draft_generic
from worker.drafting.heading import read_heading
from worker.drafting.layout import lay_out


def draft(sheet: Sheet) -> Draft:
    """The sheet as a draft of the form that its columns match, else as ``generic``.

    Boxes of the draft are in page space. The draft keeps every body row of the sheet but
    those that only number the columns.
    """
    layout = lay_out(sheet)
    columns = read_columns(layout)
    heading = read_heading(sheet.above, layout.banners, [" ".join(c.path) for c in columns])
    paper = paper_of(sheet)
    for form in known_forms():
        fields = match_columns(form, columns, heading.title)
        if fields is not None:
            return draft_form(form, fields, layout, columns, heading, sheet.pages, paper)
    return draft_generic(layout, columns, heading, sheet.pages, paper)
