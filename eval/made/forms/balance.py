"""Forms of two tables side by side in one grid: what comes in, and what goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from eval.made.commission import Commission, money_column
from eval.made.department import Fund, Spending
from eval.made.table import MadeColumn, MadeRow, MadeTable, Value
from eval.made.tree import Grown
from eval.made.words import EXPENDITURE_CLASSES
from schemas.draft import Role, Sum

_HAN = "一二三四五六七八九十"
_FUNDS: tuple[Fund, ...] = ("general", "government_fund", "state_capital")
_FUND_NAMES = ("一般公共预算拨款", "政府性基金预算拨款", "国有资本经营预算拨款")
_CLASS_NAMES = {
    "201": "一般公共服务支出", "205": "教育支出", "206": "科学技术支出",
    "207": "文化旅游体育与传媒支出", "208": "社会保障和就业支出", "210": "卫生健康支出",
    "211": "节能环保支出", "212": "城乡社区支出", "213": "农林水支出", "221": "住房保障支出",
    "223": "国有资本经营预算支出", "229": "其他支出",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of one side; ``adds`` are the lines of the same side that it adds up."""

    label: str
    role: Role
    figures: dict[str, Decimal]
    adds: tuple[int, ...] = ()


def revenue_expenditure(commission: Commission) -> MadeTable:
    """部门收支总体情况表: all sources left, all classes of expenditure right."""
    department = commission.department
    own = department.total(lambda one: one.own)
    carried = department.total(lambda one: one.carried)
    sources = [
        (name + "收入", department.total(lambda one: one.fiscal, [fund]))
        for name, fund in zip(_FUND_NAMES, _FUNDS, strict=True)
    ]
    sources += [("财政专户管理资金收入", Decimal(0)), ("事业收入", own), ("其他收入", Decimal(0))]
    left = _side("income", sources, ("本年收入合计", "上年结转", "收入总计"), carried)
    right = _side(
        "spent",
        _classes(commission, lambda one: one.whole, _FUNDS),
        ("本年支出合计", "结转下年", "支出总计"),
        Decimal(0),
    )
    columns = _columns(commission, (("income", ("预算数",)),), (("spent", ("预算数",)),))
    titles = ("部门收支总体情况表", "部门收支总表", "收支预算总表")
    return _beside(commission, "revenue_expenditure", titles, columns, left, right)


def fiscal_appropriation(commission: Commission) -> MadeTable:
    """财政拨款收支总体情况表: the right side split by budget."""
    department = commission.department
    sources = [
        (name, department.total(lambda one: one.fiscal, [fund]))
        for name, fund in zip(_FUND_NAMES, _FUNDS, strict=True)
    ]
    left = _side("income", sources, ("本年收入合计", "上年结转", "收入总计"), Decimal(0))
    by_fund = [dict(_classes(commission, lambda one: one.fiscal, [fund])) for fund in _FUNDS]
    lines = [
        (name, {fund: of[name] for fund, of in zip(_FUNDS, by_fund, strict=True)})
        for name in by_fund[0]
    ]
    right = _split_side(lines, ("本年支出合计", "结转下年", "支出总计"))
    paths = (
        ("spent", ("合计",)),
        ("general", ("一般公共预算",)),
        ("government_fund", ("政府性基金预算",)),
        ("state_capital", ("国有资本经营预算",)),
    )
    columns = _columns(commission, (("income", ("金额",)),), paths)
    titles = ("财政拨款收支总体情况表", "财政拨款收支总表")
    return _beside(commission, "fiscal_appropriation", titles, columns, left, right)


def _classes(
    commission: Commission, part: Callable[[Spending], Decimal], funds: Sequence[Fund]
) -> list[tuple[str, Decimal]]:
    """Every class of expenditure in the form's order and what is spent on it, numbered."""
    of: dict[str, Decimal] = {}
    for one in commission.department.spending:
        if one.fund in funds:
            name = _CLASS_NAMES[one.code[:3]]
            of[name] = of.get(name, Decimal(0)) + part(one)
    return [(name, of.get(name, Decimal(0))) for name in EXPENDITURE_CLASSES]


def _side(
    key: str,
    parts: Sequence[tuple[str, Decimal]],
    names: tuple[str, str, str],
    carried: Decimal,
) -> list[_Line]:
    """Numbered parts, their sum, what is carried over, and the total of both."""
    return _closed([(label, {key: value}) for label, value in parts], names, {key: carried})


