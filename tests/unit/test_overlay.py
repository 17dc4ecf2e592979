"""What the pictures show, at the points of the page where it must stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from schemas.errors import UsageError
from schemas.result import Cell, Result
from service.overlay import draw_page, overlays, pages_found, require_same_file
from service.palette import CHECKS, VERDICTS
from tests.results import PAGE_HEIGHT, PAGE_WIDTH, cell, performance_result, result, row, table

SCALE = 2.0


def drawn(held: Result, page: int = 1) -> Image.Image:
    white = np.full((int(PAGE_HEIGHT * SCALE), int(PAGE_WIDTH * SCALE), 3), 255, np.uint8)
    return draw_page(white, (PAGE_WIDTH, PAGE_HEIGHT), held, page)


def found(held: Result, row_id: str, key: str) -> Cell:
    (cell,) = [r.cells[key] for t in held.tables for r in t.rows if r.id == row_id]
    return cell


def colours(picture: Image.Image, cell: Cell, grow: int = 0) -> set[str]:
    """Every colour in the cell's box, made ``grow`` pixels larger."""
    x0, y0, x1, y1 = (int(v * SCALE) for v in cell.bbox)
    crop = picture.crop((x0 - grow, y0 - grow, x1 + 1 + grow, y1 + 1 + grow))
    pixels = np.asarray(crop).reshape(-1, 3)
    return {f"#{r:02X}{g:02X}{b:02X}" for r, g, b in np.unique(pixels, axis=0).tolist()}


@pytest.mark.parametrize(
    ("row_id", "key", "verdict"),
    [("r1", "fiscal", "proved"), ("r4", "fiscal", "accepted"), ("r5", "total", "repaired"),
     ("r3", "total", "doubtful"), ("r5", "fiscal", "source_error")],
)  # fmt: skip
def test_a_figure_is_outlined_in_the_colour_of_its_verdict(
    row_id: str, key: str, verdict: str
) -> None:
    held = performance_result()
    ink = VERDICTS[verdict].ink  # type: ignore[index]
    assert ink in colours(drawn(held), found(held, row_id, key), grow=2)


def test_the_tint_lets_the_print_be_seen() -> None:
    held = performance_result()
    page = np.full((int(PAGE_HEIGHT * SCALE), int(PAGE_WIDTH * SCALE), 3), 255, np.uint8)
    _, y0, x1, y1 = (int(v * SCALE) for v in found(held, "r4", "fiscal").bbox)
    page[y0 + 10 : y1 - 10, x1 - 30 : x1 - 20] = 0
    picture = np.asarray(draw_page(page, (PAGE_WIDTH, PAGE_HEIGHT), held, 1)).astype(int)
    ink, ground = picture[y0 + 15, x1 - 25].sum(), picture[y0 + 15, x1 - 10].sum()
    assert ground - ink > 400


def test_a_sum_that_fails_is_ringed_and_one_that_holds_is_not() -> None:
    held = performance_result()
    picture, red = drawn(held), CHECKS["fail"].ink
    assert red in colours(picture, found(held, "r3", "total"), grow=4)
    assert red not in colours(picture, found(held, "r1", "total"), grow=4)
    assert CHECKS["rounding"].ink in colours(picture, found(held, "r2", "total"), grow=12)


def test_the_note_of_a_sum_hides_no_figure() -> None:
    held = performance_result()
    assert CHECKS["rounding"].ink not in colours(drawn(held), found(held, "r2", "total"))


def test_the_legend_stands_where_it_hides_no_cell() -> None:
    held = performance_result()
    bare = drawn(held.model_copy(update={"tables": ()}))
    changed = np.argwhere((np.asarray(bare) != 255).any(axis=2))
    assert len(changed)
    top, right = changed[:, 0].min() / SCALE, changed[:, 1].max() / SCALE
    assert top < 20
    assert right > PAGE_WIDTH - 20
    for shown in held.tables[0].rows[0].cells.values():
        assert shown.bbox[2] < PAGE_WIDTH - 80


def test_cells_of_other_pages_are_not_drawn() -> None:
    held = performance_result()
    other = drawn(held, page=2)
    assert colours(other, found(held, "r3", "total"), grow=4) == {"#FFFFFF"}


def test_a_result_of_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pdf"
    path.write_bytes(b"%PDF-1.4 other")
    with pytest.raises(UsageError, match=r"not the file .*liwan-2024\.pdf.*extract this one"):
        require_same_file(path, performance_result())
    with pytest.raises(UsageError, match="can't read"):
        require_same_file(tmp_path / "gone.pdf", performance_result())


def test_pages_are_drawn_from_the_document_itself(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    Image.new("RGB", (300, 200), "white").save(path, dpi=(72, 72))
    held = result(*performance_result().tables, content=path.read_bytes())
    ((page, png),) = list(overlays(path, held, 144))
    assert page == 1
    copy = tmp_path / "drawn.png"
    copy.write_bytes(png)
    with Image.open(copy) as picture:
        assert picture.size == (600, 400)


def test_only_pages_with_cells_are_drawn() -> None:
    held = table((), [row("r1", "item", "x", {"a": cell("x", page=2)})])
    columns = performance_result().tables[0].columns
    placed = table(columns, [row("r1", "item", "x", {"name": cell("x", page=2)})])
    assert pages_found(result(held)) == ()
    assert pages_found(result(placed)) == (2,)
