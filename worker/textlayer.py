"""Tokens and rulings of a page that has a usable text layer.

Characters are put in order by their baselines and origins, never by their boxes: fonts give
points and commas lower boxes than digits, and sorting by box turns ``37,367.86`` into
``3736786,.``.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from schemas.geometry import Affine, Box, PageMap, turn
from schemas.page import PageText, Ruling, Token
from worker.pdf import Char, Segment

# In units of the font size.
_SAME_LINE = 0.35  # baselines closer than this stand on one line
_WORD_GAP = 0.7  # a gap wider than this ends a token
_DOUBLE = 0.12  # the same character this close to itself is a painted bold
_STRAIGHT = 0.6  # points that a drawn line may lean before it is no ruling

_at = attrgetter("at")


def read_text_layer(
    number: int,
    page_width: float,
    page_height: float,
    chars: Sequence[Char],
    segments: Sequence[Segment],
) -> PageText:
    """The page as its text layer and vectors say it.

    ``number`` counts from 1; sizes and coordinates are page space. Text that runs up, down
    or upside down is turned upright by the direction that most characters have.
    """
    upright = turn(_quarter_turns(chars), page_width, page_height)
    size = upright.box(Box(0, 0, page_width, page_height))
    rulings = join_rulings(_rulings(segments, upright))
    placed = _place(chars, upright)
    verticals = sorted((r for r in rulings if not r.horizontal), key=_at)
    tokens = tuple(_tokens(placed, verticals))
    return PageText(
        number=number,
        source="text",
        width=size.width,
        height=size.height,
        page_width=page_width,
        page_height=page_height,
        tokens=tokens,
        rulings=rulings,
        to_page=PageMap(upright.inverse()),
    )


def _quarter_turns(chars: Sequence[Char]) -> int:
    """Clockwise quarter turns that make the text of most characters run rightwards."""
    turns: Counter[int] = Counter()
    for (dx, dy), many in Counter((c.dx, c.dy) for c in chars if not c.c.isspace()).items():
        turns[round(-math.atan2(dy, dx) / (math.pi / 2)) % 4] += many
    return turns.most_common(1)[0][0] if turns else 0


class _Placed(NamedTuple):
    """A character in upright space; ``base`` is the y of its baseline."""

    c: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool

    @property
    def top(self) -> float:
        return self.base - 0.86 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.14 * self.size


def _place(chars: Sequence[Char], upright: Affine) -> list[_Placed]:
    placed = []
    for char in chars:
        if char.c.isspace() or not char.c.isprintable() or char.size <= 0:  # nothing to be seen
            continue
        box = upright.box(char.box)
        x, base = upright.point(char.x, char.y)
        along = upright.a * char.dx + upright.b * char.dy
        if along < 0.9:  # a line that runs another way than the page's text
            x, base = box.x0, box.y1 - 0.14 * char.size
        placed.append(_Placed(char.c, x, max(x, box.x1), base, char.size, char.bold))
    return placed


def _lines(placed: Iterable[_Placed]) -> list[list[_Placed]]:
    """Characters by baseline, each line from left to right."""
    lines: list[list[_Placed]] = []
    last: list[_Placed] = []
    for char in sorted(placed, key=lambda c: c.base):
        if last and last[-1].base == char.base:  # as in most lines
            last.append(char)
            continue
        near = [
            line
            for line in lines[-8:]
            if abs(line[-1].base - char.base) < _SAME_LINE * min(char.size, line[-1].size)
        ]
        if near:
            last = min(near, key=lambda line: abs(line[-1].base - char.base))
            last.append(char)
        else:
            last = [char]
            lines.append(last)
    return [sorted(line, key=lambda c: (c.x0, c.x1)) for line in lines]


def _undoubled(line: list[_Placed]) -> list[_Placed]:
    """The line without characters painted a second time to look bold."""
    kept: list[_Placed] = []
    for char in line:
        twin = any(k.c == char.c and abs(k.x0 - char.x0) < _DOUBLE * char.size for k in kept[-3:])
        if not twin:
            kept.append(char)
    return kept


def _tokens(placed: list[_Placed], verticals: list[Ruling]) -> Iterable[Token]:
    for line in _lines(placed):
        run: list[_Placed] = []
        for char in _undoubled(line):
            if run and (_apart(run[-1], char) or _ruled_off(run[-1], char, verticals)):
                yield _token(run)
                run = []
            run.append(char)
        if run:
            yield _token(run)


def _apart(left: _Placed, right: _Placed) -> bool:
    return right.x0 - left.x1 > _WORD_GAP * min(left.size, right.size)


def _ruled_off(left: _Placed, right: _Placed, verticals: list[Ruling]) -> bool:
    """Whether a vertical ruling, of those sorted by place, runs between the centres of two."""
    a, b = (left.x0 + left.x1) / 2, (right.x0 + right.x1) / 2
    first = bisect_right(verticals, a, key=_at)
    last = bisect_left(verticals, b, lo=first, key=_at)
    if first == last:
        return False
    y = ((left.top + left.bottom) / 2 + (right.top + right.bottom) / 2) / 2
    return any(r.start <= y <= r.end for r in verticals[first:last])


def _token(run: list[_Placed]) -> Token:
    text = run[0].c
    for left, right in itertools.pairwise(run):
        gap = right.x0 - left.x1
        spaced = gap > 0.2 * right.size and left.c.isascii() and right.c.isascii()
        text += (" " if spaced else "") + right.c
    return Token(
        text=text,
        box=Box(
            min(c.x0 for c in run),
            min(c.top for c in run),
            max(c.x1 for c in run),
            max(c.bottom for c in run),
        ),
        source="text",
        char_x=(*(c.x0 for c in run), run[-1].x1) if len(text) == len(run) else (),
        bold=sum(c.bold for c in run) * 2 > len(run),
    )


def _rulings(segments: Sequence[Segment], upright: Affine) -> Iterable[Ruling]:
    for s in segments:
        (x0, y0), (x1, y1) = upright.point(s.x0, s.y0), upright.point(s.x1, s.y1)
        if abs(y1 - y0) <= _STRAIGHT and abs(x1 - x0) > _STRAIGHT:
            yield Ruling(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1), s.thickness)
        elif abs(x1 - x0) <= _STRAIGHT and abs(y1 - y0) > _STRAIGHT:
            yield Ruling(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1), s.thickness)


def join_rulings(
    rulings: Iterable[Ruling], beside: float = 1.2, gap: float = 3.0
) -> tuple[Ruling, ...]:
    """Rulings with the pieces of one drawn line joined.

    ``beside`` is how far apart (points) parallel pieces may lie, ``gap`` how long a hole
    along the line may be.
    """
    pieces = sorted(rulings, key=lambda r: (r.at, r.start))
    return tuple(
        joined
        for horizontal in (True, False)
        for group in _by_place([r for r in pieces if r.horizontal is horizontal], beside)
        for joined in _join_pieces(group, gap)
    )


def _by_place(held: list[Ruling], beside: float) -> Iterable[list[Ruling]]:
    group: list[Ruling] = []
    for ruling in held:
        if group and ruling.at - group[0].at > beside:
            yield group
            group = []
        group.append(ruling)
    if group:
        yield group


def _join_pieces(group: list[Ruling], gap: float) -> Iterable[Ruling]:
    pieces = sorted(group, key=lambda r: r.start)
    current: list[Ruling] = []
    end = -math.inf
    for piece in pieces:
        if current and piece.start > end + gap:
            yield _merged(current)
            current = []
            end = -math.inf
        current.append(piece)
        end = max(end, piece.end)
    if current:
        yield _merged(current)


def _merged(pieces: list[Ruling]) -> Ruling:
    longest = max(pieces, key=lambda p: p.length)
    return Ruling(
        horizontal=longest.horizontal,
        at=longest.at,
        start=min(p.start for p in pieces),
        end=max(p.end for p in pieces),
        thickness=max(p.thickness for p in pieces),
    )
