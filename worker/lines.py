"""Printed lines from tokens, and texts from lines."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from schemas.amount import Amount, parse_amount
from schemas.geometry import Box
from schemas.grid import TextLine
from schemas.page import Token
from schemas.words import total_kind


def lines_of(tokens: Iterable[Token]) -> tuple[TextLine, ...]:
    """The tokens as printed lines, top to bottom, each from left to right."""
    held = list(tokens)
    if len(held) < 2:  # as in most cells
        return tuple(map(_alone, held))
    rows: list[list[Token]] = []
    lowest: list[float] = []  # of each row the middle of its last token: none stands lower
    heights: list[float] = []  # of each row its highest token
    high = [t.box.height for t in held]
    room, before = 0.5 * max(high), -math.inf
    for middle, _, place in sorted((t.box.cy, t.box.x0, k) for k, t in enumerate(held)):
        token, height = held[place], high[place]
        # What stands far enough below the token before it stands so below all rows.
        begins = middle - before >= room
        before = middle
        for k in () if begins else range(len(rows) - 1, max(len(rows) - 5, -1), -1):
            near = middle - lowest[k] < 0.5 * max(heights[k], height)
            if near and _same_line(rows[k], token):
                rows[k].append(token)
                lowest[k] = middle
                heights[k] = max(heights[k], height)
                break
        else:
            rows.append([token])
            lowest.append(middle)
            heights.append(height)
    return tuple(map(_line, rows))


def _same_line(row: Sequence[Token], token: Token) -> bool:
    box = token.box
    middle = box.cx
    near = min(row, key=lambda t: abs(t.box.cx - middle)).box if len(row) > 1 else row[0].box
    low, high = sorted((near.height, box.height))
    # A dash is as high as its stroke; what stands beside it tells how high its line is.
    height = high if low < _FLAT * high else low
    return abs(near.cy - box.cy) < 0.5 * height


_FLAT = 0.4


def _alone(token: Token) -> TextLine:
    return TextLine(token.text, token.box, (token,))


def _line(held: Sequence[Token]) -> TextLine:
    """The line of tokens that stand side by side, in whatever order they come."""
    if len(held) == 1:
        return _alone(held[0])
    row = sorted(held, key=lambda t: t.box.x0)
    text = row[0].text
    for left, right in itertools.pairwise(row):
        text += (" " if _spaced(left, right) else "") + right.text
    return TextLine(text, Box.around(t.box for t in row), tuple(row))


def _spaced(left: Token, right: Token) -> bool:
    """Whether a space stands between two tokens: a gap, but none of letter-spaced words."""
    gap = (right.box.x0 - left.box.x1) / right.box.height
    if _joins(left.text, right.text):
        return gap > 1.0 and len(left.text) + len(right.text) > 2
    return gap > 0.25


def whole_totals(tokens: Iterable[Token]) -> list[Token]:
    """The tokens, totals that are set in wide spacing (``合　　计``) being one each."""
    whole: list[Token] = []
    for line in lines_of(tokens):
        held: list[Token] = []
        for token in line.tokens:
            if held and _spaced_total(held[-1], token):
                held[-1] = _one(held[-1], token)
            else:
                held.append(token)
        whole.extend(held)
    return whole


def _spaced_total(left: Token, right: Token) -> bool:
    return len(left.text) == len(right.text) == 1 and bool(total_kind(left.text + right.text))


def _one(left: Token, right: Token) -> Token:
    """Two tokens as one, its characters where they are."""
    return replace(
        left,
        text=left.text + right.text,
        box=Box.around((left.box, right.box)),
        confidence=left.confidence * right.confidence,
        char_scores=(*left.char_scores, *right.char_scores),
        char_x=(*left.char_x[:-1], *right.char_x) if left.char_x and right.char_x else (),
        readings=(),
        posteriors=(),
    )


def _wide(c: str) -> bool:
    return unicodedata.east_asian_width(c) in "WF"


def _joins(left: str, right: str) -> bool:
    """Whether two neighbouring texts are one word in scripts that use no spaces."""
    return _wide(left[-1]) or _wide(right[0])


_OPENING = "“‘（《【〔「『［"


def indent_of(lines: Sequence[TextLine], left: float) -> float:
    """How far the first of ``lines`` starts right of ``left``, in points; 0.0 without lines.

    The ink of a full-width opening mark fills the right half of its square only: on a scan,
    where boxes are those of the ink, its line would look indented.
    """
    if not lines:
        return 0.0
    first = lines[0].tokens[0]
    half = 0.5 * first.box.height if first.source == "ocr" and first.text[0] in _OPENING else 0.0
    return lines[0].box.x0 - half - left


def join_lines(lines: Sequence[TextLine]) -> str:
    """The lines of one cell as one text.

    Scripts without spaces are joined as they are; words get a space. A figure that a narrow
    cell broke over two lines is one figure again where only the whole is one.
    """
    if len(lines) < 2:
        return lines[0].text if lines else ""
    texts = [line.text for line in lines]
    whole = _broken_figure(texts)
    if whole is not None:
        return whole
    text = texts[0]
    for right in texts[1:]:
        glue = "" if _runs_on(text, right) else " "
        text += glue + right
    return text


def _runs_on(left: str, right: str) -> bool:
    """Whether a line goes on in the next one without a space."""
    if _joins(left, right):
        return True
    if any(map(_wide, left)) or any(map(_wide, right)):
        return not (left[-1].isalpha() and right[0].isalpha())
    return left.endswith("-") and left[-2:-1].isalpha() and right[0].islower()


_OF_A_FIGURE = re.compile(r"[\d.,，．()（）\-−%]+")


def _broken_figure(texts: Sequence[str]) -> str | None:
    if not all(map(_OF_A_FIGURE.fullmatch, texts)):
        return None
    whole = "".join(texts)
    parts = [t for t in texts if not t.startswith((".", "．")) and parse_amount(t) is not None]
    if isinstance(parse_amount(whole), Amount) and len(parts) < len(texts):
        return whole
    return None
