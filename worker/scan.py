"""What a scanned page says: tokens and rulings of a page image."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Affine, Box, PageMap, turn
from schemas.page import PageText, Token, Warn
from worker.cell_lines import told_by_cells
from worker.crossed_figures import doubted_where_crossed
from worker.drawn_line import Line
from worker.figure_reader import FigureReader
from worker.figure_tokens import FigurePage, lone_digits, sure_figures, with_figures
from worker.image_rulings import find_lines, rulings_of, without_lines
from worker.imaging import (
    calmed,
    flatten_light,
    grey_without_stamps,
    ink_threshold,
    quarter_turned,
    text_height,
    without_excess,
)
from worker.ink_lines import Ink, InkLine, ink_lines, ink_of
from worker.ink_tone import without_pale
from worker.lone_signs import (
    by_shape,
    is_dash,
    is_speck,
    may_be_digit,
    short_dash,
    told_by_shape,
)
from worker.margin_dirt import without_margin_dirt
from worker.ocr import LineBox, LineReading, OcrEngine, lines_seen
from worker.round_stamps import ROOM, RoundStamp, round_stamps, without_stamps
from worker.ruling_remains import without_remains
from worker.second_look import look_closely, read_lines
from worker.sheet_edge import without_edges
from worker.skew import Lie, Part, lie_of, straightened, straightened_part
from worker.spoilt_figures import are_figures, cut_anew
from worker.upright import legible_turns, likely_turns

Image = NDArray[np.uint8]
Colour = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_MARGIN_Y = 0.2  # of the line's height, kept above and below its ink
_MARGIN_X = 0.25
_BLURRED = 195  # grey between ink and paper where the strokes of print are no longer dark
_SEEN = 10  # pixels of text height at which lines are found
_MAKES_SENSE = 0.8  # mean score of a page's characters below which little was understood
_FEWEST = 10  # tokens of a page that has enough text to judge by
_TANGENT = 0.1  # of a ring's radius: how far off it a line may run that is a piece of it
_TALL, _LONG = 1.7, 15.0  # text heights: no figure is taller, none longer
_COLUMN_GAP = 0.6  # of the line's height: blank so wide parts the figures of two columns
_FIGURES = re.compile(r"[\d.,()\-—△%]+(?: +[\d.,()\-—△%]+)+")
_AMOUNT_AND_WORDS = re.compile(r"([\d,.]*\d[.,]\d\d) *[^\W\d_]")
_MIN_SCORE = 0.5  # a line that only its ink speaks for must read at least so well
_MIN_WORDS = 0.25  # and so well where it is as long as words are
_WORDS = 2.5  # text heights
_DIRT = 0.5  # of a line's height from its edge, before which no word begins
_ROUGHLY = 0.35  # of a line's height: how far off a reader may see its first letter
_GAP = 0.2  # of a line's height: blank so wide parts dirt from a word


@dataclass(frozen=True, slots=True)
class _Upright:
    """A page made upright: its grey image, rulings painted over, its text height, the way back.

    ``lines`` are the rulings, in pixels. ``sx`` and ``sy`` are points per pixel; ``to_page``
    maps upright points to page space; ``stamps`` are where round stamps were taken off, in
    pixels. ``hidden`` marks what lay under their ink where it is black, and on ``drawn`` that
    ink is left.
    """

    grey: Image
    lines: tuple[Line, ...]
    unit: float
    seen: float
    threshold: int
    sx: float
    sy: float
    to_page: PageMap
    stamps: tuple[Box, ...]
    hidden: Mask
    drawn: Image


def read_scan(
    image: Colour,
    page_number: int,
    page_width: float,
    page_height: float,
    engine: OcrEngine,
    figures: FigureReader | None = None,
) -> PageText:
    """Everything a page image says, in upright space.

    ``image`` is (height, width, 3) RGB of the page as displayed, or (height, width) of grey; its
    size in points is ``page_width`` x ``page_height``. A page without text is ``blank``.
    ``figures`` reads figures beside ``engine``; None leaves them to it.
    """
    clean = _cleaned(without_excess(image))
    if clean is None:
        return PageText(page_number, "blank", page_width, page_height, page_width, page_height)
    likely = likely_turns(clean.grey, engine)
    turns = legible_turns(clean.grey, _seen_at(clean.unit), engine) if likely is None else likely
    page = _upright(clean, turns, page_width, page_height)
    tokens = _tokens(page, engine, figures)
    if likely is not None and _sense(tokens) < _MAKES_SENSE:
        turns = legible_turns(clean.grey, _seen_at(clean.unit), engine)
        if turns != likely:
            page = _upright(clean, turns, page_width, page_height)
            tokens = _tokens(page, engine, figures)
    height, width = page.grey.shape
    rulings = rulings_of(page.lines, page.sx, page.sy)
    tokens = without_margin_dirt(without_remains(tokens, rulings), rulings, width * page.sx)
    return PageText(
        number=page_number,
        source="scan" if tokens else "blank",
        width=width * page.sx,
        height=height * page.sy,
        page_width=page_width,
        page_height=page_height,
        tokens=tuple(tokens),
        rulings=rulings,
        to_page=page.to_page,
        warnings=_hard_to_read(page_number, tokens),
    )


def _hard_to_read(number: int, tokens: Sequence[Token]) -> tuple[Warn, ...]:
    """A warning where most of a page made little sense: what was missed can't be known."""
    if len(tokens) < _FEWEST or _sense(tokens) >= _MAKES_SENSE:
        return ()
    said = (
        f"page {number} could hardly be read (characters are {_sense(tokens):.0%} sure on the "
        "whole), parts of it may be missing: scan it again, or check it by eye."
    )
    return (Warn("page_hard_to_read", said, number),)


