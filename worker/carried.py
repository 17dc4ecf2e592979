"""Organisation, fiscal year and unit, carried to the tables of a booklet that lack them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from schemas.draft import Draft, Stated
from schemas.page import PageText
from schemas.words import names_organisation, organisation_in, plain, unit_in, year_in
from worker.lines import lines_of
from worker.page_kinds import COVER_LINES

_T = TypeVar("_T")

_SENTENCE_END = "。"

_TITLE_OF_BOOKLET = re.compile(
    r"^(?:(?:19|20)\d{2}年度?)?(?P<name>[^\d，。]{2,30}?)(?:(?:19|20)\d{2}年?度?)?(?:部门|单位)?(?:收支)?(?:预|决)算"
)


def carried(drafts: Sequence[Draft], pages: Sequence[PageText]) -> tuple[Draft, ...]:
    """The drafts, what one does not say taken from the cover or from where others agree."""
    cover = tuple(_cover_lines(drafts, pages))
    organisation = _lent(drafts, cover, lambda d: d.organisation, _organisation_on_cover)
    year = _lent(drafts, cover, lambda d: d.fiscal_year, _year_on_cover)
    unit = _lent(drafts, cover, lambda d: d.unit, unit_in)
    return tuple(_with(draft, organisation, year, unit) for draft in drafts)


_Lent = tuple[_T, Stated] | None


def _lent(
    drafts: Sequence[Draft],
    cover: Sequence[str],
    said: Callable[[Draft], _T | None],
    on_cover: Callable[[str], _T | None],
) -> _Lent[_T]:
    """What the booklet says for all: its cover, else its tables where they agree."""
    told = {value for draft in drafts if (value := said(draft)) is not None}
    printed = [found for line in cover if (found := on_cover(line)) is not None]
    if printed and (len(told) != 1 or not told <= set(printed)):
        return printed[0], "cover"
    return (told.pop(), "booklet") if len(told) == 1 else None


def _with(draft: Draft, organisation: _Lent[str], year: _Lent[int], unit: _Lent[str]) -> Draft:
    stated = dict(draft.stated)
    values: dict[str, str | int | None] = {}
    for name, lent in (("organisation", organisation), ("fiscal_year", year), ("unit", unit)):
        own = getattr(draft, name)
        if own is not None:
            stated[name] = "table"
        elif lent is not None:
            values[name], stated[name] = lent
    return replace(draft, stated=stated, **values)  # type: ignore[arg-type]


def _cover_lines(drafts: Sequence[Draft], pages: Sequence[PageText]) -> Iterator[str]:
    """The lines of the first printed page, where it is a cover: few lines, no sentence, no table.

    A notice's first page names whom it is from and to, which is not whose money its annex tells.
    Lines that belong together stand joined before each alone: a long name is set in two.
    """
    taken = {number for draft in drafts for number in draft.pages}
    first = next((page for page in pages if page.tokens), None)
    if first is None or first.number in taken:
        return
    lines = lines_of(first.tokens)
    texts = [line.text for line in lines]
    if len(lines) <= COVER_LINES and not any(_SENTENCE_END in text for text in texts):
        yield from (above + below for above, below in pairwise(texts))
        yield from texts


def _organisation_on_cover(line: str) -> str | None:
    if (named := organisation_in(line)) is not None:
        return named
    body = plain(line)
    if names_organisation(body):
        return body
    found = _TITLE_OF_BOOKLET.match(body)
    return found["name"] if found and names_organisation(found["name"]) else None


def _year_on_cover(line: str) -> int | None:
    return year_in(line, bare=True) if re.search(r"预|決|决|預|budget", line, re.I) else None
