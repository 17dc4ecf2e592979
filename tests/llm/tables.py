"""Made pages for tests of the model: tables with their truth, drawn as tokens."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from schemas.geometry import Box
from schemas.page import PageText, Ruling, Token, TokenSource
from schemas.result import Document, Engine
from tests.llm.oracle import Print, Truth

_WORDS = (
    "教育", "科技", "文化", "卫生", "交通", "住房", "环保", "水利", "农业", "商务", "统计", "审计",
    "民政", "司法", "财政", "档案", "体育", "旅游", "应急", "气象", "园林", "市政", "招商", "信访",
)  # fmt: skip
_THINGS = ("专项经费", "管理事务", "运行维护", "建设项目", "补助资金", "服务中心", "信息化建设")
SIZE = 9.0
_STEP = 16.0


@dataclass(frozen=True)
class Made:
    """A page and what it means."""

    page: PageText
    truth: Truth


@dataclass(frozen=True)
class Style:
    """How a table is set.

    ``wrap``: labels run over two lines. ``gap`` from column to column. ``drift``: how much
    lines fall across the page. ``lean``: how far the table's foot stands right of its head.
    ``ragged``: figures stand anywhere in their columns. ``title``: other than the usual one.
    """

    ruled: bool = False
    wrap: bool = False
    gap: float = 90.0
    indent: bool = True
    total_word: str = "合计"
    source: TokenSource = "text"
    drift: float = 0.0
    lean: float = 0.0
    ragged: bool = False
    title: str = ""


def made_table(seed: int, style: Style, *, units: int = 3, items: int = 4) -> Made:
    """A table of units and their items: every row adds up across, every unit down."""
    return _Setting(random.Random(seed), style, seed).table(units, items)


def document_of(seed: int) -> Document:
    return Document(
        name=f"made-{seed}.pdf",
        sha256=f"{seed:064x}",
        pages=1,
        page_sources=("text",),
        engine=Engine(crossfoot="0", ocr=None),
    )


class _Setting:
    def __init__(self, rng: random.Random, style: Style, seed: int) -> None:
        self._rng, self._style, self._seed = rng, style, seed
        self._tokens: list[Token] = []
        self._prints: list[Print] = []
        self._used: set[str] = set()
        self._y = 100.0

    def table(self, units: int, items: int) -> Made:
        amounts = self._rng.choice((2, 3, 4))
        names = [
            "总计",
            *self._rng.sample(("财政拨款", "专户资金", "其他资金", "上年结转"), amounts),
        ]
        self._lefts = [60.0, *(230.0 + self._style.gap * k for k in range(amounts + 1))]
        self._rows: list[tuple[str, str, int | None]] = []
        title = self._style.title or f"表{self._seed}号项目预算表"
        self._write(title, 220.0, None, ())
        self._y += 24
        self._put_header(names)
        self._tree(units, items, amounts)
        columns = [("项目名称", "label"), *((name, "amount") for name in names)]
        width = self._lefts[-1] + self._style.gap + 40
        page = PageText(
            1, "text" if self._style.source == "text" else "scan",
            width, self._y + 60, width, self._y + 60,
            tokens=tuple(self._tokens), rulings=self._rulings(),
        )  # fmt: skip
        return Made(page, Truth(tuple(columns), tuple(self._rows), tuple(self._prints), title))

    def _put_header(self, names: list[str]) -> None:
        self._write("项目名称", self._lefts[0], -1, (0,))
        for col, name in enumerate(names, 1):
            self._write(name, self._right(col) - SIZE * len(name), -1, (col,))
        self._top = self._y - 4
        self._y += _STEP
        self._lines = [self._top, self._y - 4]

    def _tree(self, units: int, items: int, amounts: int) -> None:
        parts = [[self._amounts(amounts) for _ in range(items)] for _ in range(units)]
        whole = [[sum(c) for c in zip(*unit, strict=True)] for unit in parts]
        total = [sum(c) for c in zip(*whole, strict=True)]
        self._row(self._style.total_word, "total", None, total, 0)
        for unit, own in zip(parts, whole, strict=True):
            above = len(self._rows)
            self._row(self._label("局"), "unit", None, own, 1)
            for item in unit:
                self._row(self._label(), "item", above, item, 2)

    def _amounts(self, count: int) -> list[Decimal]:
        return [
            Decimal(self._rng.randrange(100, 999_999)) / 100
            if self._rng.random() < 0.75
            else Decimal(0)
            for _ in range(count)
        ]

    def _label(self, end: str = "") -> str:
        while True:
            words = self._rng.sample(_WORDS, 2)
            label = "".join(words) + (end or self._rng.choice(_THINGS))
            if self._style.wrap and not end and self._rng.random() < 0.5:
                label += "（含" + "".join(self._rng.sample(_WORDS, 3)) + "及其他相关支出）"
            if label not in self._used:
                self._used.add(label)
                return label

    def _row(
        self, label: str, role: str, parent: int | None, parts: list[Decimal], depth: int
    ) -> None:
        row = len(self._rows)
        self._rows.append((label, role, parent))
        indent = SIZE * depth if self._style.indent else 0.0
        lines = [label[k : k + 14] for k in range(0, len(label), 14)]
        top = self._y
        for number, line in enumerate(lines):
            self._y = top + number * 11
            self._write(line, self._lefts[0] + indent, row, (0,))
        self._y = top + (len(lines) - 1) * 5.5
        for col, amount in enumerate([sum(parts), *parts], 1):
            if amount:
                text = f"{amount:,.2f}"
                width = 0.5 * SIZE * len(text)
                room = self._style.gap - 18 - width if self._style.ragged else 0.0
                slip = self._rng.random() * max(room, 0.0)
                self._write(text, self._right(col) - width - slip, row, (col,))
        self._y = top + (len(lines) - 1) * 11 + _STEP
        self._lines.append(self._y - 4)

    def _right(self, col: int) -> float:
        return self._lefts[col] + self._style.gap - 12

    def _write(self, text: str, x: float, row: int | None, cols: tuple[int, ...]) -> None:
        width = sum(SIZE if ord(c) > 0x2E80 else 0.5 * SIZE for c in text)
        x += self._style.lean * (self._y - 100.0)
        y = self._y + self._style.drift * (x - 60.0)
        box = Box(x, y, x + width, y + SIZE)
        sure = 1.0 if self._style.source == "text" else 0.985
        self._tokens.append(Token(text, box, self._style.source, sure))
        self._prints.append(Print(text, x + width / 2, self._y, row, cols))

    def _rulings(self) -> tuple[Ruling, ...]:
        if not self._style.ruled:
            return ()
        left, right = 54.0, self._lefts[-1] + self._style.gap - 6
        edges = [left, *(x - 6 for x in self._lefts[1:]), right]
        across = [Ruling(True, y, left, right) for y in self._lines]
        down = [Ruling(False, x, self._lines[0], self._lines[-1]) for x in edges]
        return (*across, *down)
