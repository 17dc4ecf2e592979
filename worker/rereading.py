"""Cells that stay in doubt are read again from the page before anybody is asked about them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from schemas.amount import Amount, parse_amount
from schemas.draft import Booklet, Draft, DraftCell, TableCellRef
from schemas.geometry import Box
from schemas.grid import GridCell, Sheet, TextLine
from schemas.page import Posterior, Reading, Token
from schemas.result import ReviewItem
from worker.ctc import figure_beam, in_signs, is_printed_amount, log_probability
from worker.decoding.print_style import departs
from worker.drafting.cells import paper_of, place_of
from worker.second_reading import Place, SecondReader, SecondReading

_MOST = 400
"""Cells of one document that are read again: where more are in doubt, reading is not at fault."""
_HASTY = 0.998
"""Least probability of a figure read at one look that needs no other beside a doubted one."""
_KEPT = 12
_IN_LINE = 3
"""Figures of a column that tell where its figures stand."""
_ALONE = 0.9
"""Most probability of a figure that the second reading tells and the first did not."""
_OF_A_PART = 0.3
"""Weight of a first reading that saw a part of a figure, beside a second one of the whole."""
_SEEN = 0.3
"""Least probability of the digits that are seen where the first reading saw nothing."""


def doubted(review: Iterable[ReviewItem]) -> tuple[TableCellRef, ...]:
    """The cells that a person would be asked about, the most urgent first."""
    items = sorted(review, key=lambda item: -item.priority)
    found = ((int(item.table[1:]) - 1, item.row, item.column) for item in items)
    return tuple(dict.fromkeys(found))


def with_hasty(booklet: Booklet, cells: Sequence[TableCellRef]) -> tuple[TableCellRef, ...]:
    """The cells, and after them those of their sums that one look read and not quite surely.

    What such a look misread would speak for a wrong figure in the place of the doubted one.
    """
    asked = set(cells)
    hasty: dict[TableCellRef, None] = {}
    for table, draft in enumerate(booklet.drafts):
        rows = {row.id: row.cells for row in draft.rows}
        for one in draft.sums:
            members = [(table, *one.result), *((table, *term) for term in one.terms)]
            if asked.isdisjoint(members):
                continue
            for ref in members:
                cell = rows[ref[1]].get(ref[2]) if ref[1] in rows else None
                if cell is not None and len(cell.posteriors) == 1 and cell.confidence < _HASTY:
                    hasty[ref] = None
    return tuple(dict.fromkeys((*cells, *hasty)))


def read_again(
    sheets: Sequence[Sheet],
    booklet: Booklet,
    cells: Sequence[TableCellRef],
    reader: SecondReader,
) -> tuple[Sheet, ...] | None:
    """The sheets with what a second reading saw at ``cells``; None where it saw nothing new.

    ``booklet`` was drafted from ``sheets``, its first drafts in their order. What the two
    readings together take for the likeliest figure is a cell's text from now on; where that is
    not what the first one said, it is never so sure that no sum need speak for it. Where the first
    one saw nothing, and the figures in line tell where one would stand, it is what the second one
    sees. Cells that no scanner's ink stands in are left out.
    """
    rooms = cache(lambda table: _rooms(sheets[table]))
    found = [
        (ref, _in_room(place, rooms(ref[0])))
        for ref in cells
        if ref[0] < len(sheets) and (place := _place(booklet, ref)) is not None
    ][:_MOST]
    asked, places = [ref for ref, _ in found], [place for _, place in found]
    seen = reader.read(places)
    news: dict[int, dict[_Spot, tuple[DraftCell, SecondReading]]] = defaultdict(dict)
    for ref, second in zip(asked, seen, strict=True):
        cell = _cell(booklet, ref)
        if cell is not None and second.posteriors:
            news[ref[0]][cell.page, cell.box] = cell, second
    if not news:
        return None
    return tuple(_with_news(sheet, news.get(n, {})) for n, sheet in enumerate(sheets))


_Spot = tuple[int, Box]
"""Where a cell's ink stands: its page, and the box in that page's space."""


def _rooms(sheet: Sheet) -> dict[_Spot, Box]:
    """The cells of the body, in page space, by where their ink stands."""
    paper = paper_of(sheet)
    return {
        (cell.page, place_of(cell, paper)): paper.place(cell.page, cell.box)
        for row in sheet.body
        for cell in row
    }


def _in_room(place: Place, rooms: Mapping[_Spot, Box]) -> Place:
    return replace(place, room=rooms.get((place.page, place.box)))


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
    if cell.text:
        part = cell.value is not None and departs(cell.value, _usual_decimals(draft, ref[2]))
        # What shows hardly a digit is none that was cut, but some other sign.
        cut = len(_digits(cell.text)) > 1 or part
        return Place(cell.page, cell.box, column if cut else (), beside, part=part)
    if not (column and beside):
        return None
    return Place(cell.page, cell.box, column, beside, blank=True)


def _usual_decimals(draft: Draft, key: str) -> int | None:
    """The decimals that half of a column's figures have; None where there are none such."""
    told = [row.cells[key].value for row in draft.rows if key in row.cells]
    found = Counter(len(value.partition(".")[2]) for value in told if value is not None)
    most = found.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > found.total() else None


