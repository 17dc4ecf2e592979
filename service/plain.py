"""Text of documents made safe to show: no control codes, no broken characters.

What a page says is written by strangers. A terminal obeys escape sequences, XML refuses
control characters, and bidirectional overrides make a figure read backwards.
"""

from __future__ import annotations

import re

_FORBIDDEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 controls but tab, LF, CR
    "\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of reading
    "\ud800-\udfff\ufffe\uffff"  # lone surrogates and noncharacters
    "]"
)


def plain_text(text: str) -> str:
    """``text`` without control codes; every line end is a line feed."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """``text`` without control codes on one line, white space made single spaces."""
    return " ".join(plain_text(text).split())


def file_label(name: str) -> str:
    """A file's name as it can be shown; bytes that are no UTF-8 become ``�``."""
    return one_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
