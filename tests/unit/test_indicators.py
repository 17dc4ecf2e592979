"""The numbered text of an indicator cell, taken apart."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from schemas.draft import Indicator, Target
from schemas.geometry import Box
from schemas.page import Warn
from worker.indicators import PrintedLine, parse_indicators, parse_target

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CROSSFOOT_SHARED_DATA", ROOT.parent / "shared" / "data"))
CELL = (
    "1、1-产出指标；11-数量指标；购置办公家具套数；实施周期指标值:≥10；年度指标值:≥8。"
    "2、3-满意度指标；31-服务对象满意度；满意度；实施周期指标值:比较满意；年度指标值:比较满意。"
)


def parse(cell: str) -> tuple[tuple[Indicator, ...], tuple[Warn, ...]]:
    return parse_indicators(cell, [PrintedLine(cell, 1, Box(0, 0, 100, 10))])


def test_a_cell_gives_its_indicators_in_order() -> None:
    (first, second), warnings = parse(CELL)
    assert (first.number, first.level1_code, first.level1) == (1, "1", "产出指标")
    assert (first.level2_code, first.level2, first.name) == ("11", "数量指标", "购置办公家具套数")
    assert first.term_target == Target("≥10", operator="≥", value="10")
    assert first.year_target == Target("≥8", operator="≥", value="8")
    assert second.year_target == Target("比较满意", words="比较满意")
    assert first.text + second.text == CELL
    assert warnings == ()


@pytest.mark.parametrize(
    "noisy",
    [
        CELL.replace("；", ";").replace(":", "："),
        CELL.replace("；", "，").replace("-", "－"),
        CELL.replace("2、3", "1、3"),
        CELL.replace("、1-", ".1－"),
        "\n".join(re.findall(".{1,17}", CELL)),
        CELL.replace("11-数量指标", "1 1 - 数 量指标"),
        CELL.replace("1、1", " 1 、 1"),
        CELL.replace("1-产出", "1产出"),
        CELL.replace("产出指标；", "产出指标"),
        CELL.replace("数量指标；", "数量指标"),
    ],
)
def test_separators_spaces_and_line_breaks_change_nothing(noisy: str) -> None:
    clean, _ = parse(CELL)
    found, warnings = parse(noisy)
    assert [(i.level2_code, i.level2, i.name) for i in found] == [
        (i.level2_code, i.level2, i.name) for i in clean
    ]
    assert [i.year_target and i.year_target.value for i in found] == ["8", None]
    assert warnings == ()


def test_text_that_looks_like_a_separator_or_a_number_stays_in_its_field() -> None:
    cell = (
        "1、1-产出指标；12-质量指标；3、4号楼恢复时间；实施周期指标值:一级≤1小时；二级≤2小时；"
        "年度指标值:一级≤1小时；二级≤2小时。2、4-成本指标；41-经济成本指标；成本；"
        "实施周期指标值:≤5万元；年度指标值:≤5万元。"
    )
    (first, second), warnings = parse(cell)
    assert first.name == "3、4号楼恢复时间"
    target = "一级≤1小时；二级≤2小时"
    assert first.term_target == Target(target, words=target)
    assert second.name == "成本"
    assert warnings == ()


def test_a_number_that_was_not_read_is_known_by_its_place() -> None:
    second = CELL[CELL.index("2、3") + 2 :]
    found, warnings = parse(f"1、{second}{second}3、{second}")
    assert [indicator.number for indicator in found] == [1, 2, 3]
    assert "indicator_number" in [warning.code for warning in warnings]


def test_a_gap_in_the_numbers_is_told() -> None:
    _, warnings = parse(CELL.replace("2、3", "4、3"))
    assert [w.code for w in warnings] == ["indicator_gap"]
    assert "from 1 to 4" in warnings[0].message


def test_what_is_no_indicator_is_told_and_not_dropped() -> None:
    found, warnings = parse("另行下达。" + CELL)
    assert len(found) == 2
    assert [w.code for w in warnings] == ["indicator_text"]
    assert "另行下达" in warnings[0].message
    nothing, warnings = parse("按规定执行")
    assert nothing == ()
    assert "按规定执行" in warnings[0].message


@pytest.mark.parametrize(
    "damaged", [CELL.replace("2、3-满意度", "2、З满意度"), CELL.replace("1、1-产出", "1、l产出")]
)
def test_a_damaged_head_is_found_again(damaged: str) -> None:
    found, _ = parse(damaged)
    assert [i.number for i in found] == [1, 2]
    assert [i.level2 for i in found] == ["数量指标", "服务对象满意度"]


def test_a_missing_target_is_told() -> None:
    (first, _), warnings = parse(CELL.replace("；年度指标值:≥8", ""))
    assert first.year_target is None
    assert [w.code for w in warnings] == ["indicator_part"]


def test_each_indicator_is_placed_on_the_lines_that_it_covers() -> None:
    at = CELL.index("2、3") + 4
    lines = [
        PrintedLine(CELL[:at], 1, Box(10, 100, 110, 110)),
        PrintedLine(CELL[at:], 2, Box(10, 40, 110, 50)),
    ]
    (first, second), _ = parse_indicators(CELL, lines)
    assert (first.page, first.box.y0, first.box.x0) == (1, 100, 10)
    assert first.box.x1 < second.box.x0 + 1 < second.box.x1 <= 110.01
    assert second.page == 1, "an indicator cut by a page break is placed where it starts"


@pytest.mark.parametrize(
    ("text", "operator", "value", "unit", "words"),
    [
        ("≥90%", "≥", "90", "%", None),
        ("≧4次", "≥", "4", "次", None),
        ("＜3191170元", "<", "3191170", "元", None),
        ("大于20家", ">", "20", "家", None),
        ("不少于883名", "≥", "883", "名", None),
        ("9000元及以内", "≤", "9000", "元", None),
        ("1,200.50", None, "1200.50", None, None),
        ("≤29.91元/件", "≤", "29.91", "元/件", None),
        ("每年≥20场", "≥", "20", "场", "每年"),
        ("长期", None, None, None, "长期"),
        ("2项（2项基础服务）", None, None, None, "2项（2项基础服务）"),
        ("问题线索处置率100%", None, None, None, "问题线索处置率100%"),
    ],
)
def test_targets(
    text: str, operator: str | None, value: str | None, unit: str | None, words: str | None
) -> None:
    target = parse_target(text)
    assert target is not None
    assert target.text == text
    assert (target.operator, target.value, target.unit) == (operator, value, unit)
    assert target.words == words


def test_every_cell_of_a_published_table_parses_without_a_loss() -> None:
    path = SHARED / "gold" / "guangzhou-project-performance-12p.cells.json"
    if not path.exists():
        pytest.skip(f"no real documents in {SHARED}")
    cells = [row["cells"][6] for row in json.loads(path.read_text("utf-8"))["rows"]]
    cells = [cell for cell in cells if "、" in cell]
    assert len(cells) == 70
    for cell in cells:
        found, warnings = parse(cell)
        assert warnings == ()
        assert [i.number for i in found] == list(range(1, len(found) + 1))
        assert "".join(i.text for i in found).replace(" ", "") == cell.replace(" ", "")


@pytest.mark.parametrize("dash", [".", "·", "•", "–"])
def test_a_dash_that_was_read_as_a_dot_parts_code_and_name(dash: str) -> None:
    (first, _), warnings = parse(CELL.replace("-", dash))
    assert (first.level1_code, first.level1) == ("1", "产出指标")
    assert (first.level2_code, first.level2) == ("11", "数量指标")
    assert warnings == ()


def test_a_target_is_told_by_its_label_with_one_sign_misread() -> None:
    damaged = CELL.replace("实施周期指标值:≥10", "实施周期播标值:≥10").replace(":≥8。", ":≥8：")
    (first, _), _ = parse(damaged)
    assert first.name == "购置办公家具套数"
    assert first.term_target == Target("≥10", operator="≥", value="10")
    assert first.year_target == Target("≥8", operator="≥", value="8")
