"""Lines read at a glance, and closely where that leaves a doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.page import Reading
from worker.ocr import LineBox, LineReading
from worker.second_look import read_lines

Image = NDArray[np.uint8]

CROP = np.full((48, 96), 255, np.uint8)


@dataclass(frozen=True)
class TwoSizes:
    """An engine with prepared answers: those at a glance in order, one for every close look."""

    quick: Sequence[LineReading]
    close: LineReading
    name: str = "two sizes"

    def detect(self, _image: Image) -> list[LineBox]:
        return []

    def glance(self, crops: Sequence[Image]) -> list[LineReading]:
        return list(self.quick[: len(crops)])

    def recognise(self, crops: Sequence[Image]) -> list[LineReading]:
        return [self.close] * len(crops)

    def orientation(self, _image: Image) -> tuple[float, float, float, float]:
        return (1.0, 0.0, 0.0, 0.0)


def _text(text: str, *scores: float) -> LineReading:
    each = scores or (0.999,) * len(text)
    edges = tuple(float(x) for x in range(len(text) + 1)) if text else ()
    return LineReading(text, each, edges, sum(each) / len(each) if each else 0.0)


def _figure(text: str, probability: float) -> LineReading:
    plain = _text(text)
    return LineReading(text, plain.scores, plain.edges, 0.999, (Reading(text, probability),))


CLOSE = _text("看清")


def _read(*quick: LineReading, told: bool = False) -> list[str]:
    engine = TwoSizes(quick, CLOSE)
    crops = [CROP] * len(quick)
    return [r.text for r in read_lines(engine, crops, lambda *_: told)]


def test_what_is_sure_at_a_glance_stays() -> None:
    assert _read(_text("合计"), _figure("1,390.50", 0.99)) == ["合计", "1,390.50"]


def test_one_unsure_letter_or_figure_is_looked_at_closely() -> None:
    unsure = (_text("含计", 0.7, 0.99), _figure("1.390.50", 0.9), _text(""))
    assert _read(*unsure) == ["看清"] * 3


def test_an_unsure_mark_between_sure_letters_costs_no_close_look() -> None:
    assert _read(_text("指标：长期", 0.99, 0.99, 0.5, 0.99, 0.99)) == ["指标：长期"]


def test_a_lone_sign_is_looked_at_closely_unless_its_shape_tells_it() -> None:
    assert _read(_text("-", 0.9)) == ["看清"]
    assert _read(_text("-", 0.9), told=True) == ["-"]


def test_a_lone_sign_that_a_close_look_and_its_shape_tell_is_looked_at_once() -> None:
    looks: list[int] = []

    @dataclass(frozen=True)
    class Counting(TwoSizes):
        def recognise(self, crops: Sequence[Image]) -> list[LineReading]:
            looks.append(len(crops))
            return super().recognise(crops)

    engine = Counting([_text(".", 0.6)], _text("-", 0.97))
    assert [r.text for r in read_lines(engine, [CROP], lambda _, one: one.text == "-")] == ["-"]
    assert looks == [1, 0]
    looks.clear()
    assert [r.text for r in read_lines(engine, [CROP])] == ["-"]
    assert looks == [1, 2]
