"""Agreement on hand-made pairs, where anyone can count what is right."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from eval.agreement import Agreement, compare, main
from eval.gold import Gold, cells_gold, csv_gold, load_gold, page_gold, result_gold
from eval.pairing import pair
from eval.panel import Entry, Panel, PanelRow
from schemas.amount import Amount, parse_amount
from schemas.result import (
    Cell,
    Document,
    Engine,
    Result,
    ResultColumn,
    Row,
    Table,
    Usage,
    Verdict,
)

HEADER = ("Item", "Total", "Staff", "Works")
BODY = (
    ("All", "60.00", "24.00", "36.00"),
    ("North", "10.00", "4.00", "6.00"),
    ("South", "20.00", "8.00", "12.00"),
    ("West", "30.00", "12.00", "18.00"),
)


def gold(body: tuple[tuple[str, ...], ...] = BODY) -> Gold:
    rows = [{"page": 1, "table": 0, "cells": list(line)} for line in (HEADER, *body)]
    return cells_gold(rows)


def cell(text: str, verdict: Verdict = "accepted", page: int = 1) -> Cell:
    amount = parse_amount(text)
    value = amount.canonical() if isinstance(amount, Amount) else None
    return Cell(
        value=value,
        text=text,
        page=page,
        bbox=(0, 0, 1, 1),
        source="text",
        confidence=1.0,
        verdict=verdict if value else None,
    )


def table(
    *body: tuple[str, ...],
    header: tuple[str, ...] = HEADER,
    name: str = "t1",
    page: int = 1,
    verdict: Verdict = "accepted",
) -> Table:
    columns = tuple(
        ResultColumn(key=f"c{at}", label=label, type="label" if label == "Item" else "amount")
        for at, label in enumerate(header)
    )
    rows = tuple(
        Row(
            id=f"r{number}",
            parent="r0" if number else None,
            role="item" if number else "total",
            label=line[0],
            pages=(page,),
            cells={f"c{at}": cell(text, verdict, page) for at, text in enumerate(line) if text},
        )
        for number, line in enumerate(body)
    )
    return Table(
        id=name,
        form="generic",
        title=None,
        organisation=None,
        fiscal_year=None,
        unit=None,
        pages=(page,),
        columns=columns,
        rows=rows,
        checks=(),
    )


def result(*tables: Table) -> Result:
    return Result(
        status="verified",
        document=Document(
            name="made.pdf",
            sha256="0" * 64,
            pages=2,
            page_sources=("text", "text"),
            engine=Engine(crossfoot="0", ocr=None),
        ),
        tables=tables,
        usage=Usage(seconds=0.0),
    )


def counts(agreement: Agreement) -> tuple[int, int, int, int]:
    """Exact, wrong, missing, extra."""
    return (
        agreement.count("exact"),
        agreement.count("wrong"),
        agreement.count("missing"),
        agreement.count("extra"),
    )


def test_a_result_that_says_what_is_printed_agrees_in_everything() -> None:
    agreement = compare(result(table(*BODY)), gold())
    assert counts(agreement) == (12, 0, 0, 0)
    assert agreement.recall == agreement.precision == 1.0
    assert (agreement.texts.right, agreement.texts.of) == (4, 4)
    assert (agreement.headers.right, agreement.headers.of) == (4, 4)
    assert agreement.differences == ()


def test_a_wrong_figure_is_told_with_its_place_and_verdict() -> None:
    body = (*BODY[:2], ("South", "20.00", "3.00", "12.00"), BODY[3])
    agreement = compare(result(table(*body)), gold())
    assert counts(agreement) == (11, 1, 0, 0)
    (judged,) = agreement.silent
    assert (judged.page, judged.row, judged.column) == (1, "South", "Staff")
    assert (judged.expected, judged.found, judged.verdict) == ("8.00", "3.00", "accepted")


def test_a_wrong_figure_under_doubt_is_not_silent() -> None:
    body = (*BODY[:2], ("South", "20.00", "3.00", "12.00"), BODY[3])
    agreement = compare(result(table(*body, verdict="doubtful")), gold())
    assert counts(agreement) == (11, 1, 0, 0)
    assert agreement.silent == ()


def test_a_column_shifted_to_the_right_loses_its_figures_and_spoils_the_next() -> None:
    """Staff's figures stand under Works, and Works' are gone: 4 missing, 4 wrong."""
    body = tuple((line[0], line[1], "", line[2]) for line in BODY)
    agreement = compare(result(table(*body)), gold())
    assert counts(agreement) == (4, 4, 4, 0)


def test_a_dropped_row_is_three_missing_figures_and_nothing_else() -> None:
    agreement = compare(result(table(BODY[0], BODY[1], BODY[3])), gold())
    assert counts(agreement) == (9, 0, 3, 0)


def test_a_doubled_row_is_three_figures_too_many() -> None:
    agreement = compare(result(table(*BODY[:2], BODY[1], *BODY[2:])), gold())
    assert counts(agreement) == (12, 0, 0, 3)
    assert len(agreement.silent) == 3


def test_two_figures_swapped_are_two_wrong_ones() -> None:
    body = (BODY[0], ("North", "10.00", "6.00", "4.00"), *BODY[2:])
    assert counts(compare(result(table(*body)), gold())) == (10, 2, 0, 0)


def test_the_figures_of_two_rows_swapped_are_six_wrong_ones() -> None:
    body = (BODY[0], ("North", *BODY[2][1:]), ("South", *BODY[1][1:]), BODY[3])
    assert counts(compare(result(table(*body)), gold())) == (6, 6, 0, 0)


def test_a_figure_in_a_blank_cell_is_extra_and_a_blank_for_a_figure_missing() -> None:
    printed = (BODY[0], ("North", "10.00", "", "10.00"), *BODY[2:])
    read = (BODY[0], ("North", "10.00", "10.00", ""), *BODY[2:])
    assert counts(compare(result(table(*read)), gold(printed))) == (10, 0, 1, 1)


def test_a_table_that_was_split_in_two_side_by_side_still_agrees() -> None:
    left = table(*(line[:2] for line in BODY), header=HEADER[:2], name="t1")
    right = table(*((line[0], *line[2:]) for line in BODY), header=("Item", *HEADER[2:]), name="t2")
    agreement = compare(result(left, right), gold())
    assert counts(agreement) == (12, 0, 0, 0)


def test_figures_on_a_page_without_tables_are_extra() -> None:
    prose = table(("Chapter 3", "2024", "", ""), name="t2", page=2)
    agreement = compare(result(table(*BODY), prose), gold())
    assert counts(agreement) == (12, 0, 0, 1)


def test_gold_in_the_result_format_knows_parents() -> None:
    truth = result_gold(result(table(*BODY)))
    lost = table(*BODY)
    rows = (*lost.rows[:3], lost.rows[3].model_copy(update={"parent": "r2"}))
    agreement = compare(result(lost.model_copy(update={"rows": rows})), truth)
    assert (agreement.parents.right, agreement.parents.of) == (3, 4)
    assert counts(agreement) == (12, 0, 0, 0)


def test_nested_headers_and_numbered_columns_are_no_rows_of_the_table() -> None:
    lines = [
        ["Item", "Total", "Of this", ""],
        ["", "", "Staff", "Works"],
        ["**", "1", "2", "3"],
        ["All", "3.00", "1.00", "2.00"],
    ]
    (block,) = cells_gold([{"page": 4, "table": 0, "cells": line} for line in lines]).blocks
    assert [column.path for column in block.columns] == [
        ("Item",),
        ("Total",),
        ("Ofthis", "Staff"),
        ("Ofthis", "Works"),
    ]
    assert [row.label for row in block.rows] == ["All"]


def test_codes_are_compared_as_text() -> None:
    lines = [["科目编码", "科目名称", "金额"], ["205", "教育支出", "1,000.00"]]
    (block,) = cells_gold([{"page": 1, "table": 0, "cells": line} for line in lines]).blocks
    assert [column.kind for column in block.columns] == ["text", "text", "amount"]


def test_prose_that_was_taken_for_one_row_tables_is_no_gold() -> None:
    rows = [{"page": 3, "table": at, "cells": ["1,935.", "36"]} for at in range(5)]
    assert cells_gold(rows).blocks == ()


def test_published_figures_are_found_without_labels_and_pages() -> None:
    truth = csv_gold("name,staff,works\nnorth,4.0,6.0\nsouth,8.0,12.0\n", "published")
    agreement = compare(result(table(*BODY)), truth)
    assert counts(agreement) == (4, 0, 0, 0)


def test_fields_of_a_form_are_figures_beside_their_names() -> None:
    truth = page_gold(
        {
            "page": 1,
            "columns": ["Item", "Total"],
            "rows": [["North", "10.00"]],
            "fields": {"Granted": "39,778", "Office": "Treasury"},
        }
    )
    fields = table(("Granted", "39,778"), header=("Item", "Total"), name="t2")
    rows = table(("North", "10.00"), header=("Item", "Total"))
    assert counts(compare(result(rows, fields), truth)) == (2, 0, 0, 0)


def test_a_figure_read_as_text_is_missing() -> None:
    read = table(*BODY)
    total, north, *others = read.rows
    dumb = north.cells["c1"].model_copy(update={"value": None})
    north = north.model_copy(update={"cells": {**north.cells, "c1": dumb}})
    read = read.model_copy(update={"rows": (total, north, *others)})
    assert counts(compare(result(read), gold())) == (11, 0, 1, 0)


def test_nothing_to_score_is_not_zero() -> None:
    agreement = compare(result(), replace(gold(()), whole=True))
    assert agreement.recall is None
    assert agreement.precision is None


def test_the_command_prints_every_disagreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, read = tmp_path / "gold.json", tmp_path / "read.json"
    truth.write_text(result(table(*BODY)).model_dump_json())
    body = (*BODY[:2], ("South", "20.00", "3.00", "12.00"), BODY[3])
    read.write_text(result(table(*body)).model_dump_json())
    assert main([str(truth), str(read)]) == 1
    told = capsys.readouterr().out
    assert "South" in told
    assert "8.00 -> 3.00 | accepted" in told
    assert "11 exact, 1 wrong, 0 missing, 0 extra" in told


def test_gold_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match="no kind of gold"):
        load_gold([path])


def test_a_row_whose_only_text_is_a_little_misread_is_still_that_row() -> None:
    """As in the right half of two tables side by side, whose rows have no label of their own."""

    def rows(*texts: str) -> Panel:
        held = (
            {0: Entry(text, None), 1: Entry(f"{n}.00", Decimal(n))} for n, text in enumerate(texts)
        )
        return Panel(((), ()), tuple(PanelRow(str(n), "", c) for n, c in enumerate(held)))

    read = rows("五、教育支出", "、节能环保支出")
    assert pair(rows("五、教育支出", "十、节能环保支出"), read).rows == ((0, 0), (1, 1))
    assert pair(rows("五、教育支出", "合计"), read).rows == ((0, 0),)
