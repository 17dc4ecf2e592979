"""Whether a model's answer can be true: held against the ink before anything uses it.

Each complaint says what is wrong in words that the model can be told. The ink decides where
things stand: figures of one row are printed on one line, columns stand side by side, and
every piece of ink of a block is in one place of the answer, none in two.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from schemas.amount import Amount, narrow, parse_amount
from schemas.geometry import Box
from worker.llm.answers import BlockAnswer, BlockRow, HeadAnswer
from worker.llm.case import Case, Slip
from worker.llm.proposal import Row

_SAME = 0.75
"""Likeness from which a label that the model repeats is that of its ink."""
_MOST_TOLD = 6
_NEXT = 6
"""Figures in the rows next to one that say where its columns are."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """``code`` is stable, ``said`` is a sentence for the model."""

    code: str
    said: str


def in_words(complaints: Sequence[Complaint]) -> str:
    """The complaints as what the model is told, the first few of many."""
    said = [f"- {complaint.said}" for complaint in complaints[:_MOST_TOLD]]
    more = len(complaints) - _MOST_TOLD
    return "\n".join(said + ([f"- and {more} more of this kind"] if more > 0 else []))


# -- the header ---------------------------------------------------------------------------


def head_complaints(case: Case, shown: Sequence[int], answer: HeadAnswer) -> list[Complaint]:
    """What is wrong with an answer about the columns; ``shown`` are the lines it was given."""
    named = [i for c in answer.columns for i in c.ids]
    found = list(_unknown(case, shown, [*named, *answer.title_ids]))
    if found:
        return found
    if answer.body not in shown:
        last = shown[-1] if shown else 0
        said = f"body is {answer.body}, but the lines go from {shown[0]} to {last}"
        return [Complaint("body_outside", said)]
    found += _header_says_otherwise(case, answer)
    found += _title_says_otherwise(case, answer, named)
    found += _columns_out_of_order(case, answer)
    found += _figures_in_header(case, shown, answer)
    return found


def _unknown(case: Case, shown: Sequence[int], ids: Sequence[int]) -> Iterator[Complaint]:
    inside = {number for line in shown for number in case.lines[line]}
    wrong = sorted({number for number in ids if number not in inside})
    if wrong:
        said = f"there is no piece {_listed(wrong)} here: use only numbers that are shown"
        yield Complaint("unknown_token", said)


def _header_says_otherwise(case: Case, answer: HeadAnswer) -> Iterator[Complaint]:
    for number, column in enumerate(answer.columns):
        printed = case.text(column.ids)
        if column.ids and not _alike(column.name, printed, part=True):
            said = f'column {number} is called "{column.name}", but its pieces say "{printed}"'
            yield Complaint("label_differs", said)


def _title_says_otherwise(
    case: Case, answer: HeadAnswer, named: Sequence[int]
) -> Iterator[Complaint]:
    """A title of other words, one that is a column's name too, or one below the first row."""
    ids = answer.title_ids
    printed = case.text(ids)
    if ids and not _alike(answer.title, printed, part=True):
        said = f'the title is "{answer.title}", but its pieces say "{printed}"'
        yield Complaint("label_differs", said)
    twice = sorted(set(ids) & set(named))
    if twice:
        yield Complaint("used_twice", f"piece {_listed(twice)} is in the title and in a column")
    rows = {i for line in range(answer.body, len(case.lines)) for i in case.lines[line]}
    below = sorted(set(ids) & rows)
    if below:
        said = f"piece {_listed(below)} of the title stands below the header: it is in a row"
        yield Complaint("title_below", said)


def _columns_out_of_order(case: Case, answer: HeadAnswer) -> Iterator[Complaint]:
    """Columns stand from left to right as the innermost piece of their header does."""
    uses = Counter(number for column in answer.columns for number in set(column.ids))
    places: list[tuple[int, float]] = []
    for number, column in enumerate(answer.columns):
        own = [case.slip(i).box.cx for i in column.ids if uses[i] == 1]
        if own:
            places.append((number, sum(own) / len(own)))
    for (a, left), (b, right) in pairwise(places):
        if left >= right:
            said = f"column {b} stands left of column {a} on the page: go from left to right"
            yield Complaint("columns_out_of_order", said)


