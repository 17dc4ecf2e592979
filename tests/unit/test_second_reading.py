"""Places of a page read again from its pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.page import PageText
from tests.unit.paper import CELLS, COLUMNS, HEIGHT, ROWS, WIDTH, Ink, noisy, skewed, table_page
from worker.ctc import log_probability
from worker.figure_reader import OwnFigureReader
from worker.ocr import PpOcr
from worker.scan import read_scan
from worker.second_reading import PageSecondReader, Place, SecondReading

FIGURES = [
    (r, c) for r, row in enumerate(CELLS) for c, text in enumerate(row) if r and c and len(text) > 1
]


@pytest.fixture(scope="module")
def engine() -> PpOcr:
    return PpOcr(threads=1)


def _turned(image: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(image, -turns))


def _places(page: PageText) -> dict[tuple[int, int], Place]:
    """The page space boxes of the drawn figures' ink, as a first reading found them."""
    upright = {(r, c): Box(COLUMNS[c], ROWS[r], COLUMNS[c + 1], ROWS[r + 1]) for r, c in FIGURES}
    return {
        at: Place(1, page.to_page.box(token.box))
        for at, cell in upright.items()
        for token in page.tokens
        if cell.contains(token.box.cx, token.box.cy)
    }


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_figures_are_read_again_from_finer_pixels(engine: PpOcr, turns: int) -> None:
    """Skewed and turned as they lie, at another resolution than the first time."""
    first = _turned(noisy(skewed(table_page(), 0.8)), turns)
    size = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
    page = read_scan(first, 1, *size, engine)
    finer = _turned(skewed(table_page(Ink(dpi=300)), 0.8), turns)
    again = PageSecondReader({1: page}, lambda _: finer, OwnFigureReader(threads=1))
    places = _places(page)
    assert len(places) == len(FIGURES)
    found = again.read(list(places.values()))
    read = {at: reading.readings[0].text for at, reading in zip(places, found, strict=True)}
    assert read == {(r, c): CELLS[r][c] for r, c in places}
    assert all(sum(p.weight for p in reading.posteriors) == pytest.approx(1) for reading in found)


def test_a_page_without_pixels_gives_nothing(engine: PpOcr) -> None:
    page = read_scan(table_page(), 1, WIDTH, HEIGHT, engine)
    text = replace(page, source="text")

    def no_pixels(number: int) -> NDArray[np.uint8]:
        raise AssertionError(f"page {number} need not be rendered")

    reader = PageSecondReader({1: text}, no_pixels, OwnFigureReader(threads=1))
    place = Place(1, Box(10, 10, 50, 20))
    assert reader.read([place, Place(7, place.box)]) == [SecondReading(), SecondReading()]
    assert reader.read([]) == []


@pytest.mark.parametrize("turns", [0, 1])
def test_a_figure_that_was_cut_or_not_seen_is_read_as_wide_as_its_column(
    engine: PpOcr, turns: int
) -> None:
    image = _turned(table_page(Ink(dpi=200)), turns)
    size = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
    page = read_scan(image, 1, *size, engine)
    again = PageSecondReader({1: page}, lambda _: image, OwnFigureReader(threads=1))
    places = _places(page)
    at = max(places, key=lambda cell: len(CELLS[cell[0]][cell[1]]))
    column = tuple(places[k].box for k in places if k[1] == at[1] and k != at)
    row = tuple(places[k].box for k in places if k[0] == at[0] and k != at)
    ink = page.to_page.back_box(places[at].box)
    half = page.to_page.box(Box(ink.x0, ink.y0, ink.cx, ink.y1))
    slot = page.to_page.box(Box(COLUMNS[at[1]], ROWS[at[0]], COLUMNS[at[1] + 1], ROWS[at[0] + 1]))
    cut, whole, unseen = again.read(
        [Place(1, half), Place(1, half, (*column, places[at].box)),
         Place(1, slot, (*column, places[at].box), row, blank=True)]
    )  # fmt: skip
    wanted = CELLS[at[0]][at[1]]
    assert cut.readings[0].text != wanted
    assert (whole.readings[0].text, unseen.readings[0].text) == (wanted, wanted)


def test_digits_before_the_place_in_its_cell_are_seen_too(engine: PpOcr) -> None:
    """As where a stamp's ring parted them from the rest and nothing tells that they lack."""
    image = table_page(Ink(dpi=200))
    page = read_scan(image, 1, WIDTH, HEIGHT, engine)
    again = PageSecondReader({1: page}, lambda _: image, OwnFigureReader(threads=1))
    places = _places(page)
    at = max(places, key=lambda cell: len(CELLS[cell[0]][cell[1]]))
    ink = places[at].box
    late = Box(ink.x0 + 0.4 * ink.width, ink.y0, ink.x1, ink.y1)
    slot = Box(COLUMNS[at[1]], ROWS[at[0]], COLUMNS[at[1] + 1], ROWS[at[0] + 1])
    short, reached = again.read([Place(1, late), Place(1, late, room=slot)])
    wanted = CELLS[at[0]][at[1]]

    def share(reading: SecondReading) -> float:
        return float(np.exp(log_probability(reading.posteriors, [wanted])[0]))

    assert share(reached) > 0.2 > share(short)
