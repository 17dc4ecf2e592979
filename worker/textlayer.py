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
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from schemas.geometry import Affine, Box, PageMap, turn
from schemas.page import PageText, Ruling, Token
from worker.pdf import Segment
from worker.stretches import Stretch, turned_corners, without_spaces

# In units of the font size.
_SAME_LINE = 0.35  # baselines closer than this stand on one line
_WORD_GAP = 0.7  # a gap wider than this ends a token
_DOUBLE = 0.12  # the same character this close to itself is a painted bold
_STRAIGHT = 0.6  # points that a drawn line may lean before it is no ruling

_at = attrgetter("at")
_base = attrgetter("base")
_from_left = attrgetter("x0", "x1")


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
    rulings = join_rulings(_rulings(segments, upright))
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


def _quarter_turns(texts: Iterable[Stretch]) -> int:
    """Clockwise quarter turns that make the text of most characters run rightwards."""
    along: Counter[tuple[float, float]] = Counter()
    for stretch in texts:
        if many := len(without_spaces(stretch.chars)):
            along[stretch.dx, stretch.dy] += many
    turns: Counter[int] = Counter()
    for (dx, dy), many in along.items():
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


def _place(texts: Iterable[Stretch], upright: Affine) -> dict[float, list[_Placed]]:
    """The characters that are to be seen, by their baselines."""
    as_it_is = upright == Affine()
    placed: defaultdict[float, list[_Placed]] = defaultdict(list)
    for stretch in texts:
        origins, boxes, size, bold = stretch.origins, stretch.boxes, stretch.size, stretch.bold
        if size <= 0:
            continue
        if not as_it_is:
            origins = [upright.point(x, y) for x, y in origins]
            boxes = turned_corners(boxes, upright)
        if upright.a * stretch.dx + upright.b * stretch.dy < 0.9:
            # The line runs another way than the page's text.
            origins = [(x0, y1 - 0.14 * size) for x0, _, _, y1 in boxes]
        seen = [
            _Placed(c, x, x1 if x1 > x else x, base, size, bold)
            for c, (x, base), (_, _, x1, _) in zip(stretch.chars, origins, boxes, strict=True)
            if c.isprintable() and c != " "
        ]
        for base, chars in groupby(seen, key=_base):
            placed[base].extend(chars)
    return placed


def _lines(placed: Mapping[float, list[_Placed]]) -> list[list[_Placed]]:
    """Characters whose baselines are close to each other, each line from left to right."""
    lines: list[list[_Placed]] = []
    for base, chars in sorted(placed.items()):
        size = chars[0].size
        near = [
            line
            for line in lines[-8:]
            if abs(line[-1].base - base) < _SAME_LINE * min(size, line[-1].size)
        ]
        if near:
            min(near, key=lambda line: abs(line[-1].base - base)).extend(chars)
        else:
            lines.append(chars)
    return [sorted(line, key=_from_left) for line in lines]


def _undoubled(line: list[_Placed]) -> list[_Placed]:
    """The line, from left to right, without what is painted a second time to look bold."""
    kept: list[_Placed] = []
    last = -math.inf
    for char in line:
        c, x0, _, _, size, _ = char
        near = _DOUBLE * size
        if x0 - last < near and any(k.c == c and abs(k.x0 - x0) < near for k in kept[-3:]):
            continue
        kept.append(char)
        last = x0
    return kept


def _tokens(lines: Iterable[list[_Placed]], verticals: list[Ruling]) -> Iterator[Token]:
    """Each line in its tokens; ``verticals`` are sorted by place."""
    places = [*(r.at for r in verticals), math.inf]
    for line in lines:
        run: list[_Placed] = []
        end, high, at, ruling = math.inf, 0.0, math.inf, math.inf
        for char in _undoubled(line):
            _, x0, x1, _, size, _ = char
            centre = (x0 + x1) / 2
            off = x0 - end > _WORD_GAP * min(high, size)
            if not at <= centre < ruling:  # else no ruling can stand between the two
                off = off or (bool(run) and _ruled_off(run[-1], char, verticals))
                ruling = places[bisect_right(places, centre)]
            if off:
                yield _token(run)
                run = []
            run.append(char)
            end, high, at = x1, size, centre
        if run:
            yield _token(run)


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
    """The characters of one run, from left to right, as one."""
    chars, x0s, x1s, bases, sizes, bolds = zip(*run, strict=True)
    prints = set(zip(bases, sizes, strict=True))  # mostly one
    spaces = [
        k
        for k, (x0, x1, size) in enumerate(zip(x0s[1:], x1s, sizes[1:], strict=False), 1)
        if x0 - x1 > 0.2 * size and chars[k - 1].isascii() and chars[k].isascii()
    ]
    text = "".join(chars)
    for k in reversed(spaces):
        text = f"{text[:k]} {text[k:]}"
    return Token(
        text=text,
        box=Box(
            x0s[0],
            min(base - 0.86 * size for base, size in prints),
            max(x1s),
            max(base + 0.14 * size for base, size in prints),
        ),
        source="text",
        char_x=() if spaces else (*x0s, x1s[-1]),
        bold=sum(bolds) * 2 > len(run),
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
