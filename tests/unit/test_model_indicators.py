"""Texts of indicators that the rules can't take apart, asked of a model over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from schemas.result import Result, Row
from tests.llm.asking import Asking, MadeDesk
from tests.llm.fake import Answer, Fake, served
from tests.llm.indicators import MadeText, answer_of, spoilt_texts
from tests.llm.tables import document_of
from tests.unit.pages import document, table, write
from worker.assemble import put_together
from worker.llm.consult import Consultation
from worker.pages import read_pages
from worker.pdf import open_document

HEADER = (
    "项目名称（资金使用单位）", "总计", "财政拨款", "财政专户拨款", "其他资金",
    "绩效目标", "绩效指标",
)  # fmt: skip
XS = (30, 150, 200, 250, 320, 370, 440, 820)
SPOILT = spoilt_texts(11, 2, 2)
SOUND = "1、1-产出指标；11-数量指标；场次；实施周期指标值:≥10；年度指标值:≥8。"
Tell = Callable[[str, str], Answer]


def draw(page: pymupdf.Page) -> None:
    write(page, 300, 50, "2031年项目支出绩效目标表", 14)
    write(page, 700, 70, "单位：万元")
    ys = (80, 110, 140, 170, 290)
    rows = (
        HEADER,
        ("合计", "30.00", "20.00", "", "10.00", "", ""),
        ("市图书馆", "30.00", "20.00", "", "10.00", "", ""),
        ("  图书购置", "30.00", "20.00", "", "10.00", "买书", ""),
    )
    table(page, XS, ys, rows, size=8)
    text = SOUND + "".join(one.text for one in SPOILT)
    for number, at in enumerate(range(0, len(text), 42)):
        write(page, XS[-2] + 3, 184 + 11 * number, text[at : at + 42], 8)


@pytest.fixture
def desk(tmp_path: Path) -> MadeDesk:
    path = document(tmp_path / "a.pdf", draw, width=842, height=595)
    with open_document(path) as held:
        return MadeDesk(list(read_pages(held, None, None)), document_of(1))


def consulted(desk: MadeDesk, tell: Tell) -> tuple[Result, Fake]:
    def only_indicators(form: str, text: str) -> Answer:
        return tell(form, text) if form == "IndicatorAnswer" else {"columns": [], "body": 0}

    with served(Fake(only_indicators, keep=True)) as fake, Asking(fake) as asking:
        return Consultation([asking.caller("d")], "assist").result(desk), fake


def project(result: Result) -> Row:
    (held,) = result.tables
    assert held.form == "project_performance"
    (row,) = [row for row in held.rows if row.role == "project"]
    return row


def figures(result: Result) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (row.label, key, cell.value, cell.verdict)
        for table in result.tables
        for row in table.rows
        for key, cell in row.cells.items()
    ]


def fields(row: Row) -> list[tuple[str, ...]]:
    return [
        (
            f"{i.level1_code}-{i.level1}",
            f"{i.level2_code}-{i.level2}",
            i.name,
            i.term_target.text if i.term_target else "",
            i.year_target.text if i.year_target else "",
        )
        for i in row.indicators
    ]


def true(*texts: MadeText) -> list[tuple[str, ...]]:
    return [tuple(text.fields.values()) for text in texts]


def test_a_true_answer_fills_the_fields_and_changes_no_figure(desk: MadeDesk) -> None:
    plain = put_together(desk.pages, desk.info).result
    assert fields(project(plain))[1:] != true(*SPOILT)
    result, fake = consulted(desk, lambda *_: answer_of(*SPOILT))
    assert fields(project(result))[1:] == true(*SPOILT)
    assert fields(project(result))[0] == fields(project(plain))[0]
    assert figures(result) == figures(plain)
    assert "model_indicators" in [w.code for w in result.warnings]
    asked = [body["messages"][-1]["content"] for body in fake.ledger.seen]
    shown = [text for text in asked if SPOILT[0].text[:8] in text]
    assert shown
    assert SOUND[:8] not in shown[0], "what the rules read without doubt is not asked about"


def swapped(answer: Answer) -> None:
    one = answer["indicators"][0]
    one["term"], one["year"] = one["year"] + "9", one["term"]


def invented(answer: Answer) -> None:
    answer["indicators"][1]["name"] = "没有印出来的名称"


def dropped(answer: Answer) -> None:
    del answer["indicators"][0]


@pytest.mark.parametrize("lie", [swapped, invented, dropped])
def test_what_the_ink_does_not_say_is_told_once_and_then_left(
    lie: Callable[[Answer], None], desk: MadeDesk
) -> None:
    def tell(*_: str) -> Answer:
        answer = answer_of(*SPOILT)
        lie(answer)
        return answer

    plain = put_together(desk.pages, desk.info).result
    result, fake = consulted(desk, tell)
    assert project(result) == project(plain)
    assert figures(result) == figures(plain)
    said = [w.message for w in result.warnings if w.code == "model_no_help"]
    assert any("1 text of indicators is as the rules have" in message for message in said)
    last = [body["messages"][-1]["content"] for body in fake.ledger.seen]
    assert sum("in no field" in text or "is not printed" in text for text in last) == 1


def test_a_second_answer_that_is_put_right_is_taken(desk: MadeDesk) -> None:
    given: list[Answer] = []

    def tell(*_: str) -> Answer:
        answer = answer_of(*SPOILT)
        if not given:
            dropped(answer)
        given.append(answer)
        return answer

    result, _ = consulted(desk, tell)
    assert fields(project(result))[1:] == true(*SPOILT)
