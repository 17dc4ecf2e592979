"""What the lines around a table say: title, organisation, fiscal year, unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schemas.grid import TextLine
from schemas.words import (
    is_attachment_mark,
    is_note,
    is_page_number,
    is_section_heading,
    is_unit_line,
    looks_like_title,
    names_organisation,
    organisation_in,
    plain,
    unit_in,
    year_in,
)

_T = TypeVar("_T")

_NEAR = 8
"""How many lines above a table are taken to speak of it."""
_LONGEST_TITLE = 60
_LARGER = 1.15
"""How much larger than its neighbours a line is that names a table without saying so."""
_PROSE = re.compile(r"[，。；;]|[,.] ")


@dataclass(frozen=True, slots=True)
class Heading:
    """What was said; None where the page doesn't say."""

    title: str | None
    organisation: str | None
    fiscal_year: int | None
    unit: str | None


def _can_be_title(text: str) -> bool:
    body = plain(text)
    return (
        1 < len(body) <= _LONGEST_TITLE
        and not is_attachment_mark(body)
        and not is_page_number(text)
        and not is_unit_line(body)
        and not is_note(body)
        and organisation_in(text) is None
        and not body.endswith(("：", ":"))
        and (looks_like_title(body) or not _PROSE.search(text))
        and any(char.isalpha() for char in body)
    )


def _title_score(line: TextLine, distance: int, usual: float) -> float:
    """How much a line above the table looks like its name; nearer and larger is better.

    ``distance`` counts lines from the table, ``usual`` is the common height of the lines.
    """
    larger = _height(line) / usual - 1.0 if usual else 0.0
    score = 3.0 * looks_like_title(line.text) + min(0.8, max(0.0, larger))
    listing = 0.4 * len(_PROSE.findall(line.text))
    return score - 0.3 * distance - 2.0 * is_section_heading(line.text) - listing


def _height(line: TextLine) -> float:
    heights = sorted(token.box.height for token in line.tokens) or [line.box.height]
    return heights[len(heights) // 2]


def _title_above(lines: Sequence[TextLine]) -> str | None:
    near = lines[-_NEAR:]
    heights = sorted(_height(line) for line in near)
    usual = heights[len(heights) // 2] if heights else 0.0
    choices = [
        (_title_score(line, distance, usual), line)
        for distance, line in enumerate(reversed(near))
        if _can_be_title(line.text)
        and (looks_like_title(line.text) or _height(line) > _LARGER * usual)
    ]
    if not choices:
        return None
    return plain(max(choices, key=lambda choice: choice[0])[1].text)


def _title_in_banners(banners: Sequence[str]) -> str | None:
    for text in banners:
        title = plain(_before_organisation(text))
        if _can_be_title(title) and looks_like_title(title):
            return title
    return None


def _before_organisation(text: str) -> str:
    """The part of a line before ``部门：…``, where title and organisation share a line."""
    for mark in ("部门", "单位", "單位", "編製", "机关", "機關"):
        at = text.find(mark + "：") if mark + "：" in text else text.find(mark + ":")
        if at > 0:
            return text[:at]
    return text


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)


def read_heading(
    above: Sequence[TextLine], banners: Sequence[str], headers: Sequence[str], told: str = ""
) -> Heading:
    """What the lines above a table, the lines inside its top and its header cells say.

    Nearer lines are asked first. A year in the title wins over one elsewhere above; a unit
    in a line of its own wins over one in a column title. ``told`` is what a model takes for
    the title: where nothing else looks like one, it is.
    """
    title = _title_in_banners(banners) or _title_above(above) or plain(told) or None
    near = [*reversed(banners), *(line.text for line in reversed(above[-_NEAR:]))]
    years = (year_in(text) for text in (*([title] if title else []), *near))
    year = _first(years) or (year_in(title, bare=True) if title else None)
    return Heading(
        title=title,
        organisation=_first(organisation_in(text) for text in near)
        or _first(plain(text) for text in near if names_organisation(text)),
        fiscal_year=year if year is not None else _header_year(headers),
        unit=_first(unit_in(text) for text in near) or _first(map(unit_in, headers)),
    )


def _header_year(headers: Sequence[str]) -> int | None:
    """The latest year that column titles name: the budget year beside the one before."""
    years = [year for text in headers if (year := year_in(text)) is not None]
    return max(years, default=None)
