"""Signs that stand alone and that their ink's shape tells better than a recogniser can.

A recogniser sees a crop brought to one height, so the ring of a full stop and a nought, or
a dash and any stroke, look alike to it. Beside the page's ordinary characters they don't.
"""

from __future__ import annotations

from schemas.page import Reading
from worker.ink_lines import InkLine
from worker.ocr import LineReading

_RINGS = ("0", "o", "O", "〇", "○", "°", "º")
_DASHES = ("-", "－", "–", "—", "一")
_SPECKS = ".,·、'`´’‘:;：；•~"  # what a recogniser makes of a speck of dirt
_LIKE_DIGITS = tuple("sSoOzZBgqbaQD")  # letters that single digits read as
_DIGIT_HEIGHTS = (0.6, 1.25)  # text heights
_TINY = 0.4  # text heights: no letter or digit is so small
_WIDER = 1.15  # times its height: a blurred dash is at least so wide
_WORD = 0.7  # text heights: the word for one, a flat stroke in Chinese, is wider
_UNSURE = 0.5
_BY_SHAPE = 0.99
"""How sure a dash is whose ink is one flat stroke: no figure's ink is."""


def by_shape(line: InkLine, reading: LineReading, unit: float) -> LineReading:
    """The reading, mended where a lone sign's shape contradicts it.

    ``unit`` is the height of ordinary characters, in the pixels of ``line``.
    """
    text = reading.text.strip()
    if text in _RINGS and line.height < 0.45 * unit:
        return _lone("。", line, reading)
    tiny = _is_tiny(line, unit) and len(text) == 1
    flat = tiny and line.width > _WIDER * line.height and text not in _SPECKS
    if tiny and not flat and text.isalnum():
        return LineReading(".", reading.scores, reading.edges, reading.score)
    if not (flat or is_dash(line, unit)) or (text == "一" and line.width > _WORD * unit):
        return reading
    return _dash(line, _lone("-", line, reading).edges, unit)


def short_dash(line: InkLine, unit: float) -> LineReading | None:
    """The dash that ink is by its shape, whatever it reads as; None where it must be read.

    A long one may be the word for one.
    """
    told = is_dash(line, unit) and line.width <= _WORD * unit
    return _dash(line, (0.0, float(line.width)), unit) if told else None


def _dash(line: InkLine, edges: tuple[float, ...], unit: float) -> LineReading:
    sign = "-" if line.width < 0.6 * unit else "—"
    return LineReading(sign, (_BY_SHAPE,), edges, _BY_SHAPE, (Reading(sign, _BY_SHAPE),))


def told_by_shape(line: InkLine, reading: LineReading, unit: float) -> bool:
    """Whether a lone sign is a dash by its shape; where blur made it high, by its reading too."""
    blurred = _is_tiny(line, unit) and line.width > _WIDER * line.height
    return is_dash(line, unit) or (blurred and reading.text.strip() in _DASHES)


def _is_tiny(line: InkLine, unit: float) -> bool:
    return max(line.height, line.width) < _TINY * unit


def is_dash(line: InkLine, unit: float) -> bool:
    """Whether the ink is one flat stroke: as wide as a sign and much wider than high."""
    flat = line.height <= max(0.25 * unit, 3) and line.width >= 1.6 * line.height
    return flat and 0.15 * unit <= line.width <= 1.6 * unit


def may_be_digit(line: InkLine, reading: LineReading, unit: float) -> bool:
    """Whether ink is as high as a digit and no wider, and reads as one or as a letter like one."""
    high = _DIGIT_HEIGHTS[0] * unit <= line.height <= _DIGIT_HEIGHTS[1] * unit
    text = reading.text.strip()
    return high and line.width <= line.height and (text in _LIKE_DIGITS or text.isdigit())


def is_speck(line: InkLine, reading: LineReading, unit: float) -> bool:
    """Whether small ink reads as nothing but a dot or a comma, as dirt does."""
    small = max(line.height, line.width) < 0.6 * unit
    return small and not reading.text.strip().strip(_SPECKS)


def _lone(sign: str, line: InkLine, reading: LineReading) -> LineReading:
    score = max(reading.score, _UNSURE)
    edges = reading.edges if len(reading.edges) == 2 else (0.0, float(line.width))
    return LineReading(sign, (score,), edges, score)
