"""A table as another program reads its CSV."""

from __future__ import annotations

import csv
import io

import pytest

from schemas.result import Table
from service.export.csv import table_csv
from service.export.formula_guard import looks_like_formula, neutral
from tests.results import (
    GOAL,
    cell,
    column,
    figure,
    hostile_result,
    nested_header_table,
    performance_result,
    row,
    table,
)


def read(held: Table) -> list[list[str]]:
    content = table_csv(held)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_rows_carry_their_place_in_the_tree() -> None:
    lines = read(performance_result().tables[0])
    lead = ["row", "parent", "role", "label"]
    assert lines[0] == [*lead, "总计", "财政拨款", "财政专户拨款", "绩效目标"]
    assert lines[2][:4] == ["r2", "r1", "unit", "某市商务局"]
    assert lines[3] == ["r3", "r2", "project", "产业扶持资金", "116.00", "118.00", "", GOAL]


def test_figures_are_plain_numbers_and_blank_dash_and_zero_differ() -> None:
    lines = read(performance_result().tables[0])
    assert lines[1][4] == "26252.00"
    assert [line[6] for line in lines[1:5]] == ["—", "—", "", "0.00"]


def test_negative_figures_stay_numbers_whatever_sign_is_printed() -> None:
    assert read(performance_result().tables[0])[4][4] == "-3.40"
    lines = read(nested_header_table())
    assert (lines[1][9], lines[2][6]) == ("-234567.1", "-3")


def test_nested_headers_are_flat_names_and_codes_keep_their_zeros() -> None:
    lines = read(nested_header_table())
    assert "本年支出 / 基本支出 / 人员经费" in lines[0]
    assert lines[2][4] == "02"
    assert lines[2][5] == "12345678901234567.89"


def test_columns_of_the_same_header_get_names_of_their_own() -> None:
    held = table(
        [column(key, "金额", "amount") for key in ("a", "b")] + [column("c", "row", "text")],
        [row("r1", "item", "", {"a": figure("1"), "b": figure("2"), "c": cell("x")})],
    )
    assert read(held)[0][4:] == ["金额", "金额 (2)", "row (2)"]


def test_text_that_would_be_a_formula_is_made_harmless() -> None:
    fields = [field for line in read(hostile_result().tables[0]) for field in line]
    assert "'=1+1" in fields
    assert "-3.40" in fields
    assert [f for f in fields if looks_like_formula(f)] == ["-3.40"]
    assert not any("\x1b" in f or "\x00" in f for f in fields)


def test_a_figure_that_is_none_is_treated_as_text() -> None:
    forged = cell("x", "=1+1", verdict="doubtful")
    held = table([column("a", "A", "amount")], [row("r1", "item", "", {"a": forged})])
    assert read(held)[1][4] == "x"


@pytest.mark.parametrize("text", ["=a", " =a", "+1", "-a", "@a", "\ta", "\ra", "\na", "＝a", "－a"])
def test_formula_signs(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "合计", "1=2", "a-b", "—", "（=1）"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert neutral(text) == text
