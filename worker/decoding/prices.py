"""What each surprise costs, in nats: the prior of decoding."""

from __future__ import annotations

import math

BROKEN = 13.0
"""That a promised sum does not hold in print, by just this difference.

One sum in some hundreds is not meant as the drafter took it, or misprinted; which difference
it shows is then nearly free.
"""
MISPRINT = 9.0
"""That one figure is misprinted by just this much, breaking every sum through it at once."""
LOST = 13.0
"""That a row or a column was lost, or read twice, and breaks all sums across it."""
ROUNDING = 5.0
"""That a sum misses by rounding, in a table whose other sums are exact."""
LEAST_ROUNDING = 0.5
"""The same in a table where rounding is common."""
REPEATED = 1.6
"""That ink which says the same as a misread neighbour is misread in the same way.

The same glyphs in the same print and scan are no independent evidence.
"""
UNKNOWN = 9.0
"""That no figure which the ink allows stands in a cell whose ink is no figure."""

FAR = 40.0
"""The largest margin that is told."""

HORIZON = 12.0
"""Worlds that cost so much more than the best are not sought: that far is far enough."""


def rounding_price(rounded: int, exact: int) -> float:
    """What rounding costs in a table of which so many sums are rounded, so many exact."""
    share = (rounded + 0.3) / (rounded + exact + 10.0)
    return min(max(-math.log(share), LEAST_ROUNDING), ROUNDING)