def _is_figure(cell: DraftCell, page: int) -> bool:
    return cell.source == "ocr" and cell.page == page and cell.value is not None


def _with_news(sheet: Sheet, news: Mapping[_Spot, tuple[DraftCell, SecondReading]]) -> Sheet:
    paper = paper_of(sheet)

    def seen(cell: GridCell) -> GridCell:
        new = news.get((cell.page, place_of(cell, paper)))
        return cell if new is None else _seen_again(cell, *new)

    return replace(sheet, body=tuple(tuple(map(seen, row)) for row in sheet.body))


def _seen_again(cell: GridCell, drafted: DraftCell, second: SecondReading) -> GridCell:
    """The cell with one token of what both readings see, dirt beside a figure left as it is."""
    token = _as_seen(cell.box, second) if not drafted.text else _both(cell, drafted, second)
    if token is None:
        return cell
    own = next((t for t in cell.tokens if t.posteriors == drafted.posteriors), None)
    if token.text != drafted.text or len(cell.tokens) == 1 or own is None:
        line = TextLine(token.text, token.box, (token,))
        return replace(cell, lines=(line,), text=token.text)
    seen = replace(token, text=own.text, box=own.box)
    return replace(cell, lines=tuple(_with(line, own, seen) for line in cell.lines))


def _with(line: TextLine, old: Token, new: Token) -> TextLine:
    return replace(line, tokens=tuple(new if token is old else token for token in line.tokens))


def _both(cell: GridCell, drafted: DraftCell, second: SecondReading) -> Token:
    """What two readings see in a cell, each of equal weight; the first of a part has less."""
    first = _of_weight(_OF_A_PART if second.wider else 1.0, drafted.posteriors)
    posteriors = (*first, *_of_weight(1.0, second.posteriors))
    texts = [in_signs(drafted.text), *(r.text for r in drafted.readings[:_KEPT])]
    readings = figure_beam(posteriors, _KEPT, also=texts)
    own = min(float(log_probability(posteriors, [drafted.text])[0]), 0.0)
    confidence = max((r.probability for r in readings if r.text == texts[0]), default=0.0)
    box = Box.around([line.box for line in cell.lines])
    best = readings[0] if readings else None
    if best is not None and best.probability > confidence and is_printed_amount(best.text):
        return _doubted(best, box, readings, posteriors)
    sure = confidence if own else drafted.confidence
    return Token(drafted.text, box, "ocr", sure, readings=tuple(readings), posteriors=posteriors)


def _doubted(
    best: Reading, box: Box, readings: Sequence[Reading], posteriors: tuple[Posterior, ...]
) -> Token:
    """A figure that the second reading alone told, not to be believed without a sum."""
    share = min(_ALONE / max(best.probability, _ALONE), 1.0)
    less = tuple(replace(r, probability=r.probability * share) for r in readings)
    return Token(best.text, box, "ocr", less[0].probability, readings=less, posteriors=posteriors)


def _as_seen(box: Box, second: SecondReading) -> Token | None:
    """The figure that the second reading sees where nothing had been read; None for none."""
    odds: defaultdict[str, float] = defaultdict(float)
    for reading in second.readings:
        odds[_digits(reading.text)] += reading.probability
    found = (r for r in second.readings if odds[_digits(r.text)] >= _SEEN)
    best = next((r for r in found if isinstance(parse_amount(r.text), Amount)), None)
    if best is None:
        return None
    return Token(
        best.text,
        box,
        "ocr",
        best.probability,
        readings=second.readings,
        posteriors=_of_weight(1.0, second.posteriors),
    )


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _of_weight(weight: float, posteriors: Sequence[Posterior]) -> tuple[Posterior, ...]:
    """The looks, so much of weight together."""
    total = sum(p.weight for p in posteriors) / weight
    return tuple(replace(p, weight=p.weight / total) for p in posteriors) if total else ()
