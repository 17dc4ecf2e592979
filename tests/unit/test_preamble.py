"""What stands inside a table's frame without being its table."""

from pathlib import Path

import pymupdf

from tests.unit.pages import document, grids_of, line, table, texts, write

XS = [50, 150, 250, 350, 450]


def test_a_title_inside_the_frame_stands_above_the_table(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        line(page, 50, 80, 450, 80)
        line(page, 50, 80, 50, 105)
        line(page, 450, 80, 450, 105)
        write(page, 200, 96, "支出预算表")
        table(
            page,
            XS,
            [105, 130, 155, 180],
            [
                ["项目", "合计", "基本支出", "项目支出"],
                ["甲", "3.00", "1.00", "2.00"],
                ["乙", "5.00", "1.00", "4.00"],
            ],
        )

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[0] == ["项目", "合计", "基本支出", "项目支出"]
    assert [ln.text for ln in grid.above] == ["支出预算表"]


def test_fields_over_a_table_are_no_header_of_it(tmp_path: Path) -> None:
    goal = "支持农村金融组织体系建设，扩大农村金融服务覆盖面，推动普惠金融高质量发展。"

    def draw(page: pymupdf.Page) -> None:
        table(page, [50, 150, 450], [80, 105], [["年度总体目标", ""]], size=8)
        write(page, 153, 96, goal, 7)
        table(
            page,
            XS,
            [105, 130, 155, 180],
            [
                ["一级指标", "二级指标", "三级指标", "指标值"],
                ["产出", "数量", "发放额", "50亿元"],
                ["效益", "社会", "覆盖率", "≥60%"],
            ],
        )

    (found,) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(found[0]) == [["年度总体目标", goal]]
    assert texts(found[1])[0] == ["一级指标", "二级指标", "三级指标", "指标值"]
    assert found[1].header_rows == 1


def test_fields_of_a_form_have_no_header(tmp_path: Path) -> None:
    rows = [
        ["专项名称", "发展专项资金", "", ""],
        ["中央主管部门", "财政部", "", ""],
        ["地方财政部门", "财政厅", "省级主管部门", "财政厅"],
        ["资金情况", "年度金额", "39,778", ""],
        ["资金情况", "中央补助", "28,363", ""],
        ["资金情况", "地方资金", "11,415", ""],
    ]

    def draw(page: pymupdf.Page) -> None:
        table(page, XS, [80 + 25 * k for k in range(7)], rows)

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert grid.header_rows == 0
    assert texts(grid) == rows


def test_dirt_between_the_pages_edge_and_the_frame_is_no_first_row(tmp_path: Path) -> None:
    """A lone sign beside the header's second line makes no form of names and texts of it either."""

    def draw(page: pymupdf.Page) -> None:
        table(
            page,
            XS,
            [80, 105, 130, 155, 180, 205],
            [
                ["!", "", "", ""],
                ["项目名称", "", "财政", "其他"],
                ["1", "总计", "拨款", "资金"],
                ["甲", "3.00", "1.00", "2.00"],
                ["乙", "5.00", "1.00", "4.00"],
            ],
        )

    ((grid,),) = grids_of(document(tmp_path / "a.pdf", draw))
    assert texts(grid)[0] == ["项目名称", "", "财政", "其他"]
    assert grid.header_rows == 2
    assert "!" in [ln.text for ln in grid.above]
