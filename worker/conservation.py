"""Conservation: in every table's region each token is used exactly once.

What falls outside a cell or into two is named with its place, so that nothing printed in a
table is lost or counted twice in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from schemas.grid import Grid
from schemas.page import PageText, Token, Warn


def conserved(page: PageText, grids: Sequence[Grid]) -> tuple[Warn, ...]:
    """A warning for each token of the page's tables that is in no cell, or in several."""
    uses = _uses(grids)
    return tuple(_unused(page, grids, uses)) + tuple(_doubled(page, uses))


def outside(page: PageText, grids: Sequence[Grid]) -> tuple[Token, ...]:
    """The page's tokens that no table has taken."""
    used = _uses(grids)
    return tuple(token for token in page.tokens if id(token) not in used)


def _uses(grids: Sequence[Grid]) -> Counter[int]:
    """How often each token (by identity) is in a cell or a line that a table holds."""
    held = (line.tokens for grid in grids for cell in grid.cells for line in cell.lines)
    return Counter(map(id, chain.from_iterable(held)))


def _unused(page: PageText, grids: Sequence[Grid], uses: Mapping[int, int]) -> Iterator[Warn]:
    """Tokens inside a table that are neither in a cell nor in the lines around it."""
    inside = [
        token
        for token in page.tokens
        if id(token) not in uses
        and any(grid.box.contains(token.box.cx, token.box.cy) for grid in grids)
    ]
    if not inside:
        return
    around = {
        id(token) for grid in grids for line in (*grid.above, *grid.below) for token in line.tokens
    }
    for token in inside:
        if id(token) not in around:
            yield _warn("token_outside_cells", token, page, "is in no cell of the table around it")


def _doubled(page: PageText, uses: Mapping[int, int]) -> Iterator[Warn]:
    if len(uses) == sum(uses.values()):  # each token once, as nearly always
        return
    for token in page.tokens:
        if uses.get(id(token), 0) > 1:
            yield _warn("token_used_twice", token, page, "is in more than one cell")


def _warn(code: str, token: Token, page: PageText, what: str) -> Warn:
    box = page.to_page.box(token.box)
    place = f"{box.x0:.0f}, {box.y0:.0f}"
    said = f"“{token.text}” on page {page.number} (at {place} points) {what}: check it by eye."
    return Warn(code, said, page.number)
