"""Which row is part of which: by codes, by nested columns, by numbering, by indentation.

Only what is printed counts as structure. Total rows stand outside; what they cover is
decided in :mod:`worker.drafting.totals`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.words import is_note, is_part, tight, total_kind, without_part_word
from worker.drafting.columns import Panel
from worker.drafting.layout import Layout

Basis = Literal["codes", "columns", "numbering", "indent", "none"]

_CODE_IN_LABEL = re.compile(r"^[\[(]?(\d{3,12})[\])]?(?=\D|$)")
_CODE = re.compile(r"[A-Za-z]?\d{1,12}")
_CHINESE = "一二三四五六七八九十百"
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("chapter", re.compile(rf"第[{_CHINESE}]+[部章]")),
    ("letter", re.compile(r"([A-Z])[.、)]")),
    ("roman", re.compile(r"([IVX]{1,5})[.、)]")),
    ("han", re.compile(rf"([{_CHINESE}]{{1,4}})[、.,](?!\d)")),
    ("han-bracket", re.compile(rf"\(([{_CHINESE}]{{1,4}})\)")),
    ("circled", re.compile(r"([①-⑳])")),
    ("number-bracket", re.compile(r"\((\d{1,2})\)")),
    ("number-half", re.compile(r"(\d{1,2})\)")),
    ("number", re.compile(r"(\d{1,2})[.、,](?!\d)")),
)
_TOLERANCE = 2.0
"""Indents closer than this (points) are the same level."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a panel as the outline sees it."""

    row: int
    label: str
    code: tuple[str, ...]
    style: str | None
    first: bool
    indent: float
    outer: bool
    part: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """``parent[row]`` for rows that are part of another; ``loose`` rows promise no sum.

    ``totals`` are the rows with a total word. ``parts`` are rows opened by a word such as
    其中, which list only some of the parts.
    """

    basis: Basis
    order: tuple[int, ...]
    labels: Mapping[int, str]
    parent: Mapping[int, int]
    totals: Mapping[int, Literal["grand", "sub"]]
    parts: frozenset[int]
    loose: frozenset[int]


def row_label(layout: Layout, panel: Panel, row: int) -> str:
    """The words that name a row: its label cell, else the nearest text left of its figures."""
    order = [c for c in (panel.label,) if c is not None]
    order += [*reversed(panel.outer), *panel.codes]
    for col in order:
        if text := layout.text(row, col).strip():
            return text
    return ""


def _numbering(label: str) -> tuple[str | None, bool]:
    """Style of a label's number (一、 or (一) or 1.), and whether it is the first of a run."""
    raw = unicodedata.normalize("NFKC", label).strip()
    body = re.sub(r"\s+", "", raw)
    for style, pattern in _STYLES:
        if style == "circled":
            if label.strip()[:1] and "①" <= label.strip()[:1] <= "⑳":
                return style, label.strip()[0] == "①"
            continue
        if found := pattern.match(body):
            return style, bool(found.groups()) and found[1] in ("一", "1", "A", "I")
    return None, False


def _code_parts(layout: Layout, panel: Panel, row: int) -> tuple[str, ...]:
    """The printed parts of a row's code, blank ones included; empty where there is none."""
    parts = tuple(tight(layout.text(row, col)) for col in panel.codes)
    if any(parts) and all(not part or _CODE.fullmatch(part) for part in parts):
        return parts
    if found := _CODE_IN_LABEL.match(tight(row_label(layout, panel, row))):
        return (found[1],)
    return ()


def _entries(layout: Layout, panel: Panel) -> list[Entry]:
    entries: list[Entry] = []
    for row in range(len(layout.body)):
        label = row_label(layout, panel, row)
        if not label or is_note(label):
            continue
        part = is_part(label)
        style, first = _numbering(without_part_word(label) if part else label)
        cell = layout.at(row, panel.label) if panel.label is not None else None
        has_label = cell is not None and bool(cell.text.strip())
        entries.append(
            Entry(
                row=row,
                label=label,
                code=_code_parts(layout, panel, row),
                style=style,
                first=first,
                indent=cell.indent if cell is not None and has_label else 0.0,
                outer=not has_label,
                part=part,
            )
        )
    return entries


def read_outline(layout: Layout, panel: Panel) -> Outline:
    """The rows of a panel with their parents, by the strongest structure that is printed."""
    entries = _entries(layout, panel)
    totals = {e.row: kind for e in entries if (kind := total_kind(e.label)) is not None}
    items = [e for e in entries if e.row not in totals]
    basis, parent, loose = _structure(items, entries, totals)
    return Outline(
        basis=basis,
        order=tuple(e.row for e in entries),
        labels={e.row: e.label for e in entries},
        parent=parent,
        totals=totals,
        parts=frozenset(e.row for e in items if e.part),
        loose=frozenset(loose),
    )


