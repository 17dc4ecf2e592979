"""How an official form is described: titles, columns, lines, sums, and what other forms repeat.

A form is data. One module in this package per form holds a ``FORM``; nothing else has to
know of it. What a table prints is found without any form (words, codes, indents, figures);
a form gives names to what was found, and adds the sums that its headers leave unsaid:

* sums in the row: a column is the sum of others (总计 = 财政拨款 + 其他资金);
* sums over the tree, which follow from codes and indents, or from ``levels``;
* equations between tables of one booklet: the same money printed in another form.

A table that no form knows stays ``generic`` and loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Literal

from schemas.draft import ColumnType, Role
from schemas.words import tight

Side = Literal["income", "spending"]
Classification = Literal["function", "economy"]

TOTAL = "total"
"""The line that every form has: the row that all others add into."""

_ASIDE = re.compile(
    r"^(?:其中|内中|內中)[:、]?|^\d{1,2}[、.](?!\d)|\((?:单位[:]?)?[百千万亿]*元\)|\(%\)"
)
_FRAME = re.compile(
    r"(?:(?:19|20)\d{2}年度?|本年度?|当年|年初|上年度?)?(?:部门|单位)?(?:预算|决算|执行|预算安排)(?:数|金额|情况)?"
    r"|(?:19|20)\d{2}年度?|(?:本年|当年)?(?:收入|支出)(?:预算|预算数)?|項?项?目|资金来源|金额"
    r"|(?:部门预算)?(?:支出)?(?:功能|经济)?(?:分类)?科目(?:编码)?|(?:收入|支出)(?:合计|总计)构成"
)
"""Header cells that frame others and say nothing of which money stands below."""
_YEAR = re.compile(r"(?:19|20)\d{2}(?=年)")
_PATTERN_SIGN = re.compile(r"[\\^$.*?+{}()\[\]|]")


def header_words(path: Sequence[str]) -> tuple[str, ...]:
    """A header path for comparing: each cell tight, without 其中, numbers and units."""
    parts = [_ASIDE.sub("", tight(part)) for part in path]
    return tuple(part for part in parts if part)


def header_year(path: Sequence[str]) -> int | None:
    """The year that a header names, in any of its cells."""
    years = [int(found[0]) for part in path if (found := _YEAR.search(tight(part)))]
    return years[-1] if years else None


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column that the form knows.

    ``names`` are patterns for the whole printed header, outer cells parted from inner ones
    by ``/`` (``基本支出/小计``); earlier ones are surer, and one without pattern signs is
    also known where it was read with a mistake. Cells that only frame others (2026年预算数,
    本年支出, the form's own ``frames``) may stand before it.
    ``required`` columns tell the form apart where its title does not.
    """

    key: str
    type: ColumnType
    names: tuple[str, ...]
    required: bool = False

    def fit(self, path: Sequence[str], frames: Sequence[str]) -> int | None:
        """How well a header names this column: 0 is best, None not at all."""
        return self.fit_of(without_frames(path, frames))

    def fit_of(self, headers: Iterable[tuple[int, str]]) -> int | None:
        """The same of what :func:`without_frames` makes of a header."""
        for outer, header in headers:
            rank = _rank(self.names, header)
            if rank is not None:
                return 10 * outer + rank
        return None

    def likeness(self, path: Sequence[str]) -> float:
        """How alike a header is to a name of almost its length, 0 to 1: for misread headers."""
        header = "/".join(header_words(path))
        near = [name for name in self.plain_names() if abs(len(name) - len(header)) <= 1]
        return max((SequenceMatcher(None, header, name).ratio() for name in near), default=0.0)

    def plain_names(self) -> tuple[str, ...]:
        """The names that are no patterns."""
        return tuple(name for name in self.names if _is_plain(name))


@lru_cache(maxsize=8192)  # forms share names, and pages share headers
def _rank(names: tuple[str, ...], header: str) -> int | None:
    """The first of the names that the header is; None where it is none of them."""
    for rank, name in enumerate(names):
        # A pattern takes time to make when it is first asked: what is none is just compared.
        if header == name if _is_plain(name) else re.fullmatch(name, header):
            return rank
    return None


@cache  # as many as forms have names
def _is_plain(name: str) -> bool:
    """Whether a name has no pattern signs and stands for nothing but itself."""
    return _PATTERN_SIGN.search(name) is None


def without_frames(path: Sequence[str], frames: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """A header as a form may name it, each time with how many outer cells were left out."""
    return _unframed(tuple(path), tuple(frames))


@lru_cache(maxsize=1024)  # many forms have the same frames
def _unframed(path: tuple[str, ...], frames: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """The header whole, then without its outermost cell as long as that is a frame."""
    words = header_words(path)
    found = []
    for outer, word in enumerate(words):
        found.append((outer, "/".join(words[outer:])))
        if not (_FRAME.fullmatch(word) or any(re.fullmatch(f, word) for f in frames)):
            break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RowSum:
    """In every row, ``result`` is the sum of the ``terms`` (column keys).

    Terms that the table lacks are left out; one that is itself a sum of the form is then
    taken by its parts.
    """

    rule: str
    result: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row that the form knows by its label; ``side`` where two tables stand in one grid."""

    key: str
    names: tuple[str, ...]
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A figure of a form: on the ``line`` (:data:`TOTAL` or one of its lines) in a ``column``.

    Without a column it is the first figure right of the line's label.
    """

    form: str
    line: str = TOTAL
    column: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """The same money in two forms: ``result`` is the sum of one of the ``ways``.

    Booklets differ in what a line covers (with or without last year's money), so there may
    be several ways; the first that is printed is meant unless a later one holds. What is
    not ``promised`` (a form need not cover everything) is an equation only where it holds.
    """

    rule: str
    result: Place
    ways: tuple[tuple[Place, ...], ...]
    promised: bool = True


@dataclass(frozen=True, slots=True, eq=False)  # each is itself alone: what fits it is kept by it
class Form:
    """An official form.

    ``name`` is its usual title, ``titles`` are patterns of others, ``unlike`` patterns of
    titles that are another table's. ``follows`` are the forms that it usually stands behind.
    ``classified`` says whose codes the rows have. ``frames`` are header cells that say no
    more than the title does.

    ``levels`` are the row roles from the outermost inwards where ``leaf_columns`` tell rows
    of the innermost role (they hold text there, outer rows don't; a table needs
    ``indicators`` or ``level3``, one text or one row for each, to be read so), and
    ``tree_rules`` name their sums by the role of the result. Other forms take the tree as
    it is printed.
    """

    key: str
    name: str
    titles: tuple[str, ...]
    unlike: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    columns: tuple[FormColumn, ...] = ()
    frames: tuple[str, ...] = ()
    row_sums: tuple[RowSum, ...] = ()
    lines: tuple[Line, ...] = ()
    classified: Classification | None = None
    equations: tuple[Equation, ...] = ()
    levels: tuple[Role, ...] = ()
    leaf_columns: tuple[str, ...] = ()
    tree_rules: dict[Role, str] = field(default_factory=dict)

    def named_by(self, title: str | None) -> bool:
        """Whether ``title`` is one of the form's."""
        if title is None:
            return False
        body = tight(title)
        return any(re.search(t, body) for t in self.titles) and not any(
            re.search(t, body) for t in self.unlike
        )

    def column(self, key: str) -> FormColumn | None:
        """The column with this key, None where the form has none."""
        return next((column for column in self.columns if column.key == key), None)
