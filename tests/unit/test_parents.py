"""The tree of rows that sums and print tell together."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from schemas.words import TotalKind
from worker.drafting.figures import Evidence, Figures
from worker.drafting.outline import Basis, Outline
from worker.drafting.totals import Cover, Reading, best_reading


def outline_of(basis: Basis, parent: Mapping[int, int], totals: Mapping[int, TotalKind]) -> Outline:
    return Outline(
        basis=basis, order=tuple(range(6)), labels=dict.fromkeys(range(6), "x"), parent=parent,
        totals=totals, parts=frozenset(), loose=frozenset(parent), opens=frozenset(),
    )  # fmt: skip


def reading(parent: Mapping[int, int], *covers: Cover) -> Reading:
    outline = Outline(
        basis="codes", order=tuple(range(6)), labels={}, parent=parent, totals={},
        parts=frozenset(), loose=frozenset(), opens=frozenset(),
    )  # fmt: skip
    return Reading(outline, covers, (), Evidence(0, 0))


def test_sums_and_print_make_one_tree() -> None:
    one = reading({2: 1, 3: 2}, Cover("grand_total", 0, (1, 4)), Cover("tree", 2, (3,)))
    assert one.parents() == {1: 0, 4: 0, 3: 2, 2: 1}


def test_an_only_part_is_not_the_parent_of_its_group_though_it_holds_the_same_money() -> None:
    one = reading({2: 1, 3: 2}, Cover("subtotal", 2, (1, 4)))
    assert one.parents() == {4: 2, 2: 1, 3: 2}


def test_no_row_is_its_own_ancestor_whatever_sums_say() -> None:
    one = reading({1: 5}, Cover("subtotal", 2, (5,)), Cover("subtotal", 1, (2,)))
    assert one.parents() == {5: 2, 2: 1}
    two = reading({}, Cover("subtotal", 2, (5,)), Cover("subtotal", 5, (2, 3)))
    assert two.parents() == {5: 2, 3: 5}


def test_of_ways_that_say_as_much_the_one_that_fails_nowhere_is_taken() -> None:
    """Numbers that were misread put two rows under another: all sums hold without them."""
    money = {0: 100, 1: 20, 2: 3, 3: 40, 4: 5, 5: 168}
    values = {(row, key): Decimal(n) for row, n in money.items() for key in "ab"}
    values |= {(row, key): Decimal(n) for row, n in ((4, 7), (5, 7)) for key in "cd"}
    figures = Figures(values, frozenset(values), frozenset(values), scanned=True)
    numbered = outline_of("numbering", {1: 0, 2: 0}, {5: "sub"})
    plain = outline_of("none", {}, {5: "sub"})
    taken = best_reading((numbered, plain), figures, "abcd")
    assert taken.covers == (Cover("subtotal", 5, (0, 1, 2, 3, 4)),)
