"""Made tables as drafts, whole or with some of their sums only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from eval.made.document import make_tables
from eval.made.spec import FORMS, draw_spec
from eval.made.table import MadeRow, MadeTable
from schemas.draft import Column, Draft, DraftCell, DraftRow, Sum
from schemas.geometry import Box

Sums = Literal["both", "rows", "columns", "none"]
"""Which of a table's sums a draft promises."""

CROSSING = tuple(
    form
    for form in FORMS
    if form in ("expenditure", "general_public", "government_fund", "state_capital",
                "project_expenditure", "project_performance", "revenue", "procurement")
)  # fmt: skip
"""Forms with sums along the rows and down the columns."""
_NOWHERE = Box(0.0, 0.0, 1.0, 1.0)


def drafts(count: int, first: int = 0, *, fewest: int = 6) -> Iterator[Draft]:
    """``count`` drafts of made tables with sums both ways and ``fewest`` rows or more."""
    given, seed = 0, first
    while given < count:
        form = CROSSING[seed % len(CROSSING)]
        spec = replace(draw_spec(seed, form), forms=(form,), empty=False, arithmetic="exact")
        for table in make_tables(spec):
            draft = draft_of(table)
            if len(draft.rows) >= fewest and both_ways(draft) and given < count:
                given += 1
                yield draft
        seed += 1


def draft_of(table: MadeTable) -> Draft:
    """The table as read without an error from a text layer, its amount columns only."""
    money = [column for column in table.columns if column.is_money]
    return Draft(
        form="generic",
        title=table.title,
        organisation=table.organisation,
        fiscal_year=table.fiscal_year,
        unit=table.unit,
        pages=(1,),
        columns=tuple(Column(c.key, c.path[-1], "amount", c.path) for c in money),
        rows=tuple(_row(table, row, [c.key for c in money]) for row in table.rows),
        sums=table.sums,
    )


def _row(table: MadeTable, row: MadeRow, keys: list[str]) -> DraftRow:
    cells = {}
    for key in keys:
        value = row.values.get(key)
        text = _printed(value, table.decimals) if isinstance(value, Decimal) else ""
        cells[key] = DraftCell(text, text or None, 1, _NOWHERE, "text", 1.0)
    return DraftRow(row.id, row.role, row.label, (1,), cells, row.parent)


def _printed(value: Decimal, decimals: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):f}"


def along_row(promise: Sum) -> bool:
    """Whether the sum runs along a row."""
    return len({promise.result[0], *(row for row, _ in promise.terms)}) == 1


def both_ways(draft: Draft) -> bool:
    """Whether sums run along the rows and down the columns."""
    return len({along_row(promise) for promise in draft.sums}) == 2


def with_sums(draft: Draft, kept: Sums) -> Draft:
    """The draft with only some of its sums."""
    match kept:
        case "both":
            return draft
        case "rows":
            return replace(draft, sums=tuple(s for s in draft.sums if along_row(s)))
        case "columns":
            return replace(draft, sums=tuple(s for s in draft.sums if not along_row(s)))
        case "none":
            return replace(draft, sums=())


def ladder(rows: int, columns: int = 4, *, per_unit: int = 5) -> Draft:
    """A table of a total, units and ``rows`` projects over ``columns`` amounts, all adding up."""
    keys = [f"c{n}" for n in range(columns)]
    values: dict[str, dict[str, int]] = {"total": dict.fromkeys(keys, 0)}
    sums: list[Sum] = []
    units = -(-rows // per_unit)
    for unit in range(units):
        values[f"u{unit}"] = dict.fromkeys(keys, 0)
        members = range(unit * per_unit, min((unit + 1) * per_unit, rows))
        for row in members:
            found = {k: (row * 7919 + n * 104729) % 900_000 + 100 for n, k in enumerate(keys)}
            found[keys[0]] = sum(found[k] for k in keys[1:])
            values[f"r{row}"] = found
            for key in keys:
                values[f"u{unit}"][key] += found[key]
                values["total"][key] += found[key]
        sums += [Sum("tree", (f"u{unit}", k), tuple((f"r{r}", k) for r in members)) for k in keys]
    sums += [Sum("tree", ("total", k), tuple((f"u{u}", k) for u in range(units))) for k in keys]
    sums += [Sum("row_total", (r, keys[0]), tuple((r, k) for k in keys[1:])) for r in values]
    table = tuple(
        DraftRow(
            name,
            "item",
            name,
            (1,),
            {k: DraftCell(t, t, 1, _NOWHERE, "text", 1.0) for k in keys
             for t in (f"{Decimal(found[k]).scaleb(-2):.2f}",)},
        )
        for name, found in values.items()
    )  # fmt: skip
    columns_ = tuple(Column(key, key, "amount") for key in keys)
    return Draft("generic", None, None, None, None, (1,), columns_, table, tuple(sums))
