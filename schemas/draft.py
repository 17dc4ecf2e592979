"""A table as the page says it, before its sums are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from schemas.geometry import Box
from schemas.page import Posterior, Reading, TokenSource, Warn

ColumnType = Literal["label", "code", "amount", "text", "percent", "count"]
Role = Literal["total", "group", "unit", "project", "item", "note"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``key`` is unique in its table, ``label`` the printed header.

    ``path`` is the header from the outermost cell inwards (``("基本支出", "人员经费")``).
    """

    key: str
    label: str
    type: ColumnType
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftCell:
    """A cell as read. ``box`` is in page space of ``page`` (counts from 1).

    ``value`` is the canonical decimal string of an amount, None where no figure is printed
    (blank or a dash, which ``text`` tells apart). ``readable`` is False where ink stands in
    an amount cell that is no figure.
    ``readings`` are the recogniser's candidate texts, best first; ``posteriors`` what each
    look at the ink of the figure saw. ``contested`` says that the rules and a model put its
    ink into different places of the table; ``sighted`` is what a model reads in its crop.
    """

    text: str
    value: str | None
    page: int
    box: Box
    source: TokenSource
    confidence: float
    readings: tuple[Reading, ...] = ()
    readable: bool = True
    posteriors: tuple[Posterior, ...] = ()
    contested: bool = False
    sighted: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One parsed 绩效指标 (performance indicator).

    ``number`` is the printed running number. ``level1``/``level2`` are names with their
    codes taken off. Each target is kept as printed; ``operator``, ``number_value`` and
    ``unit`` are filled where the target is a figure, ``words`` where it is not.
    """

    number: int
    text: str
    level1_code: str
    level1: str
    level2_code: str
    level2: str
    name: str
    term_target: Target | None
    year_target: Target | None
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Target:
    """A target value: ``≥90%`` is operator ``≥``, value ``90``, unit ``%``."""

    text: str
    operator: str | None = None
    value: str | None = None
    unit: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class RowSide:
    """What a row says in one of the tables that stand side by side in a grid.

    ``parent`` is the id of the row whose same side this one adds into.
    """

    label: str
    role: Role
    parent: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the tables side by side: its label column and its columns of figures (keys)."""

    label: str
    amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A body row. ``parent`` is the id of the row that this one adds into.

    ``code`` is the whole code of the row, parts that only rows above print included; None
    where none is printed. ``sides`` has one entry for each table side by side, in the order
    of :attr:`Draft.sides`; label, role and parent of the row itself are those of the first
    that has a label there.
    """

    id: str
    role: Role
    label: str
    pages: tuple[int, ...]
    cells: dict[str, DraftCell]
    parent: str | None = None
    indicators: tuple[Indicator, ...] = ()
    code: str | None = None
    sides: tuple[RowSide, ...] = ()


CellRef = tuple[str, str]
"""(row id, column key)."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A promise of the table: the figure at ``result`` equals the sum of ``terms``.

    ``rule`` names the kind of promise (``row_total``, ``tree``, ``column_total``, …);
    ``told`` is one that only a model says the table makes.
    Terms may point at blank cells, which count as zero.
    """

    rule: str
    result: CellRef
    terms: tuple[CellRef, ...]


TableCellRef = tuple[int, str, str]
"""(index of the table in its booklet, from 0; row id; column key)."""


@dataclass(frozen=True, slots=True)
class BookletSum:
    """A promise between tables of one booklet: ``result`` equals the sum of ``terms``."""

    rule: str
    result: TableCellRef
    terms: tuple[TableCellRef, ...]


Stated = Literal["table", "cover", "booklet"]
"""Where something is said: at the table itself, on the cover, by the booklet's other tables."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A table as a form: columns, rows with roles and parents, and the sums it promises.

    ``form`` is the key of the form, ``generic`` where none matches. ``title``,
    ``organisation``, ``fiscal_year`` and ``unit`` are None where the page does not say.
    ``form_confidence`` is how sure the form is, 0 to 1. ``stated`` says of ``organisation``,
    ``fiscal_year`` and ``unit`` where each was found. ``sides`` are the tables side by side
    in the grid, empty where it is one; ``notes`` the remarks printed under the table.
    """

    form: str
    title: str | None
    organisation: str | None
    fiscal_year: int | None
    unit: str | None
    pages: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[DraftRow, ...]
    sums: tuple[Sum, ...]
    warnings: tuple[Warn, ...] = ()
    form_confidence: float = 1.0
    stated: dict[str, Stated] = field(default_factory=dict)
    sides: tuple[Side, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Booklet:
    """All tables of one document in page order, and what they promise each other.

    Amounts of different tables may be printed in different units; a sum between tables
    holds after both are brought to the same one.
    """

    drafts: tuple[Draft, ...]
    sums: tuple[BookletSum, ...] = ()
