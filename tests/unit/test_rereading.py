"""Cells in doubt read again: both readings count, and what they tell together is the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from schemas.draft import Booklet, DraftCell
from schemas.grid import GridCell, Sheet
from schemas.page import Posterior, TokenSource
from schemas.result import ReviewItem
from tests.sheets import sheet
from worker.ctc import SIGNS, figure_beam, log_probability, posterior_of
from worker.drafting.draft import draft_all
from worker.rereading import doubted, read_again, with_hasty
from worker.second_reading import Place, SecondReading


def _seen(text: str, sure: float) -> Posterior:
    rest = (1 - sure) / len(SIGNS)
    return posterior_of(np.array([
        [sure if s == want else rest for s in ("", *SIGNS)] for sign in text for want in (sign, "")
    ]))  # fmt: skip


def _with_ink(one: Sheet, seen: dict[tuple[int, int], Posterior]) -> Sheet:
    """The sheet with what a first reader saw of the figures at (row, column) of its body."""

    def inked(row: int, cell: GridCell) -> GridCell:
        looked = seen.get((row, cell.col))
        if looked is None or not cell.lines:
            return cell
        (line,) = cell.lines
        readings = tuple(figure_beam((looked,)))
        sure = readings[0].probability
        token = replace(line.tokens[0], confidence=sure, readings=readings, posteriors=(looked,))
        return replace(cell, lines=(replace(line, tokens=(token,)),))

    body = tuple(tuple(inked(r, cell) for cell in row) for r, row in enumerate(one.body))
    return replace(one, body=body)


def _sheets(rows: Sequence[Sequence[str]], sure: float, source: TokenSource = "ocr") -> list[Sheet]:
    seen = {
        (r, c): _seen(text, sure)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if c and text
    }
    plain = sheet([["项目", "预算", "决算"]], rows, source=source)
    return [_with_ink(plain, seen) if source == "ocr" else plain]


def _booklet(sheets: Sequence[Sheet]) -> Booklet:
    return Booklet(draft_all(sheets))


def _read_again(
    sheets: Sequence[Sheet], refs: Sequence[tuple[str, str]], eyes: Eyes
) -> Booklet | None:
    asked = [(0, row, key) for row, key in refs]
    again = read_again(sheets, _booklet(sheets), asked, eyes)
    return None if again is None else _booklet(again)


def _at(booklet: Booklet | None, row: str, key: str) -> DraftCell:
    assert booklet is not None
    return next(r for r in booklet.drafts[0].rows if r.id == row).cells[key]


@dataclass
class Eyes:
    """A second reader that sees one text everywhere and keeps where it was asked to look."""

    text: str
    sure: float = 0.97
    wider: bool = False
    asked: list[Place] = field(default_factory=list)

    def read(self, places: Sequence[Place]) -> list[SecondReading]:
        self.asked += places
        if not self.text:
            return [SecondReading()] * len(places)
        seen = (_seen(self.text, self.sure), _seen(self.text, self.sure - 0.02))
        return [SecondReading(tuple(figure_beam(seen)), seen, self.wider) for _ in places]


SUMMED = [["合计", "30.00", "8.00"], ["甲", "10.00", "3.00"], ["乙", "20.00", "5.00"]]


def _hasty(sure: float, *, doubtful: str) -> list[tuple[str, str]]:
    """The cells that are looked at again beside the first one of a column, without it."""
    booklet = _booklet(_sheets(SUMMED, sure))
    first = (0, "r1", doubtful)
    assert booklet.drafts[0].sums
    found = with_hasty(booklet, [first])
    assert found[0] == first
    return [(row, key) for _, row, key in found[1:]]


def test_what_one_look_read_less_than_surely_is_read_again_beside_a_doubted_figure() -> None:
    assert _hasty(0.9995, doubtful="c2") == [("r2", "c2"), ("r3", "c2")]
    assert _hasty(0.9995, doubtful="c3") == [("r2", "c3"), ("r3", "c3")]
    assert _hasty(0.9999999, doubtful="c2") == []


ROWS = [["甲", "118.00", "7.00"], ["乙", "20.00", "5.00"], ["丙", "3.50", "1.25"]]


def test_a_second_look_outweighs_an_unsure_first_one_but_is_not_believed_alone() -> None:
    sheets, eyes = _sheets(ROWS, 0.6), Eyes("116.00")
    cell = _at(_read_again(sheets, [("r1", "c2")], eyes), "r1", "c2")
    assert (cell.text, cell.value) == ("116.00", "116.00")
    assert cell.confidence <= 0.9
    assert "118.00" in {r.text for r in cell.readings}
    odds = np.exp(log_probability(cell.posteriors, ["116.00", "118.00"]))
    assert odds[0] > odds[1]
    (place,) = eyes.asked
    assert place.box == _at(_booklet(sheets), "r1", "c2").box


def test_a_sure_first_look_stands_against_an_unsure_second_one() -> None:
    found = _read_again(_sheets(ROWS, 0.999), [("r1", "c2")], Eyes("116.00", 0.7))
    assert _at(found, "r1", "c2").value == "118.00"


def test_what_was_seen_wider_than_the_place_counts_alone() -> None:
    rows = [["甲", "118.00", "7.00"], ["乙", "18.00", "5.00"]]
    found = _read_again(_sheets(rows, 0.999), [("r2", "c2")], Eyes("918.00", wider=True))
    assert _at(found, "r2", "c2").value == "918.00"


def test_other_cells_stay_as_they_were() -> None:
    sheets = _sheets(ROWS, 0.6)
    before = _booklet(sheets)
    again = _read_again(sheets, [("r1", "c2")], Eyes("116.00"))
    for row, key in (("r1", "c3"), ("r2", "c2")):
        assert _at(again, row, key) == _at(before, row, key)


def test_a_text_layer_is_not_read_again_and_nothing_seen_is_nothing_new() -> None:
    eyes = Eyes("1.00")
    assert _read_again(_sheets(ROWS, 1.0, "text"), [("r1", "c2"), ("r1", "c9")], eyes) is None
    assert eyes.asked == []
    assert _read_again(_sheets(ROWS, 0.6), [("r1", "c2")], Eyes("")) is None
    assert _read_again(_sheets(ROWS, 0.6), [], eyes) is None


def test_the_most_urgent_doubts_come_first_and_once() -> None:
    def item(table: str, row: str, priority: float) -> ReviewItem:
        return ReviewItem(table=table, row=row, column="c1", reason="…", priority=priority)

    review = [item("t1", "r1", 0.2), item("t2", "r4", 0.9), item("t1", "r1", 0.1)]
    assert doubted(review) == ((1, "r4", "c1"), (0, "r1", "c1"))


@pytest.mark.parametrize(("seen", "value"), [("116.00", "116.00"), ("", None)])
def test_where_nothing_was_read_the_figures_in_line_tell_where_to_look(
    seen: str, value: str | None
) -> None:
    rows = [["甲", "7.00", "118.00"], ["乙", "7.00", "118.00"], ["丙", "7.00", ""],
            ["丁", "7.00", "118.00"]]  # fmt: skip
    eyes = Eyes(seen)
    again = _read_again(_sheets(rows, 0.9), [("r3", "c3")], eyes)
    (place,) = eyes.asked
    assert (len(place.column), len(place.row), place.blank) == (3, 1, True)
    found = None if again is None else _at(again, "r3", "c3").value
    assert found == value


def test_a_figure_without_the_decimals_of_its_column_may_be_a_part_of_one() -> None:
    rows = [["甲", "7.00", "118.00"], ["乙", "7.00", "118.00"], ["丙", "7.00", "0"],
            ["丁", "7.00", "118.00"]]  # fmt: skip
    eyes = Eyes("0.00")
    _read_again(_sheets(rows, 0.9), [("r3", "c3"), ("r1", "c3")], eyes)
    cut, whole = eyes.asked
    assert (cut.part, len(cut.column)) == (True, 3)
    assert not whole.part
