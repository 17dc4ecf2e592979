"""What a person finds on opening the workbook, read by another library."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from schemas.result import Result
from service.export.paper import fits_number
from service.export.sheet_names import sheet_names
from service.export.xlsx import workbook_bytes
from service.palette import VERDICTS
from tests.results import (
    GOAL,
    HOSTILE,
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


def opened(held: Result) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(held)))


def where(sheet: Any, value: object) -> Any:
    """The only cell of the sheet that holds ``value``."""
    (found,) = [c for line in sheet.iter_rows() for c in line if c.value == value]
    return found


def fill(cell: Any) -> str:
    return str("#" + cell.fill.start_color.rgb[2:])


def test_a_table_has_its_sheet_with_title_organisation_year_and_unit() -> None:
    book = opened(performance_result())
    assert book.sheetnames == ["项目支出表", "Checks", "Review", "Indicators"]
    sheet = book["项目支出表"]
    assert sheet["A1"].value == "项目支出表"
    assert sheet["A2"].value == "某市商务局"
    assert sheet["E2"].value == "fiscal year 2024 · unit: 万元"
    assert "A1:E1" in map(str, sheet.merged_cells.ranges)


def test_figures_are_numbers_in_their_printed_form() -> None:
    sheet = opened(performance_result())["项目支出表"]
    total, negative = sheet["B5"], sheet["B8"]
    assert (total.value, total.number_format, total.data_type) == (26252, "#,##0.00", "n")
    assert (negative.value, negative.data_type) == (-3.4, "n")
    assert sheet["D8"].value == 0


def test_blank_zero_and_dash_stay_three_different_things() -> None:
    sheet = opened(performance_result())["项目支出表"]
    assert [sheet[place].value for place in ("D5", "D7", "D8")] == ["—", None, 0]


def test_rows_are_indented_by_depth_and_totals_bold() -> None:
    sheet = opened(performance_result())["项目支出表"]
    assert [sheet[f"A{y}"].value for y in (5, 6, 7)] == ["合计", "某市商务局", "产业扶持资金"]
    assert [sheet[f"A{y}"].alignment.indent for y in (5, 6, 7)] == [0, 1, 2]
    assert [sheet[f"A{y}"].font.bold for y in (5, 6, 7)] == [True, True, False]


def test_cells_to_look_at_are_coloured_and_say_why() -> None:
    sheet = opened(performance_result())["项目支出表"]
    places = {"B7": "doubtful", "D9": "doubtful", "B9": "repaired", "C9": "source_error"}
    for place, verdict in places.items():
        assert fill(sheet[place]) == VERDICTS[verdict].fill, place  # type: ignore[index]
        assert sheet[place].comment is not None, place
    said = sheet["B7"].comment.text
    assert "row_total is off by 2.00" in said
    assert "118.00 (30 %)" in said
    assert "116.00 ≠ 财政拨款 118.00" in said
    assert "35.5O" in sheet["B9"].comment.text
    assert sheet["B5"].comment is None
    assert sheet["B5"].fill.fill_type is None


def test_the_legend_names_the_colours_that_occur() -> None:
    sheet = opened(performance_result())["项目支出表"]
    assert fill(where(sheet, "source error")) == VERDICTS["source_error"].fill
    assert not [c for line in sheet.iter_rows() for c in line if c.value == "human"]


def test_a_nested_header_is_merged_as_printed() -> None:
    book = opened(result(nested_header_table()))
    sheet = book["支出总表"]
    merged = set(map(str, sheet.merged_cells.ranges))
    assert merged >= {"A4:A6", "B4:B6", "C4:C6", "D4:G4", "D5:F5", "G5:G6", "H4:H6"}
    assert [sheet[p].value for p in ("D4", "D5", "G5")] == ["本年支出", "基本支出", "项目支出"]
    assert [sheet[p].value for p in ("D6", "E6", "F6")] == ["小计", "人员经费", "公用经费"]


def test_signs_of_the_print_are_kept_and_codes_stay_text() -> None:
    sheet = opened(result(nested_header_table()))["支出总表"]
    assert (sheet["G7"].value, sheet["G7"].number_format) == (-234567.1, "0.0_);(0.0)")
    assert (sheet["D8"].value, sheet["D8"].number_format) == (-3, '0;"△"0')
    assert (sheet["H7"].value, sheet["H7"].number_format) == (0.125, "0.0%")
    assert sheet["D7"].number_format == "0"
    assert (sheet["A8"].value, sheet["A8"].data_type) == ("02", "s")


def test_a_figure_beyond_15_digits_is_text_with_a_note() -> None:
    sheet = opened(result(nested_header_table()))["支出总表"]
    assert sheet["C8"].value == "12345678901234567.89"
    assert sheet["C8"].data_type == "s"
    assert "15 digits" in sheet["C8"].comment.text


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("999999999999999", True),
        ("1000000000000000.00", True),
        ("9999999999999.99", True),
        ("99999999999999.99", False),
        ("-1234567890123.456", False),
    ],
)
def test_numbers_hold_15_digits(value: str, fits: bool) -> None:
    assert fits_number(Decimal(value)) is fits
    if fits:
        held = result(
            table((column("a", "A", "amount"),), [row("r", "item", "", {"a": figure(value)})])
        )
        sheet = opened(held)["项目支出表"]
        assert Decimal(repr(sheet["A5"].value)) == Decimal(value)


def test_nothing_that_a_document_says_becomes_a_formula_or_a_link() -> None:
    content = workbook_bytes(hostile_result())
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not [n for n in sheets if b"<f>" in package.read(n) or b"<f " in package.read(n)]
        assert not [
            n for n in package.namelist() if b"example.org" in package.read(n) and "rels" in n
        ]
    book = openpyxl.load_workbook(io.BytesIO(content))
    table_sheet = book.worksheets[0]
    shown = [table_sheet[f"C{y}"].value for y in range(6, 6 + len(HOSTILE))]
    assert shown[:4] == list(HOSTILE[:4])
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for held in cells:
                assert held.data_type != "f"
                assert held.hyperlink is None or held.hyperlink.target is None
    assert table_sheet["C6"].quotePrefix
    assert "\x1b" not in "".join(map(str, shown))


def test_every_check_is_listed_failures_first_and_leads_to_its_cell() -> None:
    book = opened(performance_result())
    sheet = book["Checks"]
    assert sheet["A1"].value == "Checks: 1 fail, 1 rounding, 2 pass, 0 not applicable"
    first = [sheet.cell(4, x).value for x in range(1, 10)]
    assert first == [
        "项目支出表",
        "c4",
        "row total",
        "产业扶持资金",
        "总计",
        "产业扶持资金 [总计] 116.00 ≠ 财政拨款 118.00",
        -2,
        "fail",
        1,
    ]
    link = sheet["D4"].hyperlink
    assert link.location == "'项目支出表'!B7"
    assert book["项目支出表"]["B7"].value == 116
    assert [sheet.cell(y, 8).value for y in range(4, 8)] == ["fail", "rounding", "pass", "pass"]


def test_the_review_sheet_starts_with_the_most_pressing_cell_and_holds_the_warnings() -> None:
    sheet = opened(performance_result())["Review"]
    assert sheet["D3"].value == "116.00"
    assert sheet["H3"].value == "row_total is off by 2.00"
    assert sheet["H4"].value == "the ink is no figure"
    assert where(sheet, "page 2: the page ends in mid-air")


def test_indicators_have_a_line_each() -> None:
    sheet = opened(performance_result())["Indicators"]
    line = [sheet.cell(3, x).value for x in range(2, 9)]
    assert line == [
        "产业扶持资金",
        1,
        "1 产出指标",
        "11 数量指标",
        "组织企业参加商贸活动",
        "≥10",
        None,
    ]


def test_the_sheet_prints_landscape_one_page_wide_with_its_header_in_view() -> None:
    sheet = opened(performance_result())["项目支出表"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is the format's default
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == "B5"


def test_long_text_wraps_in_a_row_high_enough_for_it() -> None:
    sheet = opened(performance_result())["项目支出表"]
    width = sheet.column_dimensions["E"].width
    assert 30 < width <= 66
    lines = -(-2 * len(GOAL) // width)
    assert sheet["E7"].alignment.wrap_text
    assert 12 * lines <= sheet.row_dimensions[7].height <= 409


def test_a_figure_column_is_wide_enough_for_its_figures() -> None:
    sheet = opened(result(nested_header_table()))["支出总表"]
    assert sheet.column_dimensions["C"].width >= len("12345678901234567.89")


def test_a_document_without_tables_says_so() -> None:
    book = opened(result(status="empty"))
    assert book.sheetnames == ["No table", "Checks"]
    assert "No budget table" in book["No table"]["A1"].value


def test_a_table_without_rows_or_columns_is_still_a_sheet() -> None:
    rowless = table((column("a", "合计", "amount"),), [], title="政府性基金预算支出表")
    bare = table((), [], title=None, table_id="t2")
    book = opened(result(rowless, bare))
    assert book.sheetnames[:2] == ["政府性基金预算支出表", "Table 2"]
    assert book["政府性基金预算支出表"]["A4"].value == "合计"


def test_a_check_that_points_nowhere_is_listed_all_the_same() -> None:
    odd = check("c1", "tree", ("gone", "a"), [("gone too", "a")], "not_applicable", None)
    held = result(table((column("a", "A", "amount"),), [row("r", "item", "x", {})], [odd]))
    sheet = opened(held)["Checks"]
    assert sheet["F4"].value == "gone [A] blank =? gone too blank"


def test_text_longer_than_a_cell_holds_is_cut_with_a_sign() -> None:
    held = result(
        table((column("a", "A", "text"),), [row("r", "item", "", {"a": cell("长" * 40000)})])
    )
    value = opened(held)["项目支出表"]["A5"].value
    assert len(value) == 32767
    assert value.endswith("…")


def test_sheet_names_are_clean_short_and_unlike() -> None:
    long = "项目支出绩效目标表（含转移支付项目）项目支出绩效目标表（含转移支付项目）"
    names = sheet_names(
        ["a/b:c", "A b c", "", "'q'", long, long, "History", "checks", "😀" * 20], ["Checks"]
    )
    assert names[:4] == ("a b c", "A b c (2)", "Table", "’q’")
    assert names[6:8] == ("History (2)", "checks (2)")
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name.encode("utf-16-le")) <= 62 for name in names)


def test_a_label_printed_over_the_code_columns_stands_once() -> None:
    columns = (
        column("code", "编码", "code"),
        column("name", "名称", "label"),
        column("a", "金额", "amount"),
    )
    merged = row("r1", "total", "合计", {"code": cell("合计"), "a": figure("1.00")})
    unplaced = row("r2", "item", "其他", {"a": figure("1.00")})
    sheet = opened(result(table(columns, [merged, unplaced])))["项目支出表"]
    assert [sheet[place].value for place in ("A5", "B5", "A6", "B6")] == [
        "合计",
        None,
        None,
        "其他",
    ]
