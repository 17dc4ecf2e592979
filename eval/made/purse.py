"""Made-up money: random figures of a plausible size, exact to the last decimal."""

from __future__ import annotations

import math
import random
from decimal import ROUND_HALF_UP, Decimal

_PER_TEN_THOUSAND = {
    "元": Decimal(10_000),
    "千元": Decimal(10),
    "万元": Decimal(1),
    "dollars": Decimal(10_000),
}
_ROUND_SHARE = 0.35


class Purse:
    """Draws figures in a currency unit with so many decimals."""

    def __init__(self, rng: random.Random, unit: str, decimals: int) -> None:
        self.rng = rng
        self._scale = _PER_TEN_THOUSAND[unit]
        self._quantum = Decimal(1).scaleb(-decimals)

    def amount(self, low: float, high: float) -> Decimal:
        """A figure from ``low`` to ``high`` ten thousands, small ones likelier, some round."""
        drawn = math.exp(self.rng.uniform(math.log(low), math.log(high)))
        if self.rng.random() < _ROUND_SHARE and drawn > 1:
            drawn = round(drawn)
        return self._exact(Decimal(repr(drawn)) * self._scale)

    def share(self, whole: Decimal, low: float, high: float) -> Decimal:
        """A part of ``whole`` between the shares ``low`` and ``high``."""
        return self._exact(whole * Decimal(repr(self.rng.uniform(low, high))))

    def parts(self, whole: Decimal, count: int) -> tuple[Decimal, ...]:
        """``count`` figures that add up to ``whole``."""
        weights = [self.rng.uniform(0.2, 1.0) for _ in range(count)]
        drawn = [
            self._exact(whole * Decimal(repr(weight / sum(weights)))) for weight in weights[1:]
        ]
        return (whole - sum(drawn, Decimal(0)), *drawn)

    def _exact(self, value: Decimal) -> Decimal:
        return value.quantize(self._quantum, rounding=ROUND_HALF_UP)
