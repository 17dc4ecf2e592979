"""The pages of one document while they are being set, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

import pymupdf

from eval.typeset import Face, Leaf, finished
from schemas.geometry import Box

A4 = (595.28, 841.89)
A3 = (841.89, 1190.55)
MARGIN = 42.0
_FOOT = 34.0

Size = tuple[float, float]


class Press:
    """Gives leaves one after another; ``y`` is where the open one is still free."""

    def __init__(self, latin: str, first_number: int) -> None:
        self._document = pymupdf.open()
        self._latin = latin
        self._first_number = first_number
        self._leaf: Leaf | None = None
        self.size: Size = A4
        self.y = 0.0
        self.page = 0
        """The open page's number in the file, from 1; 0 before the first."""

    @property
    def leaf(self) -> Leaf:
        """The page that is open.

        Raises:
            RuntimeError: if none is.
        """
        if self._leaf is None:
            raise RuntimeError("no page is open")
        return self._leaf

    @property
    def is_open(self) -> bool:
        return self._leaf is not None

    @property
    def bottom(self) -> float:
        """The y that nothing may pass."""
        return self.size[1] - MARGIN - _FOOT / 2

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.size[0] - 2 * MARGIN

    def turn_over(self, size: Size | None = None) -> None:
        """Open a new page, of the same size unless told."""
        self.close()
        self.size = size or self.size
        self._leaf = Leaf(self._document, *self.size)
        self.y = MARGIN + 6
        self.page += 1

    def close(self) -> None:
        """Put the page number on the open page and finish it."""
        if self._leaf is None:
            return
        width, height = self.size
        box = Box(0, height - _FOOT - 12, width, height - _FOOT)
        number = f"- {self._first_number + self.page - 1} -"
        self._leaf.text([number], box, Face(align="center", latin=self._latin))
        self._leaf.close()
        self._leaf = None

    def say(self, lines: Sequence[str], face: Face, width: float | None = None) -> None:
        """Set lines over ``width`` in the middle, or over the whole room, and go on below."""
        height = len(lines) * face.leading
        left = MARGIN + (self.room - (width or self.room)) / 2
        box = Box(left, self.y, self.size[0] - left, self.y + height)
        self.leaf.text(lines, box, face)
        self.y += height

    def finished(self, title: str) -> bytes:
        """The document's bytes; nothing can be set afterwards."""
        self.close()
        with self._document as document:
            return finished(document, title)
