"""What a page prints, by its text layer alone, without any idea of tables."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pymupdf

_FOOT = 60
_FIGURE = re.compile(r"[-(]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\)?")


def printed_figures(
    pdf: Path, page: int, left: float, right: float, top: float
) -> Counter[Decimal]:
    """The words that are figures and end between ``left`` and ``right``, below ``top``.

    Points, origin top left; ``page`` counts from 1. The foot of the page, 60 points, is
    left out.
    """
    with pymupdf.open(pdf) as document:
        words = document[page - 1].get_text("words")
        foot = document[page - 1].rect.height - _FOOT
    return Counter(
        _value(text)
        for _, y0, x1, _, text, *_ in words
        if left < x1 <= right and top < y0 < foot and _FIGURE.fullmatch(text)
    )


def _value(text: str) -> Decimal:
    body = text.replace(",", "").strip("()")
    return Decimal(f"-{body}" if text.startswith("(") else body)
