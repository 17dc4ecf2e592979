"""Tokens by where they stand: which of a page's tokens have their middle in a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from schemas.geometry import Box
from schemas.page import Token


class Standing:
    """Tokens of one page, asked for many boxes."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._x = np.array([token.box.cx for token in tokens])
        self._y = np.array([token.box.cy for token in tokens])

    def within(self, box: Box) -> list[Token]:
        """Those whose middles lie inside ``box`` or on its edge, in their order."""
        across = (box.x0 <= self._x) & (self._x <= box.x1)
        inside = across & (box.y0 <= self._y) & (self._y <= box.y1)
        return [self.tokens[k] for k in np.flatnonzero(inside).tolist()]
