"""A table as it is put before a model: numbered pieces of ink on numbered lines.

The same sheet gives the same case, wherever it is made: what the model answers in numbers
is turned back into tokens by making the case again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.amount import Amount, parse_amount
from schemas.geometry import Box
from schemas.grid import Sheet, TextLine
from schemas.page import Token
from worker.lines import lines_of

_ABOVE = 6
"""Lines over a table that may hold its heading, or a header that the rules left outside."""
_BELOW = 3


@dataclass(frozen=True, slots=True)
class Slip:
    """One piece of ink. ``box`` is in upright space of ``page``.

    ``figure`` says that the text is an amount, ``inside`` that the rules found it in the
    table (else in the lines around it).
    """

    id: int
    text: str
    page: int
    box: Box
    figure: bool
    inside: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A table's ink by printed lines, top to bottom; ``table`` is its place in the document.

    ``lines`` hold ids of slips, left to right. ``rules`` is the form that the rules took it
    for. Ids count from 1.
    """

    table: int
    slips: tuple[Slip, ...]
    lines: tuple[tuple[int, ...], ...]
    rules: str = "generic"

    def slip(self, number: int) -> Slip:
        return self.slips[number - 1]

    def has(self, number: int) -> bool:
        return 1 <= number <= len(self.slips)

    def text(self, ids: Sequence[int]) -> str:
        """What the ink of these slips says, joined as it stands."""
        return "".join(self.slip(number).text for number in ids)


@dataclass(frozen=True, slots=True)
class Ink:
    """The tokens behind a case, in the order of its ids, each with its page."""

    tokens: tuple[Token, ...]
    pages: tuple[int, ...]

    def of(self, ids: Sequence[int]) -> list[Token]:
        return [self.tokens[number - 1] for number in ids]


def case_of(sheet: Sheet, table: int, rules: str = "generic") -> tuple[Case, Ink]:
    """The sheet as a case, and the tokens that its numbers stand for."""
    slips: list[Slip] = []
    lines: list[tuple[int, ...]] = []
    tokens: list[Token] = []
    for page, line, inside in _lines(sheet):
        ids = []
        for token in line.tokens:
            tokens.append(token)
            ids.append(len(tokens))
            figure = isinstance(parse_amount(token.text), Amount)
            slips.append(Slip(len(tokens), token.text, page, token.box, figure, inside))
        lines.append(tuple(ids))
    case = Case(table, tuple(slips), tuple(lines), rules)
    return case, Ink(tuple(tokens), tuple(slip.page for slip in slips))


def _lines(sheet: Sheet) -> Iterator[tuple[int, TextLine, bool]]:
    """Page, line and whether it is in the table, in reading order."""
    first, last = sheet.pages[0], sheet.pages[-1]
    for line in sheet.above[-_ABOVE:]:
        yield first, line, False
    cells = [*sheet.header, *(c for row in sheet.body for c in row)]
    cells += [cell for _, _, cell in sheet.continued]
    for page in sheet.pages:
        held = [token for cell in cells if cell.page == page for token in cell.tokens]
        inside = {id(token) for token in held}
        held += [token for number, token in sheet.beside if number == page]
        for line in lines_of(held):
            known = any(id(token) in inside or _bare(sheet, token) for token in line.tokens)
            yield page, line, known
    for line in sheet.below[:_BELOW]:
        yield last, line, False


def _bare(sheet: Sheet, token: Token) -> bool:
    """Whether the token is a figure of a page without a table: it must be in one then."""
    return not sheet.cols and isinstance(parse_amount(token.text), Amount)


def body_blocks(case: Case, first: int, most: int) -> tuple[tuple[int, ...], ...]:
    """The lines from ``first`` on in blocks of about ``most``, none of which parts a row.

    Between two lines that both have figures a new row begins, for figures of one row stand
    on one line; elsewhere a label may run on, and the block does too, up to twice ``most``:
    then it ends at its widest gap.
    """
    blocks: list[tuple[int, ...]] = []
    held: list[int] = []
    for number in range(first, len(case.lines)):
        if len(held) >= most and _starts_a_row(case, number):
            blocks.append(tuple(held))
            held = []
        elif len(held) >= 2 * most:
            at = max(range(most, len(held)), key=lambda k: _gap(case, held[k - 1], held[k]))
            blocks.append(tuple(held[:at]))
            held = held[at:]
        held.append(number)
    if held:
        blocks.append(tuple(held))
    return tuple(blocks)


def halves(case: Case, block: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The block in two, parted where a row begins, near its middle; None where it is one line."""
    if len(block) < 2:
        return None
    middle = len(block) // 2
    places = sorted(range(1, len(block)), key=lambda at: abs(at - middle))
    near = places[: max(len(places) // 2, 1)]
    widest = max(near, key=lambda k: _gap(case, block[k - 1], block[k]))
    at = next((k for k in places if _starts_a_row(case, block[k])), widest)
    return tuple(block[:at]), tuple(block[at:])


def _gap(case: Case, above: int, below: int) -> float:
    """How much white stands between two lines; no end of it at a page break."""
    one, other = (Box.around(case.slip(s).box for s in case.lines[n]) for n in (above, below))
    same = case.slip(case.lines[above][0]).page == case.slip(case.lines[below][0]).page
    return other.y0 - one.y1 if same else float("inf")


def _starts_a_row(case: Case, number: int) -> bool:
    return _has_figures(case, number) and _has_figures(case, number - 1)


def _has_figures(case: Case, number: int) -> bool:
    return any(case.slip(s).figure for s in case.lines[number])
