"""Straight through: tables and documents that are right and ask for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from eval.agreement import Agreement, At
from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score, share

MEANINGS = (
    Meaning(
        "straight.tables",
        "Tables straight through",
        "Of 100 tables with figures, so many have every figure right, none too many, and no "
        "cell that a person must look at.",
        "work",
    ),
    Meaning(
        "straight.documents",
        "Documents straight through",
        "Of 100 documents, so many are so in every table.",
        "work",
    ),
)


def _score(case: Case) -> Iterator[Score]:
    assert case.result is not None
    agreement = case.agreement
    asked = {item.table for item in case.result.review}
    spoilt = asked | {table_of(j.read) for j in agreement.figures if j.kind == "extra"}
    good = [
        all(judged) and not (_ours(agreement, name) & spoilt)
        for name, judged in _tables(agreement).items()
    ]
    yield share("straight.tables", sum(good), len(good), "no table with figures is printed")
    yield Score("straight.documents", not spoilt and all(good) and not _lost(case), 1)


def table_of(place: At | None) -> str:
    """The table that the cell is in: what its row's key says before the row."""
    if place is None:
        return ""
    table, slash, _ = place.row.rpartition("/")
    return table if slash else place.row.rpartition(".")[0]


def _tables(agreement: Agreement) -> dict[str, list[bool]]:
    """For each table of the gold with figures, whether each of them is exact."""
    tables: dict[str, list[bool]] = {}
    for judged in agreement.figures:
        if judged.kind != "extra":
            tables.setdefault(table_of(judged.gold), []).append(judged.kind == "exact")
    return tables


def _ours(agreement: Agreement, table: str) -> set[str]:
    """The tables of the result that took up rows of the gold's ``table``."""
    return {
        table_of(At(read, 0))
        for gold, read in agreement.rows.items()
        if table_of(At(gold, 0)) == table
    }


def _lost(case: Case) -> bool:
    return case.result is None or case.result.status == "failed"


STRAIGHT = Measure(MEANINGS, _score)