def _sense(tokens: Sequence[Token]) -> float:
    """Mean score of all characters, 0.0 without any."""
    scores = [score for token in tokens for score in token.char_scores]
    return sum(scores) / len(scores) if scores else 0.0


@dataclass(frozen=True, slots=True)
class _Clean:
    """The page evenly lit and without stamps, as it lies; with the height of its print.

    ``hidden`` is what black stamps hide, and ``drawn`` the page on which they are left.
    """

    grey: Image
    threshold: int
    unit: float
    stamps: tuple[RoundStamp, ...]
    hidden: Mask
    drawn: Image
    ruled: Image


def _cleaned(image: Colour) -> _Clean | None:
    """The page in clean grey; None where it bears no text."""
    grey, _ = grey_without_stamps(image)
    grey = flatten_light(calmed(without_edges(grey)))
    stamps = round_stamps(grey)
    clear = without_stamps(grey, stamps)
    grey = clear.grey
    threshold = ink_threshold(grey)
    unit = text_height(grey < threshold)
    if not unit:
        return None
    return _Clean(grey, threshold, unit, stamps, clear.hidden, clear.drawn, clear.ruled)


def _seen_at(unit: float) -> float:
    """The scale at which lines of print so high are found."""
    return min(_SEEN / unit, 1.0)