def _structure(
    items: Sequence[Entry], entries: Sequence[Entry], totals: Mapping[int, object]
) -> tuple[Basis, dict[int, int], set[int]]:
    coded = [e for e in items if e.code]
    if len(coded) > 1 and len(coded) * 2 >= len(items):
        full = _whole_codes(items)
        if full is not None:
            return "codes", _by_codes(items, full), set()
    if any(e.outer for e in items) and not all(e.outer for e in items):
        return "columns", _by_columns(items), set()
    if any(e.style for e in items) or _indented(items) or any(e.part for e in items):
        basis: Basis = "numbering" if any(e.style for e in items) else "indent"
        parent, loose = _by_steps(entries, totals, _indented(items))
        return basis, parent, loose
    return "none", {}, set()


def _whole_codes(items: Sequence[Entry]) -> dict[int, tuple[str, ...]] | None:
    """The whole code of each coded row, parts above carried down; None if they are no tree.

    Codes that come back within one group name an attribute of the rows, not the rows.
    """
    split = max(len(e.code) for e in items) > 1
    full: dict[int, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    seen: set[tuple[str, ...]] = set()
    repeats = 0
    for entry in items:
        if not entry.code:
            seen = set()
            above = ()
            continue
        whole = _carried(entry.code, above) if split else entry.code
        repeats += whole in seen
        seen.add(whole)
        full[entry.row] = above = whole
    return full if repeats * 10 <= len(full) else None


def _carried(code: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """A code over several columns with the parts that only the row above prints."""
    filled = [i for i, part in enumerate(code) if part]
    head = tuple(above[i] if i < len(above) and not code[i] else code[i] for i in range(filled[0]))
    return (*head, *code[filled[0] : filled[-1] + 1])


def _is_prefix(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    if len(short) == 1 and len(long) == 1:
        return len(short[0]) < len(long[0]) and long[0].startswith(short[0])
    return len(short) < len(long) and long[: len(short)] == short


def _by_codes(items: Sequence[Entry], full: Mapping[int, tuple[str, ...]]) -> dict[int, int]:
    """Each code hangs below the nearest longer prefix above; top codes below a row without one
    that is printed in a column left of the codes (a unit over its classes)."""
    parent: dict[int, int] = {}
    open_rows: list[int] = []
    head: int | None = None
    for entry in items:
        if entry.row not in full:
            head, open_rows = (entry.row if entry.outer else None), []
            continue
        code = full[entry.row]
        above = [row for row in open_rows if _is_prefix(full[row], code)]
        if above:
            parent[entry.row] = max(above, key=lambda row: (len("".join(full[row])), row))
        elif head is not None:
            parent[entry.row] = head
        open_rows.append(entry.row)
    return parent


def _by_columns(items: Sequence[Entry]) -> dict[int, int]:
    """Rows with a label hang below the nearest row above that fills only an outer column."""
    parent: dict[int, int] = {}
    head: int | None = None
    for entry in items:
        if entry.outer:
            head = entry.row
        elif head is not None:
            parent[entry.row] = head
    return parent


def _indented(items: Sequence[Entry]) -> bool:
    """Whether the first lines of labels start at a few distinct places."""
    indents = sorted(e.indent for e in items if not e.outer)
    if len(indents) < 2:
        return False
    levels = 1
    for before, after in zip(indents, indents[1:], strict=False):
        levels += after - before > _TOLERANCE
    spread = indents[-1] - indents[0] > _TOLERANCE
    return spread and levels <= 4 and levels * 2 <= len(indents) + 1


@dataclass(frozen=True, slots=True)
class _Open:
    row: int
    style: str | None
    indent: float
    part: bool


def _by_steps(
    entries: Sequence[Entry], totals: Mapping[int, object], indented: bool
) -> tuple[dict[int, int], set[int]]:
    """Parents from numbering, with indentation for rows that have no number."""
    parent: dict[int, int] = {}
    loose: set[int] = set()
    stack: list[_Open] = []
    for entry in entries:
        if entry.row in totals:
            stack = []
            continue
        stack = _popped(stack, entry, indented)
        if stack:
            parent[entry.row] = stack[-1].row
            if not entry.style and not indented and not entry.part:
                loose.add(entry.row)
        if not (entry.row in loose):
            stack = [*stack, _Open(entry.row, entry.style, entry.indent, entry.part)]
    return parent, loose


def _popped(stack: list[_Open], entry: Entry, indented: bool) -> list[_Open]:
    """The open rows that ``entry`` is part of."""
    if entry.style is not None:
        return _popped_by_number(stack, entry, indented)
    if indented:
        keep = [o for o in stack if o.indent < entry.indent - _TOLERANCE]
        return stack[: len(keep)] if keep == stack[: len(keep)] else keep
    if entry.part:
        return [o for o in stack if not o.part]
    return [o for o in stack if o.style is not None]


def _popped_by_number(stack: list[_Open], entry: Entry, indented: bool) -> list[_Open]:
    same = [i for i, o in enumerate(stack) if o.style == entry.style]
    if same and not (entry.first and entry.part):
        return stack[: same[-1]]
    if entry.first or entry.part:
        return stack
    if indented:
        return [o for o in stack if o.indent < entry.indent - _TOLERANCE]
    return stack[:-1]
