"""资金分配表: an annex that spreads money over districts, with nested subtotals."""

from __future__ import annotations

from decimal import Decimal

from eval.made.commission import Commission, money_column
from eval.made.table import MadeColumn, MadeTable, Value
from eval.made.tree import Branch, grow
from eval.made.words import ALLOCATION_SUBJECTS, DISTRICTS
from schemas.forms.form import RowSum

_COUNTS = {"short": (3, 6), "medium": (6, 14), "long": (15, 18)}
_CITY = ("一、市本级", "二、区县")


def allocation(commission: Commission) -> MadeTable:
    """Districts down, central and provincial money across; a row may state the sums."""
    rng = commission.rng
    formulas = rng.random() < 0.5 or commission.spec.numbered
    columns = (
        MadeColumn("name", "label", (rng.choice(("地区", "单位", "县（市、区）")),)),
        *_money(formulas),
    )
    sums = (
        RowSum("row_total", "central", ("central_before", "central_now")),
        RowSum("row_total", "province", ("province_before", "province_now")),
        RowSum("row_total", "total", ("central", "province")),
    )
    subject = rng.choice(ALLOCATION_SUBJECTS)
    year = commission.department.fiscal_year
    titled = commission.titled("allocation", f"{year}年{subject}分配表", f"{subject}安排表")
    return titled.table(columns, grow(_root(commission), columns, sums, commission.order))


def _money(formulas: bool) -> tuple[MadeColumn, ...]:
    numbers = ("1=2+5", "2=3+4", "3", "4", "5=6+7", "6", "7") if formulas else ("",) * 7
    paths = (
        ("total", ("合计",)),
        ("central", ("中央资金", "小计")),
        ("central_before", ("中央资金", "提前下达")),
        ("central_now", ("中央资金", "此次下达")),
        ("province", ("省级资金", "小计")),
        ("province_before", ("省级资金", "提前下达")),
        ("province_now", ("省级资金", "此次下达")),
    )
    return tuple(
        money_column(key, *path, number=number)
        for (key, path), number in zip(paths, numbers, strict=True)
    )


def _root(commission: Commission) -> Branch:
    rng = commission.rng
    chosen = rng.sample(
        DISTRICTS, min(rng.randint(*_COUNTS[commission.spec.length]), len(DISTRICTS))
    )
    if rng.random() < 0.5:
        lines = tuple(Branch(name, "item", _figures(commission)) for name in chosen)
        return Branch(commission.total_label, "total", children=lines)
    cut = max(1, len(chosen) // 4)
    groups = tuple(
        Branch(
            label,
            "group",
            children=tuple(Branch(name, "item", _figures(commission), depth=1) for name in names),
        )
        for label, names in zip(_CITY, (chosen[:cut], chosen[cut:]), strict=True)
    )
    return Branch(commission.total_label, "total", children=groups)


def _figures(commission: Commission) -> dict[str, Value]:
    rng, purse = commission.rng, commission.purse
    before = purse.amount(5, 3000)
    taken_back = rng.random() < 0.15
    now = -purse.share(before, 0.01, 0.4) if taken_back else purse.amount(1, 900)
    zero = Decimal(0)
    return {
        "central_before": before,
        "central_now": now,
        "province_before": purse.amount(1, 700) if rng.random() < 0.6 else zero,
        "province_now": purse.amount(1, 400) if rng.random() < 0.7 else zero,
    }
