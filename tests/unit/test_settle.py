"""What a person's decisions do to a result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.decisions import (
    AddedRow,
    Blank,
    ColumnMeaning,
    Dash,
    Decision,
    DroppedRow,
    Figure,
    RowMeaning,
    SourceError,
    Unreadable,
    Words,
)
from schemas.draft import Booklet, Column, Draft, DraftCell, DraftRow, RowSide, Side, Sum
from schemas.errors import UsageError
from schemas.geometry import Box
from schemas.page import Reading
from schemas.result import BookletCheck, Cell, Document, Engine, Result, Status, Usage
from worker.consequences import consequences
from worker.decoding.decode import decode
from worker.facts import with_facts
from worker.redraft import redraft
from worker.settle import Standing, settle

_KEYS = ("name", "total", "fiscal", "other")


def _cell(text: str, x: int, y: int, others: tuple[tuple[str, float], ...] = ()) -> DraftCell:
    box = Box(30 + 90 * x, 80 + 24 * y, 110 + 90 * x, 100 + 24 * y)
    readings = (Reading(text, 0.6), *(Reading(*other) for other in others)) if others else ()
    value = text.replace(",", "") if x and text else None
    return DraftCell(text, value, 1, box, "ocr", 0.6 if others else 0.999, readings)


def budget(misread: str = "116.00", *, others: tuple[tuple[str, float], ...] = ()) -> Draft:
    """合计 over two units over a project each; 116.00 is printed where ``misread`` is read."""
    lines = [
        ("r1", None, "合计", "316.00", "280.00", "36.00"),
        ("r2", "r1", "商务局", "116.00", "100.00", "16.00"),
        ("r3", "r2", "产业扶持", misread, "100.00", "16.00"),
        ("r4", "r1", "文化局", "200.00", "180.00", "20.00"),
        ("r5", "r4", "图书馆", "200.00", "180.00", "20.00"),
    ]
    rows = tuple(
        DraftRow(name, "group", texts[0], (1,), {
            key: _cell(text, x, y, others if (name, key) == ("r3", "total") else ())
            for x, (key, text) in enumerate(zip(_KEYS, texts, strict=True))
        }, parent)
        for y, (name, parent, *texts) in enumerate(lines)
    )  # fmt: skip
    across = [Sum("row_total", (r.id, "total"), ((r.id, "fiscal"), (r.id, "other"))) for r in rows]
    down = [
        Sum("tree", (parent, key), tuple((child, key) for child in children))
        for parent, children in (("r1", ("r2", "r4")), ("r2", ("r3",)), ("r4", ("r5",)))
        for key in _KEYS[1:]
    ]
    labels = zip(_KEYS[1:], ("总计", "财政拨款", "其他"), strict=True)
    amounts = (Column(key, label, "amount") for key, label in labels)
    columns = (Column("name", "项目", "label"), *amounts)
    return Draft("generic", "支出表", None, None, "万元", (1,), columns, rows, (*across, *down))


def read(draft: Draft) -> Result:
    decoded = decode(Booklet((draft,)))
    status: Status = "review" if decoded.review else "verified"
    document = Document(
        name="a.pdf", sha256="0" * 64, pages=1, page_sources=("scan",),
        engine=Engine(crossfoot="0", ocr=None),
    )  # fmt: skip
    return Result(
        status=status, document=document, tables=decoded.tables, review=decoded.review,
        checks=decoded.checks, usage=Usage(seconds=1),
    )  # fmt: skip


def cell(result: Result, row: str, column: str) -> Cell:
    (found,) = [r.cells[column] for r in result.tables[0].rows if r.id == row]
    return found


def statuses(result: Result) -> set[str]:
    return {check.status for check in result.tables[0].checks}


def doubts(result: Result) -> set[tuple[str, str]]:
    return {(item.row, item.column) for item in result.review}


def figure(value: str, row: str = "r3", column: str = "total") -> Figure:
    return Figure(kind="figure", table="t1", row=row, column=column, value=value)


def _illegible(row: str = "r3") -> Draft:
    """The budget with the name of a row beyond reading."""
    draft = budget()
    rows = []
    for one in draft.rows:
        name = replace(one.cells["name"], text="业扶", confidence=0.04)
        rows.append(
            replace(one, label="业扶", cells=one.cells | {"name": name}) if one.id == row else one
        )
    return replace(draft, rows=tuple(rows))


@pytest.mark.parametrize("kept", [True, False])
def test_a_name_beyond_reading_is_asked_for_once_and_takes_one_answer(kept: bool) -> None:
    draft = _illegible()
    held = read(draft)
    assert doubts(held) == {("r3", "name")}
    assert cell(held, "r3", "name").verdict == "doubtful"
    assert cell(held, "r3", "total").verdict == "proved"
    said = Words(kind="words", table="t1", row="r3", column="name", text="产业扶持")
    after = settle(held, [said], booklet=Booklet((draft,)) if kept else None)
    named = cell(after, "r3", "name")
    assert (named.value, named.source, named.verdict) == ("产业扶持", "human", "human")
    assert [row.label for row in after.tables[0].rows if row.id == "r3"] == ["产业扶持"]
    assert (after.status, after.review) == ("verified", ())
    unread = Unreadable(kind="unreadable", table="t1", row="r3", column="name")
    assert settle(held, [unread]).review == ()


def test_words_are_no_figure() -> None:
    said = Words(kind="words", table="t1", row="r3", column="total", text="产业扶持")
    with pytest.raises(UsageError, match="is a figure, not words"):
        settle(read(budget()), [said])


def test_without_decisions_a_result_stays_as_it_is() -> None:
    held = read(budget("816.00"))
    assert settle(held, []) is held


def test_a_figure_typed_by_a_person_is_pinned_and_the_sums_hold() -> None:
    held = read(budget("816.00"))
    assert ("r3", "total") in doubts(held)
    after = settle(held, [figure("116.00")])
    mended = cell(after, "r3", "total")
    assert (mended.value, mended.text, mended.source) == ("116.00", "816.00", "human")
    assert (mended.verdict, mended.confidence) == ("human", 1.0)
    assert statuses(after) == {"pass"}
    assert (after.status, after.review) == ("verified", ())


def test_cells_that_the_answer_proves_leave_the_queue() -> None:
    held = read(budget("816.00"))
    assert doubts(held)
    after = settle(held, [figure("116.00")])
    assert doubts(after) == set()
    assert {c.verdict for r in after.tables[0].rows for k, c in r.cells.items() if k != "name"} <= {
        "human", "proved", "accepted",
    }  # fmt: skip


def test_the_last_decision_on_a_cell_counts_and_leaving_it_out_undoes_it() -> None:
    held = read(budget("816.00"))
    wrong = figure("118.00")
    assert settle(held, [wrong, figure("116.00")]) == settle(held, [figure("116.00")])
    assert "fail" in statuses(settle(held, [wrong]))


def test_a_blank_counts_as_nothing() -> None:
    held = read(budget("116.00"))
    after = settle(held, [Blank(kind="blank", table="t1", row="r3", column="other")])
    gone = cell(after, "r3", "other")
    assert (gone.value, gone.text, gone.verdict) == (None, "", "human")
    assert "fail" in statuses(after)


def test_a_publishers_error_stays_as_printed_and_clears_the_others() -> None:
    held = read(budget("118.00"))
    after = settle(held, [SourceError(kind="source_error", table="t1", row="r3", column="total")])
    kept = cell(after, "r3", "total")
    assert (kept.value, kept.verdict) == ("118.00", "source_error")
    failed = [check for check in after.tables[0].checks if check.status == "fail"]
    assert {check.id for check in failed} <= set(kept.checks)
    assert {check.difference for check in failed} == {"2.00", "-2.00"}
    assert (after.review, after.status) == ((), "verified")


def test_what_nobody_can_read_has_no_value_and_spoils_no_sum() -> None:
    held = read(budget("816.00"))
    after = settle(held, [Unreadable(kind="unreadable", table="t1", row="r3", column="total")])
    lost = cell(after, "r3", "total")
    assert (lost.value, lost.text, lost.confidence) == (None, "816.00", 0.0)
    assert lost.reason is not None
    assert "人工" in lost.reason.zh
    idle = [check for check in after.tables[0].checks if check.status == "not_applicable"]
    assert {check.id for check in idle} == set(lost.checks)
    assert doubts(after) == set()


def test_checks_keep_their_names_when_some_are_set_aside() -> None:
    held = read(budget("118.00"))
    after = settle(held, [SourceError(kind="source_error", table="t1", row="r3", column="total")])
    before, now = held.tables[0].checks, after.tables[0].checks
    assert [(c.id, c.result, c.terms) for c in before] == [(c.id, c.result, c.terms) for c in now]


def row_said(row: str, parent: str | None, role: str = "item") -> RowMeaning:
    return RowMeaning.model_validate(
        {"kind": "row", "table": "t1", "row": row, "role": role, "parent": parent}
    )


def test_a_row_moved_to_another_parent_takes_its_figures_along() -> None:
    after = settle(read(budget()), [row_said("r5", "r2")])
    tree = {c.result: c.terms for c in after.tables[0].checks if c.rule == "tree"}
    assert tree["r2", "fiscal"] == (("r3", "fiscal"), ("r5", "fiscal"))
    assert ("r4", "fiscal") not in tree
    assert next(r.parent for r in after.tables[0].rows if r.id == "r5") == "r2"


def test_a_wrong_tree_set_right_makes_all_sums_hold() -> None:
    wrong = settle(read(budget()), [row_said("r5", "r2")])
    assert "fail" in statuses(wrong)
    back = settle(wrong, [row_said("r5", "r4")])
    assert statuses(back) == {"pass"}
    assert doubts(back) == set()


def test_a_note_is_in_no_sum() -> None:
    after = settle(read(budget()), [row_said("r5", None, "note")])
    assert all("r5" not in {r for r, _ in (c.result, *c.terms)} for c in after.tables[0].checks)


@pytest.mark.parametrize(
    "decision",
    [
        row_said("r1", "r3"),
        row_said("r3", "r3"),
        row_said("r9", None),
        figure("1", row="r9"),
        figure("1", column="nowhere"),
        Figure(kind="figure", table="t9", row="r1", column="total", value="1"),
        ColumnMeaning(kind="column", table="t1", column="nowhere", type="text"),
    ],
)
def test_places_that_are_not_there_and_circles_are_refused(decision: Decision) -> None:
    with pytest.raises(UsageError):
        settle(read(budget()), [decision])


def test_a_column_of_words_is_in_no_sum_and_can_be_turned_back() -> None:
    held = read(budget())
    words = ColumnMeaning(kind="column", table="t1", column="other", type="text")
    after = settle(held, [words])
    assert all(
        "other" not in {column for _, column in (c.result, *c.terms)}
        for c in after.tables[0].checks
    )
    assert cell(after, "r1", "other").verdict is None
    amount = ColumnMeaning(
        kind="column", table="t1", column="other", type="amount", label="其他资金"
    )
    again = settle(held, [words, amount])
    down = [c for c in again.tables[0].checks if c.result == ("r1", "other")]
    assert [c.terms for c in down] == [(("r2", "other"), ("r4", "other"))]
    assert cell(again, "r1", "other").value == "36.00"
    assert again.tables[0].columns[3].label == "其他资金"


def without_row(draft: Draft, row: str) -> Draft:
    """The draft as it comes when that row was not read."""
    sums = (
        replace(s, terms=tuple(t for t in s.terms if t[0] != row))
        for s in draft.sums
        if s.result[0] != row
    )
    rows = tuple(r for r in draft.rows if r.id != row)
    return replace(draft, rows=rows, sums=tuple(s for s in sums if s.terms))


def added(row: str, after: str | None, parent: str | None, *children: str) -> AddedRow:
    return AddedRow(
        kind="add_row", table="t1", row=row, after=after, label="图书馆", role="group",
        parent=parent, children=children,
    )  # fmt: skip


def test_a_row_that_was_not_read_is_put_in_and_its_figures_are_asked_for() -> None:
    result = read(without_row(budget(), "r4"))
    assert "fail" in statuses(result)
    put = settle(result, [added("p1", "r3", "r1", "r5")])
    (table,) = put.tables
    assert [row.id for row in table.rows] == ["r1", "r2", "r3", "p1", "r5"]
    assert table.rows[4].parent == "p1"
    assert doubts(put) == {("p1", "total"), ("p1", "fiscal"), ("p1", "other")}
    assert put.status == "review"
    assert "fail" not in statuses(put), "what is not said yet can't be checked"
    figures = (("total", "200.00"), ("fiscal", "180.00"), ("other", "20.00"))
    said = settle(
        result,
        [added("p1", "r3", "r1", "r5"), *(figure(value, "p1", key) for key, value in figures)],
    )
    assert statuses(said) == {"pass"}
    assert (said.status, said.review) == ("verified", ())
    wrong = settle(
        result,
        [
            added("p1", "r3", "r1", "r5"),
            figure("999.00", "p1", "total"),
            *(figure(value, "p1", key) for key, value in figures[1:]),
        ],
    )
    assert "fail" in statuses(wrong), "an added row is held to the sums like any other"


def test_a_row_that_is_not_on_the_paper_is_taken_out_with_what_was_said_of_it() -> None:
    extra = DraftRow("r9", "group", "", (1,), {"total": _cell("7.00", 1, 9)}, "r1")
    grown = replace(budget(), rows=(*budget().rows, extra))
    down = Sum("tree", ("r1", "total"), (("r2", "total"), ("r4", "total"), ("r9", "total")))
    sums = tuple(down if (s.rule, s.result) == (down.rule, down.result) else s for s in grown.sums)
    result = read(replace(grown, sums=sums))
    gone = DroppedRow(kind="drop_row", table="t1", row="r9")
    settled = settle(result, [figure("8.00", "r9"), gone])
    assert statuses(settled) == {"pass"}
    assert settled.status == "verified"
    assert "r9" not in {row.id for row in settled.tables[0].rows}


def test_rows_below_one_that_is_taken_out_add_into_the_next_above() -> None:
    settled = settle(read(budget()), [DroppedRow(kind="drop_row", table="t1", row="r4")])
    assert statuses(settled) == {"pass"}
    assert next(r for r in settled.tables[0].rows if r.id == "r5").parent == "r1"


def test_what_stood_before_saves_time_and_changes_nothing() -> None:
    drafts = (budget("816.00", others=(("116.00", 0.3),)), budget("118.00"))
    decoded = decode(Booklet(drafts))
    result = read(budget()).model_copy(
        update={"tables": decoded.tables, "review": decoded.review, "checks": decoded.checks}
    )
    said: list[Decision] = [
        figure("116.00"),
        Figure(kind="figure", table="t2", row="r3", column="total", value="116.00"),
        AddedRow(
            kind="add_row", table="t2", row="p1", after="r5", label="新", role="note", parent=None
        ),
        Unreadable(kind="unreadable", table="t1", row="r5", column="other"),
    ]  # fmt: skip
    before = settle(result, said[:1])
    for n in range(2, len(said) + 1):
        now = settle(result, said[:n], standing=Standing(before, tuple(said[: n - 1])))
        assert now == settle(result, said[:n])
        assert settle(result, said[: n - 1], standing=Standing(now, tuple(said[:n]))) == before
        before = now


def test_a_dash_is_no_figure_and_stays_a_dash() -> None:
    dash = Dash(kind="dash", table="t1", row="r3", column="total")
    settled = cell(settle(read(budget()), [dash]), "r3", "total")
    assert (settled.value, settled.text, settled.verdict) == (None, "—", "human")


@pytest.mark.parametrize("column", ["total", "other"])
def test_a_figure_put_where_nothing_was_found_takes_part_in_the_sums(column: str) -> None:
    """There alone it can be held to what is printed elsewhere."""
    full = budget()
    rows = tuple(
        replace(row, cells={k: c for k, c in row.cells.items() if (row.id, k) != ("r4", column)})
        for row in full.rows
    )
    sums = (
        replace(s, terms=tuple(t for t in s.terms if t != ("r4", column)))
        for s in full.sums
        if s.result != ("r4", column)
    )
    result = read(replace(full, rows=rows, sums=tuple(s for s in sums if s.terms)))
    printed = next(r for r in full.rows if r.id == "r4").cells[column].value
    assert printed is not None
    right = settle(result, [figure(printed, "r4", column)])
    assert statuses(right) == {"pass"}
    assert "fail" in statuses(settle(result, [figure("1.00", "r4", column)]))


@pytest.mark.parametrize(
    "decision",
    [
        added("r1", None, None),
        added("p1", "r77", None),
        added("p1", None, "r77"),
        DroppedRow(kind="drop_row", table="t1", row="r77"),
    ],
)
def test_rows_that_are_there_or_not_there_are_refused(decision: Decision) -> None:
    with pytest.raises(UsageError):
        settle(read(budget()), [decision])


def test_a_figure_can_be_put_where_no_cell_was_found() -> None:
    draft = budget()
    r3 = next(row for row in draft.rows if row.id == "r3")
    del r3.cells["other"]
    after = settle(read(draft), [figure("16.00", column="other")])
    added = cell(after, "r3", "other")
    assert (added.value, added.text) == ("16.00", "")
    assert added.bbox[0] >= 300


@pytest.mark.parametrize("misread", ["116.00", "816.00"])
def test_a_result_keeps_what_is_needed_to_decide_it_anew(misread: str) -> None:
    held = read(budget(misread, others=(("116.00", 0.3),)))
    again = decode(redraft(held))
    assert [c.status for c in again.tables[0].checks] == [c.status for c in held.tables[0].checks]
    assert {(i.row, i.column) for i in again.review} == doubts(held)


def test_what_is_known_besides_the_figures_is_kept() -> None:
    draft = replace(
        budget("816.00"),
        form_confidence=0.7,
        stated={"unit": "cover"},
        notes=("注：上年数",),
        sides=(Side("name", ("total",)), Side("name", ("fiscal", "other"))),
    )
    rows = [
        replace(
            row, code=f"20{n}", sides=(RowSide("左", "item", None), RowSide("右", "item", None))
        )
        for n, row in enumerate(draft.rows)
    ]
    draft = replace(draft, rows=tuple(rows))
    held = read(draft)
    held = held.model_copy(update={"tables": (with_facts(held.tables[0], draft),)})
    after = settle(held, [figure("116.00")]).tables[0]
    assert (after.form_confidence, after.stated, after.notes) == (
        0.7,
        {"unit": "cover"},
        draft.notes,
    )
    assert after.sides == held.tables[0].sides
    assert [(r.code, r.sides) for r in after.rows] == [
        (r.code, r.sides) for r in held.tables[0].rows
    ]
    moved = settle(held, [row_said("r5", "r2")]).tables[0].rows[4]
    assert [side.parent for side in moved.sides] == ["r2", None]


def test_each_reading_is_shown_with_what_it_does_to_the_sums() -> None:
    held = read(budget("816.00", others=(("116.00", 0.3), ("818.00", 0.1))))
    found = consequences(held, "t1", "r3", "total", typed="117")
    assert found[-1].value == "117"
    by_value = {candidate.value: candidate for candidate in found}
    assert {e.status for e in by_value["116.00"].effects} == {"pass"}
    assert {e.difference for e in by_value["816.00"].effects} == {"700.00", "-700.00"}
    with pytest.raises(UsageError):
        consequences(held, "t1", "r9", "total")


def test_sums_between_tables_are_weighed_in_one_unit() -> None:
    held = read(budget())
    other = held.tables[0].model_copy(update={"id": "t2", "unit": "元"})
    check = BookletCheck(
        id="b1", rule="same", status="fail", result=("t1", "r1", "total"),
        terms=(("t2", "r1", "total"),), difference="0", unit="元", page=1,
    )  # fmt: skip
    held = held.model_copy(update={"tables": (*held.tables, other), "checks": (check,)})
    (present, typed) = consequences(held, "t1", "r1", "total", typed="0.0316")
    assert [(e.status, e.difference) for e in present.effects][-1] == ("fail", "3159684.00")
    assert typed.effects[-1].status == "pass"


def test_tables_that_no_decision_touches_stay_as_they_are() -> None:
    decoded = decode(Booklet((budget("816.00"), budget("118.00"))))
    held = read(budget("816.00")).model_copy(
        update={"tables": decoded.tables, "review": decoded.review}
    )
    after = settle(held, [figure("116.00")])
    assert after.tables[1] is held.tables[1]
    assert statuses(after) == {"pass"}
    ours = [item for item in held.review if item.table == "t2"]
    assert [item for item in after.review if item.table == "t2"] == ours
    both = settle(held, [figure("116.00"), figure("116.00").model_copy(update={"table": "t2"})])
    assert both.review == ()
    assert {check.status for table in both.tables for check in table.checks} == {"pass"}


def _column(misread: str, *, rounded: bool = False) -> Result:
    """Four units and their total, in two columns; 12.07 is printed where ``misread`` is read."""
    texts = {"u1": "12.07", "u2": "30.11", "u3": "8.02", "u4": "9.40", "sum": "59.60"}
    second = {"u1": "1.00", "u2": "1.00", "u3": "1.00", "u4": "1.00"}
    second["sum"] = "4.01" if rounded else "4.00"
    rows = tuple(
        DraftRow(name, "item", name, (1,), {
            "name": _cell(name, 0, y),
            "total": _cell(misread if name == "u1" else texts[name], 1, y),
            "other": _cell(second[name], 2, y),
        })
        for y, name in enumerate(texts)
    )  # fmt: skip
    columns = (
        Column("name", "单位", "label"),
        Column("total", "总计", "amount"),
        Column("other", "其他", "amount"),
    )
    sums = tuple(
        Sum("column_total", ("sum", key), tuple((u, key) for u in ("u1", "u2", "u3", "u4")))
        for key in ("total", "other")
    )
    return read(Draft("generic", "表", None, None, "万元", (1,), columns, rows, sums))


def test_a_typed_figure_that_is_one_off_in_the_last_digit_is_asked_about_once_more() -> None:
    held = _column("12.67")
    slip = figure("12.08", "u1")
    after = settle(held, [slip])
    assert after.status == "review"
    asked = cell(after, "u1", "total")
    assert (asked.value, asked.verdict) == ("12.08", "doubtful")
    assert ("u1", "total") in doubts(after)
    assert asked.reason is not None
    assert "0.01" in asked.reason.en
    mended = settle(held, [slip, figure("12.07", "u1")])
    assert (mended.status, cell(mended, "u1", "total").verdict) == ("verified", "human")
    confirmed = settle(held, [slip, slip])
    assert (confirmed.status, cell(confirmed, "u1", "total").value) == ("verified", "12.08")
    other = Blank(kind="blank", table="t1", row="u1", column="total")
    assert settle(held, [slip, other, slip]).status == "review"
    standing = Standing(after, (slip,))
    for more in (figure("30.11", "u2"), slip):
        assert settle(held, [slip, more], standing=standing) == settle(held, [slip, more])


def test_in_a_table_that_rounds_a_typed_figure_is_taken_at_its_word() -> None:
    after = settle(_column("12.67", rounded=True), [figure("12.08", "u1")])
    assert cell(after, "u1", "total").verdict == "human"
    assert ("u1", "total") not in doubts(after)
