"""Text lines of a page image: the detector's boxes, cut and mended by the ink itself.

A detector's boxes may run over a ruling, miss a lone figure or cut off a last character.
The ink says where a line truly starts and ends; rulings say where a cell ends. Everything
is in pixels of the upright page whose rulings are painted over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from worker.components import Labels, components
from worker.drawn_line import Line
from worker.ocr import LineBox

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

GAP = 1.3
"""Line heights of empty paper that part two tokens."""
_SEAM = 0.3  # line heights between two boxes that are one line
_SIGN = 0.5  # line heights: the width of a narrow sign
_SQUARE = (0.85, 1.05)  # of the line's height: a letter's side; two digits that touch are wider
_NEAR = 0.8  # line heights within which loose ink joins a line


@dataclass(frozen=True, slots=True)
class InkLine:
    """The frame of one line's ink; ``found`` says that the detector saw it too.

    ``square`` says that a piece of the ink is about as wide as the line is high, and as high: of
    characters such are letters, but hardly ever digits.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    found: bool = True
    square: bool = False

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Pieces:
    """Connected pieces of ink: their frames and areas, one array entry each."""

    x0: Ints
    y0: Ints
    x1: Ints
    y1: Ints
    area: Ints

    def __len__(self) -> int:
        return len(self.x0)

    def take(self, which: Ints | Mask) -> Pieces:
        return Pieces(*(v[which] for v in (self.x0, self.y0, self.x1, self.y1, self.area)))


def pieces_of(ink: Mask) -> Pieces:
    """The connected pieces of an ink mask."""
    return _labelled(ink)[1]


def _labelled(ink: Mask) -> tuple[Labels, Pieces]:
    """For each pixel 0 or the number of its piece, counted from 1; and the pieces."""
    labels, stats = components(np.ascontiguousarray(ink).view(np.uint8))
    x, y, w, h, area = (stats[1:, k].astype(np.int64) for k in range(5))
    return labels, Pieces(x, y, x + w, y + h, area)


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of a page in pieces: those that may be of characters, and what is ``astray``.

    ``tangled`` marks the pixels of the latter: characters may hang together with a stamp or with
    the next column's. None: there are none.
    """

    writing: Pieces
    astray: Pieces
    tangled: Mask | None
    height: int


def ink_of(ink: Mask, rulings: Sequence[Line], unit: float) -> Ink:
    """The pieces of a page's ink; ``unit`` is the height of ordinary characters."""
    labels, found = _labelled(ink)
    walls = [r for r in rulings if not r.horizontal]
    astray = _huge(found, unit) | _across(found, walls, unit)
    writing = _writing(found.take(~astray), unit)
    return Ink(writing, found.take(astray), _tangled(labels, astray), len(ink))


def ink_lines(
    ink: Ink, boxes: Sequence[LineBox], rulings: Sequence[Line], unit: float
) -> list[InkLine]:
    """The lines of text, none of them over a ruling, no ink of the size of text left out.

    ``unit`` is the height of ordinary characters.
    """
    walls = [r for r in rulings if not r.horizontal]
    pieces = ink.writing
    frames = _seamless([part for box in boxes for part in _cut(box, rulings)], rulings)
    owner = _owners(pieces, frames)
    whole = pieces
    lines = []
    for i, frame in enumerate(frames):
        clipped = _clipped(ink.tangled, frame, unit)
        lines.extend(_lines_in(_joined(pieces.take(owner == i), clipped), frame, unit))
        whole = _joined(whole, clipped)
    loose = pieces.take(owner < 0)
    lines, loose = _attached(lines, loose, walls)
    lines.extend(_loose_lines(loose, walls, unit))
    lines = [line for line in lines if not _residue(line, rulings, unit)]
    return [part for line in lines for part in _parted(line, whole, unit)]


