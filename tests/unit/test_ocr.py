"""The recogniser's answers: texts, places of characters, alternatives of figures."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from worker.ctc import figure_beam
from worker.ocr import GLANCE, PpOcr, figure_posterior, greedy, looks_like_figure, stands_of

LETTERS = ("", "0", "1", "8", ".", ",", "元")
STANDS = stands_of(LETTERS)


def _line(text: str, size: float = 12) -> NDArray[np.uint8]:
    font = pymupdf.Font("china-s")
    document = pymupdf.open()
    page = document.new_page(width=font.text_length(text, size) + 8, height=size * 1.5)
    writer = pymupdf.TextWriter(page.rect)
    writer.append((4, size * 1.1), text, font=font, fontsize=size)
    writer.write_text(page)
    pix = page.get_pixmap(dpi=200, colorspace=pymupdf.csGRAY, alpha=False)
    image = np.frombuffer(pix.samples, np.uint8).reshape(pix.height, pix.width).copy()
    document.close()
    return image


def _posterior(*steps: dict[str, float]) -> NDArray[np.float32]:
    rows = [[step.get(letter, 0.0) for letter in LETTERS] for step in steps]
    return np.array(rows, np.float32)


@pytest.fixture(scope="module")
def engine() -> PpOcr:
    return PpOcr(threads=1)


def test_lines_are_read_in_the_order_given(engine: PpOcr) -> None:
    texts = ["86,246.64", "广州市政务服务和数据管理局", "0.00", "≥99.5%", "7"]
    readings = engine.recognise([_line(text) for text in texts])
    assert [reading.text.replace(" ", "") for reading in readings] == texts


def test_a_glance_reads_clean_lines_as_a_close_look_does(engine: PpOcr) -> None:
    crops = [_line(text) for text in ("86,246.64", "广州市政务服务和数据管理局", "0.00")]
    assert [r.text for r in engine.glance(crops)] == [r.text for r in engine.recognise(crops)]


def test_a_glance_at_a_figure_weighs_less_than_a_close_look(engine: PpOcr) -> None:
    (quick,), (close,) = engine.glance([_line("1,154.38")]), engine.recognise([_line("1,154.38")])
    assert [p.weight for p in quick.posteriors] == [GLANCE]
    assert [p.weight for p in close.posteriors] == [1.0]


def test_characters_have_scores_and_places(engine: PpOcr) -> None:
    crop = _line("合计1,390.50")
    (reading,) = engine.recognise([crop])
    assert len(reading.scores) == len(reading.text) == len(reading.edges) - 1
    assert list(reading.edges) == sorted(reading.edges)
    assert 0 <= reading.edges[0] < reading.edges[-1] <= crop.shape[1]
    # The first two characters are twice as wide as the digits.
    assert reading.edges[2] > 0.25 * crop.shape[1]


def test_a_figure_has_alternatives_and_the_text_leads(engine: PpOcr) -> None:
    (figure, words) = engine.recognise([_line("1,154.38"), _line("商务运行经费")])
    assert figure.alternatives[0].text == figure.text == "1,154.38"
    assert len(figure.alternatives) > 1
    assert sum(a.probability for a in figure.alternatives) <= 1.001
    assert words.alternatives == ()


def test_a_glance_reads_words_and_figures_and_where_they_stand(engine: PpOcr) -> None:
    texts = ["一般公共预算拨款收入", "1,154.38", "合计"]
    crops = [_line(text) for text in texts]
    readings = engine.glance(crops)
    assert [reading.text for reading in readings] == texts
    for crop, reading in zip(crops, readings, strict=True):
        assert list(reading.edges) == sorted(reading.edges)
        assert 0.8 * crop.shape[1] < reading.edges[-1] <= crop.shape[1]
    assert readings[1].alternatives[0].text == "1,154.38"


def test_latin_words_are_as_legible_at_a_glance_as_chinese_ones(engine: PpOcr) -> None:
    texts = ["Real Property Transfer Tax", "Recreation Programs", "Miscellaneous Receipts"]
    readings = engine.glance([_line(text) for text in texts])
    assert [reading.text.replace(" ", "") for reading in readings] == [
        text.replace(" ", "") for text in texts
    ]


def test_no_crops_no_readings(engine: PpOcr) -> None:
    assert engine.recognise([]) == []


def test_the_greedy_path_drops_blanks_and_repeats() -> None:
    posterior = _posterior({"1": 0.9}, {"1": 0.8}, {"": 0.9}, {"1": 0.7}, {"8": 0.6, "0": 0.4})
    reading = greedy(posterior, LETTERS, 8.0, 40.0)
    assert reading.text == "118"
    assert reading.scores == pytest.approx((0.9, 0.7, 0.6))


def test_the_beam_sums_over_all_paths_of_a_figure() -> None:
    posterior = _posterior({"1": 0.6, "": 0.4}, {"1": 0.5, "": 0.5}, {"8": 0.7, "0": 0.3})
    readings = {
        r.text: r.probability for r in figure_beam([figure_posterior(posterior, STANDS)], 8)
    }
    one = 0.6 * 0.5 + 0.6 * 0.5 + 0.4 * 0.5
    assert readings["18"] == pytest.approx(one * 0.7, rel=2e-3)
    assert readings["10"] == pytest.approx(one * 0.3, rel=2e-3)
    assert readings["8"] == pytest.approx(0.4 * 0.5 * 0.7, rel=2e-3)


def test_the_beam_knows_figure_signs_only() -> None:
    posterior = _posterior({"元": 0.9, "8": 0.1})
    assert [r.text for r in figure_beam([figure_posterior(posterior, STANDS)], 8)] == ["8"]


@pytest.mark.parametrize("text", ["0.00", "-3.4", "(1,234)", "—", "95%", "12O.5", "７"])
def test_these_look_like_figures(text: str) -> None:
    assert looks_like_figure(text)


@pytest.mark.parametrize("text", ["合计", "", "2070199其他文化和旅游支出", "≥", "年"])
def test_these_do_not(text: str) -> None:
    assert not looks_like_figure(text)


def test_lines_of_a_page_are_found(engine: PpOcr) -> None:
    page = np.full((400, 700), 255, np.uint8)
    for top, text in ((60, "项目支出绩效目标表"), (200, "合计"), (300, "1,390.50")):
        line = _line(text)
        page[top : top + line.shape[0], 80 : 80 + line.shape[1]] = line
    tops = sorted(box.y0 for box in engine.detect(page))
    assert tops == pytest.approx([60, 200, 300], abs=20)


@pytest.mark.parametrize("turns", range(4))
def test_orientation_says_how_to_turn_back(engine: PpOcr, turns: int) -> None:
    from tests.unit.paper import table_page

    page = np.ascontiguousarray(np.rot90(table_page()[..., 0], turns))
    odds = engine.orientation(page)
    assert int(np.argmax(odds)) == turns
    assert sum(odds) == pytest.approx(1, abs=0.01)
