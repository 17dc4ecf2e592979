"""The sums across a row that headers promise: totals over sibling columns, formulas, changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.amount import narrow
from schemas.draft import Column
from schemas.words import is_part, names_change, splits_whole, total_kind
from worker.drafting.figures import Figures

_MISREAD = 4
"""Rows of a scan with a misread figure for each one in which a sum holds."""
_MANY = 5
"""Rows in which the sum of a column without a name must hold."""
_SEVERAL = 3
"""Rows that print all of a sum that no header speaks of, and in which it holds."""


@dataclass(frozen=True, slots=True)
class ColumnSum:
    """In every row, column ``result`` is the sum of the columns ``terms`` (indexes)."""

    rule: str
    result: int
    terms: tuple[int, ...]


@dataclass(slots=True)
class _Node:
    """A header cell over one or more columns; a leaf holds its column."""

    label: str
    column: int | None = None
    children: list[_Node] = field(default_factory=list)
    adds_up: bool = False  # its figures are the sum of its neighbours', whatever its name

    @property
    def leaves(self) -> list[int]:
        if self.column is not None:
            return [self.column]
        return [leaf for child in self.children for leaf in child.leaves]

    @property
    def is_total(self) -> bool:
        return self.adds_up or total_kind(self.label) is not None

    def value(self) -> list[int]:
        """The columns whose sum is this header's money: its total column, else all below."""
        total = next((child for child in self.children if child.is_total), None)
        if total is not None:
            return total.leaves
        return [leaf for child in self.children for leaf in child.value()] or self.leaves


def _header_tree(columns: Sequence[Column], amounts: Sequence[int]) -> _Node:
    root = _Node("")
    for index in amounts:
        path = columns[index].path or (columns[index].label,)
        node = root
        for label in path[:-1]:
            last = node.children[-1] if node.children else None
            if last is None or last.label != label or last.column is not None:
                last = _Node(label)
                node.children.append(last)
            node = last
        node.children.append(_Node(path[-1], index))
    return root


def column_totals(
    columns: Sequence[Column],
    amounts: Sequence[int],
    numbers: Mapping[int, str],
    figures: Figures,
    rows: Sequence[int],
    declared: Sequence[ColumnSum] = (),
) -> list[ColumnSum]:
    """The sums across a row that the header of one panel promises.

    A printed formula wins over what the form has ``declared``, and that over header words,
    unless the figures refute it; header words mean the choice of columns that holds in most
    rows, and the plainest one where the rows don't tell. Where no header names a total, as when
    bad paper has spoilt the word, a column that adds up in so many rows that it can't be chance
    is one.
    """
    judge = _Judge(columns, figures, rows)
    found = list(_formulas(numbers, amounts))
    done = {total.result for total in found}
    found += [
        total
        for total in declared
        if total.result not in done and judge.choose(total.result, [total.terms])
    ]
    done |= {total.result for total in found}
    tree = _header_tree(columns, amounts)
    found += [total for total in _nameless(tree, judge) if total.result not in done]
    done |= {total.result for total in found}
    for node in _nodes(tree):
        found.extend(total for total in _sums_of(node, judge) if total.result not in done)
        done |= {total.result for total in found}
    found.extend(_changes(columns, amounts, judge))
    found.extend(_unspoken(tree, judge, found))
    found.extend(_unnamed(columns, amounts, judge, found))
    return found