def _tangled(labels: Labels, astray: Mask) -> Mask | None:
    """Ink that hangs together with what is no character; None: none."""
    if not astray.any():
        return None
    mask: Mask = np.concatenate(([False], astray))[labels]
    return mask


def _across(pieces: Pieces, walls: Sequence[Line], unit: float) -> Mask:
    """Pieces with the width of a sign on both sides of a vertical ruling: figures of two columns.

    The signs of a stamp run into both.
    """
    across = np.zeros(len(pieces), bool)
    middle = (pieces.y0 + pieces.y1) / 2
    for wall in walls:
        level = (wall.start < middle) & (middle < wall.end)
        across |= (
            level & (wall.at - pieces.x0 > _SIGN * unit) & (pieces.x1 - wall.at > _SIGN * unit)
        )
    return across


def _huge(pieces: Pieces, unit: float) -> Mask:
    huge: Mask = pieces.y1 - pieces.y0 > 4 * unit
    return huge | (pieces.x1 - pieces.x0 > 12 * unit)


def _clipped(tangled: Mask | None, frame: LineBox, unit: float) -> Pieces | None:
    """The tangled ink inside a frame, as pieces of its own."""
    if tangled is None:
        return None
    part = tangled[frame.y0 : frame.y1, frame.x0 : frame.x1]
    if not part.any():
        return None
    inside = pieces_of(part)
    return Pieces(
        inside.x0 + frame.x0, inside.y0 + frame.y0,
        inside.x1 + frame.x0, inside.y1 + frame.y0, inside.area,
    ).take(inside.area > unit / 3)  # fmt: skip


def _joined(pieces: Pieces, more: Pieces | None) -> Pieces:
    if more is None:
        return pieces
    both = ("x0", "y0", "x1", "y1", "area")
    return Pieces(*(np.concatenate([getattr(pieces, k), getattr(more, k)]) for k in both))


def _writing(pieces: Pieces, unit: float) -> Pieces:
    """Pieces that may be (part of) characters: no specks."""
    width, height = pieces.x1 - pieces.x0, pieces.y1 - pieces.y0
    speck = (np.maximum(width, height) < max(unit / 10, 2)) | (pieces.area < 3)
    return pieces.take(~speck)


def _cut(box: LineBox, rulings: Sequence[Line]) -> list[LineBox]:
    """The box in parts that no ruling runs through."""
    inset = 0.2 * (box.y1 - box.y0)
    middle = (box.y0 + box.y1) / 2
    xs = sorted(
        round(r.at)
        for r in rulings
        if not r.horizontal
        and r.start - inset < middle < r.end + inset
        and box.x0 + inset < r.at < box.x1 - inset
    )
    parts = [
        replace(box, x0=a, x1=b)
        for a, b in zip([box.x0, *xs], [*xs, box.x1], strict=True)
        if b - a > inset
    ]
    return [half for part in parts for half in _cut_across(part, rulings, inset)]


def _cut_across(box: LineBox, rulings: Sequence[Line], inset: float) -> list[LineBox]:
    ys = sorted(
        round(r.at)
        for r in rulings
        if r.horizontal
        and min(r.end, box.x1) - max(r.start, box.x0) > 0.5 * (box.x1 - box.x0)
        and box.y0 + inset < r.at < box.y1 - inset
    )
    return [replace(box, y0=a, y1=b) for a, b in zip([box.y0, *ys], [*ys, box.y1], strict=True)]


def _seamless(frames: Sequence[LineBox], rulings: Sequence[Line]) -> list[LineBox]:
    """The frames with those joined that lie end to end: a seam may run through a letter."""
    walls = [r for r in rulings if not r.horizontal]
    joined: list[LineBox] = []
    for frame in sorted(frames, key=lambda f: f.x0):
        for i, other in enumerate(joined):
            height = min(frame.y1 - frame.y0, other.y1 - other.y0)
            level = min(frame.y1, other.y1) - max(frame.y0, other.y0)
            taller = max(frame.y1 - frame.y0, other.y1 - other.y0)
            gap = frame.x0 - other.x1
            if level < 0.7 * taller or not -height < gap < _SEAM * height:
                continue
            middle = (frame.y0 + frame.y1) / 2
            if not _wall_between(other.x1 - height / 2, frame.x0 + height / 2, middle, walls):
                joined[i] = _united(other, frame)
                break
        else:
            joined.append(frame)
    return joined


