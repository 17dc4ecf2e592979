"""How an official form is described: titles, columns, row roles and the sums it promises.

A form is data. One module in this package per form holds a ``FORM``; nothing else has to
know of it. Sums come in three kinds, which cover every form of a department budget:

* sums in the row: a column is the sum of others (总计 = 财政拨款 + 其他资金);
* sums over the tree: a row is the sum of its child rows, column by column;
* nothing, where the form prints figures that need not add up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from schemas.draft import ColumnType, Role
from schemas.words import tight


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column that the form knows.

    ``names`` are patterns (on :func:`schemas.words.tight` text) for the printed header;
    the first that matches a whole header wins over one that matches a part.
    ``required`` columns must all be found for a table to be this form.
    """

    key: str
    type: ColumnType
    names: tuple[str, ...]
    required: bool = False

    def fit(self, header: str) -> int:
        """How well ``header`` names this column: 2 wholly, 1 in part, 0 not at all."""
        body = tight(header)
        if any(re.fullmatch(name, body) for name in self.names):
            return 2
        return int(any(re.search(name, body) for name in self.names))

    def likeness(self, header: str) -> float:
        """How alike ``header`` is to a name of almost its length, 0 to 1: for misread headers."""
        body = tight(header)
        plain = {
            re.sub(r"\(\?:.*?\)\??|\\\(.*|[\\^$.*?()\[\]]", "", name)
            for names in self.names
            for name in names.split("|")
        }
        near = [name for name in plain if abs(len(name) - len(body)) <= 1]
        return max((SequenceMatcher(None, body, name).ratio() for name in near), default=0.0)


@dataclass(frozen=True, slots=True)
class RowSum:
    """In every row, ``result`` is the sum of the ``terms`` (column keys)."""

    rule: str
    result: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """An official form.

    ``titles`` are patterns of its usual titles. ``levels`` are the row roles from the
    outermost inwards; each row adds into the nearest row above of the next outer role.
    ``leaf_columns`` tell rows of the innermost role: they hold text there, outer rows don't.
    ``tree_rules`` name the sums by the role of their result.
    """

    key: str
    titles: tuple[str, ...]
    columns: tuple[FormColumn, ...]
    levels: tuple[Role, ...]
    leaf_columns: tuple[str, ...] = ()
    row_sums: tuple[RowSum, ...] = ()
    tree_rules: dict[Role, str] = field(default_factory=dict)

    def names(self, title: str | None) -> bool:
        """Whether ``title`` is one of the form's."""
        return title is not None and any(re.search(t, tight(title)) for t in self.titles)

    @property
    def label(self) -> FormColumn:
        """The column that names the rows."""
        return next(column for column in self.columns if column.type == "label")
