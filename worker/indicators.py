"""Performance indicators: the numbered text of a 绩效指标 cell, taken apart.

The cell is one string, ``1、1-产出指标；11-数量指标；name；实施周期指标值:≥10；年度指标值:≥10。
2、…``. Real documents print commas for semicolons, full-width signs, spaces and line breaks
anywhere, and names and targets that hold semicolons and numbers of their own. So the string
is cut at what only the start of an indicator has (a number, a coded level 1, a coded
level 2), and each piece at the words that announce its targets; never at a separator alone.

Whatever can't be taken apart is named in a warning. Nothing is dropped in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from schemas.draft import Indicator, Target
from schemas.geometry import Box
from schemas.page import Warn
from schemas.words import plain

DASH = r"[\-‐‑‒–—―−─一~.·•]"  # or what a recogniser makes of a small one
_STOP = r"[;,:。]"
SEPARATORS = ";,。:、 "

_NAME = r"[^;,:。、\d]"
_LEVEL2 = (
    rf"(?P<level2>{_NAME}{{1,10}}?指标(?={_NAME})|{_NAME}{{2,16}}{_STOP}|{_NAME}{{2,14}}?指标)"
)
_HEAD = re.compile(
    rf"(?:(?P<number>\d{{1,3}})[、.,。:;])?"
    rf"(?P<code1>[1-9]){DASH}?(?P<level1>{_NAME}{{2,12}}?){_STOP}?"
    rf"(?P<code2>[1-9]\d){DASH}?{_LEVEL2}"
)
_DAMAGED_HEAD = re.compile(
    rf"(?:^|(?<=[。;.]))(?P<number>\d{{1,3}})[、.,:;](?P<code1>\w){DASH}?"
    rf"(?P<level1>{_NAME}{{2,12}}){_STOP}(?P<code2>\w{{0,2}}?){DASH}?(?P<level2>{_NAME}{{2,16}}{_STOP})"
)
# 指标值 or 目标值, one sign of it misread perhaps.
TERM = re.compile(
    r"(?:实施周期|实施周|施周期|实施期|项目周期|中长期|总体|全周期)(?:绩效)?\w标值[:;.,]?"
)
YEAR = re.compile(r"(?:本年度|当年度|年度|当年)(?:绩效)?\w标值[:;.,]?")

_OPERATORS = {
    "≥": "≥", "≧": "≥", "≤": "≤", "≦": "≤", ">": ">", "﹥": ">", "<": "<", "﹤": "<", "=": "=",
    ">=": "≥", "<=": "≤", "⩾": "≥", "⩽": "≤", "≮": "≥", "≯": "≤",
    "大于等于": "≥", "大于或等于": "≥", "不少于": "≥", "不低于": "≥", "不小于": "≥", "至少": "≥",
    "小于等于": "≤", "小于或等于": "≤", "不超过": "≤", "不高于": "≤", "不大于": "≤", "不多于": "≤",
    "大于": ">", "超过": ">", "高于": ">", "多于": ">",
    "小于": "<", "少于": "<", "低于": "<", "等于": "=",
}  # fmt: skip
_SUFFIXES = {"及以上": "≥", "以上": "≥", "及以内": "≤", "以内": "≤", "及以下": "≤", "以下": "≤"}
_OPERATOR = "|".join(sorted(map(re.escape, _OPERATORS), key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<before>[^\d<>=≥≤]{{0,14}}?)(?P<operator>{_OPERATOR})?"
    rf"(?P<value>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?P<unit>[^\d<>=≥≤。;]{{0,12}})"
)


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of the cell: its text and its box in page space of ``page``."""

    text: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without white space and full-width forms; ``at[i]`` is where char i was."""

    text: str
    at: tuple[int, ...]
    printed: str

    def slice(self, start: int, end: int) -> str:
        """The printed text between two places of the folded one."""
        if start >= end:
            return ""
        return self.printed[self.at[start] : self.at[end - 1] + 1]


def fold(text: str) -> Folded:
    """The text as it is compared: see :class:`Folded`."""
    chars: list[str] = []
    at: list[int] = []
    for index, char in enumerate(text):
        for part in _compared(char):
            chars.append(part)
            at.append(index)
    return Folded("".join(chars), tuple(at), text)


@lru_cache(maxsize=4096)
def _compared(char: str) -> str:
    """What a character is compared as, white space left out."""
    return "".join(part for part in unicodedata.normalize("NFKC", char) if not part.isspace())


def parse_target(text: str) -> Target | None:
    """The target that ``text`` prints; None where nothing is printed.

    A single figure gives operator, value and unit (``大于20家``, ``9000元及以内``); words
    before a compared figure are kept beside it (``每年≥20场``). Everything else is words.
    """
    printed = plain(text).strip("；;：:，,。 ")
    if not printed:
        return None
    body = "".join(unicodedata.normalize("NFKC", c) for c in printed if not c.isspace())
    found = _FIGURE.fullmatch(body)
    if found is None or (found["before"] and found["operator"] is None):
        return Target(printed, words=printed)
    operator = _OPERATORS[found["operator"]] if found["operator"] else None
    unit = found["unit"]
    for suffix, meaning in _SUFFIXES.items():
        if operator is None and unit.endswith(suffix):
            operator, unit = meaning, unit.removesuffix(suffix)
            break
    return Target(
        printed,
        operator=operator,
        value=found["value"].replace(",", ""),
        unit=unit or None,
        words=found["before"] or None,
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """One indicator in the folded text: its head and where its body ends."""

    head: re.Match[str]
    end: int

    @property
    def number(self) -> int:
        return int(self.head["number"] or 0)


def pieces_of(folded: str) -> list[Piece]:
    """The indicators that a folded text begins, in order; each ends where the next begins."""
    heads = list(_HEAD.finditer(folded))
    starts = [0, *(head.end() for head in heads)]
    ends = [*(head.start() for head in heads), len(folded)]
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        heads += _damaged(folded, start, end, targets=1 if index == 0 else 2)
    heads.sort(key=lambda head: head.start())
    stops = [*(head.start() for head in heads[1:]), len(folded)]
    return [Piece(head, stop) for head, stop in zip(heads, stops, strict=False)]


def _damaged(folded: str, start: int, end: int, targets: int) -> Iterator[re.Match[str]]:
    """Heads that lost a sign, sought only where more targets stand than the heads need."""
    years, terms = YEAR.findall(folded, start, end), TERM.findall(folded, start, end)
    if max(len(years), len(terms)) >= targets:
        yield from _DAMAGED_HEAD.finditer(folded, start, end)


def _after(labels: Sequence[re.Match[str]], start: int, end: int) -> list[tuple[int, int]]:
    """Where the text between each label and the next one lies, the first before any label."""
    starts = [start] + [label.end() for label in labels]
    ends = [label.start() for label in labels] + [end]
    return list(zip(starts, ends, strict=True))


def _body(folded: Folded, piece: Piece) -> tuple[str, Target | None, Target | None]:
    """Name, term target and year target of a piece."""
    start, end = piece.head.end(), piece.end
    term = TERM.search(folded.text, start, end)
    years = list(YEAR.finditer(folded.text, term.end() if term else start, end))
    year = years[-1] if years else YEAR.search(folded.text, start, end)
    labels = sorted((m for m in (term, year) if m), key=lambda m: m.start())
    spans = _after(labels, start, end)
    name = plain(folded.slice(*spans[0])).strip("；;，,。：: ")
    targets = {
        label.re: parse_target(folded.slice(*span))
        for label, span in zip(labels, spans[1:], strict=True)
    }
    return name, targets.get(TERM), targets.get(YEAR)


def _inked(text: str) -> int:
    """How many characters are no white space."""
    return sum(map(len, text.split()))


def place_of(cell: str, lines: Sequence[PrintedLine], start: int, end: int) -> tuple[int, Box]:
    """Page and box of the characters ``start`` to ``end`` of the cell's text.

    Characters are matched to lines by counting those that are no white space, which is all
    that joining lines may change; within a line they are taken to be equally wide.
    """
    first = _inked(cell[:start])
    last = first + _inked(cell[start:end])
    touched: list[PrintedLine] = []
    passed = 0
    for line in lines:
        if passed >= last:
            break
        count = _inked(line.text)
        low, high = max(first - passed, 0), min(last - passed, count)
        if low < high:
            width = line.box.width / count
            box = Box(
                line.box.x0 + low * width, line.box.y0, line.box.x0 + high * width, line.box.y1
            )
            touched.append(PrintedLine(line.text, line.page, box))
        passed += count
    page = (touched or lines)[0].page
    return page, Box.around(t.box for t in (touched or lines) if t.page == page)


def indicator_of(folded: Folded, piece: Piece, lines: Sequence[PrintedLine]) -> Indicator:
    """The piece with its fields, number 0 where none is printed."""
    head = piece.head
    name, term, year = _body(folded, piece)
    start, end = folded.at[head.start()], folded.at[piece.end - 1] + 1
    page, box = place_of(folded.printed, lines, start, end)
    return Indicator(
        number=piece.number,
        text=folded.printed[start:end],
        level1_code=head["code1"],
        level1=_name_of_level(folded, head, "level1"),
        level2_code=head["code2"],
        level2=_name_of_level(folded, head, "level2"),
        name=name,
        term_target=term,
        year_target=year,
        page=page,
        box=box,
    )


def _name_of_level(folded: Folded, head: re.Match[str], group: str) -> str:
    return re.sub(r"\s+", "", folded.slice(*head.span(group))).rstrip("；;，,。：:")


def numbering(numbers: Sequence[int], page: int) -> Iterator[Warn]:
    """A warning for each break in the running numbers; all ``1`` is a known habit."""
    if len(numbers) > 1 and set(numbers) == {1}:
        return
    for before, after in zip((0, *numbers), numbers, strict=False):
        if after == 0:
            yield Warn(
                "indicator_number", f"The indicator after number {before} has no number.", page
            )
        elif after != before + 1:
            yield Warn(
                "indicator_gap",
                f"Indicator numbers go from {before} to {after}: one may be lost or misread.",
                page,
            )


def by_place(numbers: Sequence[int]) -> list[int]:
    """The numbers, one that was not read known by those before and after it."""
    known = list(numbers)
    for at in range(1, len(known) - 1):
        if not known[at] and known[at - 1] and known[at + 1] == known[at - 1] + 2:
            known[at] = known[at - 1] + 1
    return known


def merged(folded: Folded, piece: Piece) -> bool:
    """Whether a piece holds the targets of more than one indicator."""
    body = folded.text[piece.head.end() : piece.end]
    return len(YEAR.findall(body)) > 1 or len(TERM.findall(body)) > 1


def unread(folded: Folded, pieces: Sequence[Piece], page: int) -> Iterator[Warn]:
    """A warning where text stands before the first indicator."""
    start = pieces[0].head.start() if pieces else len(folded.text)
    if folded.text[:start].strip(SEPARATORS):
        yield Warn("indicator_text", f"Not an indicator: {folded.slice(0, start)}", page)


def two_in_one(folded: Folded, piece: Piece, page: int) -> Iterator[Warn]:
    """A warning where a piece holds the targets of more than one indicator."""
    if merged(folded, piece):
        printed = folded.slice(piece.head.start(), piece.end)
        yield Warn("indicator_merged", f"Two indicators may be merged here: {printed}", page)


def missing(indicator: Indicator) -> Iterator[Warn]:
    """A warning for each field that an indicator lacks, and for levels that don't belong."""
    names = {"name": indicator.name, "term target": indicator.term_target}
    names["year target"] = indicator.year_target
    if lost := [name for name, value in names.items() if not value]:
        yield Warn(
            "indicator_part",
            f"Indicator {indicator.number} has no {' and no '.join(lost)}: {indicator.text}",
            indicator.page,
        )
    if not indicator.level1_code or indicator.level2_code[:1] != indicator.level1_code:
        yield Warn(
            "indicator_level",
            f"Indicator {indicator.number}: level 2 code {indicator.level2_code} does not belong "
            f"to level 1 code {indicator.level1_code}.",
            indicator.page,
        )


def parse_indicators(
    cell: str, lines: Sequence[PrintedLine]
) -> tuple[tuple[Indicator, ...], tuple[Warn, ...]]:
    """The indicators that the text of a cell prints, in order, and what was lost.

    Args:
        cell: the text of the cell; it may differ from the lines in white space only.
        lines: the printed lines of the cell, top to bottom, with boxes in page space. At
            least one where ``cell`` holds text.
    """
    folded = fold(cell)
    if not folded.text:
        return (), ()
    pieces = pieces_of(folded.text)
    numbers = [piece.number for piece in pieces]
    found = tuple(
        replace(indicator_of(folded, piece, lines), number=number)
        for piece, number in zip(pieces, by_place(numbers), strict=True)
    )
    page = lines[0].page
    warnings = [
        *unread(folded, pieces, page),
        *(warn for piece in pieces for warn in two_in_one(folded, piece, page)),
        *numbering(numbers, page),
    ]
    for indicator in found:
        warnings.extend(missing(indicator))
    return found, tuple(warnings)
