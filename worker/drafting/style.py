"""How a table prints its figures, and the scanned figures that break with it.

On a scan at 7 points a comma is a dot, even to the eye. What decides is the style of the
table: whether it parts thousands, and how many decimals a column has. A figure that departs
from a settled style is read in that style where it can be, and is never believed without
a sum that agrees.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from schemas.amount import Amount, narrow, parse_amount
from schemas.draft import Column, DraftCell
from worker.drafting.cells import DOUBTED
from worker.drafting.rows import ReadRow

_FEWEST = 4  # figures from which a style is read
_GROUPED = 3  # whole numbers with commas that say how their table prints
_COMMAS = 0.1  # share of the figures with marks that must be such
_NEARLY_ALL = 0.9  # share of them that have three digits behind their last mark
_MOST = 0.8  # share of them that must keep it
_OPEN = 0.6  # below this share a column has no style of its own to keep
_MILLION = 1_000_000
_PARTED = re.compile(
    r"(?P<head>[-(△]?\d{1,3})(?P<groups>(?:[.,]\d{3})+)(?P<tail>[.,]\d+)?(?P<end>\)?)"
)


@dataclass(frozen=True, slots=True)
class _Style:
    """``decimals`` after the point, None where figures differ; ``parted``: commas in thousands."""

    decimals: int | None
    parted: bool


def in_style(
    read: Sequence[ReadRow], columns: Sequence[Column], whole: bool = False
) -> tuple[ReadRow, ...]:
    """The rows with figures read by OCR held against the style of their column and table.

    ``whole`` says that their document prints no decimals.
    """
    amounts = [column.key for column in columns if column.type == "amount"]
    if not any(
        row.cells[key].source == "ocr" for row in read for key in amounts if key in row.cells
    ):
        return tuple(read)
    figures = {key: _figures(row.cells[key] for row in read if key in row.cells) for key in amounts}
    every = [amount for found in figures.values() for amount in found]
    parted = _parted(every)
    styles = {key: _Style(_column_decimals(found, every), parted) for key, found in figures.items()}
    if whole or in_whole_numbers(every):
        pointless = [key for key, found in figures.items() if _are_whole(found)]
        styles |= dict.fromkeys(pointless, _Style(0, True))
    return tuple(
        replace(
            row,
            cells={
                key: _held(cell, styles[key]) if key in styles else cell
                for key, cell in row.cells.items()
            },
        )
        for row in read
    )


def _figures(cells: Iterable[DraftCell]) -> list[Amount]:
    parsed = (parse_amount(cell.text) for cell in cells if cell.value is not None)
    return [amount for amount in parsed if isinstance(amount, Amount)]


def _column_decimals(column: Sequence[Amount], table: Sequence[Amount]) -> int | None:
    """The decimals of a column by its own figures; by the table's where they leave it open."""
    share, own = _usual(column)
    if len(column) >= _FEWEST and (share >= _MOST or share < _OPEN):
        return own if share >= _MOST else None
    share, every = _usual(table)
    return every if len(table) >= _FEWEST and share >= _MOST else None


def _usual(figures: Sequence[Amount]) -> tuple[float, int]:
    """The commonest number of decimals, and the share of figures that have it."""
    if not figures:
        return 0.0, 0
    most, count = Counter(amount.decimals for amount in figures).most_common(1)[0]
    return count / len(figures), most


def in_whole_numbers(figures: Sequence[Amount]) -> bool:
    """Whether a table or document prints no decimals, though most of its commas may read as points.

    It does where figures with commas have none, and hardly any has other than three digits
    behind a point. Of money with three decimals no figure ends in a comma and three digits. One
    figure that is parted twice says as much where every other has three digits behind its point.
    """
    marked = [amount for amount in figures if amount.decimals or amount.separators]
    grouped = sum(amount.decimals == 0 for amount in marked)
    pointed = any(amount.decimals == 3 for amount in marked)
    commas = grouped >= max(_GROUPED, _COMMAS * len(marked))
    if pointed and _are_whole(marked, 1.0) and any(map(_parted_twice, marked)):
        return True
    return commas and pointed and _are_whole(marked, _NEARLY_ALL)


def _parted_twice(amount: Amount) -> bool:
    return bool(amount.separators) and not amount.decimals and abs(amount.value) >= _MILLION


def _are_whole(figures: Sequence[Amount], most: float = _MOST) -> bool:
    """Whether so many of the figures have no decimals, or three that may be a thousand's."""
    return sum(amount.decimals in (0, 3) for amount in figures) >= most * len(figures)


def _parted(figures: Sequence[Amount]) -> bool:
    large = [amount for amount in figures if abs(amount.value) >= 1000]
    return len(large) >= _FEWEST and sum(a.separators for a in large) >= _MOST * len(large)


def _held(cell: DraftCell, style: _Style) -> DraftCell:
    """The cell, in the table's style where it departs from it."""
    if cell.source != "ocr" or style.decimals is None or not cell.text:
        return cell
    printed = parse_amount(cell.text) if cell.value is not None else None
    if isinstance(printed, Amount) and printed.decimals == style.decimals:
        return cell
    restyled = parse_amount(_restyled(narrow(cell.text), style))
    doubted = min(cell.confidence, DOUBTED)
    if isinstance(restyled, Amount) and restyled.decimals == style.decimals:
        return replace(cell, value=restyled.canonical(), readable=True, confidence=doubted)
    return replace(cell, confidence=doubted) if printed is not None else cell


def _restyled(text: str, style: _Style) -> str:
    """``text`` with points and commas where the style has them; unchanged where none fit."""
    if style.decimals and re.fullmatch(rf"[-(△]?\d+,\d{{{style.decimals}}}\)?", text):
        return text.replace(",", ".")
    match = _PARTED.fullmatch(text)
    if not style.parted or match is None:
        return text
    groups = re.sub(r"[.,]", ",", match["groups"])
    tail = re.sub(r"^,", ".", match["tail"] or "")
    return f"{match['head']}{groups}{tail}{match['end']}"
