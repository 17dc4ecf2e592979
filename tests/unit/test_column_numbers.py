"""The row of a header that numbers its columns."""

import pytest

from worker.column_numbers import numbers_columns


@pytest.mark.parametrize(
    "texts",
    [
        ["栏次", "1", "2", "3"],
        ["", "1=2+5", "2=3+4", "3", "4", "5=6+7", "6", "7"],
        ["**", "1", "**", "**"],
        ["**", "**", "(1)", "(2)"],
        ["卡*", "1", "**", "**", "卡卡", "**", "**"],
        ["水寅", "x寅", "1", "2", "3"],  # asterisks as a recogniser may read them
        ["68", "1", "2", "3"],
        ["**", "1", "2", "3", "1", "5", "6", "7"],  # a 4 that lost its bar
        ["文會", "-1", "2", "3"],  # dirt before a number
        ["**", "2", "3", "4", "5"],  # the first one lost
        ["4", "6", "6", "6", "1", "2", "3"],  # asterisks that were read as figures
        ["88", "0", "I", "2", "3", "86", "44", "6"],
        ["ok", "2", "3", "oo", "x", "66"],  # the first one lost among them
        ["6", "2", "3", "58"],
    ],
)
def test_numbers_and_what_stands_beside_them(texts: list[str]) -> None:
    assert numbers_columns(texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["合计", "1"],
        ["**", "**"],
        ["教育支出", "3", "1"],
        ["教育支出", "1.00", "2.00"],
        ["205", "02", "教育支出", "3", "4"],
        ["2023", "2024"],
        ["1", "5", "2", "7", "3"],
        ["维修养护费", "120", "1", "2", "3"],
        ["4", "1", "2"],
        ["张三", "2", "3", "男"],
        ["卡*", "1", "卡卡", "**"],
        ["合计", "1", "**", "教育支出"],
    ],
)
def test_figures_are_no_column_numbers(texts: list[str]) -> None:
    assert not numbers_columns(texts)


@pytest.mark.parametrize(
    "row",
    [
        ("1=2+5", "2=3+4", "3", "在", "5=6+7", "6", "7"),
        ("1=2+5", "2u3ed", "3", "4", "5=6±7", "6", "7"),
        ("**", "1", "2", "3", "4"),
        ("1=2=5", "2v3=4", "3", "4", "5=6±7", "6", "7"),
    ],
)
def test_a_row_most_of_whose_texts_are_the_number_of_their_place(row: tuple[str, ...]) -> None:
    assert numbers_columns(row)


@pytest.mark.parametrize(
    "row",
    [("水费", "1", "2", "30"), ("3", "1", "4", "1", "5")],
)
def test_counts_and_rows_with_a_name_number_nothing(row: tuple[str, ...]) -> None:
    assert not numbers_columns(row)
