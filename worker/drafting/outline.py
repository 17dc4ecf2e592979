"""Which row is part of which: by codes, by nested columns, by numbering, by indentation.

Only what is printed counts as structure, and one table may be read in several ways. Each
way is an :class:`Outline`; which of them the table means is told by the figures, in
:mod:`worker.drafting.totals`. Total rows stand outside: what they cover is decided there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from schemas.grid import GridCell
from schemas.words import TotalKind, is_note, is_part, tight, total_kind, without_part_word
from worker.drafting.columns import Panel
from worker.drafting.layout import Layout

Basis = Literal["codes", "position", "numbering", "none", "told", "sums"]

_CODE_IN_LABEL = re.compile(r"^[\[(]?(\d{3,12})[\])]?(?=\D|$)")
_CODE = re.compile(r"[A-Za-z]?\d{1,12}")
_CHINESE = "一二三四五六七八九十百"
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(rf"第([{_CHINESE}]+)[部章]")),
    ("letter", re.compile(r"([A-Z])[.、)]")),
    ("roman", re.compile(r"([IVX]{1,5})[.、)]")),
    ("han", re.compile(rf"([{_CHINESE}]{{1,4}})[、.,](?!\d)")),
    ("han-bracket", re.compile(rf"\(([{_CHINESE}]{{1,4}})\)")),
    ("number-bracket", re.compile(r"\((\d{1,2})\)")),
    ("number-half", re.compile(r"(\d{1,2})\)")),
    ("number", re.compile(r"(\d{1,2})[.、,](?!\d)")),
)
_FIRST = ("一", "1", "A", "I")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_TOLERANCE = 0.35
"""Starts closer than this share of a line's height are the same level."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a panel: its words and the marks of structure that it prints.

    ``first_ink`` and ``label_ink`` are the x of the row's first ink, in any column left of
    the figures and in the label column or right of it; ``first_column`` is the column of
    the former, ``last_column`` the last filled one up to the label. Right of the label only
    the column counts, for texts there may be centred. ``own_label`` says that the label
    column itself is filled.
    """

    row: int
    label: str
    code: tuple[str, ...]
    style: str | None
    first_number: bool
    first_ink: float
    label_ink: float
    first_column: int
    last_column: int
    height: float
    own_label: bool
    part: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """One way to read the structure of a panel.

    ``parent[row]`` for rows that are part of another; ``loose`` rows promise no sum.
    ``totals`` are the rows with a total word, ``parts`` those opened by a word such as
    其中, which list only some of the parts, ``opens`` those where a merged group begins.
    """

    basis: Basis
    order: tuple[int, ...]
    labels: Mapping[int, str]
    parent: Mapping[int, int]
    totals: Mapping[int, TotalKind]
    parts: frozenset[int]
    loose: frozenset[int]
    opens: frozenset[int]


def row_label(layout: Layout, panel: Panel, row: int) -> str:
    """The words that name a row: its label cell, else the nearest text beside its figures."""
    if panel.label is not None and (text := layout.text(row, panel.label).strip()):
        return text
    for col in (*reversed(panel.outer), *panel.codes, *panel.inner):
        if text := layout.text(row, col).strip():
            return text
    return ""


def outlines(
    layout: Layout,
    panel: Panel,
    has_figures: Callable[[int], bool],
    grand: int | None = None,
) -> tuple[Outline, ...]:
    """The ways to read a panel, the most telling marks first; never empty.

    Mere places come last: a row may start further right for many reasons. Last of all comes
    what a model says of the rows: it must hold better than what is printed. ``grand`` is a row
    to be taken for the total of all, whatever its label says.
    """
    entries = _entries(layout, panel, has_figures)
    totals = {e.row: kind for e in entries if (kind := total_kind(e.label)) is not None}
    totals |= {e.row: "grand" for e in entries if e.row == grand}
    items = [e for e in entries if e.row not in totals]
    opens = frozenset(e.row for e in entries if _opens_group(layout, panel, e.row))

    def outline(
        basis: Basis,
        parent: Mapping[int, int],
        loose: frozenset[int],
        totals: Mapping[int, TotalKind] = totals,
    ) -> Outline:
        return Outline(
            basis=basis,
            order=tuple(e.row for e in entries),
            labels={e.row: e.label for e in entries},
            parent=parent,
            totals=totals,
            parts=frozenset(e.row for e in items if e.part and e.row not in totals),
            loose=loose,
            opens=opens,
        )

    said: list[Outline] = []
    placed: list[Outline] = []
    for basis, parent, loose in _ways(entries, items, frozenset(totals)):
        (placed if basis == "position" else said).append(outline(basis, parent, loose))
    known = {e.row for e in items}
    summed = totals | dict.fromkeys(layout.sums & known, "grand")
    told = _as_told(layout, [e for e in items if e.row not in summed])
    more = [outline("told", told, frozenset(), summed)] if told or summed != totals else []
    return tuple(_distinct([*said, outline("none", {}, frozenset()), *placed, *more]))


def _as_told(layout: Layout, items: Sequence[Entry]) -> dict[int, int]:
    """What a model says each row is a part of; totals are part of none."""
    rows = {entry.row for entry in items}
    return {row: above for row, above in layout.told.items() if row in rows and above in rows}


def _distinct(ways: Sequence[Outline]) -> Iterator[Outline]:
    seen: list[tuple[Mapping[int, int], frozenset[int], Mapping[int, TotalKind]]] = []
    for way in ways:
        if (way.parent, way.loose, way.totals) not in seen:
            seen.append((way.parent, way.loose, way.totals))
            yield way


_Way = tuple[Basis, dict[int, int], frozenset[int]]


def _ways(
    entries: Sequence[Entry], items: Sequence[Entry], totals: frozenset[int]
) -> Iterator[_Way]:
    coded = [e for e in items if e.code]
    if len(coded) > 1 and len(coded) * 2 >= len(items):
        for trailing in (False, True):
            full = _whole_codes(items, trailing)
            if full is not None:
                yield "codes", _by_codes(items, full), frozenset()
    numbered = any(e.style for e in items) or any(e.part for e in items)
    for position in (_first_ink, _label_ink, _first_column, _last_column):
        if _levelled([position(e) for e in items], _tolerance(items)):
            parent, loose = _by_steps(entries, totals, position)
            yield "numbering" if numbered else "position", parent, loose
    if numbered:
        parent, loose = _by_steps(entries, totals, None)
        yield "numbering", parent, loose


# -- rows ---------------------------------------------------------------------------------


def _entries(layout: Layout, panel: Panel, has_figures: Callable[[int], bool]) -> tuple[Entry, ...]:
    """The named rows; a row of figures alone takes the name printed alone just above it."""
    entries: list[Entry] = []
    for row in range(len(layout.body)):
        label = row_label(layout, panel, row)
        if is_note(label):
            continue
        if label:
            entries.append(_entry(layout, panel, row, row, label))
        elif has_figures(row) and entries and _name_only(entries[-1].row, row, has_figures):
            above = entries.pop()
            entries.append(_entry(layout, panel, row, above.row, above.label))
    return tuple(entries)


def _name_only(above: int, row: int, has_figures: Callable[[int], bool]) -> bool:
    return above == row - 1 and not has_figures(above)


def _entry(layout: Layout, panel: Panel, row: int, named: int, label: str) -> Entry:
    part = is_part(label)
    style, first_number = _numbering(without_part_word(label) if part else label)
    head = _started(layout, panel, named)
    label_cells = [c for c in head if panel.label is None or c.col >= panel.label]
    first = head[0] if head else None
    return Entry(
        row=row,
        label=label,
        code=code_parts(layout, panel, named, label),
        style=style,
        first_number=first_number,
        first_ink=_ink(first, panel),
        label_ink=_ink(label_cells[0] if label_cells else first, panel),
        first_column=first.col if first is not None else 0,
        last_column=max((c.col for c in head if c.col not in panel.inner), default=0),
        height=first.lines[0].box.height if first is not None and first.lines else 0.0,
        own_label=any(c.col == panel.label for c in head),
        part=part,
    )


def _started(layout: Layout, panel: Panel, row: int) -> list[GridCell]:
    """The filled cells left of the figures that start in this row, left to right."""
    columns = {*panel.outer, *panel.codes, *panel.inner, panel.label}
    return [c for c in layout.body[row] if c.col in columns and c.text.strip()]


def _ink(cell: GridCell | None, panel: Panel) -> float:
    if cell is None:
        return 0.0
    if panel.label is not None and cell.col > panel.label:
        return cell.box.x0
    return cell.box.x0 + cell.indent


def _opens_group(layout: Layout, panel: Panel, row: int) -> bool:
    """Whether a cell left of the label starts here and is merged over the rows that follow."""
    return any(c.rowspan > 1 and c.col != panel.label for c in _started(layout, panel, row))


@lru_cache(maxsize=4096)  # the tables of a booklet name the same things
def _numbering(label: str) -> tuple[str | None, bool]:
    """Style of a label's number (一、 or (一) or 1.), and whether it is the first of a run."""
    start = label.strip()[:1]
    if start and start in _CIRCLED:
        return "circled", start == "①"
    body = re.sub(r"\s+", "", unicodedata.normalize("NFKC", label))
    for style, pattern in _STYLES:
        if found := pattern.match(body):
            return style, found[1] in _FIRST
    return None, False


