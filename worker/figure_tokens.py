"""Figures read twice over: what a recogniser of text and the reader of figures say together.

The recogniser of text finds out what is a figure at all; then the reader of figures looks at
its crop, more than once where the two do not settle it. What both saw is averaged by weights
that were fitted on made documents (docs/figure-reader.md), and the most probable text of all
is the token's reading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from schemas.amount import Amount, parse_amount
from schemas.geometry import Box
from schemas.page import Posterior, Reading, Token
from worker.confusions import confusable
from worker.ctc import (
    SIGNS,
    each_weighed,
    in_signs,
    is_printed_amount,
    log_probabilities,
    posterior_of,
    proposals,
    spelled,
)
from worker.figure_crop import (
    CLOSE_LOOKS,
    HEIGHT,
    PLAIN,
    Digits,
    Frame,
    Look,
    digits_of,
    figure_crop,
)  # fmt: skip
from worker.figure_reader import OTHER, STRIDE, FigureReader
from worker.ocr import GLANCE, looks_like_figure
from worker.over_columns import column_cuts
from worker.specks import past_speck
from worker.streaks import erased, streaks

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trust:
    """What a network of ours weighs beside the recogniser of text, which has the rest.

    A network is less sure of itself than it is right where its ``heat`` is below 1.
    """

    weight: float
    heat: float


GLANCE_TRUST = Trust(0.5, 0.7)
CLOSE_TRUST = Trust(0.6, 0.7)
SURE = 0.98
"""Of the best reading: below it the ink is looked at again."""
PLAIN_SURE = 0.95
"""Of an amount at one look of our own: from it nobody else is asked."""

_PERSUASIVE = 0.9  # least probability of a figure in place of a text that is none
_SEEN = 0.02  # least probability of a well-formed figure that takes an ill-formed one's place
_LONGEST = 28  # signs of the longest figure
_KEPT = 8
_CONFUSIONS = 16  # texts weighed besides what the beams propose, where a figure is unsure
_BRACKETS = "()（）[] "
_FULL_WIDTH = re.compile(r"[０-９]")
_DATE = re.compile(r"\d[-—]")
_MARKED = re.compile(r"[.,]")
_WORDS = 0.6  # digit heights of blank that may part two figures
_EDGE = 0.12  # digit heights of blur beside a figure
_BESIDE = 0.9  # digit heights of blank on both sides of a figure that is no part of another
_APART = 0.15  # digit heights of paper on both sides of a streak that parts two figures
_DIGITS = 0.5  # of the signs of a token that may be figures of several columns
_FEW_DIGITS = 3
_DIGITS_ALONE = "023456789"
_ALONE = 0.8  # least probability of a digit that stands alone and was no text
_INK = 60  # grey levels of a column of pixels that holds ink


@dataclass(frozen=True, slots=True)
class FigurePage:
    """An upright page for cutting figures: grey without rulings, and its scale.

    ``unit`` is the height of ordinary characters in pixels; ``sx`` and ``sy`` are points per
    pixel.
    """

    grey: Image
    unit: float
    sx: float
    sy: float


@dataclass(frozen=True)
class _Ink:
    """Where a figure's ink lies in the page's pixels."""

    frame: Frame
    digits: Digits


def sure_figures(
    boxes: Sequence[Box], page: FigurePage, reader: FigureReader
) -> list[Token | None]:
    """For each box of ink the amount that one look of our own reads there surely, or None.

    Only what is an amount by its signs too, with a point or a comma, in one piece and with
    bare paper beside it: a part of a figure may be read as surely as the whole.
    """
    inks = [_ink(box, page) for box in boxes]
    seen = reader.read(_crops(inks, [PLAIN] * len(inks), page))
    said = [_said(one) for one in seen]
    amounts = [
        k
        for k, text in enumerate(said)
        if _MARKED.search(text) and is_printed_amount(text) and _in_one(page.grey, inks[k])
    ]
    looks = [posterior_of(seen[k][:, : 1 + len(SIGNS)]) for k in amounts]
    logs = log_probabilities([([look], [said[k]]) for k, look in zip(amounts, looks, strict=True)])
    sure = [
        (k, {said[k], *proposals(look)}, mixed((), [seen[k]], GLANCE_TRUST))
        for k, look, (log,) in zip(amounts, looks, logs, strict=True)
        if log >= math.log(PLAIN_SURE)
    ]
    found: list[Token | None] = [None] * len(boxes)
    weighed = each_weighed([(mixture, texts, ()) for _, texts, mixture in sure], _KEPT)
    for (k, _, mixture), readings in zip(sure, weighed, strict=True):
        blank = Token("", boxes[k], "ocr", 0.0, (), ())
        token = _judged(blank, _well_formed(readings), mixture, inks[k], page)
        found[k] = token if token.text else None
    return found


def lone_digits(boxes: Sequence[Box], page: FigurePage, reader: FigureReader) -> list[Token]:
    """The digits that stand alone in boxes of ink, where our own reader surely sees them.

    A recogniser of text that sees one blurred sign takes it for a letter as well. Of a 1 nobody
    can tell whether it is a stroke.
    """
    inks = [_ink(box, page) for box in boxes]
    found: list[Token] = []
    for box, ink, seen in zip(
        boxes, inks, reader.read(_crops(inks, [PLAIN] * len(inks), page)), strict=True
    ):
        said = _said(seen)
        if len(said) != 1 or said not in _DIGITS_ALONE or not _in_one(page.grey, ink):
            continue
        mixture = mixed((), [seen], GLANCE_TRUST)
        (readings,) = each_weighed([(mixture, {said}, ())], _KEPT)
        token = _judged(
            Token("", box, "ocr", 0.0, (), ()), _well_formed(readings), mixture, ink, page
        )
        if token.text == said and token.confidence >= _ALONE:
            found.append(token)
    return found


def _in_one(grey: Image, ink: _Ink) -> bool:
    """Whether the ink is all of one figure: no wide gap in it, and bare paper beside it."""
    room, blur = _BESIDE * ink.digits.height, _EDGE * ink.digits.height
    rows = slice(max(math.floor(ink.frame.y0), 0), math.ceil(ink.frame.y1))
    left = max(math.floor(ink.frame.x0 - room), 0)
    part = grey[rows, left : math.ceil(ink.frame.x1 + room)]
    inked = left + np.flatnonzero((255 - part.min(axis=0)) > _INK)
    inside = inked[(inked >= ink.frame.x0 - blur) & (inked < ink.frame.x1 + blur)]
    if len(inside) == 0 or len(inside) < len(inked):
        return False
    return bool(np.diff(inside, prepend=inside[0]).max() < _WORDS * ink.digits.height)


CloseLook = Callable[[Sequence[Token]], list[Token]]
"""Tokens of the page as the recogniser of text reads them, looked at closely."""


def with_figures(
    tokens: Sequence[Token],
    page: FigurePage,
    reader: FigureReader,
    closely: CloseLook | None = None,
    sure: Set[int] = frozenset(),
) -> list[Token]:
    """The tokens, those that look like figures with the readings of both readers.

    ``sure`` are the places of those that are read already (:func:`sure_figures`).

    A figure that the recogniser of text only glanced at and that the two readers do not agree
    on is looked at ``closely`` (None: it is not). A token that a streak parts, where a ruling
    was overlooked between two cells, becomes two.
    """
    page = replace(page, grey=page.grey.copy())
    amounts = [token for token in tokens if isinstance(parse_amount(token.text), Amount)]
    parted = [
        (part, k in sure)
        for k, token in enumerate(tokens)
        for one in ([token] if k in sure else _of_columns(token, amounts))
        for part in ([one] if k in sure else _parted(one, page))
    ]
    tokens = [token for token, _ in parted]
    chosen = [k for k, (token, done) in enumerate(parted) if not done and may_be_figure(token)]
    inks = [_ink(tokens[k].box, page) for k in chosen]
    first = reader.read(_crops(inks, [PLAIN] * len(inks), page))
    read = list(tokens)
    found: dict[int, set[str]] = {}

    def unsure_of(figures: Iterable[int]) -> list[int]:
        """Those of the figures that one look of each reader leaves unsure."""
        held = list(figures)
        for n in held:
            found[n] = _proposed(tokens[chosen[n]], first[n])
        judge(
            held,
            [mixed(tokens[chosen[n]].posteriors, [first[n]], GLANCE_TRUST) for n in held],
        )
        return [n for n in held if read[chosen[n]].confidence < SURE]

    def judge(figures: Sequence[int], mixtures: Sequence[tuple[Posterior, ...]]) -> None:
        """Those of the figures as all looks together read them, the text's own reading among them.

        The first of a figure's looks is a plain one of our own.
        """
        texts = each_weighed(
            [
                (mixture, found[n], [tokens[chosen[n]].text])
                for n, mixture in zip(figures, mixtures, strict=True)
            ],
            _KEPT,
        )
        for n, mixture, readings in zip(figures, mixtures, texts, strict=True):
            told = _well_formed(readings)
            read[chosen[n]] = _judged(tokens[chosen[n]], told, mixture, inks[n], page)

    unsure = unsure_of(range(len(chosen)))
    if closely is not None:
        glanced = [n for n in unsure if _only_glanced_at(tokens[chosen[n]])]
        for n, token in zip(glanced, closely([tokens[chosen[n]] for n in glanced]), strict=True):
            tokens[chosen[n]] = read[chosen[n]] = token
        still = unsure_of(n for n in glanced if may_be_figure(tokens[chosen[n]]))
        unsure = sorted({*unsure} - {*glanced} | {*still})
    crops = [(n, look) for n in unsure for look in CLOSE_LOOKS]
    more = reader.read_closely(
        _crops([inks[n] for n, _ in crops], [look for _, look in crops], page)
    )
    looks = [more[k : k + len(CLOSE_LOOKS)] for k in range(0, len(more), len(CLOSE_LOOKS))]
    for n, again in zip(unsure, looks, strict=True):
        best = read[chosen[n]].readings[0].text
        found[n].update(map(_said, again), confusable(best, _CONFUSIONS))
    judge(
        unsure,
        [
            mixed(tokens[chosen[n]].posteriors, again, CLOSE_TRUST)
            for n, again in zip(unsure, looks, strict=True)
        ],
    )
    return read


def _only_glanced_at(token: Token) -> bool:
    return all(p.weight <= GLANCE for p in token.posteriors)


def _proposed(token: Token, seen: Floats) -> set[str]:
    """What each reader's first look may say."""
    own = posterior_of(seen[:, : 1 + len(SIGNS)])
    theirs = [text for p in token.posteriors[:1] if p.weight for text in proposals(p)]
    return {_said(seen), *proposals(own), *theirs} - {""}


