"""The made scanner: the same scan for the same seed, and the fault that was asked for."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pymupdf
import pytest

from eval.scanner import Mode, ScanSettings, placement, scan_page, scan_pdf
from eval.seal import GREY, RED, Seal, seal_cover

Picture = npt.NDArray[np.uint8]
OFFICE = ScanSettings(
    skew_degrees=0.8, blur=0.6, noise=4, contrast=0.9, paper=245, uneven=0.1, edge_shadow=0.4,
    specks=20, jpeg_quality=60, seals=(Seal("云岭市财政局", 0.5, 0.5),),
)  # fmt: skip


def sheet(height: int = 400, width: int = 300) -> Picture:
    """White paper with one black dot near the top left corner."""
    paper = np.full((height, width, 3), 255, np.uint8)
    cv2.circle(paper, (50, 40), 8, (0, 0, 0), -1)
    return paper


def dot(picture: Picture) -> tuple[float, float]:
    """The middle of the darkest ink, as x and y in pixels."""
    ys, xs = np.nonzero(picture.min(axis=2) < 100)
    return float(xs.mean()), float(ys.mean())


def document(*sizes: tuple[float, float]) -> bytes:
    with pymupdf.open() as made:
        for number, (width, height) in enumerate(sizes, 1):
            made.new_page(width=width, height=height).insert_text((20, 40), f"page {number}")
        return bytes(made.tobytes())


def test_the_same_seed_gives_the_same_scan() -> None:
    assert np.array_equal(scan_page(sheet(), OFFICE, 7), scan_page(sheet(), OFFICE, 7))
    assert not np.array_equal(scan_page(sheet(), OFFICE, 7), scan_page(sheet(), OFFICE, 8))
    pdf = document((300, 400))
    assert scan_pdf(pdf, OFFICE, dpi=72, seed=3) == scan_pdf(pdf, OFFICE, dpi=72, seed=3)


def test_a_faultless_scan_is_the_page() -> None:
    assert np.array_equal(scan_page(sheet(), ScanSettings(mode="colour"), 1), sheet())


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("skew", [-1.2, 0.0, 0.8])
def test_ink_lands_where_placement_says(turns: int, skew: float) -> None:
    settings = ScanSettings(quarter_turns=turns, skew_degrees=skew)
    scanned = scan_page(sheet(), settings, 1)
    assert scanned.shape[:2] == ((300, 400) if turns % 2 else (400, 300))
    assert dot(scanned) == pytest.approx(placement(settings, 300, 400).point(50.5, 40.5), abs=1.0)


@pytest.mark.parametrize(("mode", "colours"), [("grey", 1), ("bilevel", 1), ("colour", 3)])
def test_modes(mode: Mode, colours: int) -> None:
    seal = Seal("云岭市财政局", 0.5, 0.6, diameter_mm=20)
    scanned = scan_page(sheet(), ScanSettings(mode=mode, blur=1, seals=(seal,)), 1, dpi=150)
    spread = int((scanned.max(axis=2).astype(int) - scanned.min(axis=2)).max())
    assert (spread > 60) == (colours == 3)
    if mode == "bilevel":
        assert set(np.unique(scanned)) == {0, 255}


def test_print_under_a_seal_stays_darker_than_the_seal() -> None:
    paper = sheet()
    paper[200:210] = 0
    seal = Seal("云岭市财政局", 0.5, 205 / 400, diameter_mm=30, ink=RED)
    scanned = scan_page(paper, ScanSettings(mode="colour", seals=(seal,)), 1, dpi=200)
    assert int(scanned[200:210].max()) < 10
    red = scanned[:, :, 0].astype(int) - scanned[:, :, 2]
    assert int((red > 80).sum()) > 500


def test_a_seal_half_off_the_page_is_cut() -> None:
    settings = ScanSettings(mode="colour", seals=(Seal("云岭市财政局", 1.0, 0.0, ink=GREY),))
    assert scan_page(sheet(), settings, 1).shape == (400, 300, 3)
    outside = ScanSettings(mode="colour", seals=(Seal("云岭市财政局", 3.0, 3.0),))
    assert np.array_equal(scan_page(sheet(), outside, 1), sheet())


def test_a_seal_is_round_and_as_large_as_said() -> None:
    cover = seal_cover(Seal("云岭市财政局", 0, 0, diameter_mm=25.4), dpi=200)
    ys, xs = np.nonzero(cover > 0.5)
    assert np.ptp(xs) == pytest.approx(194, abs=8)
    assert np.ptp(ys) == pytest.approx(194, abs=8)


def test_light_noise_contrast_and_dust() -> None:
    def level(settings: ScanSettings) -> tuple[float, float]:
        scanned = scan_page(np.full((400, 300, 3), 255, np.uint8), settings, 1)[..., 0]
        return float(scanned.mean()), float(scanned.std())

    assert level(ScanSettings()) == (255.0, 0.0)
    assert level(ScanSettings(paper=230)) == (230.0, 0.0)
    assert level(ScanSettings(paper=200, noise=6))[1] == pytest.approx(6, abs=0.5)
    assert level(ScanSettings(uneven=0.3))[1] > 5
    assert level(ScanSettings(edge_shadow=0.5))[0] < 254
    assert level(ScanSettings(specks=30))[1] > 0
    assert scan_page(sheet(), ScanSettings(contrast=0.6), 1).min() == pytest.approx(102, abs=1)


def test_scanned_pages_keep_their_sizes_and_hold_one_picture_and_no_text() -> None:
    upright, turned = ScanSettings(), ScanSettings(quarter_turns=1, jpeg_quality=50)
    scan = scan_pdf(document((300, 400), (500, 200)), [upright, turned], dpi=72)
    with pymupdf.open(stream=scan) as made:
        assert [tuple(page.rect)[2:] for page in made] == [(300, 400), (200, 500)]
        assert [len(page.get_images()) for page in made] == [1, 1]
        assert not any(page.get_text() for page in made)


def test_chosen_pages_only() -> None:
    scan = scan_pdf(document((100, 100), (200, 100), (300, 100)), OFFICE, dpi=72, pages=[2, 0])
    with pymupdf.open(stream=scan) as made:
        assert [page.rect.width for page in made] == [300, 100]


@pytest.mark.parametrize(
    "fault",
    [{"uneven": 1.5}, {"noise": -1.0}, {"paper": 0}, {"jpeg_quality": 0}, {"contrast": -0.1}],
)
def test_nonsense_is_refused(fault: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"outside|negative"):
        ScanSettings(**fault)  # type: ignore[arg-type]
