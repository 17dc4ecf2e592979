"""What a booklet's pages hold besides tables: headings, notes, empty forms, kinds of page."""

from __future__ import annotations

from schemas.geometry import Box
from schemas.grid import TextLine
from schemas.page import PageSource, PageText, Token
from tests.sheets import sheet
from worker.absent import absent_forms
from worker.drafting.draft import draft
from worker.headings import with_headings
from worker.notes import notes_below
from worker.page_kinds import page_kinds


def lines(*texts: str, top: float = 100) -> tuple[TextLine, ...]:
    boxes = [Box(60, top + 14 * n, 400, top + 10 + 14 * n) for n in range(len(texts))]
    return tuple(
        TextLine(text, box, (Token(text, box, "text"),))
        for text, box in zip(texts, boxes, strict=True)
    )


def page(number: int, *texts: str) -> PageText:
    tokens = tuple(line.tokens[0] for line in lines(*texts))
    source: PageSource = "text" if tokens else "blank"
    return PageText(number, source, 595, 842, 595, 842, tokens=tokens)


class TestHeadings:
    def test_a_title_at_the_foot_of_the_page_before_heads_the_table(self) -> None:
        bare = sheet([["项目", "金额"]], [["办公费", "1.00"]], pages=(2,))
        foot = {1: lines("十二、部门收入总表", "单位：万元", "- 7 -")}
        table = draft(with_headings([bare], foot)[0])
        assert (table.title, table.unit, table.form) == ("十二、部门收入总表", "万元", "revenue")

    def test_a_sentence_that_leads_in_is_no_heading(self) -> None:
        rows = [["办公费", "1.00"]]
        led = sheet([["项目", "金额"]], rows, ["各项目的目标如下："], pages=(2,))
        foot = {1: lines("七、重点项目预算绩效目标情况", "- 7 -")}
        table = draft(with_headings([led], foot)[0])
        assert table.title == "七、重点项目预算绩效目标情况"

    def test_prose_heads_nothing(self) -> None:
        bare = sheet([["项目", "金额"]], [["办公费", "1.00"]], pages=(2,))
        foot = {1: lines("一、收支总表", "收入增加，主要是人员变动。")}
        assert draft(with_headings([bare], foot)[0]).title is None

    def test_a_table_with_a_title_keeps_it(self) -> None:
        own = sheet([["项目", "金额"]], [["办公费", "1.00"]], ["支出总表"], pages=(2,))
        table = draft(with_headings([own], {1: lines("收入总表")})[0])
        assert table.title == "支出总表"


class TestNotes:
    def test_a_note_runs_over_its_lines_and_ends_at_the_next_title(self) -> None:
        found = notes_below(lines("注：1.本表反映收支", "总体情况。", "收入总表", "单位：万元"))
        assert found == ("注：1.本表反映收支总体情况。",)

    def test_a_sentence_that_says_there_is_nothing_is_a_note(self) -> None:
        assert notes_below(lines("本部门无政府性基金预算支出，故本表为空。")) != ()

    def test_other_text_is_none(self) -> None:
        assert notes_below(lines("第三部分 预算说明", "注：无")) == ()


class TestAbsentForms:
    LINES = ("政府性基金预算支出表", "单位：万元", "本部门没有使用政府性基金安排的支出。")

    def test_a_sentence_in_place_of_a_table_is_an_empty_table(self) -> None:
        (table,) = absent_forms([], {4: lines(*self.LINES)})
        assert (table.form, table.title) == ("government_fund", "政府性基金预算支出表")
        assert (table.unit, table.pages, table.rows) == ("万元", (4,), ())
        assert table.notes == (self.LINES[2],)

    def test_tables_stay_in_page_order(self) -> None:
        first = draft(sheet([["项目", "金额"]], [["办公费", "1.00"]], ["支出总表"], pages=(2,)))
        last = draft(sheet([["项目", "金额"]], [["办公费", "1.00"]], ["收入总表"], pages=(6,)))
        both = absent_forms([first, last], {4: lines(*self.LINES)})
        assert [table.pages[0] for table in both] == [2, 4, 6]

    def test_prose_about_a_form_is_no_table(self) -> None:
        prose = lines("九、政府性基金预算支出情况说明", "本部门无政府性基金预算支出。")
        contents = lines("政府性基金预算支出表", "国有资本经营预算支出表")
        assert absent_forms([], {4: prose, 5: contents}) == ()

    def test_a_form_that_has_its_table_is_not_doubled(self) -> None:
        table = draft(sheet([["项目", "金额"]], [["无", ""]], ["政府性基金预算支出表"]))
        assert absent_forms([table], {4: lines(*self.LINES)}) == (table,)


def test_every_page_is_of_a_kind() -> None:
    pages = [
        page(1, "2026年", "某市统计局部门预算"),
        page(2, "目录", "第一部分 概况", "一、主要职责", "二、收支总表 ........ 5"),
        page(3, "第一部分 概况", "本部门负责统计，按章办事。", "一、主要职责：", "编制；执行。"),
        page(4),
        page(5, "收支总表"),
        page(6, "第三部分 名词解释", "- 6 -"),
    ]
    assert page_kinds(pages, {5}) == ("cover", "contents", "prose", "blank", "table", "cover")
