"""Which texts a spreadsheet program would take for a formula.

The leading signs are OWASP's ("CSV Injection"), their full-width forms included, since
East Asian spreadsheet programs read them alike.
"""

from __future__ import annotations

_SIGNS = tuple("=+-@＝＋－＠")
_CONTROLS = ("\t", "\r", "\n")


def looks_like_formula(text: str) -> bool:
    """Whether ``text`` starts with a sign that makes a formula, white space before it or not."""
    return text.startswith(_CONTROLS) or text.lstrip().startswith(_SIGNS)


def neutral(text: str) -> str:
    """``text``, with an apostrophe before it where it would become a formula."""
    return f"'{text}" if looks_like_formula(text) else text
