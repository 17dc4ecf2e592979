"""Cells in doubt read again: both readings count, the first one's text stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from schemas.draft import Booklet, Column, Draft, DraftCell, DraftRow
from schemas.geometry import Box
from schemas.page import Posterior, Reading, TokenSource
from schemas.result import ReviewItem
from worker.ctc import SIGNS, figure_beam, log_probability, posterior_of
from worker.rereading import doubted, read_again
from worker.second_reading import Place, SecondReading


def _seen(text: str, sure: float) -> Posterior:
    rest = (1 - sure) / len(SIGNS)
    return posterior_of(np.array([
        [sure if s == want else rest for s in ("", *SIGNS)] for sign in text for want in (sign, "")
    ]))  # fmt: skip


def _cell(text: str, seen: Posterior | None, top: float) -> DraftCell:
    posteriors = () if seen is None else (seen,)
    readings = tuple(figure_beam(posteriors)) if posteriors else (Reading(text, 1.0),)
    source: TokenSource = "text" if seen is None else "ocr"
    return DraftCell(
        text, text, 2, Box(10, top, 50, top + 8), source, 0.5, readings, posteriors=posteriors
    )


@dataclass
class Eyes:
    """A second reader that sees one text everywhere and keeps where it was asked to look."""

    text: str
    asked: list[Place] = field(default_factory=list)

    def read(self, places: Sequence[Place]) -> list[SecondReading]:
        self.asked += places
        if not self.text:
            return [SecondReading()] * len(places)
        seen = (_seen(self.text, 0.97), _seen(self.text, 0.95))
        return [SecondReading(tuple(figure_beam(seen)), seen) for _ in places]


def _booklet() -> Booklet:
    cells = {
        "c1": _cell("118.00", _seen("118.00", 0.6), 10),
        "c2": _cell("7.00", _seen("7.00", 0.9), 10),
        "c3": _cell("9.00", None, 10),
    }
    columns = tuple(Column(key, key, "amount") for key in cells)
    row = DraftRow("r1", "item", "甲", (2,), cells)
    return Booklet((Draft("generic", None, None, None, None, (2,), columns, (row,), ()),))


def test_a_second_look_outweighs_an_unsure_first_one() -> None:
    eyes = Eyes("116.00")
    again = read_again(_booklet(), [(0, "r1", "c1")], eyes)
    assert again is not None
    cell = again.drafts[0].rows[0].cells["c1"]
    assert (cell.text, cell.value) == ("118.00", "118.00")
    assert cell.readings[0].text == "116.00"
    assert "118.00" in {r.text for r in cell.readings}
    odds = np.exp(log_probability(cell.posteriors, ["116.00", "118.00"]))
    assert odds[0] > odds[1]
    assert cell.confidence == pytest.approx(odds[1])
    assert eyes.asked == [Place(2, Box(10, 10, 50, 18))]


def test_other_cells_stay_as_they_were() -> None:
    before = _booklet()
    again = read_again(before, [(0, "r1", "c1")], Eyes("118.00"))
    assert again is not None
    old, new = before.drafts[0].rows[0].cells, again.drafts[0].rows[0].cells
    assert (new["c2"], new["c3"]) == (old["c2"], old["c3"])


def test_a_text_layer_is_not_read_again_and_nothing_seen_is_nothing_new() -> None:
    eyes = Eyes("1.00")
    assert read_again(_booklet(), [(0, "r1", "c3"), (0, "r1", "c9")], eyes) is None
    assert eyes.asked == []
    assert read_again(_booklet(), [(0, "r1", "c1")], Eyes("")) is None
    assert read_again(_booklet(), [], eyes) is None


def test_the_most_urgent_doubts_come_first_and_once() -> None:
    def item(table: str, row: str, priority: float) -> ReviewItem:
        return ReviewItem(table=table, row=row, column="c1", reason="…", priority=priority)

    review = [item("t1", "r1", 0.2), item("t2", "r4", 0.9), item("t1", "r1", 0.1)]
    assert doubted(review) == ((1, "r4", "c1"), (0, "r1", "c1"))


def _column(blank: int) -> Booklet:
    """Four rows of two figures each, in one of which nothing was read in the second column."""
    rows = []
    for k in range(4):
        first, second = (
            _cell("7.00", _seen("7.00", 0.9), 10 + 20 * k),
            _cell("118.00", _seen("118.00", 0.9), 10 + 20 * k),
        )
        if k == blank:
            second = replace(second, text="", value=None, readings=(), posteriors=())
        rows.append(DraftRow(f"r{k}", "item", "甲", (2,), {"c1": first, "c2": second}))
    columns = tuple(Column(key, key, "amount") for key in ("c1", "c2"))
    return Booklet((Draft("generic", None, None, None, None, (2,), columns, tuple(rows), ()),))


@pytest.mark.parametrize(("seen", "value"), [("116.00", "116.00"), ("", None)])
def test_where_nothing_was_read_the_figures_in_line_tell_where_to_look(
    seen: str, value: str | None
) -> None:
    eyes = Eyes(seen)
    again = read_again(_column(2), [(0, "r2", "c2")], eyes)
    (place,) = eyes.asked
    assert (len(place.column), len(place.row)) == (3, 1)
    found = None if again is None else again.drafts[0].rows[2].cells["c2"].value
    assert found == value