def _upright(clean: _Clean, turns: int, page_width: float, page_height: float) -> _Upright:
    """The page turned, straightened and laid flat, its rulings found."""
    height, width = clean.grey.shape
    turned = quarter_turned(clean.grey, turns)
    ink = turned < clean.threshold
    # Of a page that lies sideways the widths were measured, and digits are half as wide as high.
    unit = text_height(ink) if turns % 2 else clean.unit
    lie = lie_of(ink)
    straight, sheet = straightened(turned, lie)
    sx, sy = page_width / width, page_height / height
    if turns % 2:
        sx, sy = sy, sx
    flat = (
        Affine(1 / sx, 0, 0, 0, 1 / sy, 0)
        .then(sheet.flat)
        .then(Affine(sx, 0, 0, 0, sy, 0))
        .then(turn(turns, page_width, page_height).inverse())
    )
    back = PageMap(flat, sheet.bow * sy / sx**2, sheet.middle * sx)
    lying = turn(turns, width, height)
    stamps = tuple(sheet.back_box(lying.box(Box(*stamp.frame))) for stamp in clean.stamps)
    spots = [_pixels(stamp, straight.shape) for stamp in stamps]
    drawn, hidden = straight, np.zeros(straight.shape, bool)
    if clean.hidden.any():
        drawn = _with_spots(straight, quarter_turned(clean.drawn, turns), lie, spots)
        masked = quarter_turned(np.where(clean.hidden, np.uint8(0), np.uint8(255)), turns)
        hidden = _with_spots(np.full_like(straight, 255), masked, lie, spots) < 128
    ruled = drawn
    if clean.ruled is not clean.drawn:
        ruled = _with_spots(drawn, quarter_turned(clean.ruled, turns), lie, spots)
    drawing = find_lines(ruled, unit)
    lines = tuple(line for line in drawing.lines if not _is_of_a_ring(line, stamps))
    unlined = without_lines(straight, drawing)
    with_stamps = unlined if drawn is straight else without_lines(drawn, drawing)
    return _Upright(
        unlined, lines, unit, _seen_at(unit), clean.threshold,
        sx, sy, back, stamps, hidden, with_stamps,
    )  # fmt: skip


def _is_of_a_ring(line: Line, stamps: Sequence[Box]) -> bool:
    """Whether a line is a piece of a black stamp's ring, where that runs almost straight."""
    for frame in stamps:
        radius = min(frame.width, frame.height) / 2 / ROOM
        across, along = (frame.cy, frame.cx) if line.horizontal else (frame.cx, frame.cy)
        touches = abs(abs(line.at - across) - radius) < _TANGENT * radius
        if touches and along - radius / 2 < line.start and line.end < along + radius / 2:
            return True
    return False


def _pixels(stamp: Box, shape: tuple[int, ...]) -> Part:
    """The part of a page that a stamp stands in."""
    height, width = shape
    rows = slice(max(math.floor(stamp.y0), 0), max(min(math.ceil(stamp.y1), height), 0))
    return rows, slice(max(math.floor(stamp.x0), 0), max(min(math.ceil(stamp.x1), width), 0))


def _with_spots(page: Image, of: Image, lie: Lie, spots: Sequence[Part]) -> Image:
    """The upright page, spots of it as they are on another one, which still lies as scanned."""
    seen = page.copy()
    for rows, columns in spots:
        if rows.start < rows.stop and columns.start < columns.stop:
            seen[rows, columns] = straightened_part(of, lie, (rows, columns))
    return seen


def _tokens(page: _Upright, engine: OcrEngine, figures: FigureReader | None) -> list[Token]:
    ink = page.grey < _faint(page.threshold)
    pieces = ink_of(ink, page.lines, page.unit)
    boxes = _found(pieces, page, engine)
    lines = without_pale(ink_lines(pieces, boxes, page.lines, page.unit), page.grey, page.unit)
    sure = _sure(lines, page, figures)
    left = [line for line, figure in zip(lines, sure, strict=True) if figure is None]
    found = iter(_mended(ink, _read(left, page, engine), page, engine))
    tokens: list[Token] = []
    places: set[int] = set()
    mute: list[InkLine] = []
    for figure in sure:
        if figure is not None:
            places.add(len(tokens))
            tokens.append(figure)
            continue
        read = next(found)
        tokens += _spoken(read, page, ink)
        mute += [one for one, _, said in read if _may_be_lone_digit(one, said, page)]
    if figures is not None:
        digits = lone_digits([_box(line, page) for line in mute], _ground(page), figures)
        places |= set(range(len(tokens), len(tokens) + len(digits)))
        tokens += digits
        closely = partial(_closely, page, engine)
        tokens = with_figures(tokens, _ground(page), figures, closely, places)
    return doubted_where_crossed(tokens, ink, page.hidden, page.unit, page.sx, page.sy)


