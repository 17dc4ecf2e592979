"""A made-up table as pure values: what is true, before anything is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from schemas.draft import ColumnType, Role, Sum

Value = Decimal | str | None
"""A figure, a text, or nothing."""


@dataclass(frozen=True, slots=True)
class MadeColumn:
    """A column; ``path`` is its header from the outermost cell inwards.

    ``number`` is what a row that numbers the columns prints here (``2``, ``5=6+7``).
    """

    key: str
    type: ColumnType
    path: tuple[str, ...]
    number: str = ""

    @property
    def is_money(self) -> bool:
        return self.type == "amount"


@dataclass(frozen=True, slots=True)
class MadeTarget:
    """A target value: a figure with its operator and unit, or words."""

    operator: str | None = None
    value: str | None = None
    unit: str | None = None
    words: str | None = None
    sign: str | None = None

    @property
    def text(self) -> str:
        """As printed; ``sign`` is how the operator is printed where that differs."""
        if self.words is not None:
            return self.words
        return f"{self.sign or self.operator or ''}{self.value}{self.unit or ''}"


@dataclass(frozen=True, slots=True)
class MadeIndicator:
    """One performance indicator: levels with their codes, a name, and two targets."""

    level1_code: str
    level1: str
    level2_code: str
    level2: str
    name: str
    term: MadeTarget
    year: MadeTarget


@dataclass(frozen=True, slots=True)
class MadeRow:
    """A row; ``parent`` is the id of the row that this one adds into.

    ``depth`` says how far the label is indented. ``spans`` maps a column's key to the rows
    that its cell covers, this one included; the covered cells below are not in ``values``.
    ``wide`` says that the label stands over all columns left of the first figure.
    ``indicators`` are those of a project, each printed in the cell ``(row id, column key)``
    of ``indicator_cells``.
    """

    id: str
    role: Role
    label: str
    values: Mapping[str, Value]
    parent: str | None = None
    depth: int = 0
    spans: Mapping[str, int] = field(default_factory=dict)
    wide: bool = False
    indicators: tuple[MadeIndicator, ...] = ()
    indicator_cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MadeTable:
    """A table of a form with all that its page says, figures exact.

    ``unit`` is the printed currency unit and ``decimals`` how many of them a figure has;
    values may be finer, then printing rounds them. ``rows`` are in printed order.
    """

    form: str
    title: str
    organisation: str
    fiscal_year: int
    unit: str
    decimals: int
    columns: tuple[MadeColumn, ...]
    rows: tuple[MadeRow, ...]
    sums: tuple[Sum, ...]
    notes: tuple[str, ...] = ()
    language: str = "zh"

    @property
    def label_key(self) -> str:
        return next(column.key for column in self.columns if column.type == "label")

    def row(self, name: str) -> MadeRow:
        return next(row for row in self.rows if row.id == name)

    def figure(self, row: str, column: str) -> Decimal:
        """The figure of a cell, 0 where it has none."""
        value = self.row(row).values.get(column)
        return value if isinstance(value, Decimal) else Decimal(0)