@dataclass(frozen=True, slots=True)
class _Judge:
    columns: Sequence[Column]
    figures: Figures
    rows: Sequence[int]
    _known: dict[tuple[int, int, tuple[int, ...]], bool | None] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What :meth:`_holds` was asked."""

    def counts(self, result: int, terms: Sequence[int]) -> tuple[int, int]:
        """In how many rows the sum holds and fails, rows of blanks and zeros left out."""
        outcomes = [self._holds(row, result, terms) for row in self.rows]
        return outcomes.count(True), outcomes.count(False)

    def is_no_chance(self, result: int, terms: Sequence[int]) -> bool:
        """Whether the sum holds in some rows with several terms or other ones, and in how many.

        On a text layer it must hold in all. On bad paper most rows have a misread figure, and
        yet a sum that holds in several rows is meant.
        """
        found = {row: self._printed(row, terms) for row in self._clear(result, terms)}
        held = [row for row in found if self._holds(row, result, terms)]
        failed = sum(self._holds(row, result, terms) is False for row in found)
        if failed > (_MISREAD * len(held) if self.figures.scanned else 0):
            return False
        printed = [found[row] for row in held]
        several = sum(len(found) > 1 for found in printed)
        if len(held) < failed:
            return several > 2
        return several > 1 or (several == 1 and len(set(printed)) > 2)

    def says_much(self, result: int, terms: Sequence[int]) -> bool:
        """Whether the sum holds in several rows that print every term, as :meth:`is_no_chance`."""
        whole = [
            row
            for row in self._clear(result, terms)
            if len(self._printed(row, terms)) == len(terms) and self._holds(row, result, terms)
        ]
        return len(whole) >= _SEVERAL and self.is_no_chance(result, terms)

    def agrees(self, result: int, terms: Sequence[int]) -> bool:
        """Whether the sum holds in many rows, now of one term and now of another, and fails in few.

        It is the least such sum: no first term or last one is blank in all of them. On a text
        layer it must hold in all.
        """
        clear = self._clear(result, terms)
        held = {row: self._printed(row, terms) for row in clear if self._holds(row, result, terms)}
        failed = sum(self._holds(row, result, terms) is False for row in clear)
        printed = set(held.values()) - {frozenset()}
        used = {term for some in printed for term in some}
        few = failed <= (len(held) // _MISREAD if self.figures.scanned else 0)
        enough = few and len(held) >= _MANY and len(printed) > 1
        return enough and {terms[0], terms[-1]} <= used

    def _key(self, column: int) -> str:
        return self.columns[column].key

    def _holds(self, row: int, result: int, terms: Sequence[int]) -> bool | None:
        asked = (row, result, tuple(terms))
        if asked not in self._known:
            keys = [(row, self._key(term)) for term in terms]
            self._known[asked] = self.figures.holds((row, self._key(result)), keys)
        return self._known[asked]

    def _clear(self, result: int, terms: Sequence[int]) -> list[int]:
        """The rows without ink there that is no figure."""
        keys = [self._key(column) for column in (result, *terms)]
        return [row for row in self.rows if all((row, k) not in self.figures.spoilt for k in keys)]

    def _printed(self, row: int, terms: Sequence[int]) -> frozenset[int]:
        return frozenset(term for term in terms if self.figures.values.get((row, self._key(term))))

    def choose(self, result: int, choices: Sequence[Sequence[int]]) -> Sequence[int] | None:
        """The choice that holds in most rows, else the first one while it may still be meant.

        It may not where it fails in most of the rows whose figures were surely read.
        """
        scored = [(self.counts(result, terms), terms) for terms in choices if terms]
        if not scored:
            return None
        good = [(h - f, -i) for i, ((h, f), _) in enumerate(scored) if h > f]
        if good:
            return scored[-max(good)[1]][1]
        (holds, _), first = scored[0]
        fails = self._surely_failed(result, first)
        return first if holds + fails < 3 or holds * 2 >= fails else None

    def _surely_failed(self, result: int, terms: Sequence[int]) -> int:
        """In how many rows the sum fails though no figure of it is likely misread."""
        keys = [self._key(column) for column in (result, *terms)]
        return sum(
            self._holds(row, result, terms) is False
            for row in self._clear(result, terms)
            if self.figures.unsure.isdisjoint((row, key) for key in keys)
        )


def _nodes(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _nameless(parent: _Node, judge: _Judge) -> Iterator[ColumnSum]:
    """Totals that no header names, innermost first: the first or the last of their neighbours."""
    for child in parent.children:
        yield from _nameless(child, judge)
    if len(parent.children) < 3 or any(child.is_total for child in parent.children):
        return
    first, *others = parent.children
    *before, last = parent.children
    for node, nodes in ((first, others), (last, before)):
        terms = _values(nodes)
        if node.column is not None and judge.is_no_chance(node.column, terms):
            node.adds_up = True
            yield ColumnSum("row_total", node.column, tuple(terms))
            return


def _unspoken(parent: _Node, judge: _Judge, known: Sequence[ColumnSum]) -> Iterator[ColumnSum]:
    """What no header says: of three columns side by side the first or the last is both others.

    So are what was spent, what is left and the budget. It must hold in several rows that print
    all three, and none of the three be in a sum that is known.
    """
    for child in parent.children:
        yield from _unspoken(child, judge, known)
    taken = {column for total in known for column in (total.result, *total.terms)}
    free = [
        child.column
        for child in parent.children
        if child.column is not None and child.column not in taken
    ]
    for at in range(len(free) - 2):
        some = free[at : at + 3]
        if some[2] - some[0] != 2 or not taken.isdisjoint(some):
            continue
        for result, terms in ((some[2], some[:2]), (some[0], some[1:])):
            if judge.says_much(result, terms):
                taken.update(some)
                yield ColumnSum("row_total", result, tuple(terms))
                break


def _unnamed(
    columns: Sequence[Column], amounts: Sequence[int], judge: _Judge, known: Sequence[ColumnSum]
) -> Iterator[ColumnSum]:
    """Columns whose name is lost that are the sum of those right of them: most, if several do.

    What is left of a name may be that of the group that the column is in.
    """
    done = {total.result for total in known}
    paths = [columns[column].path for column in amounts]
    groups = {path[:n] for path in paths for n in range(1, len(path))}
    for at, (column, path) in enumerate(zip(amounts, paths, strict=True)):
        if column in done or (any(map(str.isalnum, "".join(path))) and path not in groups):
            continue
        beside = amounts[at + 1 :]
        for count in range(len(beside), 1, -1):
            if judge.agrees(column, beside[:count]):
                yield ColumnSum("row_total", column, tuple(beside[:count]))
                break


def _sums_of(parent: _Node, judge: _Judge) -> Iterator[ColumnSum]:
    for index, node in enumerate(parent.children):
        if not node.is_total:
            continue
        others = _siblings(parent, index)
        if node.column is None:
            yield from _crosswise(node, others, judge)
            continue
        whole_ways = [n for n in others[0] if splits_whole(n.label)]
        if len(whole_ways) > 1:
            yield from _several(node.column, whole_ways)
            continue
        choices = [_values(nodes) for nodes in others]
        if any(is_part(n.label) for n in others[0]) and not _all_hold(
            judge, node.column, choices[0]
        ):
            continue
        terms = judge.choose(node.column, choices)
        if terms and len(terms) > 1:
            yield ColumnSum("row_total", node.column, tuple(terms))


def _several(result: int, ways: Sequence[_Node]) -> Iterator[ColumnSum]:
    """A total that is divided up in several ways is the sum of each division."""
    for way in ways:
        yield ColumnSum("row_total", result, tuple(way.value()))


def _all_hold(judge: _Judge, result: int, terms: Sequence[int]) -> bool:
    holds, fails = judge.counts(result, terms)
    return holds > 0 and fails * 4 <= holds


def _siblings(parent: _Node, index: int) -> list[list[_Node]]:
    """The sibling headers that a total may cover, the plainest choice first.

    Totals stand before what they sum, or after it where nothing follows.
    """
    after = _until_total(parent.children[index + 1 :])
    before = list(reversed(_until_total(list(reversed(parent.children[:index])))))
    rest = parent.children[index + 1 :]
    all_others = [*parent.children[:index], *rest]
    choices = [after, before] if after else [before]
    choices += [rest, [n for n in all_others if not n.is_total]]
    choices += [after[:n] for n in range(len(after) - 1, 0, -1)]
    choices += [after[n:] for n in range(1, len(after) - 1)]
    choices += [before[n:] for n in range(1, len(before) - 1)]
    return choices


def _until_total(nodes: Sequence[_Node]) -> list[_Node]:
    stop = next((i for i, n in enumerate(nodes) if n.is_total), len(nodes))
    return list(nodes[:stop])


def _values(nodes: Sequence[_Node]) -> list[int]:
    return [leaf for node in nodes for leaf in node.value()]


def _crosswise(
    node: _Node, others: Sequence[Sequence[_Node]], judge: _Judge
) -> Iterator[ColumnSum]:
    """A total over several columns: each is the sum of its namesakes in the groups beside it."""
    for leaf in node.leaves:
        name = narrow(judge.columns[leaf].label)
        choices = [
            [c for c in _values(nodes) if narrow(judge.columns[c].label) == name]
            for nodes in others
        ]
        terms = judge.choose(leaf, [c for c in choices if len(c) > 1])
        if terms:
            yield ColumnSum("row_total", leaf, tuple(terms))


def _formulas(numbers: Mapping[int, str], amounts: Sequence[int]) -> Iterator[ColumnSum]:
    """The sums that a row like ``1 2 3=1+2`` states; a difference is turned into a sum."""
    known: dict[int, int] = {}
    for column, text in numbers.items():
        if found := re.match(r"[(\[]?(\d{1,2})", text):
            known[int(found[1])] = column
    for column, text in numbers.items():
        if "=" not in text or column not in amounts:
            continue
        signs = re.findall(r"([+-]?)[(\[]?(\d{1,2})[)\]]?", text.split("=", 1)[1])
        columns = [(sign, known.get(int(number))) for sign, number in signs]
        if any(c is None or c not in amounts for _, c in columns) or not columns:
            continue
        plus = [c for sign, c in columns if sign != "-" and c is not None]
        minus = [c for sign, c in columns if sign == "-" and c is not None]
        if not minus:
            yield ColumnSum("formula", column, tuple(plus))
        elif len(plus) == 1:
            yield ColumnSum("formula", plus[0], (column, *minus))


def _changes(
    columns: Sequence[Column], amounts: Sequence[int], judge: _Judge
) -> Iterator[ColumnSum]:
    """``INCREASE (DECREASE)``: this year is last year and the change, where that holds."""
    for change in amounts:
        if not names_change(" ".join(columns[change].path)):
            continue
        others = [c for c in amounts if c != change]
        near = sorted(others, key=lambda c: (c > change, abs(c - change)))[:4]
        choices = [(a, b) for a in near for b in near if a != b]
        for this, last in choices:
            holds, fails = judge.counts(this, (last, change))
            if holds > 2 * fails and holds:
                yield ColumnSum("change", this, (last, change))
                break
