"""Made texts of indicators with misread words, and what they truly say."""

from __future__ import annotations

import random
from dataclasses import dataclass

from eval.made.forms.performance import indicator_text
from eval.made.table import MadeIndicator
from eval.made.targets import draw_indicators
from tests.llm.fake import Answer

_MISREAD = {"年度指标值": "年庚指标直", "实施周期指标值": "买施周期指栋值"}


@dataclass(frozen=True)
class MadeText:
    """An indicator as printed, one of its labels misread, and its true fields."""

    text: str
    fields: dict[str, str]


def spoilt_texts(seed: int, count: int, first: int = 1) -> tuple[MadeText, ...]:
    """Indicators of one cell, numbered from ``first``; the rules can't take any of them apart."""
    rng = random.Random(seed)
    made = draw_indicators(rng, count, count)
    return tuple(_text(rng, number, one) for number, one in enumerate(made, first))


def _text(rng: random.Random, number: int, one: MadeIndicator) -> MadeText:
    fields = {
        "level1": f"{one.level1_code}-{one.level1}",
        "level2": f"{one.level2_code}-{one.level2}",
        "name": one.name,
        "term": one.term.text,
        "year": one.year.text,
    }
    text = indicator_text(one, number, dotted=False)
    label = rng.choice(list(_MISREAD))
    return MadeText(text.replace(label, _MISREAD[label]), fields)


def answer_of(*texts: MadeText) -> Answer:
    return {"indicators": [dict(text.fields) for text in texts]}
