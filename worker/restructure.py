"""Structure sought again on figures that the sums along their rows have mended.

What is part of what is told by the first readings; on bad paper so many of them are wrong that
no sum down a column holds, and with the structure the sums are lost that would tell them. The
sums along the rows need no structure: what they decide is held against the labels once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.draft import Booklet, CellRef, Draft, Sum
from worker.decoding.decide import Decision, decide
from worker.decoding.decode import Decoded
from worker.drafting.draft import Drafted
from worker.drafting.figures import Decided


def restructured(
    drafted: Drafted, booklet: Booklet, decoded: Decoded, *, effort: float
) -> tuple[Draft, ...] | None:
    """The drafts of the sheets, drafted anew where that gives scanned tables other sums.

    ``booklet`` was bound of the drafts, its first ones in their order. Only tables with cells to
    review are looked at. None where nothing changes.
    """
    own = booklet.drafts[: len(drafted.drafts)]
    asked = [index for index, draft in enumerate(own) if _open(draft)]
    doubted = {int(item.table[1:]) - 1 for item in decoded.review}
    tables = [index for index in asked if index in doubted]
    if not tables:
        return None
    across = [replace(booklet.drafts[n], sums=tuple(_across(booklet.drafts[n]))) for n in tables]
    anew = drafted.anew(_decided(decide(Booklet(tuple(across)), effort), tables))
    before = booklet.drafts
    if all(_same(before[index].sums, anew[index].sums) for index in tables):
        return None
    return anew


def _decided(decision: Decision, tables: Sequence[int]) -> dict[int, Decided]:
    """What each cell says in the best world, believed or not, by the index of its table."""
    found: dict[int, dict[CellRef, str | None]] = {index: {} for index in tables}
    for (table, row, key), finding in decision.findings.items():
        options = decision.scene.lattices[table, row, key].options
        option = options.get(finding.units) if finding.units is not None else None
        found[tables[table]][row, key] = option.value if option is not None else None
    return {**found}


def _open(draft: Draft) -> bool:
    """Whether a table is of a scan and promises sums along its rows."""
    scanned = any(cell.source == "ocr" for row in draft.rows for cell in row.cells.values())
    return scanned and next(_across(draft), None) is not None


def _across(draft: Draft) -> Iterator[Sum]:
    """The sums along rows."""
    return (one for one in draft.sums if all(row == one.result[0] for row, _ in one.terms))


def _same(some: Sequence[Sum], others: Sequence[Sum]) -> bool:
    return set(some) == set(others)