def _found(pieces: Ink, page: _Upright, engine: OcrEngine) -> list[LineBox]:
    """The lines that cells tell, and those that the engine sees where these don't.

    Of blurred ink pieces tell little: there the engine sees the whole page.
    """
    if page.threshold >= _BLURRED:
        return lines_seen(engine, page.grey, page.seen)
    scale = page.sx, page.sy
    told = told_by_cells(pieces, rulings_of(page.lines, *scale), scale, page.unit)
    found = list(told.lines)
    for band in told.bands:
        for box in lines_seen(engine, page.grey[band.above : band.below], page.seen):
            top, bottom = box.y0 + band.above, box.y1 + band.above
            if band.top <= (top + bottom) / 2 < band.bottom:
                found.append(replace(box, y0=top, y1=bottom))
    return found


def _sure(
    lines: Sequence[InkLine], page: _Upright, figures: FigureReader | None
) -> list[Token | None]:
    """For each line the figure that the reader of figures surely sees there, or None."""
    found: list[Token | None] = [None] * len(lines)
    may_be = [
        k
        for k, line in enumerate(lines)
        if line.found
        and not line.square
        and line.height < _TALL * page.unit
        and line.width < _LONG * page.unit
    ]
    if figures is not None:
        boxes = [_box(lines[k], page) for k in may_be]
        for k, token in zip(may_be, sure_figures(boxes, _ground(page), figures), strict=True):
            found[k] = token
    return found


def _ground(page: _Upright) -> FigurePage:
    return FigurePage(page.grey, page.unit, page.sx, page.sy)


def _box(line: InkLine, page: _Upright) -> Box:
    return Box(line.x0 * page.sx, line.y0 * page.sy, line.x1 * page.sx, line.y1 * page.sy)


def _spoken(read: Sequence[_Read], page: _Upright, ink: Mask) -> list[Token]:
    """What of a line's readings is text."""
    return [
        token
        for line, left, reading in read
        if _speaks(line, reading, page)
        for token in _tokens_of(line, left, reading, page, ink)
    ]


_Read = tuple[InkLine, int, LineReading]
"""A line, the x of its crop's left edge, and what it says."""


def _read(lines: Sequence[InkLine], page: _Upright, engine: OcrEngine) -> list[_Read]:
    dashes = [short_dash(line, page.unit) for line in lines]
    said = iter(
        _said([line for line, dash in zip(lines, dashes, strict=True) if not dash], page, engine)
    )
    return [
        (line, line.x0, dash) if dash else next(said)
        for line, dash in zip(lines, dashes, strict=True)
    ]


def _said(lines: Sequence[InkLine], page: _Upright, engine: OcrEngine) -> list[_Read]:
    crops = [_crop(page.grey, line, page.unit) for line in lines]
    told = partial(_told, lines, page.unit)
    readings = read_lines(engine, [image for image, _ in crops], told)
    for k, reading in _with_stamps(lines, page, engine):
        readings[k] = max(readings[k], reading, key=lambda one: one.score)
    return [
        (line, left, by_shape(line, reading, page.unit))
        for line, (_, left), reading in zip(lines, crops, readings, strict=True)
    ]


def _told(lines: Sequence[InkLine], unit: float, place: int, reading: LineReading) -> bool:
    return told_by_shape(lines[place], reading, unit)


def _with_stamps(
    lines: Sequence[InkLine], page: _Upright, engine: OcrEngine
) -> Iterator[tuple[int, LineReading]]:
    """The lines that stamps ran into, by their places, as they read where those are left.

    Words are often legible under a black ring that has taken too much of them with it.
    """
    met = [
        k for k, line in enumerate(lines) if page.hidden[line.y0 : line.y1, line.x0 : line.x1].any()
    ]
    crops = [_crop(page.drawn, lines[k], page.unit)[0] for k in met]
    yield from zip(met, read_lines(engine, crops), strict=True)


