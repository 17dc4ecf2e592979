"""What is truly printed on made pages, and the answers that an all-knowing model would give.

The oracle sees what a model sees, the text of the request, and finds each piece of ink in the
truth by its text and place.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

_LINE = re.compile(r"^line (\d+): (.*)$", re.MULTILINE)
_PIECE = re.compile(r'\[(\d+)\] ("(?:[^"\\]|\\.)*")(?: @(-?\d+)-(-?\d+))?')
_ABOVE = re.compile(r"^(?:the|a) row above: (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Print:
    """One printed piece: row from 0 in a body, -1 in a header, None outside; its columns."""

    text: str
    x: float
    y: float
    row: int | None
    cols: tuple[int, ...] = ()


@dataclass(frozen=True)
class Truth:
    """A table as it is meant: ``columns`` (name, kind), for each row label, role and parent.

    ``title`` is printed in one piece.
    """

    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str, int | None]]
    prints: Sequence[Print]
    title: str = ""

    def figures(self) -> dict[tuple[str, str], str]:
        """(row's label, column's name) → the figure as printed."""
        found: dict[tuple[str, str], str] = {}
        for p in self.prints:
            if p.row is not None and p.row >= 0 and self.columns[p.cols[0]][1] == "amount":
                found[self.rows[p.row][0], self.columns[p.cols[0]][0]] = p.text
        return found


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of ink of the request with what it truly is."""

    id: int
    line: int
    print: Print


@dataclass
class Oracle:
    """Knows the truth of many tables; finds the one that a request is about."""

    truths: list[Truth] = field(default_factory=list)
    _index: dict[str, list[tuple[int, Print]]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, truth: Truth) -> None:
        for p in truth.prints:
            self._index[p.text].append((len(self.truths), p))
        self.truths.append(truth)

    def answer(self, form: str, text: str) -> dict[str, Any]:
        """What is true of the request's last data, in the form that is asked for."""
        truth, seen, lines = self._look(text)
        if form == "HeadAnswer":
            return _head(truth, seen, lines)
        return _block(truth, seen, self._above(truth, text))

    def _look(self, text: str) -> tuple[Truth, list[Seen], list[int]]:
        pieces = list(_pieces(text))
        votes = Counter(n for _, _, said, _ in pieces for n, _ in self._index.get(said, ()))
        which = votes.most_common(1)[0][0] if votes else 0
        seen, after = [], -1e9
        by_line: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
        for number, line, said, x in pieces:
            by_line[line].append((number, said, x))
        for line, held in sorted(by_line.items()):
            y = self._height(which, held, after)
            after = y if y is not None else after
            for number, said, x in held:
                seen.append(Seen(number, line, self._print(which, said, x, y)))
        return self.truths[which], seen, sorted(by_line)

    def _height(self, which: int, held: list[tuple[int, str, float]], after: float) -> float | None:
        """Where on the page the line is: where most of its pieces are printed."""
        votes: Counter[float] = Counter()
        for _, said, x in held:
            for p in self._of(which, said, x):
                votes[p.y] += 1
        below = {y: n for y, n in votes.items() if y >= after - 1}
        if not below:
            return None
        most = max(below.values())
        return min(y for y, n in below.items() if n == most)

    def _of(self, which: int, said: str, x: float) -> Iterator[Print]:
        for n, p in self._index.get(said, ()):
            if n == which and abs(p.x - x) < 3:
                yield p

    def _print(self, which: int, said: str, x: float, y: float | None) -> Print:
        held = sorted(self._of(which, said, x), key=lambda p: abs(p.y - (y or 0.0)))
        return held[0] if held else Print(said, x, y or 0.0, None)

    def _above(self, truth: Truth, text: str) -> dict[int, int]:
        """Row of the truth → an id of its label, for the rows that the request names."""
        found: dict[int, int] = {}
        rows = {label: n for n, (label, _, _) in enumerate(truth.rows)}
        for line in _ABOVE.findall(text):
            ids = [(int(i), json.loads(said)) for i, said, _, _ in _PIECE.findall(line)]
            for number, said in ids:
                for label, row in rows.items():
                    if label.startswith(said) and len(said) > 1:
                        found.setdefault(row, number)
        return found


def _pieces(text: str) -> Iterator[tuple[int, int, str, float]]:
    for line, held in _LINE.findall(text):
        for number, said, x0, x1 in _PIECE.findall(held):
            yield int(number), int(line), json.loads(said), (int(x0) + int(x1)) / 2


def _title(truth: Truth, seen: Sequence[Seen]) -> dict[str, Any]:
    held = [s for s in seen if s.print.row is None and s.print.text == truth.title]
    return {"title": truth.title if held else "", "title_ids": [s.id for s in held]}


def _head(truth: Truth, seen: Sequence[Seen], lines: Sequence[int]) -> dict[str, Any]:
    columns = []
    for number, (name, kind) in enumerate(truth.columns):
        ids = [s.id for s in seen if s.print.row == -1 and number in s.print.cols]
        said = "".join(s.print.text for s in seen if s.id in ids)
        columns.append({"name": said or name, "ids": ids, "kind": kind})
    body = [s.line for s in seen if s.print.row is not None and s.print.row >= 0]
    return {"columns": columns, "body": min(body, default=lines[-1]), **_title(truth, seen)}


def _block(truth: Truth, seen: Sequence[Seen], above: dict[int, int]) -> dict[str, Any]:
    rows: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for s in seen:
        if s.print.row is not None and s.print.row >= 0:
            rows[s.print.row][s.print.cols[0]].append(s.id)
    named = dict(above)
    answer = []
    for row in sorted(rows):
        label, role, parent = truth.rows[row]
        cells = [{"c": col, "ids": ids} for col, ids in sorted(rows[row].items())]
        first = rows[row][min(rows[row])]
        texts = "".join(s.print.text for i in first for s in seen if s.id == i)
        under = named.get(parent, 0) if parent is not None else 0
        answer.append({"label": texts or label, "role": role, "under": under, "cells": cells})
        named[row] = first[0]
    outside = [s.id for s in seen if s.print.row is None or s.print.row < 0]
    return {"rows": answer, "outside": outside}
