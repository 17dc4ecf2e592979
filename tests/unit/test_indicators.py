"""The numbered text of an indicator cell, taken apart."""

from __future__ import annotations

from schemas.geometry import Box
from worker.indicators import PrintedLine, parse_indicators

CELL = (
    "1、1-产出指标；11-数量指标；购置办公家具套数；实施周期指标值:≥10；年度指标值:≥10。"
    "2、3-满意度指标；31-服务对象满意度；满意度；实施周期指标值:比较满意；年度指标值:比较满意。"
)


def test_a_cell_gives_its_indicators_in_order() -> None:
    found, warnings = parse_indicators(CELL, [PrintedLine(CELL, 1, Box(0, 0, 100, 10))])
    assert [(i.number, i.level2_code, i.name) for i in found] == [
        (1, "11", "购置办公家具套数"),
        (2, "31", "满意度"),
    ]
    assert warnings == ()
