"""From stitched tables to drafts: what the pages say, as forms, before any check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.amount import Amount, parse_amount
from schemas.draft import Column, Draft
from schemas.forms.form import Form
from schemas.grid import Sheet
from worker.drafting.cells import paper_of
from worker.drafting.columns import read_columns
from worker.drafting.figures import Decided
from worker.drafting.generic import draft_generic
from worker.drafting.heading import Heading, read_heading
from worker.drafting.indicator_rows import LEVEL3
from worker.drafting.layout import Layout, lay_out
from worker.drafting.levels import draft_levelled
from worker.drafting.project_page import is_project_page, with_project
from worker.drafting.recognise import Recognition, Seen, named_columns, recognise
from worker.drafting.style import in_whole_numbers
from worker.notes import notes_below


def draft(sheet: Sheet) -> Draft:
    """The draft of a table that stands alone; see :func:`draft_all`."""
    return draft_all([sheet])[0]


def draft_all(sheets: Sequence[Sheet], forms: Sequence[Form] | None = None) -> tuple[Draft, ...]:
    """The sheets of a document as drafts, as :func:`drafted` drafts them."""
    return drafted(sheets, forms).drafts


def drafted(sheets: Sequence[Sheet], forms: Sequence[Form] | None = None) -> Drafted:
    """The sheets of a document as drafts, each of its form, ``generic`` where none fits.

    ``forms`` are those to think of, None: all that are known.

    Boxes of the drafts are in page space. A draft keeps every body row of its sheet but
    those that only number the columns.
    """
    looks = tuple(map(_look, sheets))
    found = recognise([look.seen for look in looks], forms)
    whole = in_whole_numbers([amount for look in looks for amount in look.money])
    drafts = tuple(_draft(look, form, None, whole) for look, form in zip(looks, found, strict=True))
    return Drafted(drafts, looks, found, whole)


@dataclass(frozen=True, slots=True)
class Drafted:
    """The drafts of a document's sheets, and what was found of the sheets on the way."""

    drafts: tuple[Draft, ...]
    _looks: tuple[_Look, ...]
    _found: tuple[Recognition, ...]
    _whole: bool

    def anew(self, decided: Mapping[int, Decided]) -> tuple[Draft, ...]:
        """The drafts, those of the sheets that ``decided`` tells of drafted once more.

        It has for sheets, by index, what their cells were found to say, which tells what is
        part of what.
        """
        again = {
            n: _draft(self._looks[n], self._found[n], known, self._whole)
            for n, known in decided.items()
        }
        return tuple(again.get(n, draft) for n, draft in enumerate(self.drafts))


@dataclass(frozen=True, slots=True)
class _Look:
    sheet: Sheet
    layout: Layout
    columns: tuple[Column, ...]
    heading: Heading

    @property
    def money(self) -> Iterator[Amount]:
        """The figures in its columns of money."""
        texts = (c.text for row in self.layout.body for c in row if self._holds_money(c.col))
        return (found for text in texts if isinstance(found := parse_amount(text), Amount))

    def _holds_money(self, col: int) -> bool:
        return self.columns[col].type == "amount"

    @property
    def seen(self) -> Seen:
        body = self.layout.body
        filled = {cell.col for row in body for cell in row if cell.text.strip()}
        firsts = (next((c.text for c in row if c.text.strip()), "") for row in body)
        blank = frozenset(range(self.layout.cols)) - filled
        return Seen(self.heading.title, self.columns, tuple(firsts), blank)


def _look(sheet: Sheet) -> _Look:
    layout = lay_out(sheet)
    columns = read_columns(layout)
    headers = [" ".join(column.path) for column in columns]
    return _Look(
        sheet, layout, columns, read_heading(sheet.above, layout.banners, headers, sheet.title)
    )


def _draft(look: _Look, known: Recognition, decided: Decided | None, whole: bool) -> Draft:
    columns = named_columns(look.seen, known.fields)
    on_a_page = known.form is not None and is_project_page(known.form, look.layout)
    paper = paper_of(look.sheet, whole)
    pages = look.sheet.pages
    notes = notes_below(look.sheet.below)
    form = known.form
    keys = {field.key for field in known.fields.values()}
    if form is not None and form.levels and "name" in keys and keys & {"indicators", LEVEL3}:
        drafted = draft_levelled(
            form, known.fields, look.layout, columns, look.heading, pages, paper, notes, decided
        )
    elif form is not None and on_a_page:
        plain = draft_generic(
            look.layout, look.columns, look.heading, pages, paper, decided=decided
        )
        drafted = replace(with_project(plain, form, look.layout, paper), form=form.key)
    else:
        drafted = draft_generic(look.layout, columns, look.heading, pages, paper, form, decided)
    return replace(drafted, form_confidence=known.confidence, notes=notes)
