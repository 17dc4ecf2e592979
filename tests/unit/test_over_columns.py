"""Figures of two columns that were read as one token, cut where their columns part."""

from __future__ import annotations

import pytest

from schemas.geometry import Box
from schemas.page import Token
from worker.over_columns import column_cuts


def _token(text: str, x0: float, x1: float, y: float) -> Token:
    return Token(text, Box(x0, y, x1, y + 10), "ocr", 0.9)


COLUMNS = [
    _token("500.00", 100 + left, 160 + left, 120.0 + 20 * row)
    for row in range(3)
    for left in (0.0, 100.0)
]
"""Three rows of figures that end at 160 and 260."""


def test_a_token_over_two_columns_is_cut_between_them() -> None:
    (cut,) = column_cuts(_token("374 500人4>5,438.97", 104, 260, 100), COLUMNS)
    assert 160 < cut < 200


@pytest.mark.parametrize(
    ("token", "others"),
    [
        (_token("374.00", 110, 160, 100), COLUMNS),  # one column's
        (_token("374 500人4>5,438.97", 104, 260, 100), COLUMNS[:3]),  # a second that one row has
        (_token("374 500人4>5,438.97", 104, 260, 120), COLUMNS[:4]),  # its own line says nothing
        (_token("374 500人4>5,438.97", 104, 260, 700), COLUMNS),  # another table's columns
    ],
    ids=["narrow", "few", "own line", "far"],
)
def test_what_others_do_not_part_stays_whole(token: Token, others: list[Token]) -> None:
    assert column_cuts(token, others) == ()


def test_figures_that_stand_close_are_one_column() -> None:
    close = [_token("5.00", x, x + 50, 120.0 + 20 * r) for r in range(3) for x in (104.0, 157.0)]
    assert column_cuts(_token("500.00700.00", 104, 207, 100), close) == ()