def may_be_figure(token: Token) -> bool:
    """Whether the token is for the reader of figures: full-width digits are not its trade.

    Nor is a bracket that stands alone: the end of a name over two lines.
    """
    text = token.text
    fits = bool(token.posteriors) and len(text) <= _LONGEST and bool(text.strip(_BRACKETS))
    return fits and not _FULL_WIDTH.search(text) and looks_like_figure(text)


def _of_columns(token: Token, amounts: Sequence[Token]) -> list[Token]:
    """The token, in parts where it is the figures of several columns."""
    if _is_amount(token) or not _mostly_digits(token):
        return [token]
    cuts = column_cuts(token, amounts)
    parts = [_between(token, a, b) for a, b in pairwise((-math.inf, *cuts, math.inf))]
    whole = [part for part in parts if part is not None]
    return whole if len(whole) == len(parts) and all(map(_mostly_digits, whole)) else [token]


def _mostly_digits(token: Token) -> bool:
    digits = sum(map(str.isdigit, token.text))
    return digits >= max(_FEW_DIGITS, _DIGITS * len(token.text))


def _parted(token: Token, page: FigurePage) -> list[Token]:
    """The token, streaks near its ink painted over; in parts where one stands between two."""
    if not may_be_figure(token):
        return [token]
    ink = _ink(token.box, page)
    found = streaks(page.grey, ink.frame, ink.digits)
    if not found:
        return [token]
    erased(page.grey, found, ink.digits)
    room = _APART * ink.digits.height
    cuts = [
        (start + end) / 2 * page.sx
        for start, end in found
        if _blank(page.grey, ink.frame, start - room, end + room)
    ]
    parts = [_between(token, a, b) for a, b in pairwise((-math.inf, *cuts, math.inf))]
    whole = [part for part in parts if part is not None]
    return whole if len(whole) > 1 and all(map(_is_amount, whole)) else [token]


