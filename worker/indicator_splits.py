"""Texts of indicators that the rules can't take apart, and what a model says of them.

A model repeats the texts of the fields. They are believed only where they stand one after the
other in the ink, with nothing between them but what announces them: so no field can hold a
word or a figure that is not printed there, and nothing printed can be left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.draft import Indicator
from schemas.geometry import Box
from schemas.grid import Split
from schemas.page import Warn
from schemas.words import plain
from worker.indicators import (
    DASH,
    SEPARATORS,
    TERM,
    YEAR,
    Folded,
    Piece,
    PrintedLine,
    by_place,
    fold,
    indicator_of,
    merged,
    missing,
    numbering,
    parse_indicators,
    parse_target,
    pieces_of,
    place_of,
    two_in_one,
    unread,
)

FIELDS = ("level1", "level2", "name", "term", "year")
_TERM, _YEAR = 3, 4
_LABELS = {_TERM: ("实施周期指标值", "总体目标值"), _YEAR: ("年度指标值", "年度目标值")}
_ALIKE = 0.6
_LEVEL1 = re.compile(rf"(?P<code>[1-9])?{DASH}?(?P<name>.*)")
_LEVEL2 = re.compile(rf"(?P<code>[1-9]\d)?{DASH}?(?P<name>.*)")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Neighbouring pieces (by index, from ``first`` to before ``last``) in doubt."""

    first: int
    last: int
    start: int
    end: int


def stretches_in_doubt(cell: str) -> tuple[str, ...]:
    """The parts of a cell's text that the rules can't take apart, as printed, in order."""
    folded = fold(cell)
    return tuple(folded.slice(s.start, s.end) for s in _stretches(folded, pieces_of(folded.text)))


def _stretches(folded: Folded, pieces: Sequence[Piece]) -> list[_Stretch]:
    text = folded.text
    first = pieces[0].head.start() if pieces else len(text)
    held = [_Stretch(0, 0, 0, first)] if text[:first].strip(SEPARATORS) else []
    for index, piece in enumerate(pieces):
        if not _in_doubt(folded, piece):
            continue
        start = piece.head.start()
        if held and held[-1].end == start:
            held[-1] = _Stretch(held[-1].first, index + 1, held[-1].start, piece.end)
        else:
            held.append(_Stretch(index, index + 1, start, piece.end))
    return held


def _in_doubt(folded: Folded, piece: Piece) -> bool:
    somewhere = PrintedLine(folded.printed, 1, Box(0.0, 0.0, 1.0, 1.0))
    return merged(folded, piece) or any(missing(indicator_of(folded, piece, [somewhere])))


def split_indicators(
    cell: str, lines: Sequence[PrintedLine], splits: Sequence[Split]
) -> tuple[tuple[Indicator, ...], tuple[Warn, ...]]:
    """The indicators of a cell as :func:`worker.indicators.parse_indicators` has them.

    What a model says of stretches in doubt is taken where it leaves less to complain of.
    """
    found, warnings = parse_indicators(cell, lines)
    said = {fold(split.text).text: split for split in splits}
    if not (said and warnings):
        return found, warnings
    other, left = _as_said(cell, lines, said, found)
    if len(left) >= len(warnings):
        return found, warnings
    how = "these indicators are taken apart as a model says: every word of them is printed there."
    return other, (*left, Warn("model_indicators", how, lines[0].page))


def _as_said(
    cell: str,
    lines: Sequence[PrintedLine],
    said: Mapping[str, Split],
    rules: Sequence[Indicator],
) -> tuple[tuple[Indicator, ...], list[Warn]]:
    """The indicators with those stretches as a model says, and what is left to complain of."""
    folded, page = fold(cell), lines[0].page
    pieces = pieces_of(folded.text)
    held: list[Indicator] = []
    left: list[Warn] = []
    done = 0
    for stretch in _stretches(folded, pieces):
        held += rules[done : stretch.first]
        done = stretch.last
        text = folded.text[stretch.start : stretch.end]
        grounded = ground(text, said[text].parts)[0] if text in said else ()
        if grounded:
            held += _as_indicators(folded, lines, stretch, grounded)
            continue
        held += rules[stretch.first : stretch.last]
        left += unread(folded, pieces, page) if stretch.start == 0 else ()
        for piece in pieces[stretch.first : stretch.last]:
            left += two_in_one(folded, piece, page)
    held += rules[done:]
    numbers = [indicator.number for indicator in held]
    left += numbering(numbers, page)
    known = [replace(one, number=n) for one, n in zip(held, by_place(numbers), strict=True)]
    left += [warn for indicator in known for warn in missing(indicator)]
    return tuple(known), left


