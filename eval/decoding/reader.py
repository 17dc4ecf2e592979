"""A reader that errs on purpose: what an OCR engine would make of a page, without a page.

Every figure is seen with some sureness; at that rate, or a worse one for a reader that
thinks too much of itself, the first reading is the truth, else it is a slip of it. What is
not read first is among the candidates, or not at all.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from schemas.draft import CellRef, Draft, DraftCell
from schemas.page import Reading
from worker.decoding.confusions import slips
from worker.decoding.print_style import canonical


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a page is seen.

    ``sureness`` is the mean log odds that the reader states, ``spread`` their deviation;
    ``conceit`` is by how much the true log odds are lower, as a share. ``named`` is how
    often the truth is among the candidates of a wrong reading; ``missed`` how often a figure
    is not seen at all.
    """

    name: str
    sureness: float
    spread: float
    conceit: float
    named: float
    missed: float = 0.0


QUALITIES = (
    Quality("office", 8.0, 1.5, 0.2, 0.9),
    Quality("fax", 5.5, 2.0, 0.25, 0.85, 0.0005),
    Quality("ruin", 3.5, 2.0, 0.3, 0.8, 0.002),
)


def seen(draft: Draft, quality: Quality, chance: random.Random) -> Draft:
    """The draft as the reader saw it."""
    rows = tuple(
        replace(row, cells={key: _seen(cell, quality, chance) for key, cell in row.cells.items()})
        for row in draft.rows
    )
    return replace(draft, rows=rows)


def misread(cell: DraftCell, chance: random.Random, *, stated: float, named: float) -> DraftCell:
    """The cell with a slip of its figure read first, at a stated probability."""
    wrong = chance.choice(_slips(cell.text))
    readings = [Reading(wrong, stated)]
    if chance.random() < named:
        readings.append(Reading(cell.text, (1.0 - stated) * chance.uniform(0.2, 0.9)))
    return _read(cell, readings)


def _seen(cell: DraftCell, quality: Quality, chance: random.Random) -> DraftCell:
    if cell.value is None:
        return replace(cell, source="ocr", confidence=0.99)
    if chance.random() < quality.missed:
        return replace(cell, source="ocr", confidence=0.99, text="", value=None)
    odds = max(chance.gauss(quality.sureness, quality.spread), -0.5)
    stated = 1.0 / (1.0 + math.exp(-odds))
    if chance.random() > 1.0 / (1.0 + math.exp(-odds * (1.0 - quality.conceit))):
        return misread(cell, chance, stated=stated, named=quality.named)
    other = chance.choice(_slips(cell.text))
    share = (1.0 - stated) * chance.uniform(0.2, 0.9)
    return _read(cell, [Reading(cell.text, stated), Reading(other, share)])


def _read(cell: DraftCell, readings: list[Reading]) -> DraftCell:
    first = readings[0]
    value = canonical(first.text)
    return replace(
        cell,
        text=first.text,
        value=value,
        source="ocr",
        confidence=first.probability,
        readings=tuple(readings),
        readable=value is not None,
    )


def _slips(text: str) -> list[str]:
    """Figures one slip away from ``text`` that are other figures."""
    true = canonical(text)
    found = [s for s in slips(text) if (value := canonical(s)) is not None and value != true]
    return [s for s in found if s.count(".") <= 1] or [text + "0"]


def truth_of(draft: Draft) -> dict[CellRef, str | None]:
    """What every cell should say."""
    return {(row.id, key): cell.value for row in draft.rows for key, cell in row.cells.items()}