def _blank(grey: Image, frame: Frame, x0: float, x1: float) -> bool:
    """Whether no ink stands from ``x0`` to ``x1``, and ink on both sides."""
    if x0 <= frame.x0 or x1 >= frame.x1:
        return False
    rows = slice(max(math.floor(frame.y0), 0), math.ceil(frame.y1))
    return bool(255 - int(grey[rows, math.floor(x0) : math.ceil(x1)].min()) <= _INK)


def _between(token: Token, x0: float, x1: float) -> Token | None:
    """The characters whose middles lie between; None where there are none."""
    middles = [(a + b) / 2 for a, b in pairwise(token.char_x)]
    inside = [k for k, x in enumerate(middles) if x0 <= x < x1 and token.text[k].strip()]
    if not inside:
        return None
    first, last = inside[0], inside[-1] + 1
    box = token.box
    left, right = max(token.char_x[first], x0, box.x0), min(token.char_x[last], x1, box.x1)
    return replace(
        token,
        text=token.text[first:last],
        box=replace(box, x0=left, x1=max(left, right)),
        char_scores=token.char_scores[first:last],
        char_x=token.char_x[first : last + 1],
        readings=(),
        # What was seen of the whole says nothing of a part but that it is for the reader.
        posteriors=tuple(replace(p, weight=0.0) for p in token.posteriors[:1]),
    )


