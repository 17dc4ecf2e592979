"""The project performance table of a Guangzhou department, set as the form is printed.

The form is A3, upright; title, department line and header stand on every page. The content is
that of a budget published for 2024, every row, figure and indicator of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pymupdf

from eval.typeset import Face, Leaf, SetLine, finished, ruled_grid, wrap
from schemas.draft import Role
from schemas.geometry import Box

CONTENT = Path(__file__).parent / "content" / "liwan-2024.json"

WIDTH, HEIGHT = 841.89, 1190.55
EDGES = (26.5, 158.5, 204.1, 249.7, 283.5, 317.3, 530.5, 815.5)
_SIDES = tuple(pairwise(EDGES))
HEADERS = (
    "项目名称（资金使用单位）",
    "总计",
    "财政拨款",
    "财政专户拨款",
    "其他资金",
    "绩效目标",
    "绩效指标",
)
KEYS = ("name", "total", "fiscal", "special_account", "other", "target", "indicators")

_FACE = Face()
_CENTRED = Face(align="center")
_FACES = (_FACE, *(Face(align="right"),) * 4, _FACE, _FACE)
_TITLE_Y, _LINE_Y, _HEADER_Y, _FOOT_Y = 37.0, 64.0, 83.5, 1152.0
_HEADER_HEIGHT = 42.0
_BOTTOM = 1126.0
_ROOM = {"total": 14.0, "unit": 14.0}
_PROJECT_ROOM = 27.0
_LEAST_CUT = 3


@dataclass(frozen=True, slots=True)
class IndicatorText:
    """One indicator as it is to be printed, in its parts."""

    level1_code: str
    level1: str
    level2_code: str
    level2: str
    name: str
    term_target: str
    year_target: str

    def printed(self, number: int) -> str:
        """The indicator in the form's running text."""
        return (
            f"{number}、{self.level1_code}-{self.level1}；{self.level2_code}-{self.level2}；"
            f"{self.name}；实施周期指标值:{self.term_target}；年度指标值:{self.year_target}。"
        )


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A row of the table; amounts as printed."""

    role: Role
    label: str
    total: str
    fiscal: str
    goal: str
    indicators: tuple[IndicatorText, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What each of the seven columns prints; projects are indented by four spaces."""
        indent = "    " if self.role == "project" else ""
        printed = "".join(one.printed(n) for n, one in enumerate(self.indicators, 1))
        return (indent + self.label, self.total, self.fiscal, "", "", self.goal, printed)


@dataclass(frozen=True, slots=True)
class Budget:
    """The content of the table and what stands around it."""

    title: str
    organisation: str
    unit: str
    fiscal_year: int
    rows: tuple[BudgetRow, ...]


@dataclass(frozen=True, slots=True)
class SetPart:
    """A row, or the part of it that is on one page: cell boxes and lines by column."""

    row: int
    page: int
    boxes: tuple[Box, ...]
    lines: tuple[tuple[SetLine, ...], ...]


@dataclass(frozen=True, slots=True)
class SetTable:
    """The finished document and where each row of the table landed in it."""

    pdf: bytes
    pages: int
    parts: tuple[SetPart, ...]


@dataclass(frozen=True, slots=True)
class _Strip:
    """Lines of one row that go on one page, and the height they take there."""

    row: int
    lines: tuple[tuple[str, ...], ...]
    height: float
    cut: bool = False


