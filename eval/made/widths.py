"""How wide columns are and how large the type, so that a table fits its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.made.printing import Print
from eval.made.table import MadeColumn
from eval.typeset import Face, text_width, wrap

_SMALLEST = 5.5
_STEP = 0.5
_LONGEST_LINE = 34.0
_SHORTEST = {"label": 8.0, "text": 4.5, "code": 2.0, "amount": 2.5, "count": 2.0, "percent": 2.0}
_HEADER_LINES = 3


@dataclass(frozen=True, slots=True)
class Measure:
    """The widths of the columns in points and the face that they were measured with."""

    widths: tuple[float, ...]
    face: Face


def measured(
    sheet: Print, face: Face, room: float, numbers: Sequence[str], fill: bool
) -> Measure | None:
    """Widths within ``room``, the type made smaller as needed; None where nothing fits.

    Figures and codes never break. ``fill`` spreads room that nobody needs over the columns.
    """
    while face.size >= _SMALLEST:
        least, wanted = zip(*_demands(sheet, face, numbers), strict=True)
        if sum(least) <= room:
            return Measure(_shared(least, wanted, room, fill), face)
        size = face.size - _STEP
        face = replace(face, size=size, leading=size * face.leading / face.size)
    return None


def _shared(
    least: Sequence[float], wanted: Sequence[float], room: float, fill: bool
) -> tuple[float, ...]:
    spare = room - sum(least)
    lacks = [max(want - low, 0.0) for low, want in zip(least, wanted, strict=True)]
    part = min(spare / sum(lacks), 1.0) if sum(lacks) else 0.0
    widths = [low + lack * part for low, lack in zip(least, lacks, strict=True)]
    if fill:
        extra = (room - sum(widths)) / len(widths)
        widths = [width + extra for width in widths]
    return tuple(widths)


def _demands(sheet: Print, face: Face, numbers: Sequence[str]) -> Iterator[tuple[float, float]]:
    """For each column the least width and the wanted one."""
    for at, column in enumerate(sheet.table.columns):
        texts = [(row.depth, sheet.texts.get((row.id, column.key), "")) for row in sheet.table.rows]
        head = _header_width(column, face)
        if numbers:
            head = max(head, text_width(numbers[at], face.size, face.latin))
        body = max((_width(text, depth, column, face) for depth, text in texts), default=0.0)
        wanted = min(body, _LONGEST_LINE * face.size) if column.type in ("label", "text") else body
        least = body
        if column.type in ("label", "text"):
            least = min(body, _SHORTEST[column.type] * face.size)
        floor = max(least, head, _SHORTEST[column.type] * face.size * 0.8)
        longest = sum(len(text) for _, text in texts) / max(len(texts), 1)
        if column.type == "text" and longest > 60:
            floor, wanted = max(floor, 14 * face.size), wanted * 1.6
        margin = 2 * face.padding + 1.0
        yield floor + margin, max(floor, wanted) + margin


def _width(text: str, depth: int, column: MadeColumn, face: Face) -> float:
    indent = depth * 2 * face.size if column.type == "label" else 0.0
    return text_width(text, face.size, face.latin) + indent


def _header_width(column: MadeColumn, face: Face) -> float:
    """The narrowest column in which the innermost header needs at most three lines."""
    text = column.path[-1]
    width = 2 * face.size
    while len(wrap(text, width, face.size, face.latin)) > _HEADER_LINES:
        width += face.size / 2
    latin = [text_width(word, face.size, face.latin) for word in text.split() if word.isascii()]
    return max(width, *latin) if latin else width
