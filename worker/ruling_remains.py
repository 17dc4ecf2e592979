"""What is left of rulings inside the cells of a scan, taken for dashes.

Bilevel scans break a thin ruling into short strokes, and where one runs a little off the line
that was found for it, its pieces stand at the edges of cells and read as dashes: beside a
figure they make it negative, or no figure at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.page import Ruling, Token
from worker.lines import lines_of
from worker.ruled import Slot, lattices
from worker.standing import Standing

_DASHES = "-—–−"
_NEAR = 0.3
"""Text heights within which a stroke touches the ruling that it is a piece of."""
_SHORT = 0.4
"""Text heights: no printed minus or dash is so short."""


def without_remains(tokens: Sequence[Token], rulings: Sequence[Ruling]) -> list[Token]:
    """The tokens, in order, less the strokes that are remains of a cell's rulings.

    In a cell that has text, a line of nothing but dashes is none of it; nor is a stroke too
    short for a dash that stands at the cell's very edge, away from the text. A dash that is
    all that a cell has stays.
    """
    standing = Standing(tokens)
    gone = {
        id(token)
        for lattice in lattices(rulings)
        for slot in lattice.slots
        for token in _remains(slot, standing.within(slot.box))
    }
    return [token for token in tokens if id(token) not in gone]


def _remains(slot: Slot, tokens: Sequence[Token]) -> Iterator[Token]:
    text = [token for token in tokens if not _is_dash(token)]
    if not text or len(text) == len(tokens):
        return
    height = max(token.box.height for token in text)
    for line in lines_of(tokens):
        beside = [token for token in line.tokens if not _is_dash(token)]
        for token in line.tokens:
            if _is_dash(token) and (not beside or _touches(slot, token, beside, height)):
                yield token


def _is_dash(token: Token) -> bool:
    return not token.text.strip().strip(_DASHES)


def _touches(slot: Slot, token: Token, beside: Sequence[Token], height: float) -> bool:
    box = token.box
    edge = min(box.x0 - slot.box.x0, slot.box.x1 - box.x1)
    apart = min(max(other.box.x0 - box.x1, box.x0 - other.box.x1) for other in beside)
    return edge < _NEAR * height and box.width < _SHORT * height and apart > height
