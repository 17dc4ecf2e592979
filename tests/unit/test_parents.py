"""The tree of rows that sums and print tell together."""

from __future__ import annotations

from collections.abc import Mapping

from worker.drafting.figures import Evidence
from worker.drafting.outline import Outline
from worker.drafting.totals import Cover, Reading


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
