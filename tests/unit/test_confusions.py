"""Confusions of readers: counted, and used to propose what else may be printed."""

from __future__ import annotations

from collections import Counter

import pytest

from eval.training.confusions import as_data, edits
from worker.confusions import confusable
from worker.ctc import is_printed_amount


@pytest.mark.parametrize(
    ("printed", "read", "differences"),
    [
        ("1,234.50", "1,234.50", []),
        ("138.00", "188.00", [("3", "8")]),
        ("100.00", "10.00", [("0", "")]),
        ("40.00", "140.00", [("", "1")]),
        ("71.20", "11.2", [("7", "1"), ("0", "")]),
    ],
)
def test_differences_of_two_texts(
    printed: str, read: str, differences: list[tuple[str, str]]
) -> None:
    assert sorted(edits(printed, read)) == sorted(differences)


def test_confusions_are_shares_of_what_is_printed() -> None:
    confused = Counter({("3", "8"): 5, ("0", ""): 10, ("7", "1"): 1, ("", "1"): 4, ("□", "1"): 9})
    data = as_data(confused, Counter({"3": 100, "0": 500, "7": 10, "8": 390}))
    assert data["confusions"] == [("3", "8", 0.05), ("0", "", 0.02), ("", "1", 0.004)]


def test_what_may_be_printed_instead_is_an_amount_and_near() -> None:
    found = confusable("118.00", 30)
    assert 5 < len(found) <= 30
    assert "118.00" not in found
    assert all(is_printed_amount(text) for text in found)
    assert all(len(list(edits(text, "118.00"))) == 1 for text in found)


def test_a_lost_nought_and_a_ruling_read_as_a_digit_are_thought_of() -> None:
    assert "1,000.00" in confusable("1,000.0", 200)
    assert "40.00" in confusable("140.00", 200)
    assert confusable("", 5) == [] or all(is_printed_amount(t) for t in confusable("", 5))
