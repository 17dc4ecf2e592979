"""Setting tables in type: wrapped text in boxes, rulings, and where each line landed.

Boxes are in points, origin top left. The fonts are those that MuPDF carries, so that the
same pages come out on every machine: one for Chinese, and for Latin letters and figures the
same or one of the Base 14 (``helv``, ``tiro``, ``cour``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pymupdf

from schemas.geometry import Box

Align = Literal["left", "center", "right"]
Valign = Literal["top", "center"]

CHINESE = "china-s"
_ASCENT = 0.88
_DESCENT = 0.14
_UNBROKEN = re.compile(r"[0-9A-Za-z.,%]+|.", re.DOTALL)
_RUN = re.compile(r"[ -~]+|[^ -~]+")


@dataclass(frozen=True, slots=True)
class Face:
    """How text is set: size and leading in points, and where it stands in its box.

    ``latin`` is the font of ASCII characters.
    """

    size: float = 9.0
    leading: float = 12.0
    bold: bool = False
    align: Align = "left"
    valign: Valign = "center"
    padding: float = 2.5
    colour: tuple[float, float, float] = (0.0, 0.0, 0.0)
    latin: str = CHINESE


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line as set, and the box around its ink."""

    text: str
    box: Box
    size: float
    latin: str = CHINESE

    def part(self, start: int, end: int) -> Box:
        """The box around the characters from ``start`` to before ``end``."""
        x0 = self.box.x0 + text_width(self.text[:start], self.size, self.latin)
        x1 = x0 + text_width(self.text[start:end], self.size, self.latin)
        return Box(x0, self.box.y0, max(x1, x0), self.box.y1)


@lru_cache
def typeface(name: str) -> pymupdf.Font:
    """The font that MuPDF carries under this name."""
    return pymupdf.Font(name)


def text_width(text: str, size: float, latin: str = CHINESE) -> float:
    """The advance of ``text`` in points."""
    return sum(float(font.text_length(run, size)) for run, font in _runs(text, latin))


def wrap(text: str, width: float, size: float, latin: str = CHINESE) -> tuple[str, ...]:
    """``text`` in lines of at most ``width`` points, without loss; none for ``""``.

    Like the spreadsheets that such forms are printed from: a line breaks anywhere but inside
    a figure or a Latin word, and any sign may begin it.
    """
    lines: list[str] = []
    for part in _UNBROKEN.findall(text):
        if lines and text_width(lines[-1] + part, size, latin) <= width:
            lines[-1] += part
        else:
            lines.append(part)
    return tuple(lines)


class Leaf:
    """One page being set. Text and rulings go to the page at ``close``."""

    def __init__(self, document: pymupdf.Document, width: float, height: float) -> None:
        self._page = document.new_page(width=width, height=height)
        self._shape = self._page.new_shape()
        self._writers: dict[tuple[bool, tuple[float, float, float]], pymupdf.TextWriter] = {}

    def text(self, lines: Sequence[str], box: Box, face: Face) -> tuple[SetLine, ...]:
        """Set ``lines`` in ``box``; gives where they landed."""
        writer = self._writers.setdefault(
            (face.bold, face.colour), pymupdf.TextWriter(self._page.rect)
        )
        slack = box.height - len(lines) * face.leading
        y = box.y0 + (slack / 2 if face.valign == "center" else face.padding)
        landed = []
        for line in lines:
            x = _left(text_width(line, face.size, face.latin), box, face)
            baseline = y + (face.leading - face.size) / 2 + face.size * _ASCENT
            at = x
            for run, font in _runs(line, face.latin):
                writer.append((at, baseline), run, font=font, fontsize=face.size)
                at += float(font.text_length(run, face.size))
            landed.append(_landed(line, x, baseline, face))
            y += face.leading
        return tuple(landed)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.8) -> None:
        """Draw a straight line."""
        self._shape.draw_line((x0, y0), (x1, y1))
        self._shape.finish(width=width, color=(0, 0, 0))

    def bar(self, box: Box, colour: tuple[float, float, float]) -> None:
        """Fill ``box``."""
        self._shape.draw_rect((box.x0, box.y0, box.x1, box.y1))
        self._shape.finish(width=0, color=None, fill=colour)

    def close(self) -> None:
        """Put everything on the page."""
        self._shape.commit()
        for (bold, colour), writer in self._writers.items():
            writer.write_text(self._page, color=colour, render_mode=2 if bold else 0)


def ruled_grid(leaf: Leaf, columns: Sequence[float], rows: Sequence[float]) -> None:
    """Draw a full grid of rulings at these x and y."""
    for y in rows:
        leaf.rule(columns[0], y, columns[-1], y)
    for x in columns:
        leaf.rule(x, rows[0], x, rows[-1])


def finished(document: pymupdf.Document, title: str) -> bytes:
    """The document as bytes, the same for the same pages, with only the glyphs it uses."""
    document.set_metadata({"title": title})
    document.subset_fonts()
    return bytes(document.tobytes(garbage=3, deflate=True, deflate_fonts=True, no_new_id=True))


def _left(width: float, box: Box, face: Face) -> float:
    match face.align:
        case "left":
            return box.x0 + face.padding
        case "right":
            return box.x1 - face.padding - width
        case _:
            return box.x0 + (box.width - width) / 2


def _landed(line: str, x: float, baseline: float, face: Face) -> SetLine:
    size, width = face.size, text_width(line, face.size, face.latin)
    box = Box(x, baseline - size * _ASCENT, x + width, baseline + size * _DESCENT)
    return SetLine(line, box, size, face.latin)


def _runs(text: str, latin: str) -> list[tuple[str, pymupdf.Font]]:
    """``text`` cut where the font changes."""
    if latin == CHINESE:
        return [(text, typeface(CHINESE))] if text else []
    return [(run, typeface(latin if run.isascii() else CHINESE)) for run in _RUN.findall(text)]
