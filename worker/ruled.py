"""Cells from rulings: the geometry of ruled tables, without their text.

Works the same on rulings from vectors and from images; all coordinates are upright space.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from schemas.geometry import Box
from schemas.page import Ruling

# Points. Rulings closer than _SNAP are one edge (double lines, drift of a scan); a ruling may
# end _REACH short of the one that it meets.
_SNAP = 3.0
_REACH = 4.0
_CLOSING = 3.0  # a border's end lies this close to the border that it ends at
_LOOSE = 0.15  # share of a short border that may run past the borders that it ends at
_NEARLY = 0.6  # of the longest line's length: the next is as long but for what the first ran into
_LONG = 0.4  # of the longest ruling: such a line is a border wherever it ends
_SURELY = 3  # borders that a short line meets if it is one itself
_COVERED_BY_MARK = 60.0  # points of a border that a seal or a signature may cover
_COVERED = 0.5  # share of a slot's side that must be drawn for the side to be a border


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a lattice: its top left position, its spans and its box."""

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box


@dataclass(frozen=True, slots=True)
class Lattice:
    """A ruled table: edges between columns and rows, and its cells in reading order."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    slots: tuple[Slot, ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def lattices(rulings: Sequence[Ruling]) -> tuple[Lattice, ...]:
    """The ruled tables of a page, top to bottom; frames with a single cell are left out."""
    found = [
        part
        for group in _connected(rulings)
        for lattice in [_lattice(_without_stubs(_bridged(group)))]
        if lattice is not None
        for part in _split(lattice)
        if len(part.slots) > 1
    ]
    return tuple(sorted(_outermost(found), key=lambda t: (t.box.y0, t.box.x0)))


def _outermost(found: list[Lattice]) -> Iterable[Lattice]:
    for lattice in found:
        inside = any(
            other is not lattice
            and other.box.area > lattice.box.area
            and other.box.overlap(lattice.box) > 0.9 * lattice.box.area
            and _holds_in_one_cell(other, lattice.box) is None
            for other in found
        )
        if not inside:
            yield lattice


def _holds_in_one_cell(outer: Lattice, box: Box) -> Slot | None:
    return next(
        (s for s in outer.slots if s.box.overlap(box) > 0.95 * box.area and box.area > 0), None
    )


def _connected(rulings: Sequence[Ruling]) -> Iterable[list[Ruling]]:
    """Groups of rulings that meet, directly or through others, in the order of the page."""
    leader = list(range(len(rulings)))

    def lead(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    upright = sorted((r.at, j) for j, r in enumerate(rulings) if not r.horizontal)
    for i, ruling in enumerate(rulings):
        if not ruling.horizontal:
            continue
        first = bisect_left(upright, (ruling.start - _REACH, -1))
        last = bisect_right(upright, (ruling.end + _REACH, len(rulings)))
        own = lead(i)
        for _, j in upright[first:last]:
            if rulings[j].start - _REACH <= ruling.at <= rulings[j].end + _REACH:
                leader[lead(j)] = own
    groups: dict[int, list[Ruling]] = {}
    for i, ruling in enumerate(rulings):
        groups.setdefault(lead(i), []).append(ruling)
    return groups.values()


def _bridged(group: list[Ruling]) -> list[Ruling]:
    """The rulings, those joined that end in the open and face each other.

    A border ends where it meets another one; two ends in the open on one line are those of
    a border that a seal or a signature covers.
    """
    joined: list[Ruling] = []
    for ruling in sorted(group, key=lambda r: (r.horizontal, r.start)):
        for k, other in enumerate(joined):
            facing = (
                other.horizontal is ruling.horizontal
                and abs(other.at - ruling.at) < _SNAP
                and 0 < ruling.start - other.end < _COVERED_BY_MARK
                and not _meets(other.end, other.at, ruling.horizontal, group)
                and not _meets(ruling.start, ruling.at, ruling.horizontal, group)
            )
            if facing:
                joined[k] = replace(other, end=ruling.end)
                break
        else:
            joined.append(ruling)
    return joined


def _meets(end: float, at: float, horizontal: bool, group: Sequence[Ruling]) -> bool:
    return any(
        r.horizontal is not horizontal
        and abs(r.at - end) < _REACH
        and r.start - _REACH < at < r.end + _REACH
        for r in group
    )


def _without_stubs(group: list[Ruling]) -> list[Ruling]:
    """The rulings without short ones that are no borders: strokes of seals, underlines.

    A border runs from one crossing border to another; only long lines may run far past the
    last one, as those of tables without an outer frame do. What runs past three is a border
    as far as they go.
    """
    longest = {
        horizontal: max((r.length for r in group if r.horizontal is horizontal), default=0.0)
        for horizontal in (True, False)
    }
    across = {
        horizontal: sorted((r.at, r.start, r.end) for r in group if r.horizontal is not horizontal)
        for horizontal in (True, False)
    }
    kept = []
    for ruling in group:
        if ruling.length > _LONG * longest[ruling.horizontal]:
            kept.append(ruling)
            continue
        met = _met(ruling, across[ruling.horizontal])
        between = met[-1] - met[0] if met else 0.0
        if between > (1 - _LOOSE) * ruling.length:
            kept.append(ruling)
        elif len(met) >= _SURELY:
            kept.append(replace(ruling, start=met[0], end=met[-1]))
    return kept


def _met(ruling: Ruling, across: Sequence[tuple[float, float, float]]) -> list[float]:
    """Where the ruling meets crossing ones, along its way."""
    first = bisect_left(across, (ruling.start - _CLOSING, float("-inf"), 0.0))
    last = bisect_right(across, (ruling.end + _CLOSING, float("inf"), 0.0))
    return [
        place
        for place, start, stop in across[first:last]
        if start - _CLOSING <= ruling.at <= stop + _CLOSING
    ]


def _clusters(values: Iterable[float]) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= _SNAP and value - groups[-1][0] <= 1.5 * _SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(g) / len(g) for g in groups]


def _edges(lines: list[Ruling], across: list[Ruling]) -> list[float]:
    """Positions of ``lines``, with open outer edges where the crossing lines reach beyond.

    Most of the long crossing lines must do so: a single one may run into text by chance, and be
    the longest of all for it.
    """
    edges = _clusters(r.at for r in lines)
    longest, *others = sorted((r.length for r in across), reverse=True)
    if len(others) > 1 and others[0] > _NEARLY * longest:
        longest = others[0]
    ends = [r for r in across if r.length > 0.8 * longest]
    first, last = median(r.start for r in ends), median(r.end for r in ends)
    if not edges or first < edges[0] - 3 * _SNAP:
        edges.insert(0, first)
    if last > edges[-1] + 3 * _SNAP:
        edges.append(last)
    return edges


def _lattice(group: list[Ruling]) -> Lattice | None:
    horizontals = [r for r in group if r.horizontal]
    verticals = [r for r in group if not r.horizontal]
    if len(horizontals) < 2 or not verticals:
        return None
    xs, ys = _edges(verticals, horizontals), _edges(horizontals, verticals)
    if len(xs) < 2 or len(ys) < 2:
        return None
    slots = _merge(xs, ys, horizontals, verticals)
    return _tidy(xs, ys, slots)


def _by_edge(edges: Sequence[float], lines: Sequence[Ruling]) -> list[list[Ruling]]:
    """For each edge the rulings that are drawn on it."""
    held: list[list[Ruling]] = [[] for _ in edges]
    for line in lines:
        first = bisect_left(edges, line.at - 1.5 * _SNAP)
        for k in range(first, len(edges)):
            if edges[k] > line.at + 1.5 * _SNAP:
                break
            held[k].append(line)
    return held


def _open(lines: Sequence[Ruling], along: Sequence[float]) -> list[bool]:
    """For each stretch of an edge whether most of it is not drawn by the edge's rulings.

    A stretch runs from one crossing edge to the next; ``along`` is where those are.
    """
    stretches = len(along) - 1
    if any(r.start <= along[0] and along[-1] <= r.end for r in lines):  # as on most edges
        return [False] * stretches
    drawn = [0.0] * stretches
    for r in lines:
        first = max(bisect_right(along, r.start) - 1, 0)
        for k in range(first, min(bisect_left(along, r.end), stretches)):
            drawn[k] += min(r.end, along[k + 1]) - max(r.start, along[k])
    return [
        covered < _COVERED * (end - start)
        for covered, (start, end) in zip(drawn, itertools.pairwise(along), strict=True)
    ]


def _merge(
    xs: list[float], ys: list[float], horizontals: list[Ruling], verticals: list[Ruling]
) -> list[Slot]:
    """Elementary slots joined wherever no border is drawn between them."""
    rows, cols = len(ys) - 1, len(xs) - 1
    on_x, on_y = _by_edge(xs, verticals), _by_edge(ys, horizontals)
    # Whether a slot is open at its right (by column, then row) and below (by row, then column).
    right = [*(_open(lines, ys) for lines in on_x[1:-1]), [False] * rows]
    below = [*(_open(lines, xs) for lines in on_y[1:-1]), [False] * cols]
    taken = [[False] * cols for _ in range(rows)]
    slots = []
    for i in range(rows):
        for j in range(cols):
            if taken[i][j]:
                continue
            height, width = 1, 1
            if right[j][i] or below[i][j]:
                height, width = _extent(i, j, right, below, taken)
                for a in range(i, i + height):
                    taken[a][j : j + width] = [True] * width
            box = Box(xs[j], ys[i], xs[j + width], ys[i + height])
            slots.append(Slot(i, j, height, width, box))
    return slots


def _extent(
    i: int, j: int, right: list[list[bool]], below: list[list[bool]], taken: list[list[bool]]
) -> tuple[int, int]:
    """Rows and columns of the largest open rectangle that starts at slot (i, j)."""
    width = 1
    while right[j + width - 1][i] and not taken[i][j + width]:
        width += 1
    height = 1
    while all(
        below[i + height - 1][b] and not taken[i + height][b] for b in range(j, j + width)
    ) and all(right[b][i + height] for b in range(j, j + width - 1)):
        height += 1
    return height, width


def _tidy(xs: list[float], ys: list[float], slots: list[Slot]) -> Lattice:
    """The lattice without edges that no cell ends at (leftovers of stray lines)."""
    used_x = sorted({s.col for s in slots} | {s.col + s.colspan for s in slots})
    used_y = sorted({s.row for s in slots} | {s.row + s.rowspan for s in slots})
    if len(used_x) == len(xs) and len(used_y) == len(ys):
        return Lattice(tuple(xs), tuple(ys), tuple(slots))
    col, row = {e: k for k, e in enumerate(used_x)}, {e: k for k, e in enumerate(used_y)}
    return Lattice(
        tuple(xs[e] for e in used_x),
        tuple(ys[e] for e in used_y),
        tuple(
            Slot(
                row[s.row],
                col[s.col],
                row[s.row + s.rowspan] - row[s.row],
                col[s.col + s.colspan] - col[s.col],
                s.box,
            )
            for s in slots
        ),
    )


def _split(lattice: Lattice) -> Iterable[Lattice]:
    """The lattice cut where tables of different columns stand one upon the other.

    A cut runs along a full-width border whose rows above and below share no inner column
    edge at all.
    """
    rows = len(lattice.ys) - 1
    inner: list[set[int]] = [set() for _ in range(rows)]
    for s in lattice.slots:
        if s.col:  # where a slot ends, the next one of its row begins
            for edges in inner[s.row : s.row + s.rowspan]:
                edges.add(s.col)
    cuts = [
        i
        for i in range(1, rows)
        if inner[i - 1]
        and inner[i]
        and inner[i - 1].isdisjoint(inner[i])
        and not any(s.row < i < s.row + s.rowspan for s in lattice.slots)
    ]
    if not cuts:
        yield lattice
        return
    for top, bottom in itertools.pairwise([0, *cuts, rows]):
        slots = [
            Slot(s.row - top, s.col, s.rowspan, s.colspan, s.box)
            for s in lattice.slots
            if top <= s.row < bottom
        ]
        yield _tidy(list(lattice.xs), list(lattice.ys[top : bottom + 1]), slots)
