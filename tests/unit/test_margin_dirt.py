"""Dirt far from all print is no text, and print is no dirt."""

from __future__ import annotations

from schemas.geometry import Box
from schemas.page import Ruling, Token
from worker.margin_dirt import without_margin_dirt


def _token(text: str, y: float, height: float = 10.0, sure: float = 0.99, x: float = 50.0) -> Token:
    box = Box(x, y - height / 2, x + 6 * len(text), y + height / 2)
    return Token(text, box, "ocr", sure ** len(text), (sure,) * len(text))


WIDTH = 595.0

PRINT = (
    *(_token("商品和服务支出", 60.0 + 20 * row) for row in range(3)),
    *(_token("39.39", 60.0 + 20 * row, x=300.0) for row in range(3)),
    _token("- 1 -", 800.0, 7.0),
)


def test_strokes_and_nonsense_below_a_table_are_dirt() -> None:
    dirt = (
        _token("—", 200.0, 1.0),
        _token("5549", 280.0, 5.0, 0.6),
        _token("1", 260.0, 5.0),
        _token("eadeco", 290.0, 11.0, 0.2),
    )
    assert without_margin_dirt((*PRINT, *dirt), (), WIDTH) == list(PRINT)


def test_a_dash_near_print_and_an_illegible_figure_in_a_cell_stay() -> None:
    dash = _token("—", 118.0, 1.0)
    assert without_margin_dirt((*PRINT, dash), (), WIDTH) == [*PRINT, dash]
    frame = [
        *(Ruling(True, y, 10, 130, 1.0) for y in (380.0, 420.0)),
        *(Ruling(False, x, 380, 420, 1.0) for x in (10.0, 70.0, 130.0)),
    ]
    spoilt = _token("L363", 400.0, 10.0, 0.2, x=20.0)
    assert without_margin_dirt((*PRINT, spoilt), frame, WIDTH) == [*PRINT, spoilt]
    assert without_margin_dirt((*PRINT, spoilt), (), WIDTH) == list(PRINT)


def test_small_print_stays_wherever_it_is() -> None:
    note = _token("注：本表金额单位", 500.0, 6.0)
    assert note in without_margin_dirt((*PRINT, note), (), WIDTH)


def test_the_shadow_of_the_pages_edge_is_no_column() -> None:
    shadow = [_token("1", 60.0 + 20 * row, x=WIDTH - 6) for row in range(3)]
    assert without_margin_dirt((*PRINT, *shadow), (), WIDTH) == list(PRINT)


def test_specks_left_and_right_of_all_print_are_dirt() -> None:
    specks = [_token("-", 60.0 + 7 * row, 1.0, x=x) for row in range(8) for x in (20.0, 420.0)]
    assert without_margin_dirt((*PRINT, *specks), (), WIDTH) == list(PRINT)
