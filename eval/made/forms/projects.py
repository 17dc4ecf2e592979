"""Forms with a line for each project or purchase, by unit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from eval.made.commission import Commission, money_column
from eval.made.department import Project
from eval.made.merge import merged_over_units
from eval.made.table import MadeColumn, MadeTable, Value
from eval.made.tree import Branch, grow
from eval.made.words import GOODS
from schemas.forms.form import RowSum

_FISCAL = RowSum("row_total", "fiscal", ("general", "government_fund", "state_capital"))


def project_expenditure(commission: Commission) -> MadeTable:
    """项目支出表: the units above their projects, or beside them in a merged column."""
    rng = commission.rng
    nested = rng.random() < 0.5
    beside = rng.random() < 0.4
    money = [money_column("total", "合计")]
    if nested:
        money += [
            money_column("fiscal", "财政拨款", "小计"),
            money_column("general", "财政拨款", "一般公共预算"),
            money_column("government_fund", "财政拨款", "政府性基金预算"),
            money_column("state_capital", "财政拨款", "国有资本经营预算"),
        ]
    else:
        money.append(money_column("fiscal", "财政拨款"))
    money += [
        money_column("special", "财政专户管理资金"),
        money_column("other", rng.choice(("单位资金", "其他资金"))),
    ]
    name = MadeColumn("name", "label", ("项目名称",) if beside else ("项目名称（单位）",))
    unit = (MadeColumn("unit", "text", ("单位名称",)),) if beside else ()
    columns = (*unit, name, *money)
    whole = RowSum("row_total", "total", ("fiscal", "special", "other"))
    sums = (_FISCAL, whole) if nested else (whole,)

    def figures(one: Project) -> dict[str, Value]:
        source = rng.choices(_FISCAL.terms, (8, 1, 1))[0] if nested else "fiscal"
        return {source: one.fiscal, "special": one.special, "other": one.other}

    root = Branch(
        commission.total_label,
        "total",
        children=_children(commission, figures, beside),
        wide=beside,
    )
    grown = grow(root, columns, sums, commission.order)
    if beside:
        grown = merged_over_units(grown, "unit")
    titled = commission.titled(
        "project_expenditure", "项目支出表", "项目支出明细表", "项目支出预算表"
    )
    return titled.table(columns, grown)


def _children(
    commission: Commission, figures: Callable[[Project], dict[str, Value]], beside: bool
) -> tuple[Branch, ...]:
    """The projects, below their units or with the unit's name in a column of their own."""
    projects = commission.department.projects
    if beside:
        return tuple(
            Branch(one.name, "project", {"unit": one.unit, **figures(one)}) for one in projects
        )
    return tuple(
        Branch(
            unit,
            "unit",
            children=tuple(
                Branch(one.name, "project", figures(one), depth=2)
                for one in projects
                if one.unit == unit
            ),
            depth=1,
        )
        for unit in dict.fromkeys(one.unit for one in projects)
    )


def procurement(commission: Commission) -> MadeTable:
    """政府采购预算表: what is bought, how many, and from which money."""
    rng, purse = commission.rng, commission.purse
    count = {"short": 3, "medium": 7, "long": 12}[commission.spec.length]
    columns = (
        MadeColumn("name", "label", ("采购项目名称",)),
        MadeColumn("code", "code", ("采购品目编码",)),
        MadeColumn("quantity", "count", ("数量",)),
        money_column("total", "采购预算", "合计"),
        money_column("fiscal", "采购预算", "财政拨款"),
        money_column("other", "采购预算", "其他资金"),
    )
    bought = []
    for name, code in rng.sample(GOODS, min(count, len(GOODS))):
        own = rng.random() < 0.2
        values: dict[str, Value] = {
            "code": code,
            "quantity": str(rng.choice((1, 1, 2, 5, 12, 20, 150))),
            "fiscal": Decimal(0) if own else purse.amount(0.3, 400),
            "other": purse.amount(0.3, 90) if own else Decimal(0),
        }
        bought.append(Branch(name, "item", values))
    root = Branch(commission.total_label, "total", children=tuple(bought))
    sums = (RowSum("row_total", "total", ("fiscal", "other")),)
    titled = commission.titled(
        "procurement", "政府采购预算表", "政府采购预算情况表", "政府采购明细表"
    )
    return titled.table(columns, grow(root, columns, sums, commission.order))
