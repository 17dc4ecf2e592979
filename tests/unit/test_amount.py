"""What printed text counts as a figure, as a mark for none, and as neither."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.amount import Amount, Mark, parse_amount


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("116.00", "116.00"),
        ("37,367.86", "37367.86"),
        ("1,234,567", "1234567"),
        ("0.00", "0.00"),
        (".50", "0.50"),
        ("0.12345", "0.12345"),
        ("-3.40", "-3.40"),
        ("−3.40", "-3.40"),
        ("(3.4)", "-3.4"),
        ("（3.4）", "-3.4"),
        ("△1,200", "-1200"),
        ("▲1,200", "-1200"),
        ("￥1,200.00", "1200.00"),
        ("-$5", "-5"),
        ("１２，３４５．６７", "12345.67"),
        (" 42 ", "42"),
    ],
)
def test_a_figure_keeps_its_value_and_its_decimals(printed: str, value: str) -> None:
    amount = parse_amount(printed)
    assert isinstance(amount, Amount)
    assert amount.canonical() == value
    assert amount.value == Decimal(value)


def test_a_percentage_says_that_it_is_one() -> None:
    amount = parse_amount("12.5%")
    assert isinstance(amount, Amount)
    assert amount.percent
    assert amount.canonical() == "12.5"


@pytest.mark.parametrize("printed", ["-", "—", "——", "－", "–"])
def test_a_dash_is_a_mark_and_no_zero(printed: str) -> None:
    assert parse_amount(printed) == Mark(printed)


@pytest.mark.parametrize("printed", ["", "  ", "\u3000"])
def test_blank_is_nothing(printed: str) -> None:
    assert parse_amount(printed) is None


@pytest.mark.parametrize(
    "printed",
    ["1,23.4", "12O", "1.2.3", "12,34", "5=6+7", "(△5)", "3月", "2024年", "1,2345", "合计", "≥10"],
)
def test_nothing_is_mended_into_a_figure(printed: str) -> None:
    assert parse_amount(printed) is None