# -- codes --------------------------------------------------------------------------------


def code_parts(layout: Layout, panel: Panel, row: int, label: str) -> tuple[str, ...]:
    """The printed parts of a row's code, blank ones included; empty where there is none.

    ``label`` is the row's own.
    """
    parts = tuple(tight(layout.text(row, col)) for col in panel.codes)
    if any(parts) and all(not part or _CODE.fullmatch(part) for part in parts):
        return parts
    if found := _CODE_IN_LABEL.match(tight(label)):
        return (found[1],)
    return ()


def _whole_codes(items: Sequence[Entry], trailing: bool) -> dict[int, tuple[str, ...]] | None:
    """The whole code of each coded row, parts above carried down; None if they are no tree.

    With ``trailing``, zeros at the end of a code fill it up and are taken off, where all
    codes are equally long (1000 over 1015). Codes that come back within one group name an
    attribute of the rows, not the rows.
    """
    split = max(len(e.code) for e in items) > 1
    if trailing and (split or len({len(e.code[0]) for e in items if e.code}) > 1):
        return None
    full: dict[int, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    seen: set[tuple[str, ...]] = set()
    repeats = 0
    for entry in items:
        if not entry.code:
            seen, above = set(), ()
            continue
        whole = carried(entry.code, above) if split else entry.code
        if trailing:
            whole = (whole[0].rstrip("0") or "0",)
        repeats += whole in seen
        seen.add(whole)
        full[entry.row] = above = whole
    return full if repeats * 10 <= len(full) else None


def carried(code: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """A code over several columns with the parts that only the rows above print."""
    filled = [i for i, part in enumerate(code) if part]
    head = tuple(above[i] if i < len(above) and not code[i] else code[i] for i in range(filled[0]))
    return (*head, *code[filled[0] : filled[-1] + 1])


def _is_prefix(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    if len(short) == 1 and len(long) == 1:
        return len(short[0]) < len(long[0]) and long[0].startswith(short[0])
    return len(short) < len(long) and long[: len(short)] == short


def _by_codes(items: Sequence[Entry], full: Mapping[int, tuple[str, ...]]) -> dict[int, int]:
    """Each code hangs below its nearest shorter prefix above.

    Top codes hang below a row without a code that is printed left of the label: a unit over
    its classes.
    """
    parent: dict[int, int] = {}
    open_rows: list[int] = []
    head: int | None = None
    for entry in items:
        if entry.row not in full:
            head, open_rows = (None if entry.own_label else entry.row), []
            continue
        code = full[entry.row]
        above = [row for row in open_rows if _is_prefix(full[row], code)]
        if above:
            parent[entry.row] = max(above, key=lambda row: (len("".join(full[row])), row))
        elif head is not None:
            parent[entry.row] = head
        open_rows.append(entry.row)
    return parent


# -- numbers and places -------------------------------------------------------------------


def _first_ink(entry: Entry) -> float:
    return entry.first_ink


def _label_ink(entry: Entry) -> float:
    return entry.label_ink


def _first_column(entry: Entry) -> float:
    return 1000.0 * entry.first_column


def _last_column(entry: Entry) -> float:
    return 1000.0 * entry.last_column


_Position = Callable[[Entry], float]


def _tolerance(entries: Sequence[Entry]) -> float:
    heights = sorted(e.height for e in entries if e.height) or [10.0]
    return _TOLERANCE * heights[len(heights) // 2]


def _levelled(places: Sequence[float], tolerance: float) -> bool:
    """Whether rows start at a few distinct places, most of them more than once."""
    if len(places) < 2:
        return False
    ordered = sorted(places)
    levels = 1 + sum(after - before > tolerance for before, after in pairwise(ordered))
    return 1 < levels <= 6 and levels <= (len(places) + 2) // 2


@dataclass(frozen=True, slots=True)
class _Open:
    row: int
    style: str | None
    place: float
    part: bool


def _by_steps(
    entries: Sequence[Entry], totals: frozenset[int], position: _Position | None
) -> tuple[dict[int, int], frozenset[int]]:
    """Parents from numbering, and from places for rows that have no number.

    Without places, rows that no number ranks are loose parts of the numbered row above.
    """
    tolerance = _tolerance(entries)
    parent: dict[int, int] = {}
    loose: set[int] = set()
    stack: list[_Open] = []
    for entry in entries:
        if entry.row in totals:
            stack = []
            continue
        place = position(entry) if position is not None else None
        stack = _remaining(stack, entry, place, tolerance)
        if stack:
            parent[entry.row] = stack[-1].row
            if entry.style is None and place is None and not entry.part:
                loose.add(entry.row)
                continue
        stack = [*stack, _Open(entry.row, entry.style, place or 0.0, entry.part)]
    return parent, frozenset(loose)


def _remaining(
    stack: list[_Open], entry: Entry, place: float | None, tolerance: float
) -> list[_Open]:
    """The open rows that ``entry`` is part of."""
    if entry.style is not None:
        return _ranked(stack, entry, place, tolerance)
    if place is not None:
        return _left_of(stack, place, tolerance)
    if entry.part:
        return [o for o in stack if not o.part]
    return [o for o in stack if o.style is not None]


def _left_of(stack: list[_Open], place: float, tolerance: float) -> list[_Open]:
    keep = len(stack)
    while keep and stack[keep - 1].place > place - tolerance:
        keep -= 1
    return stack[:keep]


def _ranked(stack: list[_Open], entry: Entry, place: float | None, tolerance: float) -> list[_Open]:
    same = [i for i, o in enumerate(stack) if o.style == entry.style]
    if same and not (entry.first_number and entry.part):
        return stack[: same[-1]]
    if entry.first_number or entry.part:
        return stack
    return stack[:-1] if place is None else _left_of(stack, place, tolerance)
