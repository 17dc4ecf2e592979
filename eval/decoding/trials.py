"""What the decoder makes of drafts whose truth is known."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from eval.decoding.reader import Quality, misread, seen, truth_of
from eval.decoding.tables import Sums, drafts, ladder, with_sums
from schemas.draft import Booklet, CellRef, Draft, DraftCell
from schemas.result import Cell, CheckResult, Table
from worker.decoding.calibration import kind_of
from worker.decoding.decode import decode

TRUSTED = ("proved", "accepted", "repaired")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One figure after decoding: how far, how many sums hold, and whether it is right."""

    margin: float
    kind: str
    confidence: float
    verdict: str
    right: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of many drafts: how many, read right at first, told right, silent, to look at."""

    figures: int = 0
    first: int = 0
    right: int = 0
    silent: int = 0
    shown: int = 0
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.figures + other.figures,
            self.first + other.first,
            self.right + other.right,
            self.silent + other.silent,
            self.shown + other.shown,
            self.seconds + other.seconds,
        )


def table_of(draft: Draft) -> Table:
    """The draft, decoded."""
    return decode(Booklet((draft,))).tables[0]


def cells_of(table: Table) -> dict[CellRef, Cell]:
    return {(row.id, key): cell for row in table.rows for key, cell in row.cells.items()}


def read(draft: Draft, quality: Quality, kept: Sums, chance: random.Random) -> Tally:
    """What comes of one draft at one quality, with some of its sums."""
    return _tallied(with_sums(seen(draft, quality, chance), kept), truth_of(draft))


def _tallied(worn: Draft, truth: dict[CellRef, str | None]) -> Tally:
    first = {(row.id, key): cell.value for row in worn.rows for key, cell in row.cells.items()}
    started = time.process_time()
    cells = cells_of(table_of(worn))
    seconds = time.process_time() - started
    figures = [ref for ref, value in truth.items() if value is not None]
    return Tally(
        len(figures),
        sum(same(first[ref], truth[ref]) for ref in figures),
        sum(same(cells[ref].value, truth[ref]) for ref in figures),
        sum(
            cell.value is not None and cell.verdict in TRUSTED and not same(cell.value, truth[ref])
            for ref, cell in cells.items()
        ),
        sum(cell.verdict == "doubtful" for cell in cells.values()),
        seconds,
    )


def same(one: str | None, other: str | None) -> bool:
    """Whether two values are the same figure, or both none."""
    if one is None or other is None:
        return one is other
    return Decimal(one) == Decimal(other)


def outcomes(
    draft: Draft, quality: Quality, kept: Sums, chance: random.Random
) -> Iterator[Outcome]:
    """Every figure of a draft at one quality, with some of its sums, for calibration."""
    truth = truth_of(draft)
    table = table_of(with_sums(seen(draft, quality, chance), kept))
    passed = {check.id for check in table.checks if check.status == "pass"}
    for ref, cell in cells_of(table).items():
        if cell.value is None or cell.margin is None:
            continue
        if cell.checks and not passed.intersection(cell.checks):
            continue  # a sum fails here: such figures are shown whatever their margin is
        held = sum(check in passed for check in cell.checks)
        changed = cell.verdict == "repaired"
        yield Outcome(
            cell.margin,
            kind_of(held, changed=changed),
            cell.confidence,
            cell.verdict or "",
            same(cell.value, truth[ref]),
        )


# -- planted misreadings -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planted:
    """What became of one to three misreadings in one table.

    ``repaired`` and ``wrongly`` count cells; ``unique`` those planted ones which the decoder
    found to have one repair only.
    """

    figures: int
    detected: bool
    repaired: int
    wrongly: int
    unique: int
    silent: int


def planted(count: int, seed: int = 0) -> Iterator[Planted]:
    """``count`` tables with sums both ways and one to three wrong figures each."""
    chance = random.Random(seed)
    base = list(drafts(min(count, 120), first=seed))
    for number in range(count):
        yield _plant(base[number % len(base)], number % 3 + 1, chance)


def _plant(draft: Draft, wrong: int, chance: random.Random) -> Planted:
    truth = truth_of(draft)
    covered = {ref for s in draft.sums for ref in (s.result, *s.terms)}
    places = sorted(ref for ref, value in truth.items() if value is not None and ref in covered)
    hurt = set(chance.sample(places, min(wrong, len(places))))
    clear = Quality("clear", 8.0, 1.0, 0.0, 1.0)
    calm = seen_right(draft, clear, chance)
    rows = tuple(
        replace(
            row,
            cells={
                key: _another(cell, truth[row.id, key], chance)
                if (row.id, key) in hurt
                else calm[row.id, key]
                for key, cell in row.cells.items()
            },
        )
        for row in draft.rows
    )
    cells = cells_of(table_of(replace(draft, rows=rows)))
    mended = [ref for ref, cell in cells.items() if cell.verdict == "repaired"]
    right = [ref for ref in mended if same(cells[ref].value, truth[ref])]
    shown = any(cell.verdict in ("doubtful", "source_error") for cell in cells.values())
    silent = sum(
        cell.value is not None and cell.verdict in TRUSTED and not same(cell.value, truth[ref])
        for ref, cell in cells.items()
    )
    return Planted(
        len(hurt),
        bool(mended) or shown,
        len([ref for ref in right if ref in hurt]),
        len(mended) - len(right),
        len([ref for ref in hurt if cells[ref].verdict == "repaired"]),
        silent,
    )


def _another(cell: DraftCell, true: str | None, chance: random.Random) -> DraftCell:
    """The cell misread as another figure: 678.910 for 678.91 is none."""
    while True:
        worn = misread(cell, chance, stated=chance.uniform(0.5, 0.99), named=0.8)
        if not same(worn.value, true):
            return worn


def seen_right(draft: Draft, quality: Quality, chance: random.Random) -> dict[CellRef, DraftCell]:
    """The cells of a draft as a reader saw them who made no mistake."""
    worn = seen(draft, replace(quality, conceit=0.0, sureness=20.0, spread=0.0), chance)
    return {(row.id, key): cell for row in worn.rows for key, cell in row.cells.items()}


# -- the publisher's errors --------------------------------------------------------------


def misprints(tables: Iterable[tuple[Draft, CellRef, str]]) -> Iterator[tuple[str, bool, bool]]:
    """Verdict of each misprinted figure, whether it is kept, whether a sum says so.

    Each table comes with the place of its misprint and what is printed there.
    """
    for draft, ref, printed in tables:
        table = table_of(draft)
        cell = cells_of(table)[ref]
        told = [c for c in table.checks if ref in (c.result, *c.terms) and _off(c)]
        yield cell.verdict or "", same(cell.value, printed), bool(told)


def _off(check: CheckResult) -> bool:
    return check.status in ("fail", "rounding")


# -- time --------------------------------------------------------------------------------


def timed(rows: Sequence[int], quality: Quality, seed: int = 1) -> Iterator[tuple[int, float, int]]:
    """Rows, CPU seconds and cells to look at, for growing tables of four amount columns."""
    chance = random.Random(seed)
    decode(Booklet((seen(ladder(10), quality, chance),)))  # loads the solver
    for count in rows:
        worn = seen(ladder(count), quality, chance)
        started = time.process_time()
        decoded = decode(Booklet((worn,)))
        yield count, time.process_time() - started, len(decoded.review)
