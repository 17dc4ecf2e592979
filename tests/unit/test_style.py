from schemas.page import TokenSource
from schemas.result import Table
from tests.sheets import sheet
from worker.crossfoot import crossfoot
from worker.drafting.draft import draft, draft_all

HEAD = [["TAX", "COLLECTED", "ESTIMATE"]]
ROWS = [
    ["WAGE", "1,234,567", "2,345,678"],
    ["EARNINGS", "21,877", "45,120"],
    ["PROFITS", "249.989", "488,310"],
    ["SALES", "1.930.934", "5,000"],
    ["PARKING", "18,000", "7,100"],
]


def table(rows: list[list[str]], source: TokenSource = "ocr") -> tuple[Table, set[tuple[str, str]]]:
    found, review = crossfoot(draft(sheet(HEAD, rows, source=source)))
    return found, {(item.row, item.column) for item in review}


def test_a_point_among_commas_is_never_a_thousandfold_error_in_silence() -> None:
    found, review = table(ROWS)
    cell = found.rows[2].cells["c2"]
    assert (cell.text, cell.value) == ("249.989", "249989")
    assert ("r3", "c2") in review, "no sum speaks for it"


def test_points_in_place_of_commas_are_read_as_such_and_shown() -> None:
    found, review = table(ROWS)
    assert found.rows[3].cells["c2"].value == "1930934"
    assert ("r4", "c2") in review


def test_a_sum_that_agrees_speaks_for_the_reading() -> None:
    total = ["TOTAL", "3,455,367", "2,891,208"]
    found, review = table([*ROWS, total])
    assert found.rows[2].cells["c2"].value == "249989"
    assert not review


def test_a_text_layer_is_taken_as_it_is() -> None:
    found, _ = table(ROWS, source="text")
    assert found.rows[2].cells["c2"].value == "249.989"


def test_figures_of_different_decimals_are_a_style_of_their_own() -> None:
    rows = [
        ["甲", "55.30232", "1.0"],
        ["乙", "1.0369", "2.0"],
        ["丙", "0.18", "3.0"],
        ["丁", "8.3865", "4.0"],
        ["戊", "46.9156", "5.0"],
    ]
    found, review = crossfoot(draft(sheet([["项目", "金额", "数"]], rows, source="ocr")))
    assert [row.cells["c2"].value for row in found.rows] == [row[1] for row in rows]
    assert not review


def test_where_most_commas_read_as_points_the_few_that_do_not_say_how_a_table_prints() -> None:
    rows = [
        ["WAGE", "234.567", "345.678"],
        ["EARNINGS", "121.877", "245.120"],
        ["PROFITS", "249.989", "488.310"],
        ["SALES", "930.934", "105.000"],
        ["PARKING", "18,000", "207,100"],
        ["OTHER", "7,000", "105.000"],
    ]
    found, review = table(rows)
    assert found.rows[0].cells["c2"].value == "234567"
    assert ("r1", "c2") in review, "no sum speaks for it"
    found, review = table([*rows, ["TOTAL", "1,562,367", "1,496,208"]])
    assert found.rows[0].cells["c2"].value == "234567"
    assert not review


def test_figures_with_three_decimals_beside_others_keep_them() -> None:
    rows = [["甲", "1,500", "1.125"], ["乙", "2,300", "0.875"], ["丙", "4,100", "2.5"]]
    rows += [["丁", "3,200", "7.25"], ["戊", "1,000", "3.375"]]
    found, _ = crossfoot(draft(sheet([["项目", "金额", "金额"]], rows, source="ocr")))
    assert found.rows[0].cells["c3"].value == "1.125"


def test_a_stray_figure_does_not_hide_that_a_table_prints_whole_numbers() -> None:
    """One of twenty has lost a digit behind what was a comma."""
    rows = [[f"甲{n}", f"{n}.{100 + 7 * n}", f"{n},{300 + n}"] for n in range(1, 10)]
    rows.append(["乙", "211.7", "4,000"])
    found, _ = crossfoot(draft(sheet([["项目", "金额", "数"]], rows, source="ocr")))
    assert found.rows[0].cells["c2"].value == "1107"
    assert found.rows[8].cells["c3"].value == "9309"


def test_a_column_of_decimals_in_a_table_of_whole_numbers_keeps_them() -> None:
    rows = [[f"甲{n}", f"{n},{100 + 7 * n}", f"{n},{300 + n}", f"{n}.25"] for n in range(1, 5)]
    rows += [[f"乙{n}", f"{n}.{100 + 7 * n}", f"{n},{300 + n}", ""] for n in range(1, 20)]
    head = [["项目", "金额", "数", "单价"]]
    found, _ = crossfoot(draft(sheet(head, rows, source="ocr")))
    assert found.rows[0].cells["c4"].value == "1.25"
    assert found.rows[4].cells["c2"].value == "1107"


def test_one_figure_parted_twice_says_that_points_are_commas() -> None:
    rows = [
        ["AID", "20.000", "3"],
        ["SPORTS", "499.570", "4"],
        ["STOCKS", "9,654.886", "5"],
        ["AUDIT", "59.442", "6"],
        ["TOTAL", "10,233,898", "18"],
    ]
    found, review = table(rows)
    values = [row.cells["c2"].value for row in found.rows]
    assert values == ["20000", "499570", "9654886", "59442", "10233898"]
    assert not review


def test_a_table_with_few_figures_prints_as_its_document_does() -> None:
    """Commas that read as points, in a table too small to tell."""
    few = sheet(
        [["FEE", "LAST YEAR", "THIS YEAR"]],
        [["CARS", "950.000", "938.725"], ["TRAVEL", "0", "12.475"]],
        source="ocr",
    )
    large = sheet(HEAD, [*ROWS, ["LICENCES", "1,234,567", "3,456,789"]], source="ocr")
    alone, (_, together) = draft(few), draft_all([large, few])
    assert alone.rows[0].cells["c2"].value == "950.000"
    assert [together.rows[n].cells["c3"].value for n in (0, 1)] == ["938725", "12475"]
