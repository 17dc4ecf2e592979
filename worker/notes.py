"""The remarks that are printed under a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.grid import TextLine
from schemas.words import is_note, is_page_number, looks_like_title, plain, tight

NOTHING = re.compile(
    r"(?:本|我|该)?(?:部门|单位|机关|局|表|年度?)?.{0,24}(?:没有|無|无|未(?:安排|发生|使用|编制)|不涉及).{0,40}"
    r"(?:支出|预算|预算数|收入|数据|拨款|资金|项目|经费|发生额|内容)|(?:此|本|故)表(?:为|無|无)?(?:空|数据)|空表"
)
"""A sentence that says that there is nothing to show (本部门无此项支出, 故本表为空)."""
_LONGEST = 160


def notes_below(lines: Sequence[TextLine]) -> tuple[str, ...]:
    """The notes under a table: lines from one that opens a note, up to a title or a gap.

    Each note is one text; lines that run on are joined to it.
    """
    notes: list[str] = []
    last: TextLine | None = None
    for line in lines:
        if is_page_number(line.text):
            continue
        if is_note(line.text) or (not notes and says_nothing(line.text)):
            notes.append(plain(line.text))
        elif notes and last is not None and _runs_on(last, line):
            notes[-1] += plain(line.text)
        else:
            break
        last = line
    return tuple(notes)


def _runs_on(above: TextLine, line: TextLine) -> bool:
    near = line.box.y0 - above.box.y1 < 1.2 * line.box.height
    return near and not looks_like_title(line.text)


def says_nothing(text: str) -> bool:
    """Whether the line says that there is no money of this kind."""
    return len(text) <= _LONGEST and bool(NOTHING.search(tight(text)))
