"""What a model says of texts of indicators: believed only where the ink says all of it."""

from __future__ import annotations

import pytest

from schemas.draft import Indicator, Target
from schemas.geometry import Box
from schemas.grid import Split
from schemas.page import Warn
from worker.indicator_splits import ground, split_indicators, stretches_in_doubt
from worker.indicators import PrintedLine, parse_indicators

GOOD = "1、1-产出指标；11-数量指标；购置办公家具套数；实施周期指标值:≥10；年度指标值:≥8。"
# The words that announce the year's target are misread, and so is the head of the last one.
SPOILT = "2、3-满意度指标；31-服务对象满意度；满意度；实施周期指标值:≥90%；年庚指标直:≥85%。"
HEADLESS = "3、l-产出指标；i2-质量指标；合格率；实施周期指标值:100%；年度指标值:100%。"
CELL = GOOD + SPOILT + HEADLESS
TRUTH = ("3-满意度指标", "31-服务对象满意度", "满意度", "≥90%", "≥85%")
LAST = ("l-产出指标", "i2-质量指标", "合格率", "100%", "100%")


def split(*splits: Split, cell: str = CELL) -> tuple[tuple[Indicator, ...], tuple[Warn, ...]]:
    return split_indicators(cell, [PrintedLine(cell, 1, Box(0, 0, 100, 10))], splits)


def by_rules(cell: str = CELL) -> tuple[tuple[Indicator, ...], tuple[Warn, ...]]:
    return parse_indicators(cell, [PrintedLine(cell, 1, Box(0, 0, 100, 10))])


def test_only_what_the_rules_leave_in_doubt_is_asked_about() -> None:
    assert stretches_in_doubt(GOOD) == ()
    assert stretches_in_doubt(GOOD + SPOILT + GOOD.replace("1、", "3、", 1)) == (SPOILT,)
    assert stretches_in_doubt("没有什么指标可言") == ("没有什么指标可言",)


def test_a_true_answer_takes_the_text_apart() -> None:
    (asked,) = stretches_in_doubt(CELL)
    found, warnings = split(Split(asked, (TRUTH, LAST)))
    assert [i.number for i in found] == [1, 2, 3]
    assert "".join(i.text for i in found) == CELL
    second = found[1]
    assert (second.level1_code, second.level1) == ("3", "满意度指标")
    assert (second.level2_code, second.level2) == ("31", "服务对象满意度")
    assert second.term_target == Target("≥90%", operator="≥", value="90", unit="%")
    assert second.year_target == Target("≥85%", operator="≥", value="85", unit="%")
    assert found[0] == by_rules()[0][0]
    assert len(warnings) <= len(by_rules()[1])
    assert "model_indicators" in [w.code for w in warnings]


def test_without_an_answer_the_rules_have_it() -> None:
    assert split() == by_rules()
    assert split(Split("something else", (TRUTH,))) == by_rules()


@pytest.mark.parametrize(
    "parts",
    [
        [TRUTH[:3] + ("≥95%", "≥85%"), LAST],  # a figure that is not printed
        [TRUTH[:3] + ("≥85%", "≥90%"), LAST],  # targets in each other's place
        [TRUTH[:3] + ("≥85%", ""), LAST],  # the year's target said to be the term's
        [TRUTH[:2] + ("", "≥90%", "≥85%"), LAST],  # a name left out
        [TRUTH],  # an indicator left out
        [LAST, TRUTH],
        [TRUTH, LAST, LAST],
        [TRUTH[:3] + ("≥9", "≥85%"), LAST],  # a figure cut short
        [("满意度指标", *TRUTH[1:]), LAST],  # its code left out
        [],
    ],
)
def test_what_the_ink_does_not_say_is_not_taken(parts: list[tuple[str, ...]]) -> None:
    (asked,) = stretches_in_doubt(CELL)
    said = Split(asked, tuple(parts))  # type: ignore[arg-type]
    grounded, complaint = ground(asked, said.parts)
    assert complaint or not grounded
    assert split(said) == by_rules()


def test_what_the_rules_read_without_doubt_is_never_changed() -> None:
    lie = Split(GOOD, (("1-产出指标", "11-数量指标", "购置办公家具", "≥10", "≥8"),))
    assert split(lie) == by_rules()