def _mended(
    ink: Mask, read: Sequence[_Read], page: _Upright, engine: OcrEngine
) -> list[list[_Read]]:
    """Each line, figures that dirt spoilt or ran together read again where that mends them."""
    anew = [cut_anew(line, left, reading, ink, page.unit) for line, left, reading in read]
    again = iter(_read([part for one in anew for part in one.lines], page, engine))
    mended: list[list[_Read]] = []
    for one, cut in zip(read, anew, strict=True):
        found = [next(again) for _ in cut.lines]
        sound = cut.surely or are_figures([reading.text for _, _, reading in found])
        mended.append(found if sound else [one])
    return mended


def _closely(page: _Upright, engine: OcrEngine, tokens: Sequence[Token]) -> list[Token]:
    """The tokens as they read when looked at closely."""
    lines = [_line_of(token, page) for token in tokens]
    crops = [_crop(page.grey, line, page.unit) for line in lines]
    readings = look_closely(engine, [image for image, _ in crops])
    return [
        _token(line, left, by_shape(line, reading, page.unit), page) if reading.text else token
        for token, line, (_, left), reading in zip(tokens, lines, crops, readings, strict=True)
    ]


def _line_of(token: Token, page: _Upright) -> InkLine:
    """Where the token's ink stands, in pixels."""
    box = token.box
    return InkLine(
        round(box.x0 / page.sx), round(box.y0 / page.sy),
        round(box.x1 / page.sx), round(box.y1 / page.sy),
    )  # fmt: skip


def _speaks(line: InkLine, reading: LineReading, page: _Upright) -> bool:
    """Whether a reading is text and no dirt: what the detector saw, or what reads well."""
    if not reading.text.strip():
        return False
    middle = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    if any(stamp.contains(*middle) for stamp in page.stamps) and is_dash(line, page.unit):
        return False  # what fading has left of the stamp
    if line.found:
        return True
    words = line.width >= _WORDS * page.unit and sum(map(str.isalpha, reading.text)) > 1
    least = _MIN_WORDS if words else _MIN_SCORE
    return reading.score >= least and not is_speck(line, reading, page.unit)


def _may_be_lone_digit(line: InkLine, reading: LineReading, page: _Upright) -> bool:
    return not _speaks(line, reading, page) and may_be_digit(line, reading, page.unit)


def _crop(clean: Image, line: InkLine, unit: float) -> tuple[Image, int]:
    """The crop around a line's ink, and the x of its left edge.

    A dash or a dot is cropped as high as a character: cut out tightly it could be any
    stroke.
    """
    lack = max(0.9 * unit - line.height, 0.0) / 2
    height = max(line.height, 0.9 * unit)
    dy, dx = lack + _MARGIN_Y * height, _MARGIN_X * height
    left = max(math.floor(line.x0 - dx), 0)
    rows = slice(max(math.floor(line.y0 - dy), 0), math.ceil(line.y1 + dy))
    return clean[rows, left : math.ceil(line.x1 + dx)], left


def _tokens_of(
    line: InkLine, left: int, reading: LineReading, page: _Upright, ink: Mask
) -> list[Token]:
    """The line as tokens: what of neighbouring columns was read in one is parted."""
    whole = _token(line, left, reading, page)
    cuts = _figure_gaps(reading, line, left, ink) or before_words(reading, line, left, ink)
    if not cuts:
        return [whole]
    edges = [0, *cuts, len(reading.text)]
    return [part for a, b in itertools.pairwise(edges) if (part := _part(whole, a, b)) is not None]


def _figure_gaps(reading: LineReading, line: InkLine, left: int, ink: Mask) -> list[int]:
    """Where a line of two or more figures has a gap as wide as a character, and blank."""
    text, edges = reading.text, reading.edges
    if len(edges) != len(text) + 1 or not _FIGURES.fullmatch(text):
        return []
    gaps = [(m.end(), edges[m.start()], edges[m.end()]) for m in re.finditer(r" +", text)]
    return [
        cut
        for cut, start, end in gaps
        if end - start > _COLUMN_GAP * line.height
        and not _marked(ink[line.y0 : line.y1, left + int(start) : left + math.ceil(end)])
    ]


