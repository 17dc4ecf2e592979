"""Figures in whole yuan, whatever unit they are printed in."""

from __future__ import annotations

import re
from decimal import Decimal

from schemas.words import tight, unit_in

_POWERS = {
    "十": 1, "百": 2, "佰": 2, "千": 3, "仟": 3, "万": 4, "萬": 4, "亿": 8, "億": 8,
}  # fmt: skip
_YUAN = re.compile(r"(?:人民币|新台币|新臺幣)?([十百佰千仟万萬亿億]*)[元圆圓円]整?")


def yuan_factor(unit: str | None) -> Decimal | None:
    """How many 元 one of ``unit`` is (``万元``: 10000).

    None where the unit is unknown or of a currency that is not counted in 元 by name.
    """
    match = _YUAN.fullmatch(tight(unit or ""))
    if match is None:
        return None
    return Decimal(10) ** sum(_POWERS[sign] for sign in match[1])


def in_yuan(value: Decimal, unit: str | None) -> Decimal | None:
    """``value`` in 元, exact; None where the unit is not known to be one of 元."""
    factor = yuan_factor(unit)
    return None if factor is None else value * factor


def unit_of_column(path: tuple[str, ...], table_unit: str | None) -> str | None:
    """The unit of a column: the one its own header names, innermost first, or the table's."""
    for part in reversed(path):
        if (own := unit_in(part)) is not None:
            return own
    return table_unit