def read_budget(path: Path = CONTENT) -> Budget:
    """The content, from its file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(
        BudgetRow(**{**row, "indicators": tuple(IndicatorText(*i) for i in row["indicators"])})
        for row in data["rows"]
    )
    return Budget(**{**data, "rows": rows})


def set_budget(budget: Budget, *, cut_rows: bool = False, repeat_header: bool = True) -> SetTable:
    """The budget as a born-digital PDF.

    Args:
        budget: the content.
        cut_rows: whether a page break may cut a row, as some offices' printers do.
        repeat_header: whether title and header stand on every page or on the first alone.
    """
    rows = [_strip(number, row) for number, row in enumerate(budget.rows)]
    pages = list(_paginate(rows, cut_rows, repeat_header))
    with pymupdf.open() as document:
        parts: list[SetPart] = []
        for number, strips in enumerate(pages, 1):
            leaf = Leaf(document, WIDTH, HEIGHT)
            headed = number == 1 or repeat_header
            if headed:
                _set_head(leaf, budget)
            _set_foot(leaf, number, len(pages))
            parts += _set_body(leaf, number, strips, headed)
            leaf.close()
        return SetTable(finished(document, budget.title), len(pages), tuple(parts))


def _strip(number: int, row: BudgetRow) -> _Strip:
    lines = tuple(
        wrap(text, x1 - x0 - 2 * _FACE.padding, _FACE.size)
        for text, (x0, x1) in zip(row.texts, _SIDES, strict=True)
    )
    room = _ROOM.get(row.role, _PROJECT_ROOM)
    return _Strip(number, lines, max(map(len, lines)) * _FACE.leading + room)


def _paginate(rows: Sequence[_Strip], cut_rows: bool, repeat: bool) -> Iterator[list[_Strip]]:
    """The strips of each page, top to bottom."""
    waiting, left, page = list(rows), _space(headed=True), list[_Strip]()
    while waiting:
        strip = waiting.pop(0)
        if strip.height <= left:
            page.append(strip)
            left -= strip.height
            continue
        fitting = int((left - 2 * _FACE.padding) // _FACE.leading)
        fitting = min(fitting, max(map(len, strip.lines)) - _LEAST_CUT)
        if cut_rows and fitting >= _LEAST_CUT:
            first, strip = _cut(strip, fitting)
            page.append(first)
        yield page
        waiting.insert(0, strip)
        left, page = _space(headed=repeat), []
    yield page


def _space(*, headed: bool) -> float:
    return _BOTTOM - _HEADER_Y - (_HEADER_HEIGHT if headed else 0)


def _cut(strip: _Strip, lines: int) -> tuple[_Strip, _Strip]:
    first = tuple(column[:lines] for column in strip.lines)
    rest = tuple(column[lines:] for column in strip.lines)
    height = lines * _FACE.leading + 2 * _FACE.padding
    over = max(map(len, rest)) * _FACE.leading + 2 * _FACE.padding
    return _Strip(strip.row, first, height, cut=True), _Strip(strip.row, rest, over, cut=True)


def _set_head(leaf: Leaf, budget: Budget) -> None:
    whole = (EDGES[0], EDGES[-1])
    title = Face(size=14, leading=18, bold=True, align="center")
    leaf.text([budget.title], _band(whole, _TITLE_Y, 18), title)
    department = f"部门名称：{budget.organisation}"
    leaf.text([department], _band(whole, _LINE_Y, 12), _FACE)
    unit = f"单位：{budget.unit}"
    leaf.text([unit], _band(whole, _LINE_Y, 12), Face(align="right"))
    for header, (x0, x1) in zip(HEADERS, _SIDES, strict=True):
        lines = wrap(header, x1 - x0 - 2 * _FACE.padding, _FACE.size)
        leaf.text(lines, _band((x0, x1), _HEADER_Y, _HEADER_HEIGHT), _CENTRED)


def _set_foot(leaf: Leaf, number: int, of: int) -> None:
    box = _band((EDGES[0], EDGES[-1]), _FOOT_Y, 12)
    leaf.text([f"第 {number} 页，共 {of} 页"], box, _CENTRED)


def _set_body(leaf: Leaf, page: int, strips: Sequence[_Strip], headed: bool) -> Iterator[SetPart]:
    """Set the rows of a page and their rulings; gives where they landed."""
    y = _HEADER_Y + (_HEADER_HEIGHT if headed else 0)
    ruled = [_HEADER_Y, y] if headed else [y]
    for strip in strips:
        boxes = tuple(_band(sides, y, strip.height) for sides in _SIDES)
        landed = tuple(
            leaf.text(lines, box, replace(face, valign="top" if strip.cut else "center"))
            for lines, box, face in zip(strip.lines, boxes, _FACES, strict=True)
        )
        yield SetPart(strip.row, page, boxes, landed)
        y += strip.height
        ruled.append(y)
    ruled_grid(leaf, EDGES, ruled)


def _band(sides: tuple[float, float], y: float, height: float) -> Box:
    return Box(sides[0], y, sides[1], y + height)