def _figures_in_header(case: Case, shown: Sequence[int], answer: HeadAnswer) -> Iterator[Complaint]:
    """Money in the lines taken for the header: a row would be lost there."""
    for line in shown:
        if line >= answer.body:
            break
        money = [i for i in case.lines[line] if _is_money(case.slip(i))]
        if money:
            said = f"line {line} has figures ({case.slip(money[0]).text}): it is a row, no header"
            yield Complaint("figure_in_header", said)


def _is_money(slip: Slip) -> bool:
    if not slip.inside:
        return False
    amount = parse_amount(slip.text)
    return isinstance(amount, Amount) and (amount.decimals > 0 or amount.separators)


# -- a block ------------------------------------------------------------------------------


def block_complaints(
    case: Case, block: Sequence[int], columns: int, earlier: Sequence[Row], answer: BlockAnswer
) -> list[Complaint]:
    """What is wrong with an answer about the lines ``block`` of a table of ``columns``."""
    named = [i for row in answer.rows for cell in row.cells for i in cell.ids]
    found = list(_unknown(case, block, [*named, *answer.outside]))
    if found:
        return found
    found += _conserved(case, block, named, answer.outside)
    found += _beyond(columns, answer)
    found += _left_out(case, answer)
    found += _unknown_parents(earlier, answer)
    for row in answer.rows:
        found += _row_says_otherwise(case, row)
        found += _out_of_order(case, row)
    if not found:
        found += rows_mixed(case, rows_of(answer))
    return found


def rows_of(answer: BlockAnswer) -> list[Row]:
    """The rows of an answer that has no complaint."""
    rows = []
    for row in answer.rows:
        cells = {cell.c: tuple(cell.ids) for cell in row.cells if cell.ids}
        if cells:
            rows.append(Row(cells, row.role, row.under))
    return rows


def _conserved(
    case: Case, block: Sequence[int], named: Sequence[int], outside: Sequence[int]
) -> Iterator[Complaint]:
    uses = Counter([*named, *outside])
    twice = sorted(number for number, times in uses.items() if times > 1)
    if twice:
        yield Complaint("token_twice", f"piece {_listed(twice)} is used more than once")
    unused = [i for line in block for i in case.lines[line] if i not in uses]
    if unused:
        texts = ", ".join(f'"{case.slip(i).text}"' for i in unused[:4])
        said = f"piece {_listed(unused)} ({texts}) is in no row and not in outside"
        yield Complaint("unused_tokens", said)


def _beyond(columns: int, answer: BlockAnswer) -> Iterator[Complaint]:
    for row in answer.rows:
        numbers = [cell.c for cell in row.cells]
        wrong = sorted({c for c in numbers if not 0 <= c < columns})
        if wrong:
            said = f"there is no column {_listed(wrong)}: the last is {columns - 1}"
            yield Complaint("column_unknown", said)
        if len(set(numbers)) < len(numbers):
            said = f'the row "{row.label}" names one column twice'
            yield Complaint("column_twice", said)


def _left_out(case: Case, answer: BlockAnswer) -> Iterator[Complaint]:
    """Ink that the rules found in the table can't be said to be none of it."""
    lost = [i for i in answer.outside if case.slip(i).inside]
    if lost:
        said = (
            f'piece {_listed(lost)} ("{case.slip(lost[0]).text}") is a part of the table: put it '
            "into a row, of the role note if it is a remark"
        )
        yield Complaint("inside_left_out", said)


def _unknown_parents(earlier: Sequence[Row], answer: BlockAnswer) -> Iterator[Complaint]:
    known = {number for row in earlier for number in row.ids}
    for row in answer.rows:
        own = {i for cell in row.cells for i in cell.ids}
        if row.under and (row.under not in known or row.under in own):
            said = f'"{row.label}" is put under piece {row.under}, which is in no row above it'
            yield Complaint("unknown_parent", said)
        known |= own


