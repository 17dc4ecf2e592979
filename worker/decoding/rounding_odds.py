"""How surprising it is that a sum misses by rounding, beside its being exact.

Figures that were rounded one by one leave a difference that is a sum of independent uniform
errors, one for each term: over two terms mostly none, over forty rarely none. Whether a
table's figures were rounded so is one question for the whole table, which all of its sums
answer together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from worker.decoding.prices import LEAST_ROUNDING, ROUNDING

_SHARES = (0.003, 0.1, 0.5, 0.95)
"""Which share of a table's sums may be over figures that were rounded each by itself."""
_BEFOREHAND = (0.90, 0.04, 0.03, 0.03)
"""How probable each share is before the table's sums were seen."""


@dataclass(frozen=True, slots=True)
class RoundingOdds:
    """What the sums of one table tell about its rounding: how probable each share is."""

    shares: tuple[float, ...] = _BEFOREHAND

    @staticmethod
    def of(sums: Iterable[tuple[int, int]]) -> RoundingOdds:
        """From sums that hold or miss by rounding: how many terms, and by how much."""
        logs = [math.log(share) for share in _BEFOREHAND]
        for terms, off in sums:
            for at, log in enumerate(_logs(terms, off)):
                logs[at] += log
        most = max(logs)
        raw = [math.exp(one - most) for one in logs]
        return RoundingOdds(tuple(one / sum(raw) for one in raw))

    def price(self, terms: int, off: int) -> float:
        """Nats by which a difference of ``off`` last digits is less likely than none.

        Never less than :data:`~worker.decoding.prices.LEAST_ROUNDING`: an exact sum is
        preferred.
        """
        return _price(self.shares, terms, off)


@lru_cache(maxsize=4096)  # most sums of a table are as long as others
def _price(shares: tuple[float, ...], terms: int, off: int) -> float:
    less = _log(shares, terms, 0) - _log(shares, terms, off)
    return min(max(less, LEAST_ROUNDING), ROUNDING)


def _log(shares: tuple[float, ...], terms: int, off: int) -> float:
    return math.log(
        sum(
            weight * _likely(share, terms, off)
            for share, weight in zip(_SHARES, shares, strict=True)
        )
    )


def _likely(share: float, terms: int, off: int) -> float:
    """How probable a difference is where so large a share of sums is over rounded figures."""
    rounded = share * _rounded(terms, abs(off))
    return rounded + (1 - share if off == 0 else 0.0)


@lru_cache(maxsize=4096)
def _logs(terms: int, off: int) -> tuple[float, ...]:
    """For each share how probable the difference is where so many sums are rounded, as logs."""
    return tuple(math.log(_likely(share, terms, off)) for share in _SHARES)


@lru_cache(maxsize=4096)
def _rounded(terms: int, off: int) -> float:
    """The probability that ``terms`` rounding errors add up to a difference of ``off``.

    The errors are uniform over one last digit; their sum is taken for normal (its variance
    is a twelfth of the number of terms), which is close from two terms on. The same figure
    is rounded the same way twice.
    """
    if terms < 2:
        return 1.0 if off == 0 else 1e-9
    spread = math.sqrt(terms / 6)  # sqrt(2) times the standard deviation
    upper, lower = (off + 0.5) / spread, (off - 0.5) / spread
    return max((math.erf(upper) - math.erf(lower)) / 2, 1e-9)
