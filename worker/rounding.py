"""How far printed figures may be from adding up when nothing is wrong: the rounding rule."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache


def rounding_slack(terms: Sequence[Decimal], result: Decimal | None) -> Decimal:
    """The largest difference that rounding alone explains, in the unit of the figures.

    Each printed figure stands for a true one within half a unit of its last digit, so the
    printed result may differ from the sum of ``n`` printed terms by at most ``(n + 1) / 2``
    units of the last digit. Over many terms such errors cancel: independent uniform errors
    of one unit's width have the variance 1/12, and three standard deviations,
    ``3 * sqrt((n + 1) / 12)``, cover 99.7 % of sums. The smaller of both bounds is taken, so
    that a misread last digit in a long column is not waved through as rounding.

    Only figures other than zero count, for nothing was rounded where nothing is; and one
    term alone must equal its result, for the same number is rounded the same way twice.
    The last digit is the finest one among the figures: ``367`` beside ``33.0`` is 367.0
    with its zero left out.
    """
    parts = [term for term in terms if term]
    if len(parts) < 2:
        return Decimal(0)
    figures = [*parts, *([result] if result else [])]
    unit = Decimal(1).scaleb(min(_exponent(figure) for figure in figures))
    return unit * rounding_units(len(figures))


def is_rounding(off: Decimal, terms: Sequence[Decimal], result: Decimal | None) -> bool:
    """Whether a sum of figures as printed that misses by so much holds but for rounding."""
    if off > rounding_units(len(terms) + 1):  # no figure's last digit counts more than one
        return False
    return not off or off <= rounding_slack(terms, result)


@cache
def rounding_units(figures: int) -> Decimal:
    """How many units of the last digit so many figures may be off."""
    count = Decimal(figures)
    return min(count / 2, 3 * (count / 12).sqrt())


def _exponent(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
