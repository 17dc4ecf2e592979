"""The levels of wear: each does what it says, and the gold follows the ink."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pymupdf
import pytest

from eval.levels import CLEAN, FAX, LEVELS, RUIN, Aged, age, draw_settings
from eval.made.document import make_document
from eval.made.spec import MadeSpec
from eval.paper import Wear, worn
from eval.scanner import ScanSettings, landing, scan_page
from schemas.geometry import Box

Picture = npt.NDArray[np.uint8]
SPEC = MadeSpec(seed=9, forms=("three_publics",), size=9.0)


@pytest.fixture(scope="module")
def aged() -> dict[str, Aged]:
    made = make_document(9, SPEC)
    return {level: age(made.pdf, made.gold, level, seed=5) for level in LEVELS}


def pictures(pdf: bytes, dpi: int = 100) -> list[Picture]:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        pixmaps = [page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY) for page in document]
        return [np.frombuffer(p.samples, np.uint8).reshape(p.height, p.width) for p in pixmaps]


def white(height: int = 400, width: int = 300) -> Picture:
    return np.full((height, width, 3), 255, np.uint8)


def test_the_levels_are_the_four() -> None:
    assert list(LEVELS) == ["clean", "office", "fax", "ruin"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_scan_has_no_text_and_the_same_bytes_for_its_seed(level: str) -> None:
    pdf = make_document(9, replace(SPEC, size=12.0)).pdf
    once, again = age(pdf, None, level, 5), age(pdf, None, level, 5)
    assert once.pdf == again.pdf
    assert once.pdf != age(pdf, None, level, 6).pdf
    with pymupdf.open(stream=once.pdf, filetype="pdf") as document:
        assert all(not page.get_text().strip() for page in document)
        assert all(len(page.get_images()) == 1 for page in document)


@pytest.mark.parametrize("level", LEVELS)
def test_the_gold_follows_the_ink(level: str, aged: dict[str, Aged]) -> None:
    truth = aged[level].truth
    assert truth is not None
    assert set(truth.document.page_sources) == {"scan"}
    scans = pictures(aged[level].pdf)
    for table in truth.tables:
        for row in table.rows:
            for cell in (c for c in row.cells.values() if c.value):
                x0, y0, x1, y1 = (round(v * 100 / 72) for v in cell.bbox)
                page = scans[cell.page - 1]
                ink = page[max(y0, 0) : y1, max(x0, 0) : x1]
                paper = float(np.median(page))
                assert float(np.percentile(ink, 5)) < paper - 40, (row.label, cell.text)


def test_fax_is_black_and_white() -> None:
    settings = replace(draw_settings(FAX, np.random.default_rng(1)), quarter_turns=0)
    assert settings.mode == "bilevel"
    assert set(np.unique(scan_page(white(), settings, 1))) <= {0, 255}


def test_each_level_is_harder_to_tell_from_its_paper() -> None:
    made = make_document(9, SPEC)
    contrast = {}
    for level in ("clean", "ruin"):
        page = pictures(age(made.pdf, None, level, 2).pdf)[0].astype(float)
        contrast[level] = float(np.median(page) - np.percentile(page, 1))
    assert contrast["ruin"] < contrast["clean"] - 40


def test_settings_stay_inside_the_ranges_and_events_happen() -> None:
    drawn = [draw_settings(RUIN, np.random.default_rng(seed)) for seed in range(200)]
    assert all(RUIN.blur[0] <= one.blur <= RUIN.blur[1] for one in drawn)
    assert all(abs(one.skew_degrees) <= RUIN.skew_degrees for one in drawn)
    assert {one.quarter_turns for one in drawn} == {0, 1, 2, 3}
    assert any(one.seals for one in drawn)
    assert any(one.wear.coffee for one in drawn)
    assert any(one.wear.signatures for one in drawn)
    clean = [draw_settings(CLEAN, np.random.default_rng(seed)) for seed in range(50)]
    assert not any(one.seals or one.quarter_turns or one.skew_degrees for one in clean)


def test_small_print_is_scanned_finer() -> None:
    def width(size: float) -> int:
        made = make_document(9, replace(SPEC, size=size, seed=12))
        with pymupdf.open(stream=age(made.pdf, None, "ruin", 3).pdf) as document:
            image, page = document[0].get_images()[0], document[0].rect
        return int(max(image[2], image[3]) * 72 / max(page.width, page.height))

    assert width(6.0) > width(9.0)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("skew", [-1.0, 0.7])
def test_a_bowed_page_lands_where_it_is_said_to(turns: int, skew: float) -> None:
    settings = ScanSettings(quarter_turns=turns, skew_degrees=skew, curl_mm=3.0)
    sheet = white()
    cv2.rectangle(sheet, (140, 60), (160, 66), (0, 0, 0), -1)
    scanned = scan_page(sheet, settings, 1, dpi=72)
    ys, xs = np.nonzero(scanned.min(axis=2) < 128)
    box = landing(settings, 300, 400, Box(140, 60, 161, 67))
    found = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    assert found == pytest.approx((box.x0, box.y0, box.x1, box.y1), abs=1.6)


@pytest.mark.parametrize(
    "wear",
    [Wear(signatures=1), Wear(coffee=1), Wear(holes=2)],
    ids=["signature", "coffee", "holes"],
)
def test_wear_leaves_a_mark_and_spares_the_print(wear: Wear) -> None:
    sheet = white(1100, 850)
    sheet[500:520, 100:700] = 0
    marked = worn(sheet, wear, 100, np.random.default_rng(4))
    assert (marked.min(axis=2) < 250).sum() > (sheet.min(axis=2) < 250).sum()
    assert marked[500:520, 100:700].max() == 0


def test_the_back_shines_through_as_much_as_it_is_told() -> None:
    sheet = white()
    sheet[100:140, 20:80] = 0
    faint, strong = (
        worn(sheet, Wear(bleed=much), 72, np.random.default_rng(1)) for much in (0.1, 0.4)
    )
    back = (slice(115, 140), slice(230, 270))
    assert 220 < faint[back].mean() < 250
    assert strong[back].mean() < faint[back].mean() - 40


@pytest.mark.parametrize("wrong", [{"bleed": 1.4}, {"coffee": -1}])
def test_nonsense_wear_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"bleed|less than 0"):
        Wear(**wrong)  # type: ignore[arg-type]
