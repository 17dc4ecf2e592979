"""Documents made by code: they print what their gold says, where it says, and it adds up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import get_args

import pymupdf
import pytest

from eval.agreement import compare
from eval.gold import result_gold
from eval.made import spec as choices
from eval.made.document import MadeDocument, make_document
from eval.made.forms import MAKERS
from eval.made.spec import FORMS, MadeSpec, draw_spec
from schemas.amount import Amount, parse_amount
from schemas.result import Cell, Result, Table

SEEDS = range(24)


@lru_cache
def made(seed: int) -> MadeDocument:
    return make_document(seed)


@lru_cache
def of_form(form: str, seed: int = 5) -> MadeDocument:
    return make_document(seed, draw_spec(seed, form))


def solid(text: str) -> str:
    return re.sub(r"\s+", "", text)


def letters(pdf: bytes) -> list[list[tuple[float, float, str]]]:
    """For each page the middle of every character and the character, in reading order."""
    pages = []
    with pymupdf.open(stream=pdf) as document:
        for page in document:
            found = []
            for block in page.get_text("rawdict")["blocks"]:
                for line in block.get("lines", []):
                    for char in (c for span in line["spans"] for c in span["chars"]):
                        box = pymupdf.Rect(char["bbox"]) * page.rotation_matrix
                        found.append(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, char["c"]))
            pages.append(found)
    return pages


def text_at(page: list[tuple[float, float, str]], cell: Cell) -> str:
    x0, y0, x1, y1 = cell.bbox
    return solid("".join(c for x, y, c in page if x0 <= x <= x1 and y0 <= y <= y1))


def cells(result: Result) -> Iterator[tuple[Table, str, Cell, bool]]:
    """Every printed cell with its table, its column and whether a page break cuts its row."""
    for table in result.tables:
        for row in table.rows:
            for key, cell in row.cells.items():
                if cell.text:
                    yield table, key, cell, len(row.pages) > 1


def assert_printed(document: MadeDocument) -> None:
    pages = letters(document.pdf)
    for _, key, cell, cut in cells(document.gold):
        found = text_at(pages[cell.page - 1], cell)
        expected = solid(cell.text)
        assert found == expected or (cut and found and expected.startswith(found)), key


@pytest.mark.parametrize("seed", SEEDS)
def test_the_page_prints_what_the_gold_says_where_it_says(seed: int) -> None:
    assert_printed(made(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_golds_own_sums_agree(seed: int) -> None:
    document = made(seed)
    for table, error in zip(document.gold.tables, document.errors, strict=True):
        for check in table.checks:
            places = (check.result, *check.terms)
            figures = [_figure(table, place) for place in places]
            off = figures[0] - sum(figures[1:])
            assert Decimal(check.difference or 0) == off
            wrong = error is not None and (error.row, error.column) in places
            match check.status:
                case "pass":
                    assert off == 0
                case "fail":
                    assert wrong
                    assert off != 0
                case "rounding":
                    assert document.spec.arithmetic == "rounded"
                    assert abs(off) <= Decimal("0.005") * len(places)
                case _:
                    assert not any(figures)


def _figure(table: Table, place: tuple[str, str]) -> Decimal:
    row = next(row for row in table.rows if row.id == place[0])
    cell = row.cells.get(place[1])
    amount = parse_amount(cell.text) if cell else None
    return amount.value if isinstance(amount, Amount) else Decimal(0)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gold_agrees_with_itself(seed: int) -> None:
    gold = made(seed).gold
    agreement = compare(gold, result_gold(gold))
    assert not agreement.wrong
    assert agreement.parents.right == agreement.parents.of


def test_the_same_seed_makes_the_same_bytes() -> None:
    for seed in (0, 1, 7):
        assert make_document(seed).pdf == make_document(seed).pdf
        assert make_document(seed).gold == make_document(seed).gold
    assert make_document(0).pdf != make_document(1).pdf


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_with_its_figures_and_its_tree(form: str) -> None:
    filled = replace(draw_spec(5, form), empty=False, zero="zero", arithmetic="exact")
    document = make_document(5, replace(filled, forms=(form,)))
    (table,) = document.gold.tables
    assert any(check.status == "pass" for check in table.checks)
    assert any(row.parent for row in table.rows)
    assert_printed(document)


def test_makers_and_forms_are_the_same() -> None:
    assert set(MAKERS) == set(FORMS)


def test_no_other_form_can_be_asked_for() -> None:
    with pytest.raises(ValueError, match="no such forms"):
        MadeSpec(seed=1, forms=("horoscope",))


FIELDS = {
    "arithmetic": choices.Arithmetic,
    "negatives": choices.Negatives,
    "zero": choices.Zero,
    "rulings": choices.Rulings,
    "codes": choices.Codes,
    "indent": choices.Indent,
    "indicators": choices.IndicatorManner,
    "length": choices.Length,
}


def test_the_seeds_reach_every_variety() -> None:
    drawn = [draw_spec(seed) for seed in range(400)]
    assert {form for spec in drawn for form in spec.forms} == set(FORMS)
    for field, values in FIELDS.items():
        assert {getattr(spec, field) for spec in drawn} == set(get_args(values)), field
    for field in ("separators", "landscape", "header_repeated", "cut_rows", "prose", "empty",
                  "total_last", "numbered", "unit_in_header"):  # fmt: skip
        assert {getattr(spec, field) for spec in drawn} == {True, False}, field
    assert {spec.page_turn for spec in drawn} == {0, 90, 270}
    assert {("万元", 2), ("万元", 5), ("元", 2), ("元", 0)} <= {(s.unit, s.decimals) for s in drawn}
    assert len({spec.latin for spec in drawn}) == 4
    assert any(len(spec.forms) == 2 for spec in drawn)


BASE = MadeSpec(seed=11, forms=("general_public",), length="long", size=9.0)


@pytest.mark.parametrize("rulings", get_args(choices.Rulings))
@pytest.mark.parametrize("codes", get_args(choices.Codes))
def test_rulings_and_codes_go_together(rulings: choices.Rulings, codes: choices.Codes) -> None:
    document = make_document(11, replace(BASE, rulings=rulings, codes=codes))
    assert_printed(document)
    with pymupdf.open(stream=document.pdf) as pdf:
        lines = sum(len(page.get_drawings()) for page in pdf)
    assert (lines == 0) == (rulings == "none")


@pytest.mark.parametrize("turn", [0, 90, 270])
def test_a_turned_page_is_displayed_upright(turn: choices.PageTurn) -> None:
    document = make_document(11, replace(BASE, page_turn=turn, length="short"))
    assert_printed(document)
    with pymupdf.open(stream=document.pdf) as pdf:
        assert pdf[0].rotation == turn
        assert pdf[0].rect.height > pdf[0].rect.width


def test_a_header_is_repeated_where_it_is_asked_for() -> None:
    spec = replace(BASE, row_room=1.4, size=12.0, landscape=True)
    for repeated in (True, False):
        document = make_document(11, replace(spec, header_repeated=repeated))
        with pymupdf.open(stream=document.pdf) as pdf:
            assert len(pdf) > 1
            assert ("基本支出" in solid(pdf[1].get_text())) is repeated


def test_a_page_break_cuts_a_row_of_long_text() -> None:
    spec = MadeSpec(
        seed=3, forms=("project_performance",), length="long", cut_rows=True, landscape=True
    )
    document = make_document(3, spec)
    rows = [row for table in document.gold.tables for row in table.rows]
    cut = [row for row in rows if len(row.pages) > 1]
    assert cut
    assert_printed(document)
    text = "".join(c for page in letters(document.pdf) for _, _, c in page)
    assert all(solid(row.indicators[-1].text)[-6:] in solid(text) for row in cut)


@pytest.mark.parametrize("manner", get_args(choices.IndicatorManner))
def test_indicators_are_printed_where_the_gold_says(manner: choices.IndicatorManner) -> None:
    spec = MadeSpec(seed=8, forms=("project_performance",), indicators=manner)
    document = make_document(8, spec)
    pages = letters(document.pdf)
    found = [one for t in document.gold.tables for row in t.rows for one in row.indicators]
    assert len(found) > 5
    with_all = [r for t in document.gold.tables for r in t.rows if r.indicators]
    for row in with_all:
        assert [one.number for one in row.indicators] == list(range(1, len(row.indicators) + 1))
    for one in found:
        x0, y0, x1, y1 = one.bbox
        ink = "".join(c for x, y, c in pages[one.page - 1] if x0 <= x <= x1 and y0 <= y <= y1)
        assert solid(one.name)[:2] in solid(ink)
        assert one.year_target is not None
        if manner != "rows":
            assert one.name in one.text
            assert one.year_target.text in one.text


def test_an_error_of_the_publisher_is_kept_as_printed() -> None:
    document = make_document(2, replace(BASE, arithmetic="error", length="short"))
    (error,) = document.errors
    (table,) = document.gold.tables
    assert error is not None
    row = next(row for row in table.rows if row.id == error.row)
    cell = row.cells[error.column]
    assert Decimal(cell.value or 0) == error.printed != error.true
    assert cell.verdict == "source_error"
    assert [w.code for w in document.gold.warnings] == ["publisher_error"]
    assert any(check.status == "fail" for check in table.checks)


def test_rounding_leaves_differences_in_the_last_digit() -> None:
    document = make_document(2, replace(BASE, arithmetic="rounded"))
    statuses = {check.status for table in document.gold.tables for check in table.checks}
    assert "rounding" in statuses
    assert "fail" not in statuses


@pytest.mark.parametrize("zero", ["blank", "zero"])
def test_an_empty_table_has_no_figure_but_zero(zero: choices.Zero) -> None:
    spec = MadeSpec(seed=4, forms=("state_capital",), empty=True, zero=zero)
    (table,) = make_document(4, spec).gold.tables
    figures = [cell.value for row in table.rows for cell in row.cells.values() if cell.value]
    assert not any(map(Decimal, figures))


@pytest.mark.parametrize(
    ("negatives", "mark"), [("minus", "-"), ("brackets", "("), ("triangle", "△")]
)
def test_negatives_are_printed_in_three_ways(negatives: choices.Negatives, mark: str) -> None:
    spec = MadeSpec(seed=6, forms=("allocation",), length="long", negatives=negatives)
    texts = [cell.text for _, key, cell, _ in cells(make_document(6, spec).gold) if cell.value]
    below = [text for text in texts if text.startswith(mark)]
    assert below
    for _, _, cell, _ in cells(make_document(6, spec).gold):
        if cell.text in below:
            assert Decimal(cell.value or 0) < 0


def test_a_city_elsewhere_prints_the_same_money_under_other_names() -> None:
    usual = make_document(3, MadeSpec(seed=3, forms=("expenditure",), length="short"))
    other = make_document(3, replace(usual.spec, elsewhere=True))
    (mine,), (theirs,) = usual.gold.tables, other.gold.tables
    known = {part for column in mine.columns for part in column.path}
    assert not known & {part for column in theirs.columns for part in column.path}
    assert theirs.title != mine.title
    figures = [
        {row.label: {key: cell.value for key, cell in row.cells.items()} for row in table.rows}
        for table in (mine, theirs)
    ]
    assert figures[0] == figures[1]
