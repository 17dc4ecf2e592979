"""Headings that stand on the page before their table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.grid import Sheet, TextLine
from schemas.words import is_page_number, is_unit_line, looks_like_title, organisation_in

_MOST = 4
"""How many lines at a page's end may head the table on the next page."""
_PROSE = re.compile(r"[，。；]")


def with_headings(
    sheets: Sequence[Sheet], foot: Mapping[int, Sequence[TextLine]]
) -> tuple[Sheet, ...]:
    """The sheets, one without a heading of its own under that at the end of the page before.

    A sentence that leads in to the table is no heading.

    ``foot`` holds for each page the lines below its last table, all lines where it has none.
    """
    return tuple(_headed(sheet, foot) for sheet in sheets)


def _headed(sheet: Sheet, foot: Mapping[int, Sequence[TextLine]]) -> Sheet:
    if not sheet.pages or not all(_leads_in(line) for line in sheet.above if _says(line)):
        return sheet
    return replace(sheet, above=(*heading_of(foot.get(sheet.pages[0] - 1, ())), *sheet.above))


def _says(line: TextLine) -> bool:
    return any(c.isalpha() for c in line.text) and not is_page_number(line.text)


def _leads_in(line: TextLine) -> bool:
    """Whether the line only introduces what follows (``绩效目标情况如下：``)."""
    return line.text.rstrip().endswith(("：", ":"))


def heading_of(lines: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """The title and what follows it among the last lines of a page; none where prose ends it."""
    last = [line for line in lines if not is_page_number(line.text)][-_MOST:]
    for start, line in enumerate(last):
        rest = last[start + 1 :]
        if _is_title(line) and all(_heads(other) for other in rest):
            return tuple(last[start:])
    return ()


def _is_title(line: TextLine) -> bool:
    return looks_like_title(line.text) and not _PROSE.search(line.text)


def _heads(line: TextLine) -> bool:
    """Whether a line may stand between a title and its table."""
    return is_unit_line(line.text) or organisation_in(line.text) is not None or _is_title(line)
