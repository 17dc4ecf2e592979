"""Many results as tidy tables, opened by the programs that people open them with."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from schemas.result import BookletCheck, Result, Row, RowSideResult, TableSide
from schemas.yuan import in_yuan, yuan_factor
from service.cli import main
from service.duck import ask
from service.export.formula_guard import looks_like_formula
from service.export.tidy import CHECKS, DOCUMENTS, FIGURES, INDICATORS, tidy
from service.result_file import result_bytes
from tests.results import (
    cell,
    check,
    column,
    figure,
    hostile_result,
    nested_header_table,
    performance_result,
    result,
    row,
    table,
)

ROOT = Path(__file__).resolve().parents[2]
_COLUMNS = (
    column("class", "类", "code"),
    column("item", "款", "code"),
    column("name", "科目名称", "label"),
    column("total", "合计", "amount"),
    column("basic", "基本支出", "amount"),
)


def _line(number: int, codes: tuple[str, str], label: str, figures: tuple[str, str],
          parent: str | None = None, code: str | None = None) -> Row:  # fmt: skip
    cells = {"class": cell(codes[0]), "item": cell(codes[1]), "name": cell(label),
             "total": figure(figures[0]), "basic": figure(figures[1])}  # fmt: skip
    held = row(f"r{number}", "group" if parent else "total", label, cells, parent)
    return held.model_copy(update={"code": code})


def expenditure(year: int, unit: str, figures: dict[str, tuple[str, str]]) -> Result:
    """A budget by function: 合计 over 类 over 款, the code of the 款 only in its last part."""
    rows = [
        _line(1, ("", ""), "合计", figures["all"]),
        _line(2, ("205", ""), "教育支出", figures["205"], "r1", "205"),
        _line(3, ("", "02"), "普通教育", figures["20502"], "r2", "20502"),
        _line(4, ("", "03"), "职业教育", figures["20503"], "r2", "20503"),
        _line(5, ("208", ""), "社会保障和就业支出", figures["208"], "r1", "208"),
        _line(6, ("", "05"), "行政事业单位养老支出", figures["20805"], "r5", "20805"),
    ]
    checks = [check("c1", "grand_total", ("r1", "total"), [("r2", "total"), ("r5", "total")])]
    held = table(_COLUMNS, rows, checks, title="支出总表", form="expenditure", unit=unit)
    held = held.model_copy(update={"fiscal_year": year})
    return result(held, name=f"budget-{year}.pdf", content=str(year).encode())


def budgets() -> list[Result]:
    return [
        expenditure(2023, "万元", {
            "all": ("1,390.50", "390.50"), "205": ("1,154.38", "300.00"),
            "20502": ("1,154.38", "300.00"), "20503": ("0.00", "0.00"),
            "208": ("236.12", "90.50"), "20805": ("236.12", "90.50"),
        }),
        expenditure(2024, "元", {
            "all": ("14,000,000.10", "4,000,000.10"), "205": ("11,000,000.05", "3,000,000.05"),
            "20502": ("10,000,000.05", "2,500,000.05"), "20503": ("1,000,000.00", "500,000.00"),
            "208": ("3,000,000.05", "1,000,000.05"), "20805": ("3,000,000.05", "1,000,000.05"),
        }),
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "results"
    for name, held in zip(("a", "b"), budgets(), strict=True):
        (home / name).mkdir(parents=True)
        (home / name / "out.json").write_bytes(result_bytes(held))
    (home / "notes.json").write_text('{"made": "by somebody else"}')
    return home


def exported(folder: Path, form: str, out: Path) -> Path:
    assert main(["export", str(folder), "--format", form, "--out", str(out)]) == 0
    return out


def test_a_pivot_by_year_and_function_adds_up_to_the_printed_totals(folder: Path) -> None:
    out = exported(folder, "parquet", folder.parent / "tidy")
    frame = pd.read_parquet(out / "figures.parquet")
    frame["function"] = frame["code"].str[:3]
    leaves = frame[frame["leaf"]]
    pivot = leaves.pivot_table(
        index="function", columns="fiscal_year", values="amount_yuan", aggfunc="sum"
    )
    printed = frame[frame["role"] == "total"].groupby("fiscal_year")["amount_yuan"].sum()
    assert pivot.sum().to_dict() == printed.to_dict() == {
        2023: Decimal("17810000"), 2024: Decimal("18000000.20")
    }  # fmt: skip
    assert pivot.loc["205", 2024] == Decimal("14000000.10")


def test_the_database_file_gives_the_same_and_keeps_its_keys(folder: Path) -> None:
    out = exported(folder, "duckdb", folder.parent / "all.duckdb")
    with duckdb.connect(str(out), read_only=True) as base:
        found = base.sql(
            "select fiscal_year, code, amount_yuan from figures"
            " where column_id = 'total' and leaf order by all"
        ).fetchall()
        assert found == [
            (2023, "20502", Decimal("11543800")), (2023, "20503", Decimal(0)),
            (2023, "20805", Decimal("2361200")), (2024, "20502", Decimal("10000000.05")),
            (2024, "20503", Decimal(1000000)), (2024, "20805", Decimal("3000000.05")),
        ]  # fmt: skip
        keys = "select count(*) from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        assert base.execute(keys).fetchall() == [(4,)]
        said = "select comment from duckdb_columns() where column_name = 'leaf'"
        assert base.execute(said).fetchall() == [("whether no other row adds into this one",)]


def test_csv_and_workbook_hold_the_figures_as_numbers(folder: Path) -> None:
    out = exported(folder, "csv", folder.parent / "csv")
    with (out / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["amount_yuan"] for line in lines[:2]] == ["13905000.00", "3905000.00"]
    assert lines[4]["row_path"] == "合计 / 教育支出 / 普通教育"
    assert (lines[0]["leaf"], lines[4]["leaf"]) == ("false", "true")
    book = openpyxl.load_workbook(exported(folder, "xlsx", folder.parent / "all.xlsx"))
    assert book.sheetnames == ["documents", "figures", "checks", "indicators"]
    header, first = list(book["figures"].iter_rows(values_only=True))[:2]
    named = dict(zip(header, first, strict=True))
    assert (named["amount"], named["fiscal_year"], named["leaf"]) == (1390.5, 2023, False)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_results_give_the_same_bytes(folder: Path, form: str) -> None:
    first, second = (exported(folder, form, folder.parent / name) for name in ("one", "two"))
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_blank_gives_no_line_and_a_dash_gives_one_without_figure() -> None:
    (_, figures, _, _) = tidy([performance_result()])
    names = [field.name for field in figures.fields]
    lines = [dict(zip(names, line, strict=True)) for line in figures.lines]
    special = {str(line["row_id"]): line for line in lines if line["column_id"] == "special"}
    assert "r3" not in special
    assert (special["r1"]["text"], special["r1"]["amount"]) == ("—", None)
    assert special["r4"]["amount_yuan"] == Decimal(0)
    assert special["r5"]["verdict"] == "doubtful"


def test_shares_are_no_money_and_paths_name_nested_headers() -> None:
    (_, figures, _, _) = tidy([result(nested_header_table())])
    names = [field.name for field in figures.fields]
    lines = {(line[names.index("row_id")], line[names.index("column_id")]): line
             for line in figures.lines}  # fmt: skip
    share = dict(zip(names, lines["r1", "share"], strict=True))
    assert (share["amount_yuan"], share["amount"], share["unit"]) == (None, Decimal("12.5"), None)
    staff = dict(zip(names, lines["r1", "staff"], strict=True))
    assert staff["column_path"] == "本年支出 / 基本支出 / 人员经费"


def side_by_side() -> Result:
    """收支总表: income at left, expenditure at right, each a tree of its own."""
    columns = (column("in", "收入", "label"), column("got", "金额", "amount"),
               column("out", "支出", "label"), column("spent", "金额", "amount"))  # fmt: skip
    lines = [
        ("r1", "本年收入合计", "30.00", None, "教育支出", "25.00", "r3"),
        ("r2", "财政拨款", "30.00", "r1", "住房保障", "5.00", "r3"),
        ("r3", "", "", None, "本年支出合计", "30.00", None),
    ]
    rows = []
    for name, source, got, above, use, spent, over in lines:
        cells = {"in": cell(source), "out": cell(use), "spent": figure(spent)}
        cells["got"] = figure(got) if got else cell("", verdict="accepted")
        sides = (RowSideResult(label=source, role="item", parent=above),
                 RowSideResult(label=use, role="item", parent=over))  # fmt: skip
        held = row(name, "item", source, cells, above)
        rows.append(held.model_copy(update={"sides": sides}))
    made = table(columns, rows, title="收支总表")
    both = (TableSide(label="in", amounts=("got",)), TableSide(label="out", amounts=("spent",)))
    return result(made.model_copy(update={"sides": both}))


def test_tables_side_by_side_are_two_trees() -> None:
    (_, figures, _, _) = tidy([side_by_side()])
    names = [field.name for field in figures.fields]
    lines = [dict(zip(names, line, strict=True)) for line in figures.lines]
    said = {(line["row_id"], line["column_id"]): (line["row_path"], line["leaf"]) for line in lines}
    assert said == {
        ("r1", "got"): ("本年收入合计", False),
        ("r2", "got"): ("本年收入合计 / 财政拨款", True),
        ("r1", "spent"): ("本年支出合计 / 教育支出", True),
        ("r2", "spent"): ("本年支出合计 / 住房保障", True),
        ("r3", "spent"): ("本年支出合计", False),
    }


def test_sums_between_tables_are_checks_too() -> None:
    first, second = (held.tables[0] for held in budgets())
    check = BookletCheck(
        id="b1", rule="same_total", status="fail", result=("t1", "r1", "total"),
        terms=(("t2", "r1", "total"),), difference="-9.50", unit="元", page=1,
    )  # fmt: skip
    held = result(first, second.model_copy(update={"id": "t2"}))
    (_, _, checks, _) = tidy([held.model_copy(update={"checks": (check,)})])
    names = [field.name for field in checks.fields]
    line = dict(zip(names, checks.lines[-1], strict=True))
    assert (line["check_id"], line["table_id"], line["terms"]) == ("b1", "t1", "t2.r1.total")
    assert (line["row_path"], line["difference_yuan"]) == ("合计", Decimal("-9.50"))


def test_two_results_of_one_file_are_not_added_up(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = folder / "b" / "again.json"
    again.write_bytes((folder / "a" / "out.json").read_bytes())
    assert main(["query", "select count(*) as n from documents", str(folder), "--json"]) == 0
    said = capsys.readouterr()
    assert said.out == '{"n": 2}\n'
    assert "is of the same file as" in said.err


def test_a_question_is_answered_as_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = """
        select fiscal_year, sum(amount_yuan) as yuan from figures
        where level = 0 and column_id = 'total' group by 1 order by 1
    """
    assert main(["query", question, str(folder), "--csv"]) == 0
    assert capsys.readouterr().out == "fiscal_year,yuan\n2023,13905000\n2024,14000000.1\n"


@pytest.mark.parametrize(
    "question",
    [
        "select * from read_text('pyproject.toml')",
        "copy figures to 'stolen.csv'",
        "set enable_external_access = true",
        "attach 'x.duckdb'",
        "drop table figures",
        "select 1; select 2",
        "select * from nowhere",
        "selekt",
        "",
    ],
)
def test_a_question_reads_results_and_nothing_else(
    question: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["query", question, str(folder)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("crossfoot: ")
    assert said.out == ""
    assert not Path("stolen.csv").exists()


def test_a_pivot_is_a_question() -> None:
    answer = ask(
        tidy(budgets()), "pivot figures on fiscal_year using sum(amount_yuan) group by form"
    )
    assert answer.columns == ("form", "2023", "2024")


def test_text_that_would_be_a_formula_is_made_harmless(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(result_bytes(hostile_result()))
    out = exported(tmp_path, "csv", tmp_path / "csv")
    for path in out.iterdir():
        text = path.read_text(encoding="utf-8-sig")
        fields = [f for line in csv.reader(text.splitlines()) for f in line]
        assert [f for f in fields if looks_like_formula(f) and f != "-3.40"] == []
        assert not any("\x1b" in field for field in fields)
    book = openpyxl.load_workbook(exported(tmp_path, "xlsx", tmp_path / "x.xlsx"))
    kinds = {c.data_type for sheet in book for line in sheet.iter_rows() for c in line}
    assert "f" not in kinds


def test_a_folder_without_results_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path), "--format", "csv", "--out", str(tmp_path / "x")]) == 2
    assert "no result file in" in capsys.readouterr().err
    assert main(["export", str(tmp_path), "--format", "xlsx", "--out", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("unit", "value", "yuan"),
    [
        ("万元", "116.00", "1160000.00"), ("元", "0.01", "0.01"), ("亿元", "1.5", "150000000.0"),
        ("千元", "-3", "-3000"), ("百万元", "2", "2000000"), ("人民币万元", "1", "10000"),
    ],
)  # fmt: skip
def test_units_of_yuan(unit: str, value: str, yuan: str) -> None:
    assert in_yuan(Decimal(value), unit) == Decimal(yuan)


@pytest.mark.parametrize("unit", [None, "", "美元", "港币万元", "thousands", "平方米"])
def test_other_units_are_not_yuan(unit: str | None) -> None:
    assert yuan_factor(unit) is None


def test_the_schema_is_written_down() -> None:
    text = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    for fields in (DOCUMENTS, FIGURES, CHECKS, INDICATORS):
        for field in fields:
            assert f"| `{field.name}` | {field.kind} | {field.meaning} |" in text
