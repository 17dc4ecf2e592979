"""The reader of figures inside the package, and figures read by two readers."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.page import Posterior, Token
from worker.ctc import SIGNS, log_probability, posterior_of
from worker.figure_crop import Frame, digits_of, figure_crop
from worker.figure_reader import CLASSES, OTHER, OwnFigureReader
from worker.figure_tokens import PLAIN_SURE, FigurePage, sure_figures, with_figures
from worker.ocr import GLANCE

UNIT = 27.0  # pixels of a 12 point character at 200 dpi


def _page(*texts: str, font: str = "helv", size: float = 12) -> NDArray[np.uint8]:
    """Texts one below another, 40 points apart, as a grey image of 200 dpi."""
    with pymupdf.open() as document:
        page = document.new_page(width=200, height=40 * len(texts))
        writer = pymupdf.TextWriter(page.rect)
        for k, text in enumerate(texts):
            writer.append((20, 40 * k + 25), text, font=pymupdf.Font(font), fontsize=size)
        writer.write_text(page)
        pix = page.get_pixmap(dpi=200, colorspace=pymupdf.csGRAY, alpha=False)
        return np.frombuffer(pix.samples, np.uint8).reshape(pix.height, pix.width).copy()


def _frame(page: NDArray[np.uint8], line: int) -> Frame:
    band = slice(round(40 * line * 200 / 72), round(40 * (line + 1) * 200 / 72))
    ys, xs = np.nonzero(page[band] < 128)
    return Frame(xs.min(), band.start + ys.min(), xs.max() + 1, band.start + ys.max() + 1)


def _token(page: NDArray[np.uint8], line: int, text: str, sure: float = 0.9) -> Token:
    """What a recogniser made of a line: ``text``, right or wrong."""
    frame = _frame(page, line)
    rest = (1 - sure) / len(SIGNS)
    steps = np.array([
        [sure if s == seen else rest for s in ("", *SIGNS)] for sign in text for seen in (sign, "")
    ])  # fmt: skip
    return Token(
        text, Box(frame.x0, frame.y0, frame.x1, frame.y1), "ocr", sure,
        (sure,) * len(text), tuple(np.linspace(frame.x0, frame.x1, len(text) + 1).tolist()),
        posteriors=(posterior_of(steps),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> OwnFigureReader:
    return OwnFigureReader(threads=1)


def _said(seen: NDArray[np.float32]) -> str:
    best = seen.argmax(axis=1)
    return "".join(CLASSES[k] for n, k in enumerate(best) if k and (n == 0 or best[n - 1] != k))


def test_clean_figures_of_any_kind_are_read(reader: OwnFigureReader) -> None:
    texts = ["1,234,567.89", "0.00", "-38.6", "(4,105)", "99.5%", "2050201", "7", "1111.10"]
    for font in ("helv", "tiro", "china-s"):
        page = _page(*texts, font=font)
        frames = [_frame(page, k) for k in range(len(texts))]
        crops = [figure_crop(page, f, digits_of(page, f, UNIT)) for f in frames]
        assert [_said(seen) for seen in reader.read(crops)] == texts


def test_steps_are_probabilities_of_all_classes(reader: OwnFigureReader) -> None:
    page = _page("1,390.50")
    frame = _frame(page, 0)
    (seen,) = reader.read([figure_crop(page, frame, digits_of(page, frame, UNIT))])
    assert seen.shape[1] == len(CLASSES)
    assert seen.sum(axis=1) == pytest.approx(np.ones(len(seen)), abs=1e-3)


def test_no_crops_no_readings(reader: OwnFigureReader) -> None:
    assert reader.read([]) == []


def test_words_are_no_figures(reader: OwnFigureReader) -> None:
    page = _page("合计教育", font="china-s")
    frame = _frame(page, 0)
    (seen,) = reader.read([figure_crop(page, frame, digits_of(page, frame, UNIT))])
    assert OTHER in _said(seen)


def _both(page: NDArray[np.uint8], token: Token, reader: OwnFigureReader) -> Token:
    (read,) = with_figures([token], FigurePage(page, UNIT, 1.0, 1.0), reader)
    return read


def test_a_figure_that_both_read_alike_is_surer_than_an_unsure_first_reading(
    reader: OwnFigureReader,
) -> None:
    page = _page("1,390.50")
    token = _token(page, 0, "1,390.50", sure=0.7)
    read = _both(page, token, reader)
    assert read.text == "1,390.50"
    assert read.confidence > np.exp(log_probability(token.posteriors, ["1,390.50"])[0])
    assert read.readings[0].text == "1,390.50"


def test_a_figure_in_doubt_that_was_only_glanced_at_is_looked_at_closely(
    reader: OwnFigureReader,
) -> None:
    page = _page("1,390.50")
    close = _token(page, 0, "1,390.50", sure=0.999)
    told = _token(page, 0, "1,890.50", sure=0.6)
    glanced = replace(told, posteriors=tuple(replace(p, weight=GLANCE) for p in told.posteriors))
    ground = FigurePage(page, UNIT, 1.0, 1.0)
    (read,) = with_figures([glanced], ground, reader, lambda tokens: [close for _ in tokens])
    assert read.text == "1,390.50"
    assert read.confidence > 0.98
    (kept,) = with_figures([told], ground, reader, lambda tokens: [close for _ in tokens])
    assert kept.confidence < 0.98


def test_a_misread_figure_is_mended_by_the_ink(reader: OwnFigureReader) -> None:
    page = _page("1,390.50")
    read = _both(page, _token(page, 0, "1,890.50", sure=0.6), reader)
    assert read.text == "1,390.50"
    assert {r.text for r in read.readings} >= {"1,390.50", "1,890.50"}
    assert len(read.char_scores) == len(read.text)
    assert len(read.char_x) == len(read.text) + 1
    assert list(read.char_x) == sorted(read.char_x)


def test_a_point_where_a_comma_must_stand_is_a_comma(reader: OwnFigureReader) -> None:
    page = _page("1,935.36")
    (read,) = with_figures(
        [_token(page, 0, "1.935.36", sure=0.99)], FigurePage(page, UNIT, 1.0, 1.0), reader
    )
    assert read.text == "1,935.36"
    assert "1.935.36" not in [reading.text for reading in read.readings]


def test_any_string_can_be_tested_on_what_was_seen(reader: OwnFigureReader) -> None:
    page = _page("118.00")
    read = _both(page, _token(page, 0, "118.00"), reader)
    near, far = log_probability(read.posteriors, ["116.00", "9,402.37"])
    assert 0 > near > far


def test_words_and_full_width_figures_are_left_to_the_recogniser(reader: OwnFigureReader) -> None:
    page = _page("１２３", "商务", font="china-s")
    wide = replace(_token(page, 0, "123"), text="１２３")
    words = replace(_token(page, 1, "12"), text="商务", posteriors=())
    assert _both(page, wide, reader) == wide
    assert _both(page, words, reader) == words


def test_a_text_that_is_no_amount_stays(reader: OwnFigureReader) -> None:
    page = _page("2024-01-15")
    assert _both(page, _token(page, 0, "2024-01-15"), reader).text == "2024-01-15"


def _surely(page: NDArray[np.uint8], lines: int, reader: OwnFigureReader) -> list[Token | None]:
    frames = [_frame(page, k) for k in range(lines)]
    boxes = [Box(f.x0, f.y0, f.x1, f.y1) for f in frames]
    return sure_figures(boxes, FigurePage(page, UNIT, 1.0, 1.0), reader)


def test_plain_amounts_need_nobody_else(reader: OwnFigureReader) -> None:
    texts = ["1,390.50", "86,246.63", "0.00", "12,345,678.90"]
    found = _surely(_page(*texts), len(texts), reader)
    assert [token.text for token in found if token is not None] == texts
    for token in found:
        assert token is not None
        assert token.confidence >= PLAIN_SURE
        assert token.readings[0].text == token.text
        assert len(token.char_scores) == len(token.char_x) - 1 == len(token.text)
        near, far = log_probability(token.posteriors, [token.text, "9,402.37"])
        assert near > -0.05 > -10 > far


def test_what_may_be_more_than_an_amount_is_left_to_the_recogniser(
    reader: OwnFigureReader,
) -> None:
    texts = ["2050201", "2024-01-15", "12   34.50", "¥1,390.50", "第1.5条", "合计教育", "1,39.50"]
    assert _surely(_page(*texts, font="china-s"), len(texts), reader) == [None] * len(texts)


def test_a_blurred_amount_is_left_to_the_recogniser(reader: OwnFigureReader) -> None:
    page = _page("1,388.50")
    assert _surely(page, 1, reader) != [None]
    small = cv2.resize(page, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    frame = _frame(page, 0)
    page[:] = cv2.resize(small, page.shape[::-1], interpolation=cv2.INTER_CUBIC)
    box = Box(frame.x0, frame.y0, frame.x1, frame.y1)
    assert sure_figures([box], FigurePage(page, UNIT, 1.0, 1.0), reader) == [None]


def test_a_figure_that_is_sure_already_stays(reader: OwnFigureReader) -> None:
    page = _page("1,390.50", "1,390.50")
    sure, other = (_token(page, k, "1,890.50", sure=0.6) for k in range(2))
    ground = FigurePage(page, UNIT, 1.0, 1.0)
    assert with_figures([sure, other], ground, reader, sure={0})[0] == sure
    assert with_figures([sure, other], ground, reader, sure={0})[1].text == "1,390.50"


def test_looks_weigh_one_together(reader: OwnFigureReader) -> None:
    page = _page("45.00")
    read = _both(page, _token(page, 0, "46.00", sure=0.5), reader)
    assert sum(p.weight for p in read.posteriors) == pytest.approx(1.0)
    assert all(isinstance(p, Posterior) for p in read.posteriors)


def test_a_streak_beside_a_figure_is_not_read(reader: OwnFigureReader) -> None:
    page = _page("45.00")
    token = _token(page, 0, "45.001", sure=0.6)
    right = round(token.box.x1)
    page[::2, right + 4 : right + 6] = 30
    widened = replace(token, box=replace(token.box, x1=right + 6.0))
    assert _both(page, widened, reader).text == "45.00"


def test_a_streak_between_two_cells_parts_them(reader: OwnFigureReader) -> None:
    page = _page("—   362.53", font="china-s")
    token = _token(page, 0, "—362.53")
    ink = np.flatnonzero(page.min(axis=0) < 128)
    gap = int(np.argmax(np.diff(ink)))
    middle = (ink[gap] + ink[gap + 1]) // 2
    edges = (float(ink[0]), float(middle), *np.linspace(ink[gap + 1], ink[-1] + 1, 7)[1:].tolist())
    page[::2, middle : middle + 2] = 30
    parts = with_figures([replace(token, char_x=edges)], FigurePage(page, UNIT, 1.0, 1.0), reader)
    assert [part.text for part in parts] == ["—", "362.53"]
    assert parts[0].box.x1 <= middle <= parts[1].box.x0


def test_a_part_of_a_figure_is_not_sure(reader: OwnFigureReader) -> None:
    page = _page("1,823,893.94")
    frame = _frame(page, 0)
    ground = FigurePage(page, UNIT, 1.0, 1.0)
    whole = Box(frame.x0, frame.y0, frame.x1, frame.y1)
    inked = np.flatnonzero((page < 128).any(axis=0))
    # Where a character begins after a gap.
    gaps = inked[1:][np.diff(inked) > 1]
    tails = [replace(whole, x0=float(x)) for x in gaps]
    heads = [replace(whole, x1=float(x)) for x in gaps]
    assert sure_figures([whole], ground, reader) != [None]
    assert sure_figures([*tails, *heads], ground, reader) == [None] * (2 * len(gaps))