def _row_says_otherwise(case: Case, row: BlockRow) -> Iterator[Complaint]:
    """The label that the model repeats must be what one of the row's cells of words says."""
    words = [case.text(cell.ids) for cell in row.cells if cell.ids]
    if not words:
        return
    said_by_ink = [w for w in words if not isinstance(parse_amount(w), Amount)] or words
    if not row.label.strip() and all(isinstance(parse_amount(w), Amount) for w in words):
        return
    if not any(_alike(row.label, text) for text in [*said_by_ink, "".join(said_by_ink)]):
        said = f'a row is called "{row.label}", but its pieces say "{said_by_ink[0]}"'
        yield Complaint("label_differs", said)


def _alike(said: str, printed: str, *, part: bool = False) -> bool:
    a, b = narrow(said), narrow(printed)
    if a == b or (part and a and (a in b or b in a)):
        return True
    # Digits may not differ: they are what figures and codes are told apart by.
    if [c for c in a if c.isdigit()] != [c for c in b if c.isdigit()]:
        return False
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SAME


def _out_of_order(case: Case, row: BlockRow) -> Iterator[Complaint]:
    """From left to right, columns count up: a later column's figure stands right of it."""
    cells = sorted((cell for cell in row.cells if cell.ids), key=lambda cell: cell.c)
    boxes = [Box.around(case.slip(i).box for i in cell.ids) for cell in cells]
    for (left, a), (right, b) in zip(
        zip(cells, boxes, strict=True), zip(cells[1:], boxes[1:], strict=False), strict=False
    ):
        if a.cx >= b.cx:
            said = (
                f'in the row "{row.label}" piece {right.ids[0]} stands left of piece '
                f"{left.ids[0]}, but is put into a later column"
            )
            yield Complaint("out_of_order", said)


# -- rows and columns against the page ----------------------------------------------------


def rows_mixed(case: Case, rows: Sequence[Row]) -> Iterator[Complaint]:
    """Figures of one row stand on one line, and its words beside them, not beside others'.

    Lines may fall or rise across the page: what stands on a line is told by its nearest
    neighbour there, not by the line's far end.
    """
    bands = [_band(case, row) for row in rows]
    for band in bands:
        apart = [right.id for left, right in pairwise(band) if not _beside(right, [left])]
        if apart:
            said = f"piece {_listed(apart)} stands on another line than its row's other figures"
            yield Complaint("rows_mixed", said)
    for at, row in enumerate(rows):
        for number in row.ids:
            slip = case.slip(number)
            if not _beside(slip, bands[at]) and any(
                _on_line(slip, band) for k, band in enumerate(bands) if k != at
            ):
                said = f'piece {number} ("{slip.text}") stands on the line of another row'
                yield Complaint("rows_mixed", said)
    yield from _rows_out_of_order([band for band in bands if band])


def _rows_out_of_order(bands: Sequence[Sequence[Slip]]) -> Iterator[Complaint]:
    for above, below in pairwise(bands):
        one, other = min(
            ((a, b) for a in above for b in below), key=lambda ab: abs(ab[0].box.cx - ab[1].box.cx)
        )
        if one.page == other.page and one.box.cy >= other.box.cy:
            yield Complaint("rows_out_of_order", "the rows are not in the order of the page")
            return
        if _beside(other, [one]):
            yield Complaint("row_split", "two rows have figures on one and the same line")
            return


def _band(case: Case, row: Row) -> list[Slip]:
    """The figures of the row from left to right: they say where its line is."""
    figures = [case.slip(i) for i in row.ids if case.slip(i).figure]
    return sorted(figures, key=lambda slip: slip.box.cx)


