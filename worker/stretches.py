"""The text layer of a page as MuPDF gives it: stretches of characters of one print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from schemas.geometry import Affine

Point = tuple[float, float]
Corners = tuple[float, float, float, float]
"""The sides of a box: left, top, right, bottom."""

# MuPDF's flags of a character (fz_stext_char_flags) and of a font.
_PAINTED = 16 | 32  # filled, stroked
_NUMBERED = 128  # no Unicode is known: what is told is its number in the font
_BOLD = 16

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"

_AMPLE = 80
"""Visible characters that make a text layer, however some of them may be counted."""
_SOME_ODD = 0.05
"""Share of odd characters that any text may have: marks of lists, say."""


class Stretch(NamedTuple):
    """Characters of one print that lie beside each other in one line of the text layer.

    For each of ``chars`` ``origins`` has its place on the baseline and ``boxes`` its cell;
    (``dx``, ``dy``) is the unit vector in which the line runs, ``size`` that of the font in
    points. Columns and no objects, for a page has thousands of characters.
    """

    chars: Sequence[str]
    origins: Sequence[Point]
    boxes: Sequence[Corners]
    dx: float
    dy: float
    size: float
    bold: bool


def stretches(raw: Any, turned: Affine) -> Iterator[Stretch]:
    """All of a raw dictionary of MuPDF's, in its order.

    MuPDF gives characters as they lie before /Rotate; ``turned`` is the page's rotation.
    """
    as_it_is = turned == Affine()
    for line, span in _spans(raw):
        dx, dy = line["dir"]
        chars = span["chars"]
        origins: Sequence[Point] = [char["origin"] for char in chars]
        boxes: Sequence[Corners] = [char["bbox"] for char in chars]
        if not as_it_is:
            dx, dy = turned.a * dx + turned.b * dy, turned.d * dx + turned.e * dy
            origins = [turned.point(x, y) for x, y in origins]
            boxes = turned_corners(boxes, turned)
        bold = bool(span["flags"] & _BOLD) or "bold" in span["font"].lower()
        yield Stretch(
            [char["c"] for char in chars],
            origins,
            [box if box[0] <= box[2] and box[1] <= box[3] else in_order(box) for box in boxes],
            dx,
            dy,
            span["size"],
            bold,
        )


def turned_corners(boxes: Sequence[Corners], turn: Affine) -> list[Corners]:
    """The boxes after quarter turns, whose corners change places."""
    mapped = [(*turn.point(x0, y0), *turn.point(x1, y1)) for x0, y0, x1, y1 in boxes]
    return [in_order(box) for box in mapped]


def in_order(box: Corners) -> Corners:
    """The box with its left side before its right one, its top over its bottom."""
    x0, y0, x1, y1 = box
    if x0 <= x1 and y0 <= y1:
        return box
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _spans(raw: Any) -> Iterator[tuple[Any, Any]]:
    for block in raw["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                yield line, span


def plainly_readable(raw: Any) -> bool:
    """Whether a page beyond doubt shows text that can be believed.

    False where text is hidden, or scarce, or some of it is odd. The numbers are far from the
    limits that decide of a page: MuPDF leaves out of this dictionary what lies beside the page
    and what is painted a second time to look bold, and has ligatures as several characters.
    """
    shown = odd = 0
    for _, span in _spans(raw):
        text = without_spaces([char["c"] for char in span["chars"]])
        if not text:
            continue
        if not span["char_flags"] & _PAINTED or not span["alpha"]:
            return False
        shown += len(text)
        if span["char_flags"] & _NUMBERED:
            odd += len(text)
        elif not text.isprintable() or _UNKNOWN in text:
            odd += sum(map(is_odd, text))
    return shown >= _AMPLE and odd <= _SOME_ODD * shown


def without_spaces(chars: Iterable[str]) -> str:
    """The characters as one text, white space left out."""
    return "".join("".join(chars).split())


def is_odd(c: str) -> bool:
    """Whether a character speaks of a broken text layer rather than of a language."""
    return c == _UNKNOWN or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs")
