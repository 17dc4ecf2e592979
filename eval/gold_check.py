"""Gold made to speak: which of its own sums hold, and whether its figures are figures.

The gold is laid out as a table again and goes the way of every table: drafted, then
cross-footed. A sum that fails is either a slip of whoever wrote the gold or an error of the
publisher; the page tells which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from eval.gold import Gold, GoldBlock, GoldColumn, GoldRow, figure, load_gold
from schemas.geometry import Box, PageMap
from schemas.grid import GridCell, Sheet, TextLine
from schemas.page import Token
from schemas.result import CheckResult, ResultColumn, Table
from service.export.header import header_cells, header_depth
from worker.crossfoot import crossfoot
from worker.drafting.draft import draft
from worker.rounding import rounding_slack

_WIDE, _HIGH, _TYPE = 120.0, 20.0, 9.0


@dataclass(frozen=True, slots=True)
class Said:
    """What one table's sums say; ``failing`` are sentences."""

    page: int | None
    title: str
    figures: int
    holding: int
    rounding: int
    failing: tuple[str, ...]

    def __str__(self) -> str:
        where = f"page {self.page}" if self.page else "no page"
        return (
            f"{where} | {self.title[:40]} | {self.figures} figures | "
            f"{self.holding} sums hold, {self.rounding} by rounding, {len(self.failing)} fail"
        )


def check_gold(paths: Iterable[Path]) -> list[Said]:
    """What the sums of the gold say, table by table.

    Raises:
        ValueError: if a file is of no known kind.
    """
    gold = load_gold(paths)
    told = [_said(blocks, gold) for blocks in _tables(gold.blocks)]
    return [*told, *_by_parents(gold)]


def _tables(blocks: Iterable[GoldBlock]) -> Iterator[list[GoldBlock]]:
    """Blocks of one table: those that follow each other under the same headers."""
    for _, group in groupby(blocks, key=_identity):
        yield list(group)


def _identity(block: GoldBlock) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """The table's name, "" where pages name their tables anew, and its headers."""
    key = block.rows[0].key if block.rows else ""
    return key.rpartition("/")[0], tuple(column.path for column in block.columns)


def _said(blocks: Sequence[GoldBlock], gold: Gold) -> Said:
    columns = blocks[0].columns
    rows = [row for block in blocks for row in block.rows]
    table, _ = crossfoot(draft(_sheet(columns, rows, blocks[0].page or 1, gold)))
    statuses = [check.status for check in table.checks]
    return Said(
        page=blocks[0].page,
        title=" | ".join(filter(None, (column.label for column in columns))) or "no header",
        figures=sum(_figures(columns, row) for row in rows),
        holding=statuses.count("pass"),
        rounding=statuses.count("rounding"),
        failing=tuple(_sentence(check, table) for check in table.checks if check.status == "fail"),
    )


def _figures(columns: Sequence[GoldColumn], row: GoldRow) -> int:
    return sum(
        column.kind == "amount" and figure(text) is not None
        for column, text in zip(columns, row.cells, strict=True)
    )


def _sentence(check: CheckResult, table: Table) -> str:
    labels = {row.id: row.label for row in table.rows}
    heads = {column.key: column.label for column in table.columns}
    row, column = check.result
    return (
        f"{check.rule}: “{labels.get(row, row)[:30]}”, {heads.get(column, column)[:20]}: "
        f"off by {check.difference} from {len(check.terms)} terms"
    )


def _sheet(columns: Sequence[GoldColumn], rows: Sequence[GoldRow], page: int, gold: Gold) -> Sheet:
    """The table as a ruled sheet; rows whose parents are known are indented below them."""
    heads = [
        ResultColumn(key=str(at), label=column.label, type="text", path=column.path)
        for at, column in enumerate(columns)
    ]
    depth = header_depth(heads)
    header = [
        _cell(cell.text, cell.row, cell.col, page, cell.rowspan, cell.colspan)
        for cell in header_cells(heads)
    ]
    label = next((at for at, column in enumerate(columns) if column.kind == "text"), 0)
    body = [
        tuple(
            _cell(text, depth + number, at, page, indent=_depth(row, gold) if at == label else 0)
            for at, text in enumerate(row.cells)
        )
        for number, row in enumerate(rows)
    ]
    return Sheet(
        pages=(page,),
        cols=len(columns),
        header_rows=depth,
        header=tuple(header),
        body=tuple(body),
        ruled=True,
        above=(),
        below=(),
        continued=(),
        to_page=((page, PageMap()),),
    )


def _depth(row: GoldRow, gold: Gold) -> int:
    depth, key = 0, gold.parents.get(row.key)
    while key is not None and depth < 9:
        depth, key = depth + 1, gold.parents.get(key)
    return depth


def _cell(
    text: str, row: int, col: int, page: int, rowspan: int = 1, colspan: int = 1, indent: int = 0
) -> GridCell:
    x, y = col * _WIDE, row * _HIGH
    box = Box(x, y, x + colspan * _WIDE, y + rowspan * _HIGH)
    start = x + 2.0 + indent * _TYPE
    ink = Box(start, y + 5.0, start + max(len(text), 1) * _TYPE / 2, y + 5.0 + _TYPE)
    lines = (TextLine(text, ink, (Token(text, ink, "text"),)),) if text.strip() else ()
    return GridCell(
        row, col, rowspan, colspan, box, page, lines, text.strip(), 2.0 + indent * _TYPE
    )


def _by_parents(gold: Gold) -> Iterator[Said]:
    """For gold that knows parents: whether each parent is the sum of its rows."""
    for block in gold.blocks:
        rows = {row.key: row for row in block.rows}
        parents = {gold.parents.get(key) for key in rows}
        sums = [
            (rows[parent], at, [row for row in block.rows if gold.parents.get(row.key) == parent])
            for parent in parents
            if parent in rows
            for at, column in enumerate(block.columns)
            if column.kind == "amount"
        ]
        outcomes = [_outcome(parent, at, children) for parent, at, children in sums]
        whole = {key for key, parent in gold.parents.items() if parent in rows} <= set(rows)
        if sums and whole:
            yield Said(
                page=block.page,
                title="rows under their parents",
                figures=0,
                holding=outcomes.count("pass"),
                rounding=outcomes.count("rounding"),
                failing=tuple(told for told in outcomes if told not in {"pass", "rounding"}),
            )


def _outcome(parent: GoldRow, at: int, children: Sequence[GoldRow]) -> str:
    """``pass``, ``rounding``, or a sentence that says how it fails."""
    told = figure(parent.cells[at])
    terms = [value for row in children if (value := figure(row.cells[at])) is not None]
    off = (told or Decimal(0)) - sum(terms, Decimal(0))
    if not off:
        return "pass"
    if abs(off) <= rounding_slack(terms, told):
        return "rounding"
    return f"tree: “{parent.label[:30]}”, column {at + 1}: off by {off} from {len(terms)} rows"
