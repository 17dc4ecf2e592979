"""Strokes that are left of rulings are no dashes, and printed dashes are no such strokes."""

from __future__ import annotations

from schemas.geometry import Box
from schemas.page import Ruling, Token
from worker.ruling_remains import without_remains

# Two columns of 60 points, two rows of 40.
RULINGS = [
    *(Ruling(True, y, 10, 130, 1.0) for y in (10.0, 50.0, 90.0)),
    *(Ruling(False, x, 10, 90, 1.0) for x in (10.0, 70.0, 130.0)),
]


def _token(text: str, x0: float, x1: float, y: float, height: float = 8.0) -> Token:
    return Token(text, Box(x0, y - height / 2, x1, y + height / 2), "ocr")


def _left(*tokens: Token) -> list[str]:
    return [token.text for token in without_remains(tokens, RULINGS)]


def test_pieces_of_a_ruling_below_a_figure_are_none_of_it() -> None:
    figure = _token("10.22", 100, 125, 30)
    assert _left(figure, _token("—", 75, 85, 48, 0.6), _token("-", 90, 93, 13, 0.6)) == ["10.22"]


def test_a_piece_of_a_ruling_beside_a_figure_makes_it_not_negative() -> None:
    assert _left(_token("-", 71, 72.5, 30, 0.6), _token("444.39", 100, 125, 30)) == ["444.39"]


def test_a_minus_stays_wherever_it_is_printed() -> None:
    beside = _token("-", 95, 98, 30, 0.8), _token("444.39", 100, 125, 30)
    assert _left(*beside) == ["-", "444.39"]
    at_the_edge = _token("-", 73, 77.5, 30, 0.8), _token("444.39", 100, 125, 30)
    assert _left(*at_the_edge) == ["-", "444.39"]


def test_a_dash_that_is_all_of_a_cell_stays() -> None:
    assert _left(_token("—", 95, 105, 30, 0.8), _token("水利", 15, 35, 30)) == ["—", "水利"]


def test_without_a_table_nothing_goes() -> None:
    tokens = [_token("-", 71, 72.5, 30, 0.6), _token("444.39", 100, 125, 60)]
    assert without_remains(tokens, []) == tokens
