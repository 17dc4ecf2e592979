"""Figures that a sign of a seal stands beside: read, and believed where sums agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.geometry import Box
from schemas.grid import GridCell, TextLine
from schemas.page import Posterior, Token
from worker.drafting.cells import DOUBTED, Paper, draft_cell

SEEN = Posterior("0123456789.", 0, b"")


def _token(text: str, x0: float, *, read: bool) -> Token:
    sure = (0.99,) * len(text)
    token = Token(text, Box(x0, 0, x0 + 5 * len(text), 8), "ocr", 0.99, sure)
    return replace(token, posteriors=(SEEN,)) if read else token


def _cell(*tokens: Token) -> GridCell:
    line = TextLine("".join(t.text for t in tokens), Box.around(t.box for t in tokens), tokens)
    return GridCell(0, 0, 1, 1, line.box, 1, (line,), line.text, 0.0)


@pytest.mark.parametrize(
    ("beside", "value"), [("欧", "6698.49"), ("—一", "6698.49"), ("1", None), ("财政局", None)]
)
def test_a_sign_or_two_beside_a_figure_are_dirt(beside: str, value: str | None) -> None:
    cell = _cell(_token(beside, 0, read=False), _token("6698.49", 20, read=True))
    drafted = draft_cell(cell, (), "amount", Paper({}, "ocr"))
    assert drafted.text == f"{beside}6698.49"
    if value is not None:
        assert (drafted.value, drafted.readable) == (value, True)
        assert drafted.confidence <= DOUBTED, "only sums make sure of it"
    else:
        assert drafted.value != "6698.49"
