"""Tokens and rulings of a page that has a usable text layer.

Characters are put in order by their baselines and origins, never by their boxes: fonts give
points and commas lower boxes than digits, and sorting by box turns ``37,367.86`` into
``3736786,.``.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import attrgetter, itemgetter, sub
from typing import NamedTuple

from schemas.geometry import Affine, Box, PageMap, turn
from schemas.page import PageText, Ruling, Token
from worker.pdf import Segment
from worker.stretches import Stretch, turned_corners, without_spaces

# In units of the font size.
_SAME_LINE = 0.35  # baselines closer than this stand on one line
_WORD_GAP = 0.7  # a gap wider than this ends a token
_SPACE = 0.2  # a gap wider than this, between ASCII characters, is a space
_DOUBLE = 0.12  # the same character this close to itself is a painted bold
_STRAIGHT = 0.6  # points that a drawn line may lean before it is no ruling

Piece = tuple[float, float, float, float]
"""Of a straight line: where it lies, its start, its end and thickness, as a ruling has them."""

_at = attrgetter("at")
_start = itemgetter(1)
_first = itemgetter(0)
_from_left = itemgetter(1, 2)


def read_text_layer(
    number: int,
    page_width: float,
    page_height: float,
    texts: Sequence[Stretch],
    segments: Sequence[Segment],
) -> PageText:
    """The page as its text layer and vectors say it.

    ``number`` counts from 1; sizes and coordinates are page space. Text that runs up, down
    or upside down is turned upright by the direction that most characters have.
    """
    upright = turn(_quarter_turns(texts), page_width, page_height)
    size = upright.box(Box(0, 0, page_width, page_height))
    rulings = _rulings(segments, upright)
    verticals = sorted((r for r in rulings if not r.horizontal), key=_at)
    tokens = tuple(_tokens(_lines(_place(texts, upright)), verticals))
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


def _quarter_turns(texts: Sequence[Stretch]) -> int:
    """Clockwise quarter turns that make the text of most characters run rightwards."""
    if {(stretch.dx, stretch.dy) for stretch in texts} == {(1.0, 0.0)}:
        return 0  # as on most pages
    along: Counter[tuple[float, float]] = Counter()
    for stretch in texts:
        if many := len(without_spaces(stretch.chars)):
            along[stretch.dx, stretch.dy] += many
    turns: Counter[int] = Counter()
    for (dx, dy), many in along.items():
        turns[round(-math.atan2(dy, dx) / (math.pi / 2)) % 4] += many
    return turns.most_common(1)[0][0] if turns else 0


class _Print(NamedTuple):
    """How characters are printed; ``base`` is the y of their baseline in upright space."""

    base: float
    size: float
    bold: bool

    @property
    def top(self) -> float:
        return self.base - 0.86 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.14 * self.size

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class _Line(NamedTuple):
    """Characters of one line in upright space, each with its place in the first four.

    Columns and no objects, for a page has thousands of characters. ``kinds`` holds each print
    once, and may hold some that no character has any more.
    """

    chars: list[str]
    x0s: list[float]
    x1s: list[float]
    prints: list[_Print]
    kinds: set[_Print]

    def add(
        self, chars: Sequence[str], x0s: Sequence[float], x1s: Sequence[float], kind: _Print
    ) -> None:
        """Adds characters of one print."""
        self.chars.extend(chars)
        self.x0s.extend(x0s)
        self.x1s.extend(x1s)
        self.prints.extend([kind] * len(chars))
        self.kinds.add(kind)

    def extend(self, more: _Line) -> None:
        self.chars.extend(more.chars)
        self.x0s.extend(more.x0s)
        self.x1s.extend(more.x1s)
        self.prints.extend(more.prints)
        self.kinds.update(more.kinds)


def _place(texts: Iterable[Stretch], upright: Affine) -> dict[float, _Line]:
    """The characters that are to be seen, by their baselines."""
    as_it_is = upright == Affine()
    placed: defaultdict[float, _Line] = defaultdict(lambda: _Line([], [], [], [], set()))
    for stretch in texts:
        chars, origins, boxes, dx, dy, size, bold = stretch
        if size <= 0:
            continue
        if " " in chars or not "".join(chars).isprintable():
            seen = [c.isprintable() and c != " " for c in chars]
            chars = list(compress(chars, seen))
            origins = list(compress(origins, seen))
            boxes = list(compress(boxes, seen))
        if not chars:
            continue
        if not as_it_is:
            origins = [upright.point(x, y) for x, y in origins]
            boxes = turned_corners(boxes, upright)
        if upright.a * dx + upright.b * dy < 0.9:
            # The line runs another way than the page's text.
            origins = [(x0, y1 - 0.14 * size) for x0, _, _, y1 in boxes]
        x0s, bases = zip(*origins, strict=True)
        x1s = [box[2] if box[2] > x0 else x0 for x0, box in zip(x0s, boxes, strict=True)]
        base = bases[0]
        if bases.count(base) == len(bases):  # as mostly
            placed[base].add(chars, x0s, x1s, _Print(base, size, bold))
        else:
            for c, x0, x1, base in zip(chars, x0s, x1s, bases, strict=True):
                placed[base].add(c, (x0,), (x1,), _Print(base, size, bold))
    return placed


def _lines(placed: Mapping[float, _Line]) -> list[_Line]:
    """Characters whose baselines are close to each other, each line from left to right."""
    lines: list[_Line] = []
    before = -math.inf
    for base, part in sorted(placed.items(), key=_first):
        size = part.prints[0].size
        near = []
        if base - before < _SAME_LINE * size:  # else no line so far is near: none is lower
            near = [
                line
                for line in lines[-8:]
                if abs(line.prints[-1].base - base) < _SAME_LINE * min(size, line.prints[-1].size)
            ]
        if near:
            min(near, key=lambda line: abs(line.prints[-1].base - base)).extend(part)
        else:
            lines.append(part)
        before = base
    return [_in_order(line) for line in lines]


def _in_order(line: _Line) -> _Line:
    """The line from left to right, without what is painted a second time to look bold."""
    x0s = line.x0s
    near = _DOUBLE * max([kind.size for kind in line.kinds])
    if min(map(sub, x0s[1:], x0s), default=near) >= near:
        return line  # as most are: each character well to the right of the one before
    kept: list[tuple[str, float, float, _Print]] = []
    last = -math.inf
    for char in sorted(zip(*line[:4], strict=True), key=_from_left):
        c, x0, _, kind = char
        near = _DOUBLE * kind.size
        if x0 - last < near and any(k[0] == c and abs(k[1] - x0) < near for k in kept[-3:]):
            continue
        kept.append(char)
        last = x0
    chars, starts, ends, prints = map(list, zip(*kept, strict=True))
    return _Line(chars, starts, ends, prints, line.kinds)


def _tokens(lines: Iterable[_Line], verticals: list[Ruling]) -> Iterator[Token]:
    """Each line in its tokens; ``verticals`` are sorted by place."""
    places = [ruling.at for ruling in verticals]
    for line in lines:
        chars, x0s, x1s, prints, kinds = line
        least = _SPACE * min([kind.size for kind in kinds])  # no narrower gap means anything
        ends: set[int] = set()
        spaces = []
        for k in [k for k, gap in enumerate(map(sub, x0s[1:], x1s), 1) if gap > least]:
            gap, size = x0s[k] - x1s[k - 1], prints[k].size
            if gap > _WORD_GAP * min(prints[k - 1].size, size):
                ends.add(k)
            elif gap > _SPACE * size and chars[k - 1].isascii() and chars[k].isascii():
                spaces.append(k)
        first = bisect_right(places, x0s[0])
        last = bisect_left(places, max(x1s), lo=first)
        if first < last:
            ends.update(_ruled_off(line, verticals[first:last]))
        start = 0
        for end in (*sorted(ends), len(chars)):
            yield _token(line, start, end, [k for k in spaces if start < k < end])
            start = end


def _ruled_off(line: _Line, rulings: Iterable[Ruling]) -> Iterator[int]:
    """The characters that a vertical ruling divides from the one before, between the centres."""
    centres = [(x0 + x1) / 2 for x0, x1 in zip(line.x0s, line.x1s, strict=True)]
    in_order = centres == sorted(centres)
    inner = range(1, len(centres))
    for ruling in rulings:
        for k in (bisect_left(centres, ruling.at),) if in_order else inner:
            if k in inner and centres[k - 1] < ruling.at < centres[k]:
                left, right = line.prints[k - 1], line.prints[k]
                y = right.middle if left is right else (left.middle + right.middle) / 2
                if ruling.start <= y <= ruling.end:
                    yield k


def _token(line: _Line, start: int, end: int, spaces: Sequence[int]) -> Token:
    """The characters from ``start`` on and before ``end`` as one, with spaces before some."""
    text = "".join(line.chars[start:end])
    for k in reversed(spaces):
        text = f"{text[: k - start]} {text[k - start :]}"
    x0s, x1s = line.x0s[start:end], line.x1s[start:end]
    if len(line.kinds) == 1:
        (kind,) = line.kinds
        top, bottom, bold = kind.top, kind.bottom, kind.bold
    else:
        prints = line.prints[start:end]
        top = min([kind.top for kind in set(prints)])
        bottom = max([kind.bottom for kind in set(prints)])
        bold = sum([kind.bold for kind in prints]) * 2 > len(prints)
    return Token(
        text=text,
        box=Box(x0s[0], top, max(x1s), bottom),
        source="text",
        char_x=() if spaces else (*x0s, x1s[-1]),
        bold=bold,
    )


def _rulings(segments: Iterable[Segment], upright: Affine) -> tuple[Ruling, ...]:
    """The segments that run straight, as rulings: the horizontal ones first."""
    if upright != Affine():
        segments = [segment.turned(upright) for segment in segments]
    level: list[Piece] = []
    plumb: list[Piece] = []
    for x0, y0, x1, y1, thickness in segments:
        across, down = abs(x1 - x0), abs(y1 - y0)
        if down <= _STRAIGHT < across < math.inf:
            level.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1), thickness))
        elif across <= _STRAIGHT < down < math.inf:
            plumb.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1), thickness))
    return (*join_rulings(level, horizontal=True), *join_rulings(plumb, horizontal=False))


def join_rulings(
    pieces: Iterable[Piece], *, horizontal: bool, beside: float = 1.2, gap: float = 3.0
) -> Iterator[Ruling]:
    """Parallel rulings with the pieces of one drawn line joined.

    ``beside`` is how far apart (points) pieces of one line may lie, ``gap`` how long a hole
    along the line may be.
    """
    for group in _by_place(sorted(pieces), beside):
        for at, start, end, thickness in _join_pieces(group, gap):
            yield Ruling(horizontal, at, start, end, thickness)


def _by_place(pieces: list[Piece], beside: float) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in pieces:
        if group and piece[0] - group[0][0] > beside:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _join_pieces(group: list[Piece], gap: float) -> Iterator[Piece]:
    current: list[Piece] = []
    reached = -math.inf
    for piece in sorted(group, key=_start):
        _, start, end, _ = piece
        if current and start > reached + gap:
            yield _merged(current)
            current = []
            reached = -math.inf
        current.append(piece)
        reached = max(reached, end)
    if current:
        yield _merged(current)


def _merged(pieces: list[Piece]) -> Piece:
    """One piece as long as all together, in the place of the longest."""
    if len(pieces) == 1:
        return pieces[0]
    ats, starts, ends, thicknesses = zip(*pieces, strict=True)
    lengths = list(map(sub, ends, starts))
    return ats[lengths.index(max(lengths))], min(starts), max(ends), max(thicknesses)
