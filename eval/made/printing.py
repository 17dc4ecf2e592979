"""What each cell of a table prints: figures in the booklet's manner, zeros by its mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from eval.made.spec import MadeSpec
from eval.made.table import MadeColumn, MadeTable

CellRef = tuple[str, str]
"""(row id, column key)."""

_ZEROS = {"blank": "", "dash": "—", "hyphen": "-"}


@dataclass(frozen=True, slots=True)
class Print:
    """A table with what its cells print; a cell that a merged one covers is not in ``texts``."""

    table: MadeTable
    texts: Mapping[CellRef, str]


def printed(table: MadeTable, spec: MadeSpec) -> Print:
    """The texts of all cells and, where the spec wants it so, the unit in the header."""
    if spec.unit_in_header and table.language == "zh":
        table = replace(table, columns=tuple(_with_unit(c, table.unit) for c in table.columns))
    texts: dict[CellRef, str] = {}
    for row in table.rows:
        covered = _covered(table, row.id)
        for column in table.columns:
            if column.key in covered:
                continue
            value = row.values.get(column.key)
            if column.key == table.label_key:
                value = row.values.get(column.key, row.label)
            if isinstance(value, Decimal):
                texts[row.id, column.key] = amount_text(value, table.decimals, spec)
            else:
                texts[row.id, column.key] = value or ""
    return Print(table, texts)


def amount_text(value: Decimal, decimals: int, spec: MadeSpec) -> str:
    """A figure with so many decimals, rounded half up where it is finer."""
    value = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if not value and spec.zero in _ZEROS:
        return _ZEROS[spec.zero]
    body = f"{abs(value):{',' if spec.separators else ''}f}"
    if value >= 0:
        return body
    match spec.negatives:
        case "brackets":
            return f"({body})"
        case "triangle":
            return f"△{body}"
        case _:
            return f"-{body}"


def _with_unit(column: MadeColumn, unit: str) -> MadeColumn:
    if not column.is_money:
        return column
    return replace(column, path=(*column.path[:-1], f"{column.path[-1]}（{unit}）"))


def _covered(table: MadeTable, row_id: str) -> set[str]:
    """The columns that a cell merged over rows covers in this row."""
    ids = [row.id for row in table.rows]
    at = ids.index(row_id)
    return {
        key
        for back, row in enumerate(reversed(table.rows[:at]), 1)
        for key, count in row.spans.items()
        if count > back
    }
