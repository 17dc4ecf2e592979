"""From the pages of a document to its result: the stages after reading, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.amount import Amount, parse_amount
from schemas.draft import Booklet, Draft
from schemas.errors import DamagedFile, EngineError, TooLarge
from schemas.forms import known_forms
from schemas.grid import Grid, Sheet, TextLine
from schemas.page import PageText, Warn
from schemas.result import (
    Document as DocumentInfo,
)
from schemas.result import (
    Failure,
    Result,
    ResultWarning,
    ReviewItem,
    Status,
    Table,
    Usage,
)
from worker.absent import absent_forms
from worker.booklet import bind
from worker.conservation import conserved, outside
from worker.decoding.decide import EFFORT
from worker.decoding.decode import Decoded, decode
from worker.decoding.lattice import remembered
from worker.drafting.draft import drafted
from worker.facts import with_facts
from worker.grid import grids
from worker.headings import with_headings
from worker.lines import lines_of
from worker.llm.bare import bare_sheets
from worker.llm.case import Case
from worker.llm.choose import with_proposals
from worker.llm.needs import Mode, cases
from worker.llm.sightings import with_sightings
from worker.llm.told import Told
from worker.page_kinds import page_kinds
from worker.rereading import doubted, read_again, with_hasty
from worker.restructure import restructured
from worker.second_reading import SecondReader
from worker.stitch import stitch

_FIELDS = 4
"""How many names of fields make a form of a ruled box under a title."""

# Warnings that mean that something printed may be missing from the result.
LOSSES = ("page_missing", "page_damaged", "page_failed", "page_too_large", "page_hard_to_read")


@dataclass(frozen=True, slots=True)
class Assembled:
    """The result, and the sheets that its tables were drafted from, in the same order.

    An empty form that the page only names is a table without a sheet. ``bare`` are pages of
    figures on which no table was found, as sheets without columns.
    """

    result: Result
    sheets: tuple[Sheet, ...]
    bare: tuple[Sheet, ...] = ()

    def cases(self, mode: Mode) -> tuple[Case, ...]:
        """The tables that a model is to be asked about in this mode."""
        return cases(self.sheets, self.bare, self.result.tables, self.result.review, mode)


@remembered()
def put_together(
    pages: Sequence[PageText],
    document: DocumentInfo,
    again: SecondReader | None = None,
    told: Told | None = None,
    *,
    effort: float = EFFORT,
) -> Assembled:
    """The result of a document whose pages are read; ``usage`` is left to the caller.

    ``again`` reads figures that stay in doubt a second time, before anybody is asked about
    them; None: there are no pixels to read. ``told`` is what a model said; None: nothing.

    A document of which some pages can't be read gives the tables of the others, with status
    ``review`` and a warning for each lost page; one of which none can be read gives status
    ``failed``.
    """
    found: list[_OnPage] = []
    for page in pages:
        before = found[-1].grids[-1] if found and found[-1].grids else None
        found.append(_on_page(page, before))
    stitched = stitch([on_page.grids for on_page in found])
    sheets = with_headings(
        [sheet for sheet in stitched if _is_table(sheet)],
        {on_page.number: on_page.foot for on_page in found},
    )
    loose = {on_page.number: on_page.loose for on_page in found}
    sheets = tuple(_with_beside(sheet, loose) for sheet in sheets)
    bare = bare_sheets(pages, [on_page.number for on_page in found if on_page.grids])
    if told is not None and told.splits:
        sheets = tuple(replace(sheet, splits=told.splits) for sheet in sheets)

    def bound(drafts: Sequence[Draft]) -> Booklet:
        booklet = bind(absent_forms(drafts, loose), pages)
        return booklet if told is None else with_sightings(booklet, told.sightings)

    def decided(sheets: Sequence[Sheet]) -> tuple[Booklet, Decoded]:
        read = drafted(sheets)
        drafts: Sequence[Draft] = read.drafts
        if told is not None:
            drafts = with_proposals([*sheets, *bare], drafts, told.structures)
        booklet = bound(drafts)
        decoded = decode(booklet, effort=effort)
        if told is None or not told.structures:
            anew = restructured(read, booklet, decoded, effort=effort)
            if anew is not None:
                booklet = bound(anew)
                decoded = decode(booklet, effort=effort)
        return booklet, decoded

    booklet, decoded = decided(sheets)
    if again is not None:
        cells = with_hasty(booklet, doubted(decoded.review))
        seen = read_again(sheets, booklet, cells, again)
        if seen is not None:
            booklet, decoded = decided(seen)
    tables = tuple(map(with_facts, decoded.tables, booklet.drafts))
    lost = [warn for on_page in found for warn in on_page.warnings]
    warnings = _warnings(pages, lost, booklet.drafts)
    kinds = page_kinds(pages, {page for draft in booklet.drafts for page in draft.pages})
    result = Result(
        status=_status(pages, tables, decoded.review, warnings),
        document=document.model_copy(update={"page_kinds": kinds}),
        tables=tables,
        review=decoded.review,
        checks=decoded.checks,
        usage=Usage(seconds=0.0),
        warnings=warnings,
        error=_failure(document.name, pages, warnings),
    )
    return Assembled(result, tuple(sheets), bare)


def _with_beside(sheet: Sheet, loose: Mapping[int, Sequence[TextLine]]) -> Sheet:
    """The sheet with the ink within its height that its grids left out."""
    around = {id(t) for line in (*sheet.above, *sheet.below) for t in line.tokens}
    beside = []
    for page in sheet.pages:
        boxes = [
            cell.box for row in (sheet.header, *sheet.body) for cell in row if cell.page == page
        ]
        if not boxes:
            continue
        top, bottom = min(b.y0 for b in boxes), max(b.y1 for b in boxes)
        beside += [
            (page, token)
            for line in loose.get(page, ())
            for token in line.tokens
            if top <= token.box.cy <= bottom and id(token) not in around
        ]
    return replace(sheet, beside=tuple(beside)) if beside else sheet


@dataclass(frozen=True, slots=True)
class _OnPage:
    """The tables of a page, the lines outside them, and what was lost on the way."""

    number: int
    grids: tuple[Grid, ...]
    loose: tuple[TextLine, ...] = ()
    warnings: tuple[Warn, ...] = ()

    @property
    def foot(self) -> tuple[TextLine, ...]:
        """The lines below the last table, all lines where there is none."""
        return self.grids[-1].below if self.grids else self.loose


def _on_page(page: PageText, before: Grid | None) -> _OnPage:
    """The page's tables; a fault of ours on one page costs that page, not the document."""
    try:
        found = grids(page, before)
        loose = lines_of(outside(page, found))
        return _OnPage(page.number, found, loose, conserved(page, found))
    except Exception as error:  # noqa: BLE001 - named in a warning, and the page goes to review
        said = (
            f"the tables of page {page.number} could not be recovered "
            f"({type(error).__name__}: {error}): check the page by eye, and please report it."
        )
        return _OnPage(page.number, (), (), (Warn("page_failed", said, page.number),))


