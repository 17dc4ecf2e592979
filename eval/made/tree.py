"""Rows out of a tree: parents are sums of their children, totals of their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from eval.made.table import MadeColumn, MadeIndicator, MadeRow, Value
from schemas.draft import Role, Sum
from schemas.forms.form import RowSum

Order = Literal["parent_first", "total_last", "parent_last"]


@dataclass(frozen=True, slots=True)
class Branch:
    """A row and the rows that add into it.

    ``values`` holds its texts, and its figures where it has no children; ``depth`` is how
    far it is indented.
    """

    label: str
    role: Role
    values: Mapping[str, Value] = field(default_factory=dict)
    children: tuple[Branch, ...] = ()
    depth: int = 0
    wide: bool = False
    indicators: tuple[MadeIndicator, ...] = ()


@dataclass(frozen=True, slots=True)
class Grown:
    """Rows in printed order and what they promise."""

    rows: tuple[MadeRow, ...]
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class _Node:
    branch: Branch
    values: Mapping[str, Value]
    children: tuple[_Node, ...]


def grow(
    root: Branch,
    columns: Sequence[MadeColumn],
    row_sums: Sequence[RowSum],
    order: Order = "parent_first",
) -> Grown:
    """The rows of the tree with every figure filled in.

    ``row_sums`` come in the order in which they can be computed. The figures of the deepest
    rows are given, 0 where they are not; everything above is added up.
    """
    money = [column.key for column in columns if column.is_money]
    derived = {row_sum.result for row_sum in row_sums}
    node = _added_up(root, [key for key in money if key not in derived], row_sums)
    placed = list(_in_order(node, None, order, top=True))
    names = {id(one): f"r{number}" for number, (one, _) in enumerate(placed, 1)}
    rows = tuple(
        _row(names[id(one)], one, names[id(above)] if above else None) for one, above in placed
    )
    sums = [s for row in rows for s in _across(row.id, row_sums)]
    for one, _ in placed:
        if one.children:
            sums += _down(names[id(one)], [names[id(child)] for child in one.children], one, money)
    return Grown(rows, tuple(sums))


def _added_up(branch: Branch, given: Sequence[str], row_sums: Sequence[RowSum]) -> _Node:
    children = tuple(_added_up(child, given, row_sums) for child in branch.children)
    values = dict(branch.values)
    for key in given:
        below = sum((_money(child.values, key) for child in children), Decimal(0))
        values[key] = below if children else _money(values, key)
    for row_sum in row_sums:
        values[row_sum.result] = sum((_money(values, key) for key in row_sum.terms), Decimal(0))
    return _Node(branch, values, children)


def _money(values: Mapping[str, Value], key: str) -> Decimal:
    value = values.get(key)
    return value if isinstance(value, Decimal) else Decimal(0)


def _in_order(
    node: _Node, parent: _Node | None, order: Order, top: bool = False
) -> Iterator[tuple[_Node, _Node | None]]:
    last = order == "parent_last" or (order == "total_last" and top)
    if not last:
        yield node, parent
    for child in node.children:
        yield from _in_order(child, node, order)
    if last:
        yield node, parent


def _row(name: str, node: _Node, parent: str | None) -> MadeRow:
    branch = node.branch
    return MadeRow(
        id=name,
        role=branch.role,
        label=branch.label,
        values=node.values,
        parent=parent,
        depth=branch.depth,
        wide=branch.wide,
        indicators=branch.indicators,
    )


def _across(row: str, row_sums: Sequence[RowSum]) -> Iterator[Sum]:
    for one in row_sums:
        yield Sum(one.rule, (row, one.result), tuple((row, term) for term in one.terms))


def _down(row: str, children: Sequence[str], node: _Node, money: Sequence[str]) -> Iterator[Sum]:
    rule = "grand_total" if node.branch.role == "total" else "tree"
    for key in money:
        yield Sum(rule, (row, key), tuple((child, key) for child in children))