def before_words(reading: LineReading, line: InkLine, left: int, ink: Mask) -> list[int]:
    """Where an amount is followed by words of the next column: there is a wide blank between."""
    found = _AMOUNT_AND_WORDS.match(reading.text)
    if found is None or len(reading.edges) != len(reading.text) + 1:
        return []
    at, end = found.end(1), found.end()
    first, last = (left + reading.edges[k] for k in (max(at - 1, 0), min(end, len(reading.text))))
    columns = ink[line.y0 : line.y1, max(int(first), 0) : math.ceil(last)].any(axis=0)
    inked = np.flatnonzero(columns)
    widest = int(np.diff(inked).max()) - 1 if len(inked) > 1 else 0
    return [at] if widest > _COLUMN_GAP * line.height else []


def _marked(gap: Mask) -> bool:
    """Whether a piece of ink stands free in a gap: a point or comma that was not read."""
    inked = np.flatnonzero(gap.any(axis=0))
    free = inked[(inked > 0) & (inked < gap.shape[1] - 1)]
    return len(free) > 1 and not (inked[0] == 0 and np.all(np.diff(inked) == 1))


def _part(whole: Token, start: int, end: int) -> Token | None:
    text = whole.text[start:end].strip()
    if not text:
        return None
    last = start + len(whole.text[start:end].rstrip())
    scores = whole.char_scores[start:last]
    x0 = float(max(whole.char_x[start], whole.box.x0))
    x1 = float(max(min(whole.char_x[last], whole.box.x1), x0))
    return Token(
        text=text,
        box=Box(x0, whole.box.y0, x1, whole.box.y1),
        source="ocr",
        confidence=math.prod(scores),
        char_scores=scores,
        char_x=whole.char_x[start : last + 1],
    )


def _token(line: InkLine, left: int, reading: LineReading, page: _Upright) -> Token:
    return Token(
        text=reading.text,
        box=_box(_from_first_word(line, left, reading, page), page),
        source="ocr",
        confidence=_confidence(reading),
        char_scores=reading.scores,
        char_x=tuple((left + x) * page.sx for x in reading.edges),
        readings=reading.alternatives,
        posteriors=reading.posteriors,
    )


def _from_first_word(line: InkLine, left: int, reading: LineReading, page: _Upright) -> InkLine:
    """The line without dirt before its words, which would be taken for their indentation."""
    if not reading.edges or not reading.text[0].isalpha():
        return line
    first = round(left + reading.edges[0])
    if first - line.x0 <= _DIRT * line.height:
        return line
    return replace(line, x0=min(_after_gap(line, first, page), line.x1 - 1))


def _after_gap(line: InkLine, first: int, page: _Upright) -> int:
    """Where ink goes on after the last blank before ``first``, which is told roughly.

    ``first`` itself where there is none.
    """
    reach = first + math.ceil(_ROUGHLY * line.height)
    ink = page.grey[line.y0 : line.y1, line.x0 : reach] < page.threshold
    inked = line.x0 + np.flatnonzero(ink.any(axis=0))
    gaps = np.flatnonzero((np.diff(inked) > _GAP * line.height) & (inked[:-1] < first))
    return int(inked[gaps[-1] + 1]) if len(gaps) else first


def _confidence(reading: LineReading) -> float:
    """The probability of the whole text: the recogniser's own for a figure."""
    for alternative in reading.alternatives:
        if alternative.text == reading.text:
            return min(alternative.probability, 1.0)
    return math.prod(reading.scores)


def _faint(threshold: int) -> int:
    """The grey of the thinnest signs, as the ring of a full stop: lighter than strokes."""
    return (2 * threshold + 245) // 3
