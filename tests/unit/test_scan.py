"""Whole page images read into tokens and rulings."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.page import PageText, Token
from tests.unit.paper import (
    CELLS,
    COLUMNS,
    HEIGHT,
    ROWS,
    TITLE,
    WIDTH,
    Ink,
    noisy,
    shaded,
    skewed,
    stamped,
    table_page,
)
from worker.figure_reader import shared_figure_reader
from worker.ink_lines import InkLine
from worker.ocr import LineReading, PpOcr
from worker.scan import before_words, read_scan

Colour = NDArray[np.uint8]

RED = (215, 60, 60)
GREY = (125, 125, 125)


@pytest.fixture(scope="module")
def read() -> Callable[..., PageText]:
    engine = PpOcr(threads=1)

    def reader(image: Colour, width: float = WIDTH, height: float = HEIGHT) -> PageText:
        return read_scan(image, 1, width, height, engine)

    return reader


def _cell(page: PageText, row: int, column: int) -> str:
    """The text whose middle lies in a drawn cell, by the page as displayed."""
    box = Box(COLUMNS[column], ROWS[row], COLUMNS[column + 1], ROWS[row + 1])
    inside = [t for t in page.tokens if box.contains(*_middle(page, t))]
    return "".join(t.text for t in sorted(inside, key=lambda t: t.box.x0))


def _middle(page: PageText, token: Token) -> tuple[float, float]:
    return page.to_page.point(token.box.cx, token.box.cy)


def _cells(page: PageText) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_cell(page, r, c) for c in range(4)) for r in range(5))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: page,
        noisy,
        shaded,
        lambda page: stamped(page, 640, 330, 140, RED),
        lambda page: stamped(page, 640, 330, 140, GREY),
        lambda page: noisy(stamped(page, 1300, 450, 140, RED)),
    ],
    ids=["clean", "noise", "shadow", "red seal", "grey seal", "noise and seal over figures"],
)
def test_every_cell_is_read(
    read: Callable[..., PageText], spoil: Callable[[Colour], Colour]
) -> None:
    page = read(spoil(table_page()))
    assert page.source == "scan"
    assert _cells(page) == CELLS
    assert any(token.text == TITLE for token in page.tokens)


@pytest.mark.parametrize("dpi", [130, 300])
def test_coarse_and_fine_images_read_the_same(read: Callable[..., PageText], dpi: int) -> None:
    assert _cells(read(noisy(table_page(Ink(dpi=dpi))))) == CELLS


def test_a_table_without_rulings_keeps_its_columns_apart(
    read: Callable[..., PageText],
) -> None:
    page = read(table_page(Ink(ruled=False)))
    assert _cells(page) == CELLS
    assert page.rulings == ()


def test_boxes_of_a_skewed_page_lie_on_the_skewed_ink(read: Callable[..., PageText]) -> None:
    image = skewed(table_page(), 1.3)
    page = read(image)
    assert len(page.rulings) == len(ROWS) + len(COLUMNS)
    texts = {text for row in CELLS for text in row if text}
    assert texts <= {token.text for token in page.tokens}
    scale = image.shape[1] / WIDTH
    ink = image[..., 0] < 128
    for token in page.tokens:
        box = page.to_page.box(token.box)
        y0, y1, x0, x1 = (round(v * scale) for v in (box.y0, box.y1, box.x0, box.x1))
        assert ink[y0:y1, x0:x1].any()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_page_is_read_upright_and_points_back(
    read: Callable[..., PageText], turns: int
) -> None:
    """The image is turned clockwise; tokens must point at it as it lies."""
    upright = read(table_page())
    image = np.ascontiguousarray(np.rot90(table_page(), -turns))
    size = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
    page = read(image, *size)
    assert (page.width, page.height) == pytest.approx((WIDTH, HEIGHT), abs=1)
    assert sorted(t.text for t in page.tokens) == sorted(t.text for t in upright.tokens)
    title = next(t for t in page.tokens if t.text == TITLE)
    x, y = _middle(page, title)
    away = {1: HEIGHT - x, 2: HEIGHT - y, 3: x}[turns]
    assert away == pytest.approx(54, abs=4)


def test_a_lone_digit_and_a_dash_have_their_places(read: Callable[..., PageText]) -> None:
    page = read(noisy(table_page()))
    assert {"7", "-"} <= {token.text for token in page.tokens}


def test_figures_bring_alternatives_and_every_token_its_characters(
    read: Callable[..., PageText],
) -> None:
    page = read(noisy(table_page()))
    figure = next(token for token in page.tokens if token.text == "1,390.50")
    assert figure.readings[0].text == "1,390.50"
    assert figure.confidence > 0.95
    for token in page.tokens:
        assert len(token.char_scores) == len(token.text)
        assert len(token.char_x) == len(token.text) + 1


def test_a_blank_page_with_shadow_and_specks_is_blank(read: Callable[..., PageText]) -> None:
    paper = np.full((1167, 1653, 3), 245, np.uint8)
    specks = np.random.default_rng(2).integers(40, 1100, (25, 2))
    for y, x in specks:
        paper[y : y + 2, x : x + 2] = 60
    page = read(noisy(shaded(paper)))
    assert page.source == "blank"
    assert page.tokens == ()


def test_dirt_before_a_label_does_not_set_it_out(read: Callable[..., PageText]) -> None:
    image = table_page(Ink(ruled=False))
    clean = _starts(read(image))
    scale = image.shape[1] / WIDTH
    dirty = image.copy()
    for top in ROWS[2:5]:
        x, y = round((COLUMNS[0] - 1) * scale), round((top + 11) * scale)
        dirty[y : y + 3, x : x + 3] = 90
    found = _starts(read(dirty))
    assert len(clean) == 3
    for label, start in clean.items():
        assert found[label] == pytest.approx(start, abs=2.0)


def _starts(page: PageText) -> dict[str, float]:
    """Where the names of the projects begin, by what they end in."""
    ends = [row[0][-4:] for row in CELLS[2:]]
    return {end: t.box.x0 for t in page.tokens for end in ends if t.text.endswith(end)}


@pytest.mark.parametrize(("blank", "cuts"), [(24, [6]), (4, [])])
def test_an_amount_is_parted_from_words_of_the_next_column_by_a_wide_blank(
    blank: int, cuts: list[int]
) -> None:
    """The reader tells where its characters begin only roughly; the ink tells how wide it is."""
    ink = np.zeros((60, 400), bool)
    starts = [40 + 12 * k for k in range(6)] + [40 + 72 + blank + 22 * k for k in range(4)]
    for k, x in enumerate(starts):
        ink[20:40, x : x + (10 if k < 6 else 20)] = True
    edges = (*(float(x - 40) for x in starts), float(starts[-1] + 20 - 40))
    reading = LineReading("332.49外交支出", (0.9,) * 10, edges, 0.9)
    assert before_words(reading, InkLine(40, 20, starts[-1] + 20, 40), 40, ink) == cuts


def test_a_page_of_figures_reads_the_same_sideways() -> None:
    page = np.full((900, 1200, 3), 255, np.uint8)
    for y in range(100, 850, 50):
        for x in range(100, 1100, 250):
            cv2.putText(page, f"{x * y + 0.25:,.2f}", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    turned = np.ascontiguousarray(np.rot90(page, -1))
    engine, figures = PpOcr(threads=1), shared_figure_reader()
    upright = read_scan(page, 1, 600, 450, engine, figures)
    sideways = read_scan(turned, 1, 450, 600, engine, figures)
    assert len(upright.tokens) == 60
    assert [(t.text, t.confidence) for t in sideways.tokens] == [
        (t.text, t.confidence) for t in upright.tokens
    ]