def _split_side(
    lines: Sequence[tuple[str, dict[Fund, Decimal]]], names: tuple[str, str, str]
) -> list[_Line]:
    parts = []
    for label, of in lines:
        figures = {"spent": sum(of.values(), Decimal(0))}
        figures.update({str(fund): value for fund, value in of.items()})
        parts.append((label, figures))
    return _closed(parts, names, dict.fromkeys(("spent", *_FUNDS), Decimal(0)))


def _closed(
    parts: Sequence[tuple[str, dict[str, Decimal]]],
    names: tuple[str, str, str],
    carried: dict[str, Decimal],
) -> list[_Line]:
    lines = [
        _Line(f"{_han(number)}、{label}", "item", figures)
        for number, (label, figures) in enumerate(parts, 1)
    ]
    keys = tuple(carried)
    of_year = {key: sum((line.figures[key] for line in lines), Decimal(0)) for key in keys}
    count = len(lines)
    whole = {key: of_year[key] + carried[key] for key in keys}
    return [
        *lines,
        _Line(names[0], "total", of_year, tuple(range(count))),
        _Line(names[1], "item", carried),
        _Line(names[2], "total", whole, (count, count + 1)),
    ]


def _han(number: int) -> str:
    if number <= 10:
        return _HAN[number - 1]
    tens, ones = divmod(number, 10)
    return (_HAN[tens - 1] if tens > 1 else "") + "十" + (_HAN[ones - 1] if ones else "")


def _columns(
    commission: Commission,
    left: Sequence[tuple[str, tuple[str, ...]]],
    right: Sequence[tuple[str, tuple[str, ...]]],
) -> tuple[MadeColumn, ...]:
    name = commission.rng.choice(("项目", "项 目", "项目名称"))
    incoming, outgoing = commission.rng.choice((("收入", "支出"), ("收 入", "支 出")))
    return (
        MadeColumn("source", "label", (incoming, name)),
        *(money_column(key, incoming, *path) for key, path in left),
        MadeColumn("use", "label", (outgoing, name)),
        *(money_column(key, outgoing, *path) for key, path in right),
    )


def _beside(
    commission: Commission,
    form: str,
    titles: tuple[str, ...],
    columns: tuple[MadeColumn, ...],
    incoming: list[_Line],
    outgoing: list[_Line],
) -> MadeTable:
    """Both sides in one grid, their totals on the same lines at the end."""
    left, right = _level(incoming, outgoing), _level(outgoing, incoming)
    rows, sums = [], []
    for number, (a, b) in enumerate(zip(left, right, strict=True), 1):
        name = f"r{number}"
        values: dict[str, Value] = {}
        for line, key in ((a, "source"), (b, "use")):
            if line is not None:
                values |= {key: line.label, **line.figures}
        shown = a or b
        rows.append(MadeRow(name, shown.role if shown else "item", "", values))
        if b is not None and "general" in b.figures:
            sums.append(Sum("row_total", (name, "spent"), tuple((name, k) for k in _FUNDS)))
    sums += [*_sums(left), *_sums(right)]
    balance = Sum("balance", (rows[-1].id, "income"), ((rows[-1].id, "spent"),))
    grown = Grown(_with_parents(rows, left), (*sums, balance))
    return commission.titled(form, *titles).table(columns, grown)


def _level(mine: list[_Line], other: list[_Line]) -> list[_Line | None]:
    """My lines with gaps after the parts, so that my totals stand beside the other's."""
    parts, totals = mine[:-3], mine[-3:]
    gap = max(len(other) - len(mine), 0)
    return [*parts, *[None] * gap, *totals]


def _sums(side: Sequence[_Line | None]) -> list[Sum]:
    places = [f"r{at}" for at, line in enumerate(side, 1) if line is not None]
    lines = [line for line in side if line is not None]
    return [
        Sum("side_total", (place, key), tuple((places[at], key) for at in line.adds))
        for place, line in zip(places, lines, strict=True)
        if line.adds
        for key in line.figures
    ]


def _with_parents(rows: Sequence[MadeRow], left: Sequence[_Line | None]) -> tuple[MadeRow, ...]:
    """The rows named by their left side (the right one where that is blank), with parents."""
    of_year, carried, whole = (row.id for row in rows[-3:])
    named = []
    for row, line in zip(rows, left, strict=True):
        label = str(row.values.get("source") or row.values.get("use") or "")
        parent = None if row.id == whole else whole if row.id in (of_year, carried) else of_year
        named.append(replace(row, label=label, parent=parent, role=line.role if line else row.role))
    return tuple(named)
