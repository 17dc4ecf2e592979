"""One cell of a sheet as a draft cell: text, value, place, how sure it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from schemas.amount import Amount, parse_amount
from schemas.draft import ColumnType, DraftCell
from schemas.geometry import Box, PageMap
from schemas.grid import GridCell, Sheet
from schemas.page import Reading, Token, TokenSource
from schemas.words import stands_for_no_figure
from worker.drafting.layout import whole_text
from worker.indicators import PrintedLine

BLANK_CONFIDENCE = 0.99
"""How sure a blank cell of a page image is: detectors rarely miss a whole figure, but do."""

SURE_WORD = 0.9
"""How sure a word in a column of figures must be to be taken for one, not for a spoilt figure."""

_WORD = re.compile(r"[^\W\d_a-zA-Z]{3,}|[A-Za-z][A-Za-z ]{3,}")
DOUBTED = 0.6
"""Most confidence of a figure that only sums can make sure of."""

_CHARACTER = 6.0  # points: no print of a table is lower
_DIRT = 2  # characters of what is no more than dirt beside a figure
_FIGURE = 3  # characters of what is a figure beside it
_AS_SHOWN = PageMap()
_FIGURES: tuple[ColumnType, ...] = ("amount", "percent", "count")
_TWO_FIGURES = re.compile(r"\d\s+\d")


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a sheet was read: page maps, and what kind of source its tokens have.

    ``to_page`` has the maps of pages that do not lie as they are shown. ``whole`` says that its
    document prints figures without decimals.
    """

    to_page: dict[int, PageMap]
    source: TokenSource
    whole: bool = False

    def place(self, page: int, box: Box) -> Box:
        """``box`` of the page's upright space in page space."""
        known = self.to_page.get(page)
        return box if known is None else known.box(box)


def paper_of(sheet: Sheet, whole: bool = False) -> Paper:
    """The paper of a sheet; ``ocr`` where any token of it is."""
    cells = [*sheet.header, *(cell for row in sheet.body for cell in row)]
    sources = {token.source for cell in cells for token in cell.tokens}
    turned = {page: way for page, way in dict(sheet.to_page).items() if way != _AS_SHOWN}
    return Paper(turned, "ocr" if "ocr" in sources else "text", whole)


def printed_lines(cells: Sequence[GridCell], paper: Paper) -> tuple[PrintedLine, ...]:
    """The lines of a cell and its parts on later pages, in page space."""
    return tuple(
        PrintedLine(line.text, cell.page, paper.place(cell.page, line.box))
        for cell in cells
        for line in cell.lines
    )


def draft_cell(
    cell: GridCell, more: Sequence[GridCell], column: ColumnType, paper: Paper
) -> DraftCell:
    """The cell as a draft cell of a column of type ``column``.

    ``more`` are its parts on later pages. The box is that of the ink, of the whole cell
    where it is blank; around a dash as high as a character, so that eyes find it.
    """
    text = whole_text(cell, more).strip()
    value, readable = _value(text, column) if column in _FIGURES and text else (None, True)
    tokens = [token for part in (cell, *more) for token in part.tokens] if more else cell.tokens
    confidence = _confidence(tokens, text, paper)
    if column == "amount" and not readable and (own := _beside_dirt(tokens)) is not None:
        # What stands beside the figure may be a part of it: the sums must speak for it.
        value, readable = _value(own.text.strip(), column)
        tokens, confidence = (own,), min(own.confidence, DOUBTED)
    return DraftCell(
        text=text,
        value=value,
        page=cell.page,
        box=place_of(cell, paper),
        source=tokens[0].source if tokens else paper.source,
        confidence=confidence,
        readings=_readings(tokens) if column in _FIGURES else (),
        posteriors=tokens[0].posteriors if column in _FIGURES and len(tokens) == 1 else (),
        readable=readable or (confidence >= SURE_WORD and bool(_WORD.fullmatch(text))),
    )


def place_of(cell: GridCell, paper: Paper) -> Box:
    """Where a cell's ink stands in page space; the whole cell where it is blank."""
    if not cell.lines:
        return paper.place(cell.page, cell.box)
    return paper.place(cell.page, _found(Box.around([line.box for line in cell.lines])))


def _found(ink: Box) -> Box:
    lack = max(_CHARACTER - ink.height, 0.0) / 2
    return replace(ink, y0=ink.y0 - lack, y1=ink.y1 + lack) if lack else ink


def _beside_dirt(tokens: Sequence[Token]) -> Token | None:
    """The only figure of a scanned cell that holds but a sign or two beside it, as of a seal."""
    figures = [t for t in tokens if t.posteriors and any(map(str.isdigit, t.text))]
    if len(figures) != 1 or len(tokens) == 1 or len(figures[0].text) < _FIGURE:
        return None
    others = [t.text for t in tokens if t is not figures[0]]
    dirt = all(len(text) <= _DIRT and not any(map(str.isdigit, text)) for text in others)
    return figures[0] if dirt else None


@lru_cache(maxsize=4096)  # the tables of a booklet print the same money again
def _value(text: str, column: ColumnType) -> tuple[str | None, bool]:
    """Canonical value of a figure's cell, and whether its ink could be read as its column says."""
    parsed = None if _holds_two(text) else parse_amount(text)
    if isinstance(parsed, Amount):
        return parsed.canonical(), True
    known = parsed is not None or stands_for_no_figure(text)
    return None, known or column != "amount"


def _holds_two(text: str) -> bool:
    """Whether white space parts two whole numbers that would read as one if joined."""
    return bool(_TWO_FIGURES.search(text)) and not re.search(r"[.,，．]", text)


def _confidence(tokens: Sequence[Token], text: str, paper: Paper) -> float:
    if tokens:
        return min([token.confidence for token in tokens])
    return 1.0 if text or paper.source == "text" else BLANK_CONFIDENCE


def _readings(tokens: Sequence[Token]) -> tuple[Reading, ...]:
    """Candidate texts of the whole cell, best first: one token changed at a time."""
    if not any(token.readings for token in tokens):
        return ()
    if len(tokens) == 1 and len({r.text for r in tokens[0].readings}) == len(tokens[0].readings):
        return tuple(sorted(tokens[0].readings, key=lambda reading: -reading.probability))
    texts = [token.text for token in tokens]
    found: dict[str, float] = {}
    for index, token in enumerate(tokens):
        for reading in token.readings:
            whole = "".join((*texts[:index], reading.text, *texts[index + 1 :]))
            found[whole] = max(found.get(whole, 0.0), reading.probability)
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return tuple(Reading(text, probability) for text, probability in ranked)


def figure(cell: DraftCell | None) -> Decimal | None:
    """The figure of a cell, None where none is printed or none could be read."""
    return Decimal(cell.value) if cell is not None and cell.value is not None else None
