"""Made-up performance indicators and their targets."""

from __future__ import annotations

import random

from eval.made.table import MadeIndicator, MadeTarget
from eval.made.words import INDICATORS, LEVEL1, WORD_TARGETS

_OPERATORS = (("≥", "≥"), ("≥", "≥"), ("≤", "≤"), ("=", "="), ("≤", "≦"), (">", "大于"))


def draw_indicators(rng: random.Random, low: int, high: int) -> tuple[MadeIndicator, ...]:
    """Some indicators in the order of their levels."""
    kinds = sorted(rng.choices(range(len(INDICATORS)), k=rng.randint(low, high)))
    return tuple(_indicator(rng, kind) for kind in kinds)


def _indicator(rng: random.Random, kind: int) -> MadeIndicator:
    level1, level2, name2, names = INDICATORS[kind]
    name, unit = rng.choice(names)
    term = _target(rng, unit)
    year = term if rng.random() < 0.7 else _target(rng, unit)
    return MadeIndicator(level1, LEVEL1[level1], level2, name2, name, term, year)


def _target(rng: random.Random, unit: str) -> MadeTarget:
    if not unit:
        return MadeTarget(words=rng.choice(WORD_TARGETS))
    operator, sign = rng.choice(_OPERATORS)
    value = str(rng.choice((80, 85, 90, 95, 98, 100)) if unit == "%" else rng.randint(1, 1200))
    if unit in ("小时", "年"):
        value = str(rng.randint(1, 24))
    printed = unit if unit == "%" or rng.random() < 0.7 else None
    return MadeTarget(operator, value, printed, sign=sign)
