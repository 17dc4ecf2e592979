"""A city's statement of revenue in English, with total rows below what they add up."""

from __future__ import annotations

from eval.made.commission import Commission, money_column
from eval.made.table import MadeColumn, MadeTable, Value
from eval.made.tree import Branch, grow
from eval.made.words import STATEMENT_CITIES, STATEMENT_GROUPS
from schemas.draft import Sum

_GROUPS = {"short": 2, "medium": 4, "long": 7}


def statement(commission: Commission) -> MadeTable:
    """Months and years of collections against the budget; the last column is a difference."""
    rng, year = commission.rng, commission.department.fiscal_year
    columns = (
        MadeColumn("name", "label", ("Revenue Source",)),
        money_column("before", f"FY {year - 1}", "Actual"),
        money_column("month", f"FY {year}", "Month of March"),
        money_column("actual", f"FY {year}", "Year to Date"),
        money_column("remaining", f"FY {year}", "Remaining"),
        money_column("budget", f"FY {year}", "Budget"),
    )
    groups = tuple(
        Branch(f"TOTAL {name}", "group", children=tuple(_line(commission, one) for one in lines))
        for name, lines in rng.sample(STATEMENT_GROUPS, _GROUPS[commission.spec.length])
    )
    root = Branch("TOTAL REVENUE", "total", children=groups)
    grown = grow(root, columns, (), "parent_last")
    across = tuple(
        Sum("row_total", (row.id, "budget"), ((row.id, "actual"), (row.id, "remaining")))
        for row in grown.rows
    )
    city = f"City of {rng.choice(STATEMENT_CITIES)}"
    return MadeTable(
        form="statement",
        title=rng.choice(("Statement of Revenue", "Revenue Collections Statement")),
        organisation=city,
        fiscal_year=year,
        unit="dollars",
        decimals=commission.spec.decimals,
        columns=columns,
        rows=grown.rows,
        sums=(*grown.sums, *across),
        language="en",
    )


def _line(commission: Commission, name: str) -> Branch:
    """Collections; what remains of the budget is negative where more came in."""
    purse, rng = commission.purse, commission.rng
    budget = purse.amount(5, 90_000)
    actual = purse.share(budget, 0.3, 1.1)
    values: dict[str, Value] = {
        "before": purse.share(budget, 0.7, 1.2),
        "month": purse.share(actual, 0.02, 0.2) * (1 if rng.random() < 0.93 else -1),
        "actual": actual,
        "remaining": budget - actual,
        "budget": budget,
    }
    return Branch(name, "item", values, depth=1)
