"""What Crossfoot does on real paper, through its command line.

The documents are not part of the project: without them these tests are skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pymupdf
import pytest

from eval.agreement import compare
from eval.gold import Gold, GoldRow
from eval.scanner import ScanSettings, scan_pdf
from schemas.amount import narrow
from schemas.result import Result, Row, Table
from tests.acceptance.conftest import Read
from tests.acceptance.door import children, extract, figure_cells, figures
from tests.acceptance.text_layer import printed_figures

pytestmark = pytest.mark.slow

OFFICE = ScanSettings(mode="grey", skew_degrees=1.0, jpeg_quality=60)
PERFORMANCE = "guangzhou-project-performance-12p"
NUMBERED = re.compile(r"(?:^|[。；;，,.\s])(\d{1,2})、(?=\s*[1-4][-－.])")

BOOKLETS = (
    "changsha-department-32p",
    "chongqing-office-24p",
    "guangzhou-department-25p",
    "jiangsu-tables-2019-12p",
    "shanghai-finance-21p",
    "shanghai-putuo-department-26p",
    "shenzhen-department-33p",
    "wuxi-statistics-36p",
    "zhuhai-commerce-36p",
)
SCANS = (
    "scan-changsha-finance-6p",
    "scan-changsha-tourism-36-2p",
    "scan-changsha-tourism-37-2p",
)
MONTHS = ("philadelphia-2014-07", "philadelphia-2016-03", "philadelphia-2017-11")


@pytest.fixture(
    scope="session", params=["born digital", pytest.param("raster", marks=pytest.mark.long)]
)
def performance(
    request: pytest.FixtureRequest,
    read: Read,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Result:
    """The project table of twelve pages, from its text layer and from its own scan.

    The scan takes minutes; a short one of the same form is read in test_examples.
    """
    if request.param == "born digital":
        return read(PERFORMANCE).result(PERFORMANCE)
    folder = tmp_path_factory.mktemp("raster")
    scan = folder / "scan.pdf"
    clean = (shared_data / "documents" / f"{PERFORMANCE}.pdf").read_bytes()
    scan.write_bytes(scan_pdf(clean, OFFICE, dpi=200))
    return extract([scan], folder / "results").result("scan")


class TestProjectPerformance:
    """Total, units, projects over twelve pages, each project with its indicators."""

    def test_every_figure_is_exact(self, performance: Result, gold: Callable[[str], Gold]) -> None:
        agreement = compare(performance, gold(PERFORMANCE))
        assert [str(judged) for judged in agreement.wrong] == []
        assert agreement.recall == 1.0
        assert agreement.headers.right == agreement.headers.of

    def test_rows_hang_together_as_total_units_and_projects(
        self, performance: Result, gold: Callable[[str], Gold]
    ) -> None:
        table = _only_table(performance)
        assert Counter(row.role for row in table.rows) == {"total": 1, "unit": 4, "project": 70}
        (total,) = [row for row in table.rows if row.parent is None]
        read = [(unit, children(table, unit)) for unit in children(table, total)]
        printed = list(_units(gold(PERFORMANCE)))
        assert [len(projects) for _, projects in read] == [len(rows) for _, rows in printed]
        if performance.document.page_sources[0] == "text":
            assert [_labels(*both) for both in read] == [_labels(*both) for both in printed]

    def test_every_sum_holds(self, performance: Result) -> None:
        table = _only_table(performance)
        held = [check for check in table.checks if check.status in {"pass", "rounding"}]
        assert {check.status for check in table.checks} <= {"pass", "rounding", "not_applicable"}
        assert {check.result[0] for check in held} == {row.id for row in table.rows}
        for row in table.rows:
            below = {child.id for child in children(table, row)}
            proofs = [
                {term for term, _ in check.terms}
                for check in held
                if check.result == (row.id, "total")
            ]
            assert not below or below in proofs

    def test_the_indicators_of_every_project_are_taken_apart(
        self, performance: Result, gold: Callable[[str], Gold]
    ) -> None:
        projects = [row for row in _only_table(performance).rows if row.role == "project"]
        printed = [row for _, rows in _units(gold(PERFORMANCE)) for row in rows]
        for project, truth in zip(projects, printed, strict=True):
            numbers = [indicator.number for indicator in project.indicators]
            assert numbers == [int(n) for n in NUMBERED.findall(truth.cells[6])], project.label
            for indicator in project.indicators:
                assert indicator.level1_code in "1234"
                assert indicator.level2_code.startswith(indicator.level1_code)
                assert indicator.name
                assert indicator.term_target
                assert indicator.year_target

    def test_nothing_is_left_in_doubt_on_clean_pages(self, performance: Result) -> None:
        if performance.document.page_sources[0] == "scan":
            pytest.skip("a scan may ask a person")
        assert performance.status == "verified"
        assert performance.review == ()


@pytest.mark.parametrize("stem", BOOKLETS)
class TestBooklets:
    """Whole booklets from their text layers: prose, then a family of tables."""

    def test_every_figure_is_exact(
        self, stem: str, read: Read, gold: Callable[[str], Gold]
    ) -> None:
        agreement = compare(read(stem).result(stem), gold(stem))
        assert [str(judged) for judged in agreement.wrong] == []
        assert agreement.recall == 1.0

    def test_no_misreading_is_suspected_where_the_figures_are_sure(
        self, stem: str, read: Read
    ) -> None:
        failed = [
            f"{table.id} p{check.page} {check.rule} {check.result} off by {check.difference}"
            for table in read(stem).result(stem).tables
            for check in table.checks
            if check.status == "fail"
        ]
        assert failed == []


@pytest.mark.parametrize("stem", SCANS)
class TestScans:
    """True scans: turned pages, seals over cells and headers, prose around."""

    def test_every_figure_is_exact_and_prose_gives_none(
        self, stem: str, read: Read, gold: Callable[[str], Gold]
    ) -> None:
        result = read(stem).result(stem)
        assert set(result.document.page_sources) <= {"scan", "blank"}
        agreement = compare(result, gold(stem))
        assert [str(judged) for judged in agreement.wrong] == []
        assert agreement.recall == 1.0

    def test_headers_are_right(self, stem: str, read: Read, gold: Callable[[str], Gold]) -> None:
        result = read(stem).result(stem)
        headers = {
            narrow(column.label)
            for table in result.tables
            for column in table.columns
            if column.type == "amount"
        }
        printed = {
            column.label
            for block in gold(stem).blocks
            for column in block.columns
            if column.kind == "amount" and column.label
        }
        assert printed <= headers

    def test_every_row_adds_into_the_total(self, stem: str, read: Read) -> None:
        (table,) = [
            table
            for table in read(stem).result(stem).tables
            if any(row.role == "total" for row in table.rows)
        ]
        (total,) = [row for row in table.rows if row.role == "total"]
        assert total.parent is None
        assert len(children(table, total)) == len(table.rows) - 1
        assert "pass" in {check.status for check in table.checks}
        assert {check.status for check in table.checks} <= {"pass", "rounding"}

    def test_boxes_lie_on_the_page_as_displayed(
        self, stem: str, read: Read, shared_data: Path
    ) -> None:
        result = read(stem).result(stem)
        with pymupdf.open(shared_data / "documents" / f"{stem}.pdf") as document:
            sizes = [(page.rect.width, page.rect.height) for page in document]
        for cell in figure_cells(result):
            width, height = sizes[cell.page - 1]
            assert 0 <= cell.bbox[0] < cell.bbox[2] <= width
            assert 0 <= cell.bbox[1] < cell.bbox[3] <= height


@pytest.mark.parametrize("stem", MONTHS)
def test_english_figures_agree_with_those_published_beside_them(
    stem: str, read: Read, gold: Callable[[str], Gold]
) -> None:
    agreement = compare(read(stem).result(stem), gold(stem))
    assert [str(judged) for judged in agreement.wrong] == []
    assert agreement.recall == 1.0


TAIPEI = "taipei-department-53p"
TAIPEI_FIGURES = {  # page: the columns of figures, from left to right and from the top, in points
    17: (168, 482, 130),
    18: (168, 466, 130),
    19: (168, 466, 130),
    27: (290, 455, 300),
    28: (290, 455, 110),
    30: (290, 455, 110),
    33: (290, 455, 110),
    38: (290, 455, 300),
    43: (98, 590, 190),
    44: (98, 590, 190),
    50: (98, 590, 110),
    52: (98, 590, 200),
}


@pytest.mark.parametrize("page", TAIPEI_FIGURES)
def test_tables_without_row_rulings_give_every_figure(
    page: int, read: Read, shared_data: Path
) -> None:
    pdf = shared_data / "documents" / f"{TAIPEI}.pdf"
    printed = printed_figures(pdf, page, *TAIPEI_FIGURES[page])
    found = figures(read(TAIPEI).result(TAIPEI), page)
    assert printed - found == Counter()


def test_traditional_chinese_comes_out_as_tables(read: Read) -> None:
    result = read(TAIPEI).result(TAIPEI)
    (revenue,) = [table for table in result.tables if table.pages == (17,)]
    assert narrow(revenue.title or "") == "歲入預算表"
    assert revenue.unit == "新臺幣千元"
    labels = [narrow(column.label) for column in revenue.columns if column.type == "amount"]
    assert labels == [
        "合計",
        "經常門",
        "資本門",
        "上年度預算數",
        "前年度決算數",
        "本年度與上年度比較",
    ]
    total, first, *_ = revenue.rows
    assert narrow(total.label) == "合計"
    assert "罰款及賠償收入" in first.label


def test_a_list_without_amounts_yields_none(read: Read) -> None:
    run = read("scan-baoding-list-4p")
    result = run.result("scan-baoding-list-4p")
    types = {column.type for table in result.tables for column in table.columns}
    assert not types & {"amount", "percent"}
    assert result.status == "empty"
    assert run.code == 0


def test_a_broken_download_ends_as_a_clear_partial_result(read: Read) -> None:
    run = read("truncated-fujian-6p")
    result = run.result("truncated-fujian-6p")
    assert result.status == "review"
    assert run.code == 1
    assert {warning.page for warning in result.warnings} >= {3, 4, 5, 6}
    assert "Traceback" not in run.err


def test_a_wreck_is_called_one(read: Read) -> None:
    """Nothing of this file's pages can be shown: that is said, and is not "no table"."""
    run = read("vector-glyphs-no-text-3p")
    result = run.result("vector-glyphs-no-text-3p")
    assert result.status == "failed"
    assert run.code == 3
    assert {warning.page for warning in result.warnings} == {1, 2, 3}
    assert result.error
    assert "damaged" in result.error.message
    assert len(run.err.strip().splitlines()) == 1


def _only_table(result: Result) -> Table:
    (table,) = result.tables
    assert table.form == "project_performance"
    return table


def _units(gold: Gold) -> Iterator[tuple[GoldRow, list[GoldRow]]]:
    """Units with their projects: a row without a target text is a unit, after the total."""
    _, *rows = [row for block in gold.blocks for row in block.rows]
    starts = [at for at, row in enumerate(rows) if not row.cells[5]]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield rows[start], rows[start + 1 : end]


def _labels(unit: Row | GoldRow, projects: Sequence[Row | GoldRow]) -> list[str]:
    return [narrow(row.label) for row in (unit, *projects)]
