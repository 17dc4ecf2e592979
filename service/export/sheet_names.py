"""Sheet names that every spreadsheet program takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.plain import one_line

_MOST = 31  # UTF-16 code units
_RESERVED = ("history",)  # Excel keeps this name for itself
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def sheet_names(titles: Iterable[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """One name per title: no forbidden characters, at most 31 units, no two alike.

    Names that differ in case alone count as alike; a number in brackets sets them apart.
    """
    used = {name.casefold() for name in (*taken, *_RESERVED)}
    names: list[str] = []
    for title in titles:
        name = _apart(_clean(title) or "Table", used)
        used.add(name.casefold())
        names.append(name)
    return tuple(names)


def _clean(title: str) -> str:
    return _cut(_FORBIDDEN.sub(" ", one_line(title)).replace("'", "’").strip(), _MOST)


def _apart(name: str, used: set[str]) -> str:
    number, found = 1, name
    while found.casefold() in used:
        number += 1
        mark = f" ({number})"
        found = _cut(name, _MOST - len(mark)) + mark
    return found


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) > 2 * units:
        text = text[:-1]
    return text.strip()
