"""Dark edges of a scan: gone where they are the scanner's, left where they may be print."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from worker.sheet_edge import without_edges

Image = NDArray[np.uint8]

PAPER, INK = 235, 15


def _page() -> Image:
    """A page with a framed table of two columns, well inside."""
    page = np.full((800, 1000), PAPER, np.uint8)
    for y in range(200, 601, 40):
        page[y : y + 3, 100:900] = INK
    for x in (100, 500, 897):
        page[200:603, x : x + 3] = INK
    return page


def _ragged(page: Image, turns: int, rng: np.random.Generator) -> Image:
    """The page with the shadow of a lid along one side, as a black-and-white scan has it."""
    dark = np.array(page)
    side = np.rot90(dark, turns)
    depth = rng.normal(14, 4, len(side)).clip(4, 24).astype(int)
    reach = np.arange(side.shape[1]) < depth[:, None]
    side[reach & (rng.random(side.shape) < 0.7)] = INK
    return dark


def test_a_shadow_behind_a_blank_rim_goes_too() -> None:
    page = _page()
    shadowed = _ragged(page, 0, np.random.default_rng(5))
    shadowed = np.hstack([np.full((800, 2), PAPER, np.uint8), shadowed[:, :-2]])
    assert (without_edges(shadowed)[:, :40] == page[:, :40]).mean() > 0.998


@pytest.mark.parametrize("turns", range(4))
def test_a_ragged_shadow_along_any_side_goes_and_the_table_stays(turns: int) -> None:
    page = _page()
    shadowed = _ragged(page, turns, np.random.default_rng(turns))
    clean = without_edges(shadowed)
    assert (clean == page).mean() > 0.9999
    assert (clean[150:650, 80:920] == page[150:650, 80:920]).all()


def test_the_wedge_beside_a_sheet_that_lay_askew_goes() -> None:
    page = _page()
    columns = np.arange(1000)
    wedge = columns[None, :] < (np.arange(800)[:, None] - 200) / 25
    clean = without_edges(np.where(wedge, np.uint8(INK), page))
    assert (clean == page).all()


def test_a_table_that_the_border_cuts_is_left_as_it_is() -> None:
    page = _page()[:, 100:900]
    assert (without_edges(page)[:, 3:-3] == page[:, 3:-3]).all()
    cut = _page()[:, 103:]
    assert without_edges(cut) is cut


def test_a_page_that_is_dark_all_over_is_left_as_it_is() -> None:
    dark = np.full((400, 300), 20, np.uint8)
    assert without_edges(dark) is dark


def test_a_grey_shadow_is_lit_and_the_print_in_it_stays() -> None:
    rng = np.random.default_rng(3)
    page = _page().astype(np.float64)
    page[300:320, 8:30] = INK + 60
    light = 1 - 0.35 * np.exp(-np.arange(1000) / 12)
    seen = np.clip(page * light + rng.normal(0, 3, page.shape), 0, 255).astype(np.uint8)
    clean = without_edges(seen)
    bare = clean[330:600, :40].astype(np.float64)
    assert abs(bare.mean(axis=0) - PAPER).max() < 15
    assert clean[300:320, 8:30].max() < 150


def test_a_page_without_edges_is_the_same_image() -> None:
    page = _page()
    assert without_edges(page) is page
