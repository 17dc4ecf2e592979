"""A model's reading of a crop is one more candidate, and never believed on its own word."""

from __future__ import annotations

from dataclasses import replace

from schemas.draft import Booklet, Column, Draft, DraftCell, DraftRow, Sum
from schemas.geometry import Box
from schemas.page import Reading
from schemas.result import Cell
from worker.decoding.decode import decode

KEYS = ("c2", "c3", "c4")
VALUES = {
    "r1": ("90.00", "60.00", "30.00"),
    "r2": ("30.00", "20.00", "10.00"),
    "r3": ("60.00", "40.00", "20.00"),
}


def cell(text: str, sighted: str = "", *, readable: bool = True) -> DraftCell:
    seen = (Reading(sighted, 0.95),) if sighted else ()
    value = text if readable else None
    return DraftCell(text, value, 1, Box(0, 0, 1, 1), "ocr", 0.995, readable=readable, sighted=seen)


def draft(spoilt: dict[tuple[str, str], str]) -> Draft:
    """A table that adds up across and down; ``spoilt`` cells are blots that a model reads so."""
    rows = []
    for row, values in VALUES.items():
        cells = {
            key: cell("#?%", spoilt[row, key], readable=False) if (row, key) in spoilt else cell(v)
            for key, v in zip(KEYS, values, strict=True)
        }
        rows.append(DraftRow(row, "item", row, (1,), cells))
    across = [Sum("row_total", (r, "c2"), ((r, "c3"), (r, "c4"))) for r in VALUES]
    down = [Sum("grand_total", ("r1", k), (("r2", k), ("r3", k))) for k in KEYS]
    columns = tuple(Column(key, key, "amount") for key in KEYS)
    return Draft("generic", None, None, None, None, (1,), columns, tuple(rows), (*across, *down))


def decoded(spoilt: dict[tuple[str, str], str]) -> dict[tuple[str, str], Cell]:
    (table,) = decode(Booklet((draft(spoilt),))).tables
    return {(row.id, key): row.cells[key] for row in table.rows for key in KEYS}


def test_a_true_reading_that_mends_two_sums_is_taken_and_says_whose_it_is() -> None:
    found = decoded({("r2", "c3"): "20.00"})["r2", "c3"]
    assert (found.value, found.verdict, found.source) == ("20.00", "repaired", "llm")


def test_a_false_reading_is_not_believed() -> None:
    found = decoded({("r2", "c3"): "26.00"})["r2", "c3"]
    assert found.verdict == "doubtful"
    assert found.value != "26.00"


def test_a_reading_without_sums_stays_in_doubt() -> None:
    held = replace(draft({("r2", "c3"): "20.00"}), sums=())
    (table,) = decode(Booklet((held,))).tables
    found = table.rows[1].cells["c3"]
    assert found.verdict == "doubtful"


def test_what_only_the_model_reads_proves_nothing_among_itself() -> None:
    """A whole row of blots that the model reads so that it adds up, wrongly."""
    lies = {("r2", "c2"): "33.00", ("r2", "c3"): "22.00", ("r2", "c4"): "11.00"}
    found = decoded(lies)
    for key in KEYS:
        assert found["r2", key].verdict == "doubtful"
    truth = {("r2", "c2"): "30.00", ("r2", "c3"): "20.00", ("r2", "c4"): "10.00"}
    for key in KEYS:
        assert decoded(truth)["r2", key].verdict not in ("proved", "accepted")
