"""The rules' draft of a table beside the model's: the one whose checks close with fewer doubts.

The ink is the same in both, and so are the drafters; what differs is which ink is one cell.
Where neither is better, the rules' stays; and a figure that the two put into different places
is believed only where a sum agrees.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.amount import Amount, narrow, parse_amount
from schemas.draft import Booklet, Column, Draft, DraftCell, DraftRow
from schemas.grid import Sheet
from schemas.page import Warn
from worker.decoding.decode import decode
from worker.drafting.draft import draft_all
from worker.llm.case import case_of
from worker.llm.proposal import Proposal
from worker.llm.sheets import proposed_sheet

_SAME_NAME = 0.75
_TROUBLED = ("doubtful", "source_error")


@dataclass(frozen=True, slots=True)
class Closing:
    """How a draft's checks close: what is left in trouble, and how many figures a sum holds."""

    trouble: int
    vouched: int

    def beats(self, other: Closing) -> bool:
        """Less trouble and no fewer vouched for; or as little trouble and more vouched for."""
        if self.trouble == other.trouble:
            return self.vouched > other.vouched
        return self.trouble < other.trouble and self.vouched >= other.vouched


def with_proposals(
    sheets: Sequence[Sheet], drafts: Sequence[Draft], proposals: Sequence[Proposal]
) -> tuple[Draft, ...]:
    """The drafts, those of the proposals in their place where they close better."""
    held = list(drafts)
    for proposal in proposals:
        index = proposal.table
        if not 0 <= index < len(sheets):
            continue
        sheet = proposed_sheet(sheets[index], proposal)
        if index >= len(drafts):
            held += _found(draft_all([*sheets[: len(drafts)], sheet])[-1], _money(sheets[index]))
            continue
        around = [*sheets[:index], sheet, *sheets[index + 1 : len(drafts)]]
        other = draft_all(around)[index]
        money = _money(sheets[index])
        ours, theirs = closing(held[index], money), closing(other, money)
        if theirs.beats(ours):
            held[index] = _told(contested(other, held[index]))
        elif not ours.beats(theirs):
            held[index] = contested(held[index], other)
    return tuple(held)


def _found(draft: Draft, money: int) -> list[Draft]:
    """The table of a page on which the rules found none, if most of its figures are in sums."""
    close = closing(draft, money)
    return [_told(contested(draft, None))] if close.vouched > money / 2 else []


def _told(draft: Draft) -> Draft:
    said = "the structure of this table is a model's: its sums close better than the rules' own."
    page = draft.pages[0] if draft.pages else None
    return replace(draft, warnings=(*draft.warnings, Warn("model_structure", said, page)))


def closing(draft: Draft, money: int) -> Closing:
    """How the table closes, taken alone; ``money`` is how many figures its ink holds."""
    decoded = decode(Booklet((draft,)))
    (table,) = decoded.tables
    cells = [cell for row in table.rows for cell in row.cells.values() if cell.verdict]
    held = {check.id for check in table.checks if check.status in ("pass", "rounding")}
    failed = sum(check.status == "fail" for check in table.checks)
    figures = [cell for cell in cells if cell.value is not None]
    troubled = sum(cell.verdict in _TROUBLED for cell in cells)
    lost = max(money - len(figures), 0)
    vouched = sum(
        cell.verdict not in _TROUBLED and bool(held & set(cell.checks)) for cell in figures
    )
    return Closing(troubled + failed + lost, vouched)


def _money(sheet: Sheet) -> int:
    """How many pieces of ink in the sheet are money beyond doubt: with decimals or commas."""
    case, _ = case_of(sheet, 0)
    parsed = [parse_amount(slip.text) for slip in case.slips if slip.inside]
    return sum(isinstance(p, Amount) and (p.decimals > 0 or p.separators) for p in parsed)


# -- disagreement -------------------------------------------------------------------------


def contested(draft: Draft, other: Draft | None) -> Draft:
    """The draft, its figures marked that stand elsewhere in the other one, or nowhere."""
    places = _places(other) if other is not None else {}
    amounts = {column.key: column for column in draft.columns if column.type == "amount"}
    rows = tuple(
        replace(
            row,
            cells={
                key: _marked(cell, row, amounts[key], places) if key in amounts else cell
                for key, cell in row.cells.items()
            },
        )
        for row in draft.rows
    )
    return replace(draft, rows=rows)


_Ink = tuple[int, int, int]
_Place = tuple[str, str]


def _places(draft: Draft) -> dict[_Ink, _Place]:
    """Where each figure's ink stands: the row's label and the column's header."""
    columns = {column.key: column for column in draft.columns if column.type == "amount"}
    return {
        _ink(cell): (narrow(row.label), _header(columns[key]))
        for row in draft.rows
        for key, cell in row.cells.items()
        if key in columns and cell.value is not None
    }


def _ink(cell: DraftCell) -> _Ink:
    return cell.page, round(cell.box.cx), round(cell.box.cy)


def _header(column: Column) -> str:
    return narrow("".join(column.path) or column.label)


def _marked(
    cell: DraftCell, row: DraftRow, column: Column, places: Mapping[_Ink, _Place]
) -> DraftCell:
    if cell.value is None:
        return cell
    place = places.get(_ink(cell))
    same = (
        place is not None
        and _alike(place[0], narrow(row.label))
        and _alike(place[1], _header(column))
    )
    return cell if same else replace(cell, contested=True)


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= _SAME_NAME