def _united(a: LineBox, b: LineBox) -> LineBox:
    return LineBox(
        min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1), min(a.score, b.score)
    )


def _owners(pieces: Pieces, frames: Sequence[LineBox]) -> Ints:
    """For each piece the frame that holds most of it, -1 where none holds half."""
    best = np.zeros(len(pieces))
    owner = np.full(len(pieces), -1, np.int64)
    area = np.maximum((pieces.x1 - pieces.x0) * (pieces.y1 - pieces.y0), 1)
    for i, f in enumerate(frames):
        width = np.minimum(pieces.x1, f.x1) - np.maximum(pieces.x0, f.x0)
        height = np.minimum(pieces.y1, f.y1) - np.maximum(pieces.y0, f.y0)
        share = np.maximum(width, 0) * np.maximum(height, 0) / area
        # Among frames that hold a piece whole, the one whose middle is nearer.
        off = np.abs((pieces.y0 + pieces.y1) / 2 - (f.y0 + f.y1) / 2) / max(f.y1 - f.y0, 1)
        merit = np.where(share > 0.4, share + 0.3 * (1 - np.minimum(off, 1)), 0)
        better = merit > best
        best[better], owner[better] = merit[better], i
    return owner


def _lines_in(pieces: Pieces, frame: LineBox, unit: float) -> list[InkLine]:
    """A frame's pieces as tight lines: one, or one per row of a stack of rows."""
    if not len(pieces):
        return []
    if frame.y1 - frame.y0 > 1.9 * unit:
        return [frame_of(row) for row in _rows(pieces, unit)]
    return [frame_of(pieces)]


def frame_of(pieces: Pieces, found: bool = True) -> InkLine:
    """The line that just holds the pieces."""
    # They are few: the least of a list is found sooner than that of an array.
    return InkLine(
        int(min(pieces.x0.tolist())), int(min(pieces.y0.tolist())),
        int(max(pieces.x1.tolist())), int(max(pieces.y1.tolist())), found,
    )  # fmt: skip


def _rows(pieces: Pieces, unit: float) -> list[Pieces]:
    """Pieces parted where no ink stands between two rows; a dot or dash is no row."""
    order = np.argsort(pieces.y0)
    cuts, bottom = [0], int(pieces.y1[order[0]])
    for k, i in enumerate(order[1:], start=1):
        if pieces.y0[i] > bottom:
            cuts.append(k)
        bottom = max(bottom, int(pieces.y1[i]))
    groups = [order[a:b] for a, b in zip(cuts, [*cuts[1:], len(order)], strict=True)]
    rows = [pieces.take(group) for group in groups]
    heights = [int(row.y1.max() - row.y0.min()) for row in rows]
    return rows if min(heights) > 0.5 * unit else [pieces]


def _wall_between(a: float, b: float, y: float, walls: Sequence[Line]) -> bool:
    low, high = min(a, b), max(a, b)
    return any(low <= wall.at <= high and wall.start <= y <= wall.end for wall in walls)


