"""Cells that stay in doubt are read again from the page before anybody is asked about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from schemas.draft import Booklet, Draft, DraftCell, TableCellRef
from schemas.page import Posterior
from schemas.result import ReviewItem
from worker.ctc import figure_beam, in_signs, log_probability
from worker.second_reading import Place, SecondReader, SecondReading

_MOST = 400
"""Cells of one document that are read again: where more are in doubt, reading is not at fault."""
_KEPT = 12


def doubted(review: Iterable[ReviewItem]) -> tuple[TableCellRef, ...]:
    """The cells that a person would be asked about, the most urgent first."""
    items = sorted(review, key=lambda item: -item.priority)
    found = ((int(item.table[1:]) - 1, item.row, item.column) for item in items)
    return tuple(dict.fromkeys(found))


def read_again(
    booklet: Booklet, cells: Sequence[TableCellRef], reader: SecondReader
) -> Booklet | None:
    """The booklet with what a second reading saw at ``cells``; None where it saw nothing new.

    A cell keeps its text and value, which are those of the first reading; its readings and
    posteriors are those of both. Cells that no scanner's ink stands in are left out.
    """
    asked = [ref for ref in cells if _has_ink(_cell(booklet, ref))][:_MOST]
    places = [_place(_cell(booklet, ref)) for ref in asked]
    seen = reader.read(places)
    news = {ref: s for ref, s in zip(asked, seen, strict=True) if s.posteriors}
    if not news:
        return None
    drafts = tuple(
        _with_news(draft, {ref[1:]: s for ref, s in news.items() if ref[0] == number})
        for number, draft in enumerate(booklet.drafts)
    )
    return replace(booklet, drafts=drafts)


def _cell(booklet: Booklet, ref: TableCellRef) -> DraftCell | None:
    table, row_id, key = ref
    rows = booklet.drafts[table].rows
    return next((row.cells.get(key) for row in rows if row.id == row_id), None)


def _has_ink(cell: DraftCell | None) -> bool:
    return cell is not None and cell.source == "ocr" and bool(cell.text)


def _place(cell: DraftCell | None) -> Place:
    if cell is None:
        raise ValueError("a cell that is not there has no place")
    return Place(cell.page, cell.box)


def _with_news(draft: Draft, news: Mapping[tuple[str, ...], SecondReading]) -> Draft:
    rows = tuple(
        replace(
            row,
            cells={
                key: _both(cell, news[row.id, key]) if (row.id, key) in news else cell
                for key, cell in row.cells.items()
            },
        )
        for row in draft.rows
    )
    return replace(draft, rows=rows)


def _both(cell: DraftCell, second: SecondReading) -> DraftCell:
    """The cell as two readings see it, each of equal weight."""
    posteriors = (*_of_weight_one(cell.posteriors), *_of_weight_one(second.posteriors))
    texts = [in_signs(cell.text), *(r.text for r in cell.readings[:_KEPT])]
    readings = tuple(figure_beam(posteriors, _KEPT, also=texts))
    own = min(float(log_probability(posteriors, [cell.text])[0]), 0.0)
    confidence = max((r.probability for r in readings if r.text == texts[0]), default=0.0)
    sure = confidence if own else cell.confidence
    return replace(cell, readings=readings, posteriors=posteriors, confidence=sure)


def _of_weight_one(posteriors: Sequence[Posterior]) -> tuple[Posterior, ...]:
    total = sum(p.weight for p in posteriors)
    return tuple(replace(p, weight=p.weight / total) for p in posteriors) if total else ()