def _is_amount(token: Token) -> bool:
    return is_printed_amount(token.text)


def _ink(box: Box, page: FigurePage) -> _Ink:
    frame = Frame(box.x0 / page.sx, box.y0 / page.sy, box.x1 / page.sx, box.y1 / page.sy)
    frame = _tight(page.grey, frame)
    return _Ink(frame, digits_of(page.grey, frame, page.unit))


def _tight(grey: Image, frame: Frame) -> Frame:
    """The frame without blank columns at its ends: a figure parted from another has some."""
    x0, y0 = max(math.floor(frame.x0), 0), max(math.floor(frame.y0), 0)
    part = grey[y0 : math.ceil(frame.y1), x0 : math.ceil(frame.x1)]
    if part.size == 0:
        return frame
    inked = np.flatnonzero((255 - part.min(axis=0)) > _INK)
    if not len(inked):
        return frame
    left = past_speck(part, inked)
    return Frame(x0 + left, frame.y0, x0 + int(inked[-1]) + 1, frame.y1)


def _crops(inks: Sequence[_Ink], looks: Sequence[Look], page: FigurePage) -> list[Floats]:
    return [
        figure_crop(page.grey, ink.frame, ink.digits, look)
        for ink, look in zip(inks, looks, strict=True)
    ]


