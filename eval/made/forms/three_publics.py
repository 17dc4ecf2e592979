"""一般公共预算“三公”经费支出表: travel abroad, receptions, official cars; this year and last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from eval.made.commission import Commission, money_column
from eval.made.table import MadeColumn, MadeRow, MadeTable
from eval.made.tree import Branch, Grown, grow
from schemas.draft import Sum
from schemas.forms.form import RowSum

_CARS = RowSum("row_total", "cars", ("purchase", "upkeep"))
_WHOLE = RowSum("row_total", "total", ("abroad", "cars", "reception"))


def three_publics(commission: Commission) -> MadeTable:
    """One line with nested columns, or a line for each kind with the years side by side."""
    return _across(commission) if commission.rng.random() < 0.5 else _down(commission)


def _titled(commission: Commission, columns: tuple[MadeColumn, ...], grown: Grown) -> MadeTable:
    return commission.titled(
        "three_publics",
        "一般公共预算“三公”经费支出情况表",
        "一般公共预算“三公”经费支出表",
        "“三公”经费预算财政拨款情况统计表",
    ).table(columns, grown)


@dataclass(frozen=True, slots=True)
class _Year:
    abroad: Decimal
    purchase: Decimal
    upkeep: Decimal
    reception: Decimal


def _drawn(commission: Commission) -> _Year:
    purse, chance = commission.purse, commission.rng.random
    zero = Decimal(0)
    return _Year(
        abroad=purse.amount(1, 60) if chance() < 0.4 else zero,
        purchase=purse.amount(15, 90) if chance() < 0.3 else zero,
        upkeep=purse.amount(0.8, 120),
        reception=purse.amount(0.2, 40) if chance() < 0.8 else zero,
    )


def _across(commission: Commission) -> MadeTable:
    """A department's line and one for each unit, the kinds as columns."""
    columns = (
        MadeColumn("name", "label", ("单位名称",)),
        money_column("total", "“三公”经费合计"),
        money_column("abroad", "因公出国（境）费"),
        money_column("cars", "公务用车购置及运行费", "小计"),
        money_column("purchase", "公务用车购置及运行费", "公务用车购置费"),
        money_column("upkeep", "公务用车购置及运行费", "公务用车运行费"),
        money_column("reception", "公务接待费"),
    )
    units = []
    for unit in commission.department.units:
        year = _drawn(commission)
        values = {
            "abroad": year.abroad,
            "purchase": year.purchase,
            "upkeep": year.upkeep,
            "reception": year.reception,
        }
        units.append(Branch(unit, "unit", values))
    root = Branch(commission.total_label, "total", children=tuple(units))
    return _titled(commission, columns, grow(root, columns, (_CARS, _WHOLE), commission.order))


def _down(commission: Commission) -> MadeTable:
    """The kinds as lines, last year and this year as columns, and the change."""
    year = commission.department.fiscal_year
    columns = (
        MadeColumn("name", "label", ("项目",)),
        money_column("before", f"{year - 1}年预算数"),
        money_column("now", f"{year}年预算数"),
        money_column("change", "增减额"),
    )
    before, now = _drawn(commission), _drawn(commission)

    def line(label: str, key: str, depth: int = 0) -> Branch:
        figures = {"before": getattr(before, key), "now": getattr(now, key)}
        return Branch(label, "item", figures, depth=depth)

    cars = Branch(
        "3.公务用车购置及运行费",
        "group",
        children=(
            line("其中：（1）公务用车购置费", "purchase", 1),
            line("（2）公务用车运行维护费", "upkeep", 1),
        ),
    )
    kinds = (line("1.因公出国（境）费用", "abroad"), line("2.公务接待费", "reception"), cars)
    grown = grow(Branch("合计", "total", children=kinds), columns, (), commission.order)
    return _titled(commission, columns, _with_change(grown))


def _with_change(grown: Grown) -> Grown:
    """The rows with 增减额 = this year - last year, which the sum states as now = before + it."""
    rows: list[MadeRow] = []
    for row in grown.rows:
        now, before = row.values["now"], row.values["before"]
        assert isinstance(now, Decimal)
        assert isinstance(before, Decimal)
        rows.append(replace(row, values={**row.values, "change": now - before}))
    changes = [
        Sum("change", (row.id, "now"), ((row.id, "before"), (row.id, "change"))) for row in rows
    ]
    down = [one for one in grown.sums if one.result[1] != "change"]
    columns = [_of_changes(one) for one in down if one.result[1] == "now"]
    return Grown(tuple(rows), (*down, *columns, *changes))


def _of_changes(one: Sum) -> Sum:
    """The same sum over the column of changes."""
    return Sum(one.rule, (one.result[0], "change"), tuple((row, "change") for row, _ in one.terms))
