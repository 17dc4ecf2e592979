"""What each page of a document is: table, prose, cover, contents or blank."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from schemas.grid import TextLine
from schemas.page import PageText
from schemas.result import PageKind
from schemas.words import is_page_number, looks_like_title, tight
from worker.lines import lines_of

COVER_LINES = 14
"""A page with more lines than this is no cover."""
_DIVIDER_LINES = 2
"""A page with no more lines than this is the cover of a part of the document."""
_SENTENCE = re.compile(r"[，。；！？]|\. ")
_CONTENTS = re.compile(r"^(?:目录|目錄|目次|總目次|总目录|contents|tableofcontents)$")
_ENTRY = re.compile(
    r"(?:\.{3,}|…+|·{3,}|-{3,}|_{3,})[\s(（]*\d{0,3}[)）]?$|[^\d.,]\s*\d{1,3}$|第?\d{1,3}[页頁]$"
)
_CHAPTER = re.compile(
    r"^第[0-9一二三四五六七八九十]+(?:部分|章)|^[一二三四五六七八九十]+、|^\d{1,2}[、.．]"
)


def page_kinds(pages: Sequence[PageText], with_table: Collection[int]) -> tuple[PageKind, ...]:
    """The kind of every page; ``with_table`` are the numbers of pages that hold a table."""
    kinds: list[PageKind] = []
    for page in pages:
        if page.number in with_table:
            kinds.append("table")
        else:
            before = kinds[-1] if kinds else None
            kinds.append(_kind(_said(page), before, seen=set(kinds) - {"blank"}))
    return tuple(kinds)


def _said(page: PageText) -> list[TextLine]:
    return [line for line in lines_of(page.tokens) if not is_page_number(line.text)]


def _kind(lines: Sequence[TextLine], before: PageKind | None, seen: set[PageKind]) -> PageKind:
    """The kind of a page without a table."""
    if not lines:
        return "blank"
    if _is_contents(lines, after_contents=before == "contents"):
        return "contents"
    if is_cover(lines) and (not seen - {"cover"} or len(lines) <= _DIVIDER_LINES):
        return "cover"
    return "prose"


def is_cover(lines: Sequence[TextLine]) -> bool:
    """Whether the lines can be a cover's: few, and no sentence among them."""
    return len(lines) <= COVER_LINES and not any(_SENTENCE.search(line.text) for line in lines)


def _is_contents(lines: Sequence[TextLine], after_contents: bool) -> bool:
    texts = [tight(line.text) for line in lines]
    headed = any(_CONTENTS.match(text) for text in texts[:4])
    entries = sum(bool(_ENTRY.search(t) or _CHAPTER.match(t) or looks_like_title(t)) for t in texts)
    prose = sum(bool(_SENTENCE.search(line.text)) for line in lines)
    listing = entries * 2 >= len(lines) and prose * 3 < len(lines)
    leaders = sum(bool(re.search(r"\.{4,}|…{2,}|·{4,}", t)) for t in texts)
    return listing and (headed or after_contents or leaders * 2 > len(lines))