def _as_indicators(
    folded: Folded, lines: Sequence[PrintedLine], stretch: _Stretch, grounded: Sequence[Grounded]
) -> Iterator[Indicator]:
    ends = [*(one.start for one in grounded[1:]), stretch.end - stretch.start]
    for one, stop in zip(grounded, ends, strict=True):
        start, end = stretch.start + one.start, stretch.start + stop
        first, last = folded.at[start], folded.at[end - 1] + 1
        page, box = place_of(folded.printed, lines, first, last)
        texts = [
            "" if span is None else folded.slice(stretch.start + span[0], stretch.start + span[1])
            for span in one.fields
        ]
        code1, level1 = _level(_LEVEL1, texts[0])
        code2, level2 = _level(_LEVEL2, texts[1])
        yield Indicator(
            number=one.number,
            text=folded.printed[first:last],
            level1_code=code1,
            level1=level1,
            level2_code=code2,
            level2=level2,
            name=plain(texts[2]),
            term_target=parse_target(texts[_TERM]),
            year_target=parse_target(texts[_YEAR]),
            page=page,
            box=box,
        )


def _level(pattern: re.Pattern[str], printed: str) -> tuple[str, str]:
    found = pattern.fullmatch(fold(printed).text)
    return (found["code"] or "", found["name"]) if found else ("", printed)


# -- grounding ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grounded:
    """An indicator in a folded text: where it starts, its number, where its fields stand.

    ``number`` is 0 where none is printed, a field None where it is not.
    """

    start: int
    number: int
    fields: tuple[tuple[int, int] | None, ...]


def ground(
    text: str, parts: Sequence[tuple[str, str, str, str, str]]
) -> tuple[tuple[Grounded, ...], str]:
    """Where the parts stand in the text, and what is wrong with them; one of both is empty.

    All of the text but numbers, separators and the words that announce a target must be in
    a field.
    """
    text, found, at = fold(text).text, [], 0
    for part in parts:
        start, number, spans = at, 0, list[tuple[int, int] | None]()
        for field, said in enumerate(part):
            wanted = fold(said).text.strip(SEPARATORS)
            if not wanted:
                spans.append(None)
                continue
            place = text.find(wanted, at)
            if place < 0:
                return (), f'"{said}" is not printed after "{text[max(at - 12, 0) : at]}"'
            gap = text[at:place].strip(SEPARATORS)
            first = not any(spans)
            if first and re.fullmatch(r"\d{0,3}", gap):
                start, number = _start(text, at, place), int(gap or 0)
            elif first or not _announces(gap, field):
                return (), f'"{gap}" before "{said}" is in no field'
            at = place + len(wanted)
            spans.append((place, at))
        if any(spans):
            found.append(Grounded(start, number, tuple(spans)))
    if rest := text[at:].strip(SEPARATORS):
        return (), f'"{rest}" is in no field'
    return tuple(found), ""


def _start(text: str, at: int, place: int) -> int:
    """Where an indicator begins whose first field stands at ``place``: at its number."""
    while at < place and text[at] in SEPARATORS:
        at += 1
    return at


def _announces(gap: str, field: int) -> bool:
    """Whether what stands before a field only announces it, though it may be misread."""
    if not gap:
        return True
    if field not in _LABELS:
        return False
    if (TERM if field == _TERM else YEAR).fullmatch(gap):
        return True
    longest = max(map(len, _LABELS[field]))
    if len(gap) > longest or any(char.isdigit() or char in SEPARATORS for char in gap):
        return False
    other = _YEAR if field == _TERM else _TERM
    return _ALIKE <= _likeness(gap, _LABELS[field]) > _likeness(gap, _LABELS[other])


def _likeness(text: str, labels: Sequence[str]) -> float:
    return max(
        difflib.SequenceMatcher(None, text, label, autojunk=False).ratio() for label in labels
    )
