"""Every token of a table is used exactly once, or named."""

from __future__ import annotations

from dataclasses import replace

from schemas.geometry import Box
from schemas.grid import Grid
from schemas.page import PageText, Ruling, Token
from worker.conservation import conserved, outside
from worker.grid import grids

XS, YS = (50.0, 150.0, 250.0), (100.0, 120.0, 140.0, 160.0)


def token(text: str, x: float, y: float) -> Token:
    return Token(text, Box(x, y, x + 40, y + 10), "text")


def ruled() -> tuple[PageText, tuple[Grid, ...]]:
    tokens = (
        token("收入总表", 120, 60),
        token("项目", 60, 105), token("金额", 160, 105),
        token("办公费", 60, 125), token("1.00", 160, 125),
        token("水费", 60, 145), token("2.00", 160, 145),
    )  # fmt: skip
    rulings = (
        *(Ruling(True, y, XS[0], XS[-1]) for y in YS),
        *(Ruling(False, x, YS[0], YS[-1]) for x in XS),
    )
    page = PageText(3, "text", 300, 400, 300, 400, tokens=tokens, rulings=rulings)
    return page, grids(page)


def test_a_table_that_holds_all_its_tokens_raises_nothing() -> None:
    page, found = ruled()
    assert len(found) == 1
    assert conserved(page, found) == ()
    assert [t.text for t in outside(page, found)] == ["收入总表"]


def test_a_token_in_no_cell_is_named_with_its_place() -> None:
    page, (grid,) = ruled()
    lost = replace(grid, cells=tuple(c for c in grid.cells if c.text != "2.00"))
    (warning,) = conserved(page, [lost])
    assert (warning.code, warning.page) == ("token_outside_cells", 3)
    assert "2.00" in warning.message
    assert "160, 145" in warning.message


def test_a_token_in_two_cells_is_named() -> None:
    page, (grid,) = ruled()
    twice = replace(grid, cells=(*grid.cells, replace(grid.cells[-1], row=1, col=0)))
    assert [w.code for w in conserved(page, [twice])] == ["token_used_twice"]
