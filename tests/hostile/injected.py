"""Wrong figures put in at every door: what is let through in silence.

    python -m tests.hostile.injected --count 2000 --seed 1 --out FILE

The doors: the reader (a misreading of which it is sure), a person (a wrong figure typed), a
result file (a value edited on disk). That of the model is tests/llm. A figure is put in where a
sum covers it: where none does, nothing but the ink can tell.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from eval.decoding.reader import misread
from eval.decoding.tables import drafts
from schemas.decisions import Figure
from schemas.draft import Booklet, CellRef, Draft
from schemas.result import Cell, Document, Engine, Result, Row, Usage
from service.result_file import first_disagreement
from worker.decoding.decode import decode
from worker.settle import settle

_TABLES = 40
TRUSTED = ("proved", "accepted", "repaired")


@dataclass(frozen=True, slots=True)
class Put:
    """A wrong figure in the place of a true one, and whether nothing showed it."""

    true: str
    wrong: str
    silent: bool
    said: str


@dataclass(slots=True)
class Tally:
    """How many figures were put in at a door, and how many of them nothing showed."""

    door: str
    injected: int = 0
    silent: int = 0
    first_silent: str = ""

    def add(self, put: Put) -> None:
        self.injected += 1
        if put.silent:
            self.silent += 1
            self.first_silent = self.first_silent or put.said


_sound: dict[int, Result] = {}


def sound(draft: Draft) -> Result:
    """The result of a draft as it was made, worked out once."""
    if id(draft) not in _sound:
        _sound[id(draft)] = result_of(draft)
    return _sound[id(draft)]


def result_of(draft: Draft) -> Result:
    decoded = decode(Booklet((draft,)))
    document = Document(
        name="a.pdf", sha256="0" * 64, pages=1, page_sources=("scan",),
        engine=Engine(crossfoot="0", ocr=None),
    )  # fmt: skip
    return Result(
        status="review" if decoded.review else "verified", document=document,
        tables=decoded.tables, review=decoded.review, usage=Usage(seconds=0),
    )  # fmt: skip


def covered(draft: Draft) -> list[CellRef]:
    """The printed figures that take part in a sum."""
    figures = {(row.id, key): cell.value for row in draft.rows for key, cell in row.cells.items()}
    named = {ref for one in draft.sums for ref in (one.result, *one.terms)}
    return sorted(ref for ref in named if figures.get(ref) not in (None, "0", "0.00"))


def cell_of(result: Result, ref: CellRef) -> Cell:
    row = next(row for row in result.tables[0].rows if row.id == ref[0])
    return row.cells[ref[1]]


def same(a: str | None, b: str | None) -> bool:
    return (a is None) == (b is None) and (a is None or Decimal(a) == Decimal(b or ""))


def by_reader(draft: Draft, ref: CellRef, chance: random.Random) -> Put:
    """A slip of which the reader is sure, and does not think of the truth."""
    row = next(row for row in draft.rows if row.id == ref[0])
    before = row.cells[ref[1]]
    wrong = misread(before, chance, stated=0.995, named=0.0)
    put = replace(row, cells={**row.cells, ref[1]: wrong})
    spoilt = replace(draft, rows=tuple(put if r.id == ref[0] else r for r in draft.rows))
    cell = cell_of(result_of(spoilt), ref)
    silent = cell.verdict in TRUSTED and not same(cell.value, before.value)
    said = f"{before.value} read as {wrong.value}: {cell.verdict}"
    return Put(before.value or "0", cell.value or "0", silent, said)


def by_person(draft: Draft, ref: CellRef, chance: random.Random) -> Put:
    """A wrong figure typed: nothing shows it if the document then counts as verified."""
    result = sound(draft)
    true = cell_of(result, ref).value or "0"
    wrong = another(true, chance)
    typed = Figure(kind="figure", table="t1", row=ref[0], column=ref[1], value=wrong)
    after = settle(result, [typed])
    failing = any(check.status == "fail" for check in after.tables[0].checks)
    silent = not failing and after.status == "verified"
    return Put(true, wrong, silent, f"{true} at {ref} typed as {wrong}")


def in_file(draft: Draft, ref: CellRef, chance: random.Random) -> Put:
    """A value edited in the result file."""
    result = sound(draft)
    table = result.tables[0]
    true = cell_of(result, ref).value or "0"
    wrong = another(true, chance)

    def edited(row: Row) -> Row:
        if row.id != ref[0]:
            return row
        cell = row.cells[ref[1]].model_copy(update={"value": wrong})
        return row.model_copy(update={"cells": {**row.cells, ref[1]: cell}})

    rows = tuple(edited(row) for row in table.rows)
    changed = result.model_copy(update={"tables": (table.model_copy(update={"rows": rows}),)})
    return Put(true, wrong, first_disagreement(changed) is None, f"{true} edited to {wrong}")


def another(value: str, chance: random.Random) -> str:
    """The figure with one digit another."""
    places = [n for n, sign in enumerate(value) if sign.isdecimal()]
    at = chance.choice(places)
    digit = chance.choice([d for d in "0123456789" if d != value[at]])
    return value[:at] + digit + value[at + 1 :]


DOORS: dict[str, Callable[[Draft, CellRef, random.Random], Put]] = {
    "reader": by_reader, "person": by_person, "file": in_file,
}  # fmt: skip


def inject(door: str, count: int, seed: int) -> Tally:
    """So many wrong figures at that door, each in a table that is sound otherwise."""
    chance, tally = random.Random(f"{door} {seed}"), Tally(door)
    places = _places(seed)
    for _ in range(count):
        draft, ref = chance.choice(places)
        tally.add(DOORS[door](draft, ref, chance))
    return tally


@cache
def _places(seed: int) -> tuple[tuple[Draft, CellRef], ...]:
    """The same drafts for every door: what is known of each is kept by its identity."""
    return tuple(
        (draft, ref) for draft in drafts(_TABLES, first=seed * 1000) for ref in covered(draft)
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args()
    tallies: list[dict[str, Any]] = []
    for door in DOORS:
        tallies.append(asdict(inject(door, told.count, told.seed)))
        print(json.dumps(tallies[-1], ensure_ascii=False), flush=True)
    if told.out:
        told.out.write_text(json.dumps(tallies, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if any(tally["silent"] for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