def _attached(
    lines: Sequence[InkLine], loose: Pieces, walls: Sequence[Line]
) -> tuple[list[InkLine], Pieces]:
    """The lines grown by loose ink that stands in their row, and the ink still loose."""
    grown = list(lines)
    used = np.zeros(len(loose), bool)
    middle = (loose.y0 + loose.y1) / 2
    for i, line in enumerate(lines):
        reach = _NEAR * line.height
        row = (middle > line.y0) & (middle < line.y1)
        row &= loose.y1 - loose.y0 < 1.3 * line.height
        for _ in range(4):
            now = grown[i]
            near = row & ~used & (loose.x0 - now.x1 < reach) & (now.x0 - loose.x1 < reach)
            for k in np.flatnonzero(near):
                centre = (loose.x0[k] + loose.x1[k]) / 2
                near[k] = not _wall_between((now.x0 + now.x1) / 2, centre, middle[k], walls)
            if not near.any():
                break
            used |= near
            ours = frame_of(loose.take(near))
            grown[i] = InkLine(
                min(now.x0, ours.x0), min(now.y0, ours.y0),
                max(now.x1, ours.x1), max(now.y1, ours.y1),
            )  # fmt: skip
    return grown, loose.take(~used)


def _loose_lines(loose: Pieces, walls: Sequence[Line], unit: float) -> Iterable[InkLine]:
    """Lines of the ink that no detector's box holds."""
    left = list(np.argsort(loose.x0))
    while left:
        group = [left.pop(0)]
        line = frame_of(loose.take(np.array(group)), found=False)
        for i in list(left):
            reach = max(_NEAR * line.height, 0.6 * unit)
            middle = (loose.y0[i] + loose.y1[i]) / 2
            level = min(line.y1, loose.y1[i]) - max(line.y0, loose.y0[i])
            lower = min(line.height, int(loose.y1[i] - loose.y0[i]))
            if loose.x0[i] - line.x1 > reach or level < 0.3 * lower:
                continue
            if _wall_between(line.x1, float(loose.x0[i]), float(middle), walls):
                continue
            group.append(i)
            left.remove(i)
            line = frame_of(loose.take(np.array(group)), found=False)
        if 0.25 * unit <= max(line.height, line.x1 - line.x0) and line.height < 2.5 * unit:
            yield line


def _residue(line: InkLine, rulings: Sequence[Line], unit: float) -> bool:
    """Whether ink is a sliver that lies along a ruling: what erasing it has left."""
    flat, thin = line.height < 0.3 * unit, line.width < 0.15 * unit
    cx, cy = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    for ruling in rulings:
        across, along = (cy, cx) if ruling.horizontal else (cx, cy)
        sliver = flat if ruling.horizontal else thin
        near = abs(ruling.at - across) < 0.4 * unit
        if sliver and near and ruling.start - unit < along < ruling.end + unit:
            return True
    return False


def _parted(line: InkLine, pieces: Pieces, unit: float) -> list[InkLine]:
    """The line in parts at wide gaps, each tight around its own ink."""
    inside = (pieces.x0 >= line.x0) & (pieces.x1 <= line.x1)
    inside &= (pieces.y0 >= line.y0) & (pieces.y1 <= line.y1)
    own = pieces.take(inside)
    if not len(own):
        return [line]
    parts = far_apart(own, GAP * max(line.height, unit))
    if len(parts) == 1:
        return [replace(line, square=_holds_square(own, line))]
    frames = [replace(frame_of(part), found=line.found) for part in parts]
    return [
        replace(frame, square=_holds_square(part, frame))
        for part, frame in zip(parts, frames, strict=True)
    ]


def _holds_square(pieces: Pieces, line: InkLine) -> bool:
    low, high = (share * line.height for share in _SQUARE)
    width = pieces.x1 - pieces.x0
    squares = (width > low) & (width < high) & (pieces.y1 - pieces.y0 > low)
    return bool(squares.any())


def far_apart(pieces: Pieces, gap: float) -> list[Pieces]:
    """The pieces from left to right, parted where paper wider than the gap stands between."""
    order = np.argsort(pieces.x0)
    reach = np.maximum.accumulate(pieces.x1[order])
    gaps = pieces.x0[order][1:] - reach[:-1]
    return [pieces.take(part) for part in np.split(order, np.flatnonzero(gaps > gap) + 1)]