def _judged(
    token: Token,
    found: Sequence[Reading],
    posteriors: tuple[Posterior, ...],
    ink: _Ink,
    page: FigurePage,
) -> Token:
    """The token with ``found`` for its readings, spelled by the first of ``posteriors``."""
    if not found:
        return token
    best = found[0]
    if best.text == in_signs(token.text):
        return replace(
            token, confidence=best.probability, readings=tuple(found), posteriors=posteriors
        )
    if _more_than_a_figure(token.text) and best.probability < _PERSUASIVE:
        readings = _beside(token, found)
        return replace(token, readings=readings, posteriors=posteriors)
    scores, middles = spelled(posteriors[0], best.text)
    if not scores:
        return replace(token, readings=tuple(found), posteriors=posteriors)
    return Token(
        text=best.text,
        box=token.box,
        source=token.source,
        confidence=best.probability,
        char_scores=scores,
        char_x=_edges(middles, ink, page),
        readings=tuple(found),
        bold=token.bold,
        posteriors=posteriors,
    )


def _well_formed(found: Sequence[Reading]) -> list[Reading]:
    """The readings, ill-formed ones given up for the one that has a comma where they have a point.

    ``1.935.36`` is nobody's print: ink that says so says ``1,935.36``. Only where that was
    proposed too and differs in nothing but separators.
    """
    formed = {_shape(r.text): r for r in reversed(found) if is_printed_amount(r.text)}
    odds = dict.fromkeys((r.text for r in formed.values()), 0.0)
    kept = []
    for reading in found:
        better = formed.get(_shape(reading.text))
        if better is not None and better.probability >= _SEEN and reading.text not in odds:
            odds[better.text] += reading.probability
        else:
            kept.append(reading)
    sure = (Reading(r.text, min(r.probability + odds.get(r.text, 0.0), 1.0)) for r in kept)
    return sorted(sure, key=lambda reading: -reading.probability)


def _shape(text: str) -> str:
    """The text with its separators alike."""
    return text.replace(",", ".")


def mixed(
    general: Sequence[Posterior], own: Sequence[Floats], trust: Trust
) -> tuple[Posterior, ...]:
    """What both readers saw, our own looks first; a reader's weight is shared among its looks."""
    total = sum(p.weight for p in general)
    theirs = [replace(p, weight=(1 - trust.weight) * p.weight / total) for p in general if p.weight]
    ours = [
        posterior_of(seen[:, : 1 + len(SIGNS)], weight=trust.weight / len(own), heat=trust.heat)
        for seen in own
    ]
    return (*ours, *theirs)


def _more_than_a_figure(text: str) -> bool:
    """Whether a text holds other characters, or parts digits by dashes as dates do."""
    signs = in_signs(text)
    return any(c not in SIGNS for c in signs) or bool(_DATE.search(signs))


def _beside(token: Token, found: Sequence[Reading]) -> tuple[Reading, ...]:
    """The token's own text, which holds other characters, before the figures it may be."""
    rest = 1 - min(sum(reading.probability for reading in found), 1.0)
    own = Reading(token.text, min(token.confidence, rest))
    return tuple(sorted((own, *found), key=lambda reading: -reading.probability))


def _said(seen: Floats) -> str:
    """The most probable path's text, other characters left out."""
    best = seen.argmax(axis=1)
    signs = ("", *SIGNS, OTHER)
    kept = [k for n, k in enumerate(best) if k and (n == 0 or best[n - 1] != k)]
    return "".join(signs[k] for k in kept if signs[k] != OTHER)


def _edges(middles: Sequence[float], ink: _Ink, page: FigurePage) -> tuple[float, ...]:
    """Where signs meet, in points of the upright page: half way between their middles."""
    zoom = HEIGHT / (1.4 * ink.digits.height)
    left = ink.frame.x0 - 0.4 * ink.digits.height
    xs = [(left + middle * STRIDE / zoom) for middle in middles]
    inner = [(a + b) / 2 for a, b in pairwise(xs)]
    edges = [ink.frame.x0, *inner, ink.frame.x1]
    return tuple(x * page.sx for x in np.maximum.accumulate(edges).tolist())
