"""The examples: true to their source, built by their code, and with gold that adds up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pymupdf
import pytest

from eval.truth import gold_json
from examples.annex import read_notice, set_notice
from examples.liwan import HEADERS, Budget, SetTable, read_budget, set_budget
from examples.liwan_gold import budget_gold
from schemas.result import Result, Row

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SHARED = Path(os.environ.get("CROSSFOOT_SHARED_DATA", ROOT.parent / "shared" / "data"))
PDFS = ("liwan-2024.pdf", "liwan-2024-scan.pdf", "annex-turned-scan.pdf")


def solid(text: str) -> str:
    return re.sub(r"\s+", "", text)


def gold(name: str) -> Result:
    return Result.model_validate_json((EXAMPLES / "gold" / f"{name}.json").read_bytes())


def page_texts(pdf: bytes) -> list[str]:
    with pymupdf.open(stream=pdf) as document:
        return [page.get_text() for page in document]


def rows(result: Result) -> tuple[Row, ...]:
    return result.tables[0].rows


def figures(row: Row, keys: Iterable[str]) -> list[Decimal]:
    return [Decimal(row.cells[key].value or 0) for key in keys]


@pytest.fixture(scope="module")
def budget() -> Budget:
    return read_budget()


@pytest.fixture(scope="module")
def table(budget: Budget) -> SetTable:
    return set_budget(budget)


def test_the_budget_is_its_source_word_for_word(budget: Budget) -> None:
    sources = list((SHARED.parent / "seed").glob("*.txt"))
    if not sources:
        pytest.skip(f"the source text is not beside {SHARED}")
    printed = solid(sources[0].read_text(encoding="utf-8"))
    head = f"{budget.title}部门名称：{budget.organisation}单位：{budget.unit}{''.join(HEADERS)}"
    assert printed == head + "".join(solid("".join(row.texts)) for row in budget.rows)


def test_the_committed_pdf_is_what_the_code_sets(table: SetTable) -> None:
    committed = (EXAMPLES / "liwan-2024.pdf").read_bytes()
    assert page_texts(committed) == page_texts(table.pdf)
    assert len(page_texts(committed)) == 2


def test_setting_twice_gives_the_same_bytes(budget: Budget, table: SetTable) -> None:
    assert set_budget(budget).pdf == table.pdf
    assert set_notice(read_notice()) == set_notice(read_notice())


def test_the_committed_gold_is_what_the_code_says(budget: Budget, table: SetTable) -> None:
    made = budget_gold(budget, table, "liwan-2024.pdf")
    kept = gold("liwan-2024")
    assert made.tables == kept.tables
    assert Result.model_validate_json(gold_json(made)) == made


def test_every_row_figure_and_indicator_is_in_the_gold() -> None:
    of_gold = rows(gold("liwan-2024"))
    roles = [row.role for row in of_gold]
    assert (roles.count("total"), roles.count("unit"), roles.count("project")) == (1, 2, 11)
    cells = [cell for row in of_gold for cell in row.cells.values() if cell.value is not None]
    assert len(cells) == 28
    indicators = [one for row in of_gold for one in row.indicators]
    assert len(indicators) == 44
    targets = [t for one in indicators for t in (one.term_target, one.year_target) if t]
    assert len(targets) == 88
    assert {t.words for t in targets if t.words} == {"比较满意", "无负面投诉", "长期"}
    read = {(t.operator, t.value, t.unit) for t in targets if t.value}
    assert {(">", "20", "家"), ("≥", "90", "%"), ("≤", "10", None), (None, "33", "家")} <= read
    for row in of_gold:
        assert [one.number for one in row.indicators] == list(range(1, len(row.indicators) + 1))
        assert all(one.level2_code[0] == one.level1_code for one in row.indicators)


def test_the_budget_adds_up() -> None:
    of_gold = rows(gold("liwan-2024"))
    for row in of_gold:
        total, *parts = figures(row, ("total", "fiscal", "special_account", "other"))
        assert total == sum(parts)
    assert_tree_adds_up(of_gold, ("total", "fiscal"))


def test_the_annex_adds_up_across_and_down() -> None:
    of_gold = rows(gold("annex-turned-scan"))
    for row in of_gold:
        total, general, a, b, fund, c, d, settled = figures(row, (f"c{n}" for n in range(2, 10)))
        assert (total, general, fund) == (general + fund + settled, a + b, c + d)
    assert_tree_adds_up(of_gold, [f"c{n}" for n in range(2, 10)])
    assert any(value < 0 for row in of_gold for value in figures(row, ("c9",)))


def assert_tree_adds_up(of_gold: Iterable[Row], keys: Iterable[str]) -> None:
    of_gold, keys = list(of_gold), list(keys)
    parents = {row.parent for row in of_gold} - {None}
    assert len(parents) == 3
    for parent in (row for row in of_gold if row.id in parents):
        children = [figures(row, keys) for row in of_gold if row.parent == parent.id]
        assert figures(parent, keys) == [sum(column) for column in zip(*children, strict=True)]


def test_gold_boxes_hold_their_text(table: SetTable) -> None:
    with pymupdf.open(stream=table.pdf) as document:
        for row in rows(gold("liwan-2024")):
            for cell in row.cells.values():
                clip = pymupdf.Rect(cell.bbox) + (-1, -1, 1, 1)
                assert solid(document[cell.page - 1].get_text(clip=clip)) == solid(cell.text)
            for one in row.indicators:
                clip = pymupdf.Rect(one.bbox) + (-1, -1, 1, 1)
                within = solid(document[one.page - 1].get_text(clip=clip))
                assert one.text[:6] in within
                assert one.text[-6:] in within


@pytest.mark.parametrize("name", ["liwan-2024", "annex-turned-scan"])
def test_gold_names_its_document(name: str) -> None:
    of_gold = gold(name)
    pdf = (EXAMPLES / of_gold.document.name).read_bytes()
    assert of_gold.document.sha256 == sha256(pdf).hexdigest()
    assert of_gold.document.pages == len(page_texts(pdf))


@pytest.mark.parametrize("name", ["liwan-2024-scan.pdf", "annex-turned-scan.pdf"])
def test_scans_are_pictures_alone(name: str) -> None:
    with pymupdf.open(EXAMPLES / name) as document:
        assert not any(page.get_text().strip() for page in document)
        assert [len(page.get_images()) for page in document] == [1] * document.page_count
        assert all(page.rect.width < page.rect.height for page in document)


@pytest.mark.parametrize("name", PDFS)
def test_examples_stay_small_and_say_nothing_of_the_machine(name: str) -> None:
    pdf = (EXAMPLES / name).read_bytes()
    assert len(pdf) < 1_000_000
    with pymupdf.open(stream=pdf) as document:
        assert not (document.metadata or {}).get("creationDate")


@pytest.mark.parametrize("repeat_header", [True, False])
def test_a_page_break_may_cut_a_row(budget: Budget, repeat_header: bool) -> None:
    cut = set_budget(budget, cut_rows=True, repeat_header=repeat_header)
    of_gold = rows(budget_gold(budget, cut, "cut.pdf"))
    assert [row.pages for row in of_gold].count((1, 2)) == 1
    assert sum(text.count("绩效目标表") for text in page_texts(cut.pdf)) == 1 + repeat_header
    whole = "".join(solid("".join(row.texts)) for row in budget.rows)
    printed = solid("".join(line.text for part in cut.parts for c in part.lines for line in c))
    assert sorted(printed) == sorted(whole)
