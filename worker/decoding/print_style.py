"""Readings held against how their column prints: where the point stands is known beforehand.

On a bad scan a point is a comma, a colon, a gap or nothing. In a column whose figures all
have two decimals the digits alone say the figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from schemas.amount import Amount, parse_amount

FEWEST = 4
"""Figures from which a column's decimals are told."""
_LONGEST = 15
MOST = 0.8
"""Share of them that must agree."""

_DIRT = re.compile(r"^[^\d(\-−△▲.]+|[^\d)]+$")
_FIGURE = re.compile(r"(?P<sign>[-−(△▲]?)(?P<body>\d[\d.,:;'·\s]*\d|\d)\)?")
_POINT = re.compile(r"[.,:;'·\s]")


def decimals_of(values: Sequence[str]) -> int | None:
    """The decimals that a column's figures have; None where they differ or are too few."""
    found = [len(value.partition(".")[2]) for value in values]
    if len(found) < FEWEST:
        return None
    usual = max(set(found), key=found.count)
    return usual if found.count(usual) >= MOST * len(found) else None


@lru_cache(maxsize=65_536)
def canonical(text: str, decimals: int | None = None) -> str | None:
    """The value of a printed figure as a plain decimal string; None for anything else.

    Where the column's ``decimals`` are known, dirt at the edges is left out, any sign or gap
    before so many last digits is the point, and where there is none it was lost; where there
    are to be none, signs before three digits each are commas.
    """
    parsed = parse_amount(text)
    value = parsed.canonical() if isinstance(parsed, Amount) else None
    if decimals is None or (value is not None and not departs(value, decimals)):
        return value
    clean = _DIRT.sub("", unicodedata.normalize("NFKC", text).strip())
    match = _FIGURE.fullmatch(clean)
    style = _with_point if decimals else _in_thousands
    restyled = style(match["body"], decimals) if match else None
    if match is None or restyled is None:
        return value
    return f"-{restyled}" if match["sign"] else restyled


def whole(text: str, decimals: int | None) -> str | None:
    """The value of a figure that shows no mark at all where its column has decimals.

    It is printed so, with its zeros left out (``367`` beside ``33.0``), or its point was
    lost: the figure alone can't tell. None for anything else.
    """
    parsed = parse_amount(text) if decimals else None
    if not isinstance(parsed, Amount) or parsed.decimals or parsed.separators:
        return None
    return parsed.canonical()


def _with_point(body: str, decimals: int) -> str | None:
    """The digits of a figure with the point where its column has it; None where it can't be."""
    *_, last = _POINT.split(body)
    if _POINT.search(body) and len(last) == decimals + 1 and last[-1] == "1":
        body = body[:-1]  # a ruling at the edge of the cell
        last = last[:-1]
    gaps = bool(re.search(r"\s", body[: -decimals - 1]))
    digits = _POINT.sub("", body)
    parted = _POINT.search(body) is not None
    if gaps or (parted and len(last) != decimals) or not decimals < len(digits) <= _LONGEST:
        return None
    return f"{int(digits[:-decimals])}.{digits[-decimals:]}"


def _in_thousands(body: str, _decimals: int) -> str | None:
    """The digits of a figure whose points are its commas; None where they can't be."""
    first, *groups = _POINT.split(body)
    digits = first + "".join(groups)
    if any(len(group) != 3 for group in groups) or not groups or len(digits) > _LONGEST:
        return None
    return str(int(digits))


def parts(text: str, decimals: int | None) -> tuple[str, ...]:
    """The values that the figure may be if a speck or a bit of ruling was read beside it."""
    runs = text.split()
    if len(runs) < 2:
        return ()
    figures = [run for run in runs if any(c.isdigit() for c in run)]
    alone = [figures] if 0 < len(figures) < len(runs) else []
    kept = dict.fromkeys(" ".join(some) for some in (runs[1:], runs[:-1], *alone))
    found = dict.fromkeys(canonical(run, decimals) for run in kept)
    return tuple(value for value in found if value is not None and not departs(value, decimals))


def departs(value: str, decimals: int | None) -> bool:
    """Whether a value has other decimals than its column is known to have."""
    return decimals is not None and len(value.partition(".")[2]) != decimals
