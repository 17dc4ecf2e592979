"""一般公共预算基本支出情况表: basic expenditure by the economic classification."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from eval.made.commission import Commission, money_column
from eval.made.forms.codes import classified, draw_manner
from eval.made.table import MadeTable, Value
from eval.made.tree import Branch, grow
from eval.made.words import ECONOMIC_PERSONNEL, ECONOMIC_RUNNING
from schemas.forms.form import RowSum

_LEVELS = (3, 5)
_COUNTS = {"short": (2, 3), "medium": (5, 5), "long": (10, 12)}


def general_public_basic(commission: Commission) -> MadeTable:
    """Economic classes and their items: total, personnel, running costs."""
    department, spec = commission.department, commission.spec
    personnel = department.total(lambda one: one.personnel, ["general"])
    running = department.total(lambda one: one.running, ["general"])
    many, few = _COUNTS[spec.length]
    leaves = {
        **_leaves(commission, "personnel", personnel, ECONOMIC_PERSONNEL, many),
        **_leaves(commission, "running", running, ECONOMIC_RUNNING, few),
    }
    manner = draw_manner(commission.rng, spec.codes, _LEVELS)
    over = commission.rng.choice(("经济分类科目", "部门预算支出经济分类科目"))
    columns = (
        *manner.columns(over, "科目名称"),
        money_column("total", f"{department.fiscal_year}年基本支出", "合计"),
        money_column("personnel", f"{department.fiscal_year}年基本支出", "人员经费"),
        money_column("running", f"{department.fiscal_year}年基本支出", "公用经费"),
    )
    root = Branch(
        label=commission.total_label,
        role="total",
        children=classified(leaves, (*ECONOMIC_PERSONNEL, *ECONOMIC_RUNNING), manner),
        wide=spec.codes in ("column", "split"),
    )
    sums = (RowSum("row_total", "total", ("personnel", "running")),)
    return commission.titled(
        "general_public_basic",
        "一般公共预算基本支出情况表",
        "一般公共预算基本支出表",
        "一般公共预算基本支出情况表（按经济分类科目）",
    ).table(columns, grow(root, columns, sums, commission.order))


def _leaves(
    commission: Commission,
    key: str,
    whole: Decimal,
    classes: Iterable[tuple[str, str]],
    count: int,
) -> dict[str, dict[str, Value]]:
    """``whole`` over some items of the classes; none where there is nothing to spend."""
    items = [code for code, _ in classes if len(code) == 5]
    chosen = sorted(commission.rng.sample(items, min(count, len(items))))
    if not whole:
        return {}
    parts = commission.purse.parts(whole, len(chosen))
    return {code: {key: part} for code, part in zip(chosen, parts, strict=True)}
