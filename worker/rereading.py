"""Cells that stay in doubt are read again from the page before anybody is asked about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from schemas.amount import Amount, parse_amount
from schemas.draft import Booklet, Draft, DraftCell, TableCellRef
from schemas.page import Posterior
from schemas.result import ReviewItem
from worker.ctc import figure_beam, in_signs, log_probability
from worker.second_reading import Place, SecondReader, SecondReading

_MOST = 400
"""Cells of one document that are read again: where more are in doubt, reading is not at fault."""
_KEPT = 12
_IN_LINE = 3
"""Figures of a column that tell where its figures stand."""
_SEEN = 0.3
"""Least probability of the digits that are seen where the first reading saw nothing."""


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
    posteriors are those of both. Where the first one saw nothing, and the figures in line tell
    where one would stand, it is what the second one sees. Cells that no scanner's ink stands in
    are left out.
    """
    found = [(ref, place) for ref in cells if (place := _place(booklet, ref)) is not None][:_MOST]
    asked, places = [ref for ref, _ in found], [place for _, place in found]
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


def _place(booklet: Booklet, ref: TableCellRef) -> Place | None:
    """Where to look for the cell's figure; None where there is nothing to look at."""
    cell = _cell(booklet, ref)
    if cell is None or cell.source != "ocr":
        return None
    draft = booklet.drafts[ref[0]]
    money = {column.key for column in draft.columns if column.type == "amount"}
    rows = {row.id: row for row in draft.rows}
    column = tuple(
        other.box
        for row in draft.rows
        if (other := row.cells.get(ref[2])) is not None and _is_figure(other, cell.page)
        if row.id != ref[1]
    )
    beside = tuple(
        other.box
        for key, other in rows[ref[1]].cells.items()
        if key != ref[2] and key in money and _is_figure(other, cell.page)
    )
    if len(column) < _IN_LINE:
        column = ()
    if cell.text:  # what shows hardly a digit is none that was cut, but some other sign
        return Place(cell.page, cell.box, column if len(_digits(cell.text)) > 1 else ())
    return Place(cell.page, cell.box, column, beside) if column and beside else None


def _is_figure(cell: DraftCell, page: int) -> bool:
    return cell.source == "ocr" and cell.page == page and cell.value is not None


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
    if not cell.text:
        return _as_seen(cell, second)
    posteriors = (*_of_weight_one(cell.posteriors), *_of_weight_one(second.posteriors))
    texts = [in_signs(cell.text), *(r.text for r in cell.readings[:_KEPT])]
    readings = tuple(figure_beam(posteriors, _KEPT, also=texts))
    own = min(float(log_probability(posteriors, [cell.text])[0]), 0.0)
    confidence = max((r.probability for r in readings if r.text == texts[0]), default=0.0)
    sure = confidence if own else cell.confidence
    return replace(cell, readings=readings, posteriors=posteriors, confidence=sure)


def _as_seen(cell: DraftCell, second: SecondReading) -> DraftCell:
    """A cell in which nothing had been read, with the figure that the second reading sees."""
    odds: defaultdict[str, float] = defaultdict(float)
    for reading in second.readings:
        odds[_digits(reading.text)] += reading.probability
    found = (r for r in second.readings if odds[_digits(r.text)] >= _SEEN)
    best = next((r for r in found if isinstance(parse_amount(r.text), Amount)), None)
    parsed = parse_amount(best.text) if best is not None else None
    if best is None or not isinstance(parsed, Amount):
        return cell
    return replace(
        cell,
        text=best.text,
        value=parsed.canonical(),
        readings=second.readings,
        posteriors=_of_weight_one(second.posteriors),
        confidence=best.probability,
    )


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _of_weight_one(posteriors: Sequence[Posterior]) -> tuple[Posterior, ...]:
    total = sum(p.weight for p in posteriors)
    return tuple(replace(p, weight=p.weight / total) for p in posteriors) if total else ()
