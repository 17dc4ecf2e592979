"""Figures that a result vouches for, against what is truly printed."""

from __future__ import annotations

from schemas.amount import Amount, narrow, parse_amount
from schemas.result import Result
from tests.llm.oracle import Truth

_TRUSTED = ("proved", "accepted", "repaired")


def trusted(result: Result) -> dict[tuple[str, str], str]:
    """(row's label, column's header) → value, of every figure that nobody is asked about."""
    asked = {(item.table, item.row, item.column) for item in result.review}
    found: dict[tuple[str, str], str] = {}
    for table in result.tables:
        names = {column.key: column.label for column in table.columns}
        for row in table.rows:
            for key, cell in row.cells.items():
                told = cell.verdict in _TRUSTED and cell.value is not None
                if told and (table.id, row.id, key) not in asked:
                    found[narrow(row.label), narrow(names[key])] = cell.value or ""
    return found


def true_figures(truth: Truth) -> dict[tuple[str, str], str]:
    found = {}
    for (label, column), text in truth.figures().items():
        parsed = parse_amount(text)
        assert isinstance(parsed, Amount)
        found[narrow(label), narrow(column)] = parsed.canonical()
    return found


def silent_errors(result: Result, truth: Truth) -> list[str]:
    """Figures vouched for that are not so printed; and printed ones lost without a word."""
    told, true = trusted(result), true_figures(truth)
    wrong = [f"{k}: {v}, not {true.get(k)}" for k, v in told.items() if true.get(k) != v]
    if result.status == "verified":
        wrong += [f"{k}: {v} is lost" for k, v in true.items() if k not in told]
    return wrong


def straight_through(result: Result, truth: Truth) -> bool:
    """Whether every figure is right and nobody is asked anything."""
    return (
        result.status == "verified" and not result.review and trusted(result) == true_figures(truth)
    )
