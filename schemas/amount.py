"""Printed amounts: the one place where text becomes a figure.

The grammar follows what budgets print: an optional sign, digits with or without thousands
separators, an optional decimal part; negatives as ``-3.4``, ``(3.4)`` or with the
accountant's triangle. Blank, zero and a dash are three different marks.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_DASHES = "-‐‑‒–—―−─－﹣ーｰ一"
_TRIANGLES = "△▲∆▵"
_NUMBER = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(?P<part>\d{1,8}))?|\.(?P<only>\d{1,8})"
)
# White space between digits parts two figures, unless it parts thousands.
_TWO_FIGURES = re.compile(r"\d\s+\d")
_SPACED = re.compile(r"^\D*\d{1,3}(?:\s\d{3})+(?!\d)\D*\d*\D*$")
_CURRENCY = re.compile(r"^[$¥€£＄￥]\s*")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed figure: its value in the printed unit and how many decimals stand there."""

    value: Decimal
    decimals: int
    separators: bool
    percent: bool = False

    def canonical(self) -> str:
        """The value as a plain decimal string with the printed decimals (``-3.40``)."""
        return f"{self.value:f}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A printed sign that stands for "no figure": a dash."""

    text: str


def narrow(text: str) -> str:
    """``text`` with full-width forms made narrow (NFKC) and white space taken out."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text  # nearly all figures
    return _narrowed(text)


@lru_cache(maxsize=4096)
def _narrowed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=4096)  # the same text is asked about by many
def parse_amount(text: str) -> Amount | Mark | None:
    """The figure or mark that ``text`` is, whole; None where it is neither.

    Nothing is mended here: ``1,23.4`` and ``12O`` are not amounts.
    """
    if not text.strip():
        return None
    body = narrow(text)
    if len(body) <= 3 and all(c in _DASHES for c in body):
        return Mark(text.strip())
    if not (body[-1].isdecimal() or body[-1] in ")%"):  # no figure ends otherwise
        return None
    if _TWO_FIGURES.search(text) and not _SPACED.search(text):
        return None
    negative = False
    if len(body) > 2 and body[0] == "(" and body[-1] == ")":
        negative, body = True, body[1:-1]
    body = _CURRENCY.sub("", body)
    if body[:1] in _TRIANGLES or (body[:1] in _DASHES and body[:1] != "一"):
        if negative:
            return None
        negative, body = True, body[1:]
    elif body[:1] == "+":
        body = body[1:]
    body = _CURRENCY.sub("", body)
    percent = body.endswith("%")
    if percent:
        body = body[:-1]
    match = _NUMBER.fullmatch(body)
    if match is None:
        return None
    digits = body.replace(",", "")
    value = Decimal(digits if not digits.startswith(".") else "0" + digits)
    decimals = len(match["part"] or match["only"] or "")
    return Amount(
        value=-value if negative else value,
        decimals=decimals,
        separators="," in body,
        percent=percent,
    )