def _near(slip: Slip, band: Sequence[Slip]) -> Slip | None:
    """The figure of the band that stands nearest across the page."""
    held = [other for other in band if other.page == slip.page]
    return min(held, key=lambda other: abs(other.box.cx - slip.box.cx), default=None)


def _beside(slip: Slip, band: Sequence[Slip]) -> bool:
    """Whether the slip shares its height with the band where that is nearest to it."""
    near = _near(slip, band)
    if near is None:
        return False
    shared = min(slip.box.y1, near.box.y1) - max(slip.box.y0, near.box.y0)
    return shared > 0.3 * min(slip.box.height, near.box.height)


def _on_line(slip: Slip, band: Sequence[Slip]) -> bool:
    near = _near(slip, band)
    if near is None or not _beside(slip, band):
        return False
    return abs(slip.box.cy - near.box.cy) < 0.5 * max(slip.box.height, near.box.height)


def columns_mixed(
    case: Case, columns: Sequence[Sequence[int]], kinds: Sequence[str], rows: Sequence[Row]
) -> list[Complaint]:
    """Figures that stand in another column than they are put into; asked of a whole table.

    A column is where its figures in the rows around stand, or else where its header does;
    the figure is another column's if it overlaps that one's more.
    """
    found: list[Complaint] = []
    uses = Counter(number for ids in columns for number in set(ids))
    heads = [
        Box.around(case.slip(i).box for i in own) if own else None
        for own in ([i for i in ids if uses[i] == 1] for ids in columns)
    ]
    placed: dict[tuple[int, int], list[tuple[int, Slip]]] = {}
    for at, row in enumerate(rows):
        for column, ids in row.cells.items():
            for number in ids:
                slip = case.slip(number)
                if slip.figure:
                    placed.setdefault((slip.page, column), []).append((at, slip))
    for (page, column), figures in placed.items():
        if kinds[column] in ("label", "text"):
            continue
        for at, slip in figures:
            own = _fit(slip, _around(figures, at), heads[column])
            rival = _rival(slip, at, page, column, placed, heads, kinds)
            if rival is not None and rival[0] > own:
                said = f'piece {slip.id} ("{slip.text}") stands under column {rival[1]}'
                found.append(Complaint("column_wrong", f"{said}, not under column {column}"))
    return found


def _around(figures: Sequence[tuple[int, Slip]], at: int) -> list[Slip]:
    """The column's figures in the rows next to row ``at``: a table may lean on its page."""
    others = sorted((abs(k - at), k, n) for n, (k, _) in enumerate(figures) if k != at)
    return [figures[n][1] for _, _, n in others[:_NEXT]]


def _rival(
    slip: Slip,
    at: int,
    page: int,
    column: int,
    placed: Mapping[tuple[int, int], Sequence[tuple[int, Slip]]],
    heads: Sequence[Box | None],
    kinds: Sequence[str],
) -> tuple[float, int] | None:
    others = [
        (_fit(slip, _around(placed.get((page, c), ()), at), heads[c]), c)
        for c in range(len(heads))
        if c != column and kinds[c] not in ("label", "text")
    ]
    return max(others, default=None)


def _fit(slip: Slip, beside: Sequence[Slip], head: Box | None) -> float:
    """How well the figure stands in a column: the share of it below what else is there."""
    boxes = [s.box for s in beside] or ([head] if head is not None else [])
    if not boxes:
        return 0.0
    left, right = min(b.x0 for b in boxes), max(b.x1 for b in boxes)
    shared = min(slip.box.x1, right) - max(slip.box.x0, left)
    width = max(slip.box.width, 1.0)
    if shared <= 0:  # apart from it: the nearer, the less bad, and worse than any overlap
        return -1.0 - abs(slip.box.cx - (left + right) / 2) / 1000.0
    edges = min(
        min(abs(slip.box.x1 - b.x1), abs(slip.box.x0 - b.x0), abs(slip.box.cx - b.cx))
        for b in boxes
    )
    return shared / width + 0.5 / (1.0 + edges)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (" …" if len(numbers) > 8 else "")
