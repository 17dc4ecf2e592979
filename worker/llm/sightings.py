"""Crops of figures in doubt, shown to a model; what it reads goes into the lattice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.draft import Booklet, DraftCell
from schemas.geometry import Box
from schemas.page import Reading
from schemas.result import Cell, Result, ReviewItem
from worker.llm.answers import CropAnswer
from worker.llm.calls import Caller
from worker.llm.desk import Desk
from worker.llm.prompts import CROP, prompt
from worker.llm.question import Question, Turn
from worker.llm.told import Sighting

MOST = 24
"""Crops of one document that are shown: where more figures are in doubt, no crop settles them."""
_ROOM = 3.0
_ANSWER = 150
_OTHERS = 4


def in_doubt(result: Result) -> tuple[tuple[ReviewItem, Cell], ...]:
    """The scanned figures that a person would be asked about, the most urgent first."""
    cells = {
        (table.id, row.id, key): cell
        for table in result.tables
        for row in table.rows
        for key, cell in row.cells.items()
    }
    items = sorted(result.review, key=lambda item: -item.priority)
    found = [(item, cells.get((item.table, item.row, item.column))) for item in items]
    return tuple((i, c) for i, c in found if c is not None and c.source == "ocr" and c.text)[:MOST]


def sighting(item: ReviewItem, cell: Cell, desk: Desk, caller: Caller) -> Sighting | None:
    """What the model reads at the cell; None where it sees nothing.

    Raises:
        ModelFault: if no answer came.
        CrossfootError: if the crop can't be drawn.
    """
    x0, y0, x1, y1 = cell.bbox
    picture = desk.crop(cell.page, Box(x0, y0, x1, y1).grow(_ROOM, _ROOM))
    held = prompt(CROP)
    shown = (Turn("user", "The cut-out:"),)
    question = Question(held.name, held.text, shown, CropAnswer, _ANSWER, picture)
    readings = tuple(_readings(caller.ask(question).answer))
    index = int(item.table[1:]) - 1
    return Sighting(index, item.row, item.column, readings) if readings else None


def _readings(answer: CropAnswer) -> Iterator[Reading]:
    if answer.text.strip():
        yield Reading(answer.text.strip(), min(max(answer.sure, 0.01), 0.99))
    others = [text.strip() for text in answer.or_else[:_OTHERS] if text.strip()]
    for text in others:
        yield Reading(text, max(1.0 - answer.sure, 0.02) / len(others))


def with_sightings(booklet: Booklet, sightings: Sequence[Sighting]) -> Booklet:
    """The booklet with what a model reads at its cells, beside what is read already."""
    seen = {(s.table, s.row, s.column): s.readings for s in sightings}
    if not seen:
        return booklet

    def looked_at(index: int, row: str, key: str, cell: DraftCell) -> DraftCell:
        readings = seen.get((index, row, key))
        return cell if readings is None else replace(cell, sighted=readings)

    drafts = tuple(
        replace(
            draft,
            rows=tuple(
                replace(
                    row,
                    cells={k: looked_at(index, row.id, k, c) for k, c in row.cells.items()},
                )
                for row in draft.rows
            ),
        )
        for index, draft in enumerate(booklet.drafts)
    )
    return replace(booklet, drafts=drafts)
