"""A form of one project on a page: fields, money, and indicators in one frame."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from schemas.draft import Draft
from tests.unit.pages import document, grids_of, table, write
from worker.drafting.draft import draft_all
from worker.stitch import stitch

XS = [50, 150, 260, 420, 540]
ROWS = (
    ["项目名称", "热线平台运维", "主管部门", "某市政务局"],
    ["资金总额", "120.00", "财政拨款", "120.00"],
    ["年度目标", "保障热线稳定运行", "", ""],
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "接听次数", "≥10万次"],
    ["效益指标", "社会效益指标", "群众知晓率", "≥90%"],
)


def project_page(number: int) -> object:
    def draw(page: pymupdf.Page) -> None:
        write(page, 200, 60, "项目支出绩效目标申报表", 14)
        write(page, 60, 85, "单位：万元")
        rows = [[text.replace("热线", f"热线{number}") for text in row] for row in ROWS]
        table(page, XS, [100 + 25 * k for k in range(len(rows) + 1)], rows)

    return draw


def drafts(tmp_path: Path) -> tuple[Draft, ...]:
    path = document(tmp_path / "a.pdf", project_page(1), project_page(2))  # type: ignore[arg-type]
    return draft_all(stitch(grids_of(path)))


def test_every_page_is_a_project_with_its_indicators(tmp_path: Path) -> None:
    tables = drafts(tmp_path)
    assert [table.form for table in tables] == ["project_performance"] * 2
    for number, read in enumerate(tables, start=1):
        (project,) = [row for row in read.rows if row.role == "project"]
        assert project.label == f"热线{number}平台运维"
        first, second = project.indicators
        assert (first.level1, first.level2, first.name) == ("产出指标", "数量指标", "接听次数")
        assert (second.number, second.name) == (2, "群众知晓率")
        assert second.year_target is not None
        assert (second.year_target.operator, second.year_target.value) == ("≥", "90")


def test_no_figure_of_the_fields_is_lost(tmp_path: Path) -> None:
    for read in drafts(tmp_path):
        texts = [cell.text for row in read.rows for cell in row.cells.values()]
        headers = [column.label for column in read.columns]
        assert (texts + headers).count("120.00") == 2
