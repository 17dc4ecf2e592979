"""Cases in words, as a model is shown them. What is printed stands in quotes between marks.

The marks carry a digest of what they enclose, so that no text on a page can close them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from worker.llm.case import Case, Slip
from worker.llm.proposal import Row

_MOST_ABOVE = 8
"""Rows above a block that are named for others to be part of."""


def enclosed(text: str) -> str:
    """The text between marks that nothing in it can have."""
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"<ink {mark}>\n{text}\n</ink {mark}>"


def in_lines(case: Case, lines: Sequence[int]) -> str:
    """The lines with their numbers, each piece with its own."""
    return "\n".join(
        f"line {line}: " + " | ".join(_piece(case.slip(i)) for i in case.lines[line])
        for line in lines
    )


def _piece(slip: Slip) -> str:
    return f"[{slip.id}] {_quoted(slip.text)} @{slip.box.x0:.0f}-{slip.box.x1:.0f}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def head_data(case: Case, lines: Sequence[int]) -> str:
    return enclosed(in_lines(case, lines))


def block_data(
    case: Case,
    lines: Sequence[int],
    columns: Sequence[tuple[str, str]],
    places: Sequence[tuple[float, float] | None],
    earlier: Sequence[Row],
) -> str:
    """The columns by name and kind, where each stands, the rows above, and the lines."""
    told = [
        f"column {number}: {_quoted(name)} {kind}{_across(places[number])}"
        for number, (name, kind) in enumerate(columns)
    ]
    if earlier:
        told.append(f"the row above: {_row(case, earlier[-1])}")
        parents = [row for row in earlier[:-1] if row.role in ("total", "group", "unit", "project")]
        told += [f"a row above: {_row(case, row, 1)}" for row in parents[-_MOST_ABOVE:]]
    return enclosed("\n".join([*told, in_lines(case, lines)]))


def _across(place: tuple[float, float] | None) -> str:
    return f" @{place[0]:.0f}-{place[1]:.0f}" if place is not None else ""


def _row(case: Case, row: Row, most: int = 4) -> str:
    pieces = [
        f"c{column} " + " ".join(f"[{i}] {_quoted(case.slip(i).text)}" for i in ids)
        for column, ids in sorted(row.cells.items())[:most]
    ]
    return "; ".join(pieces)


def places_of(
    case: Case, columns: Mapping[int, Sequence[int]], rows: Sequence[Row]
) -> list[tuple[float, float] | None]:
    """Where each column begins and ends: its own header and what was put into it so far."""
    uses: dict[int, int] = {}
    for ids in columns.values():
        for number in set(ids):
            uses[number] = uses.get(number, 0) + 1
    found: list[tuple[float, float] | None] = []
    for column, ids in columns.items():
        own = [i for i in ids if uses[i] == 1]
        own += [i for row in rows[-12:] for i in row.cells.get(column, ())]
        boxes = [case.slip(i).box for i in own]
        found.append((min(b.x0 for b in boxes), max(b.x1 for b in boxes)) if boxes else None)
    return found
