"""Grounding: whether a cell points at the ink that it was read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score, share
from schemas.amount import narrow
from schemas.geometry import Box
from schemas.result import Cell

MEANINGS = (
    Meaning(
        "place.iou",
        "Overlap of cell boxes",
        "How much of the box drawn around a cell, and of the true box, is shared by both: the "
        "mean of shared area over joint area.",
        "place",
        percent=False,
    ),
    Meaning(
        "place.pointed",
        "Cells that point at their ink",
        "Of 100 cells, so many have the middle of the printed text inside their box.",
        "place",
    ),
    Meaning(
        "place.words",
        "Texts at their place",
        "Texts that say what is printed at that place of the page, whatever table they are in: "
        "the harmonic mean of the share of printed ones found and of read ones that are printed.",
        "place",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    pairs = list(_pairs(case))
    yield share("place.iou", sum(iou(a, b) for a, b in pairs), len(pairs), "no cell was paired")
    pointed = sum(read.contains(true.cx, true.cy) for true, read in pairs)
    yield share("place.pointed", pointed, len(pairs), "no cell was paired")
    true, read = list(_printed(case.true_cells.values())), list(_printed(case.read_cells.values()))
    found = _met(true, read)
    yield share("place.words", 2 * found, len(true) + len(read), "no text is printed")


def _pairs(case: Case) -> Iterator[tuple[Box, Box]]:
    """The true box and the box read of every cell that is not blank and was paired."""
    agreement = case.agreement
    both = [(judged.gold, judged.read) for judged in agreement.figures]
    both += [(pair.gold, pair.read) for pair in agreement.written]
    for gold, read in both:
        if gold is None or read is None:
            continue
        true = case.true_cells.get((gold.row, gold.column))
        ours = case.read_cells.get((read.row, read.column))
        if true and ours and true.text.strip() and true.page == ours.page:
            yield _box(true), _box(ours)


def iou(left: Box, right: Box) -> float:
    """The shared area over the joint area, 0.0 to 1.0."""
    shared = left.overlap(right)
    joint = left.area + right.area - shared
    return shared / joint if joint else 0.0


def _box(cell: Cell) -> Box:
    x0, y0, x1, y1 = cell.bbox
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _printed(cells: Iterable[Cell]) -> Iterator[tuple[int, str, Box]]:
    for cell in cells:
        if cell.text.strip():
            yield cell.page, narrow(cell.text), _box(cell)


def _met(true: list[tuple[int, str, Box]], read: list[tuple[int, str, Box]]) -> int:
    """How many texts meet one that says the same where one's middle lies in the other."""
    waiting: dict[tuple[int, str], list[Box]] = defaultdict(list)
    for page, text, box in read:
        waiting[page, text].append(box)
    met = 0
    for page, text, box in true:
        boxes = waiting[page, text]
        at = next((n for n, other in enumerate(boxes) if _touch(box, other)), None)
        if at is not None:
            boxes.pop(at)
            met += 1
    return met


def _touch(left: Box, right: Box) -> bool:
    return left.contains(right.cx, right.cy) or right.contains(left.cx, left.cy)


PLACE = Measure(MEANINGS, _score, needs=("tables", "truth", "boxes"))
