"""Of a long line only the letters in doubt are looked at closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from worker.ocr import LineBox, LineReading
from worker.second_look import read_lines

Image = NDArray[np.uint8]

HIGH, WIDE = 40, 30  # pixels of a letter
LINE = "国有资本经营预算拨款收入表"
GLANCED = "国有资本经营预鲜拨款收入表"
AT = 7  # the letter that the glance got wrong


def _reading(text: str, doubt: float = 1.0, at: int = -1) -> LineReading:
    scores = tuple(doubt if k == at else 0.999 for k in range(len(text)))
    edges = tuple(float(WIDE * k) for k in range(len(text) + 1))
    return LineReading(text, scores, edges, sum(scores) / len(scores))


@dataclass
class Looks:
    """An engine that reads a line of known print: wrong at a glance, as told where cut."""

    quick: LineReading
    line: str
    wrong_cut: str = ""
    still_unsure: bool = False
    seen: list[int] = field(default_factory=list)
    name: str = "looks"

    def detect(self, _image: Image) -> list[LineBox]:
        return []

    def glance(self, crops: Sequence[Image]) -> list[LineReading]:
        return [self.quick] * len(crops)

    def recognise(self, crops: Sequence[Image]) -> list[LineReading]:
        self.seen += [crop.shape[1] for crop in crops]
        return [self._read(crop) for crop in crops]

    def orientation(self, _image: Image) -> tuple[float, float, float, float]:
        return (1.0, 0.0, 0.0, 0.0)

    def _read(self, crop: Image) -> LineReading:
        if crop.shape[1] > len(self.line) * WIDE / 2:
            return _reading(self.line)
        # Each letter of the page is as grey as its place is far.
        places = [int(x) for x in crop[0, WIDE // 2 :: WIDE]]
        text = self.wrong_cut or "".join(self.line[k] for k in places)
        return _reading(text, 0.7 if self.still_unsure else 1.0, len(text) // 2)


def _page(letters: int) -> Image:
    return np.repeat(np.arange(letters, dtype=np.uint8), WIDE)[None].repeat(HIGH, axis=0)


def _read(engine: Looks, letters: int = len(LINE)) -> LineReading:
    return read_lines(engine, [_page(letters)])[0]


def test_a_letter_in_doubt_is_looked_at_with_its_neighbours_alone() -> None:
    engine = Looks(_reading(GLANCED, 0.6, AT), LINE)
    reading = _read(engine)
    assert reading.text == LINE
    assert engine.seen == [width for width in engine.seen if width < 7 * WIDE]
    assert len(reading.scores) == len(LINE) == len(reading.edges) - 1
    assert list(reading.edges) == sorted(reading.edges)
    assert min(reading.scores) > 0.95


def test_letters_at_both_ends_are_mended_too() -> None:
    for at in (0, len(LINE) - 1):
        wrong = LINE[:at] + "鲜" + LINE[at + 1 :]
        assert _read(Looks(_reading(wrong, 0.6, at), LINE)).text == LINE


def test_a_letter_that_the_glance_left_out_comes_back() -> None:
    glanced = LINE[:AT] + LINE[AT + 1 :]
    short = _reading(glanced, 0.6, AT)
    edges = (*short.edges[: AT + 1], *(x + WIDE for x in short.edges[AT + 1 :]))
    engine = Looks(LineReading(short.text, short.scores, edges, short.score), LINE)
    assert _read(engine).text == LINE


def test_where_the_neighbours_read_otherwise_the_whole_line_is_looked_at() -> None:
    engine = Looks(_reading(GLANCED, 0.6, AT), LINE, wrong_cut="本经营予算拔")
    assert _read(engine).text == LINE
    assert engine.seen[-1] == len(LINE) * WIDE


def test_a_doubt_that_stays_is_looked_at_in_the_whole_line() -> None:
    engine = Looks(_reading(GLANCED, 0.6, AT), LINE, still_unsure=True)
    assert min(_read(engine).scores) > 0.95
    assert engine.seen[-1] == len(LINE) * WIDE


def test_a_line_mostly_in_doubt_is_looked_at_at_once() -> None:
    engine = Looks(_reading("含计表", 0.6, 0), "合计表")
    assert _read(engine, 3).text == "合计表"
    assert engine.seen == [3 * WIDE]