def _is_table(sheet: Sheet) -> bool:
    """Whether a sheet says more than a box with a remark.

    Figures make a table; so does a header that names most columns, for an empty form and a
    list are right answers too, and so do the fields of a form, filled or under a title.
    """
    if sheet.cols < 2 or not sheet.body:
        return False
    texts = [cell.text for row in sheet.body for cell in row if cell.text]
    named = {col for c in sheet.header if c.text for col in range(c.col, c.col + c.colspan)}
    return (
        any(isinstance(parse_amount(text), Amount) for text in texts)
        or len(named) > 0.6 * sheet.cols
        or (len(texts) > 1 and any(c.isdigit() for text in texts for c in text))
        or (len(texts) >= _FIELDS and _under_a_form_title(sheet))
    )


def _under_a_form_title(sheet: Sheet) -> bool:
    return any(form.named_by(line.text) for form in known_forms() for line in sheet.above)


def _warnings(
    pages: Sequence[PageText], lost: Sequence[Warn], drafts: Sequence[Draft]
) -> tuple[ResultWarning, ...]:
    said = [
        *(warn for page in pages for warn in page.warnings),
        *lost,
        *(warn for d in drafts for warn in d.warnings),
    ]
    return tuple(ResultWarning(code=w.code, page=w.page, message=w.message) for w in said)


def _status(
    pages: Sequence[PageText],
    tables: Sequence[Table],
    review: Sequence[ReviewItem],
    warnings: Sequence[ResultWarning],
) -> Status:
    if _all_lost(pages, warnings):
        return "failed"
    if review or any(w.code in LOSSES for w in warnings):
        return "review"
    figures = any(c.type == "amount" for table in tables for c in table.columns)
    return "verified" if figures else "empty"


def _all_lost(pages: Sequence[PageText], warnings: Sequence[ResultWarning]) -> bool:
    lost = {w.page for w in warnings if w.code in LOSSES}
    return bool(lost) and all(p.source == "blank" for p in pages)


def _failure(
    name: str, pages: Sequence[PageText], warnings: Sequence[ResultWarning]
) -> Failure | None:
    if not _all_lost(pages, warnings):
        return None
    for code, category in (
        ("page_too_large", TooLarge.category),
        ("page_failed", EngineError.category),  # the file may well be good
    ):
        first = next((w for w in warnings if w.code == code), None)
        if first is not None:
            return Failure(category=category, message=first.message)
    return Failure(
        category=DamagedFile.category,
        message=f"no page of {name} can be shown, its content is damaged: get the file "
        "again from its source, or print it to a new PDF.",
    )
