"""What is truly printed in a document: gold, in the kinds that it is written down in.

==================  ======================================================================
``*.cells.json``    every ruled cell of a born-digital document, page by page, as printed
``*.json``, page    one table read by eye: page, columns, rows (and fields of a form)
``*.csv``           the publisher's own figures for some columns of some rows; no pages
``*.json``, result  the result format with true values: labels, parents, everything
==================  ======================================================================
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from schemas.amount import Amount, narrow, parse_amount
from schemas.draft import ColumnType
from schemas.result import BoxList, Result, Table

ColumnKind = Literal["amount", "text"]

FIGURE_TYPES: frozenset[ColumnType] = frozenset({"amount", "percent", "count"})
"""The columns of a result whose values are figures; values of others are texts."""

_NOT_AMOUNTS = ("编码", "代码", "编号", "序号", "行次", "指标值", "权重", "分值")


@dataclass(frozen=True, slots=True)
class GoldColumn:
    """A column: its header from the outermost cell inwards, () where gold has none."""

    path: tuple[str, ...]
    kind: ColumnKind

    @property
    def label(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A body row; ``key`` names it in the whole gold, ``label`` is "" where gold has none.

    ``places`` has the boxes of what is printed in the row, where they are those of the very
    file that is read.
    """

    key: str
    label: str
    cells: tuple[str, ...]
    places: tuple[BoxList, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldBlock:
    """The part of a table on one page; ``page`` is None where gold names none.

    ``whole`` says that every figure of the table's rows is in the gold, so that a figure
    that is not there is one too many.
    """

    page: int | None
    columns: tuple[GoldColumn, ...]
    rows: tuple[GoldRow, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Gold:
    """The truth about a document.

    ``whole`` says that pages without a block have no figures. ``parents`` maps a row's key
    to its parent's (None for a top row) for the rows whose parent the gold knows.
    """

    blocks: tuple[GoldBlock, ...]
    whole: bool = True
    parents: dict[str, str | None] = field(default_factory=dict)


def load_gold(paths: Iterable[Path]) -> Gold:
    """The gold of one document out of its files, their kinds told by their content.

    Raises:
        ValueError: if a file is of no known kind.
    """
    parts = [_load(path) for path in paths]
    return Gold(
        blocks=tuple(block for part in parts for block in part.blocks),
        whole=all(part.whole for part in parts),
        parents={key: parent for part in parts for key, parent in part.parents.items()},
    )


def _load(path: Path) -> Gold:
    if path.suffix == ".csv":
        return csv_gold(path.read_text(encoding="utf-8"), path.stem)
    data = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
    if "schema_version" in data:
        return result_gold(Result.model_validate_json(path.read_bytes()))
    if "amount_columns" in data:
        return cells_gold(data["rows"])
    if "columns" in data and "page" in data:
        return page_gold(data)
    raise ValueError(f"{path.name}: no kind of gold that is known")


def cells_gold(rows: Sequence[dict[str, Any]]) -> Gold:
    """Gold from ruled cells as printed: headers repeat and page breaks cut rows.

    Prose that some tool took for tables of one row is left out; a table of one row is
    believed only where it goes on with the columns of the page before.
    """
    blocks: list[GoldBlock] = []
    columns: tuple[GoldColumn, ...] = ()
    for (page, table), group in groupby(rows, key=lambda row: (row["page"], row["table"])):
        cells = [tuple(row["cells"]) for row in group]
        prose = len(cells) == 1 and len(cells[0]) != len(columns)
        if len(cells[0]) < 2 or prose:
            continue
        goes_on = len(cells[0]) == len(columns) and not cells[0][0].strip()
        headed, paths = (0, ()) if goes_on and any(cells[0]) else header(cells)
        if headed or len(cells[0]) != len(columns):
            columns = tuple(
                GoldColumn(path, _kind(path, [line[at] for line in cells[headed:]]))
                for at, path in enumerate(paths)
            )
        body = [line for line in cells[headed:] if not _numbers_the_columns(line)]
        blocks.append(_block(int(page), f"{page}.{table}", columns, body))
    return Gold(tuple(blocks))


def page_gold(data: dict[str, Any]) -> Gold:
    """Gold of one table on one page, read by eye; fields of a form are rows of two cells."""
    page = int(data["page"])
    lines = [tuple(map(str, row)) for row in data["rows"]]
    columns = tuple(
        GoldColumn((label,), _kind((label,), [line[at] for line in lines]))
        for at, label in enumerate(map(narrow, data["columns"]))
    )
    blocks = [_block(page, str(page), columns, lines)]
    if data.get("fields"):
        fields = [(label, text) for label, text in data["fields"].items() if _figure(text)]
        pair = (GoldColumn((), "text"), GoldColumn((), "amount"))
        blocks.append(_block(page, f"{page}.fields", pair, fields))
    return Gold(tuple(blocks))


def csv_gold(text: str, name: str) -> Gold:
    """Gold from published figures: no labels as printed, no pages, some columns, some rows.

    Figures lose a decimal part of zeros that the CSV's writer added.
    """
    header, *lines = list(csv.reader(text.splitlines()))
    told = [at for at, title in enumerate(header) if title not in {"name", "kind"}]
    rows = tuple(
        GoldRow(f"{name}.{number}", "", tuple(line[at].removesuffix(".0") for at in told))
        for number, line in enumerate(lines)
    )
    block = GoldBlock(None, tuple(GoldColumn((), "amount") for _ in told), rows, whole=False)
    return Gold((block,), whole=False)


def result_gold(result: Result, *, placed: bool = False) -> Gold:
    """Gold in the result format: one block per table and page, every parent known.

    ``placed`` says that its boxes are those of the file that is read.
    """
    blocks = [
        _result_block(table, page, placed)
        for table in result.tables
        for page in sorted(table.pages)
    ]
    parents = {
        f"{table.id}/{row.id}": f"{table.id}/{row.parent}" if row.parent else None
        for table in result.tables
        for row in table.rows
    }
    return Gold(tuple(blocks), parents=parents)


def figure(text: str | None) -> Decimal | None:
    """The figure that ``text`` is; None where it is none."""
    amount = parse_amount(text) if text else None
    return amount.value if isinstance(amount, Amount) else None


def header(lines: Sequence[Sequence[str]]) -> tuple[int, tuple[tuple[str, ...], ...]]:
    """How many rows at the top are header, and for each column its path of header texts.

    Titles and unit lines drawn inside the grid count as header and are in no path.
    A cell spans the blank cells to its right that are still open; it closes its column
    where it spans none. A row with a figure, or with text in a closed column, is body. A row
    that only counts the columns ends the header.
    """
    closed = [False] * len(lines[0])
    paths: list[tuple[str, ...]] = [()] * len(lines[0])
    for depth, line in enumerate(lines):
        written = [bool(text.strip()) for text in line]
        if _stands_over_the_table(line):
            continue
        if _numbers_the_columns(line):
            return depth + 1, tuple(paths)
        if any(map(_figure, line)) or any(c and w for c, w in zip(closed, written, strict=True)):
            return depth, tuple(paths)
        spanning = ""
        for at, text in enumerate(line):
            spanning = narrow(text) if written[at] else "" if closed[at] else spanning
            paths[at] += (spanning,) if spanning else ()
        closed = [
            was or (here and not _spans(at, written, closed))
            for at, (was, here) in enumerate(zip(closed, written, strict=True))
        ]
    return len(lines), tuple(paths)


def _stands_over_the_table(line: Sequence[str]) -> bool:
    """Whether the row holds a title, a name or the unit line, drawn inside the grid."""
    texts = [narrow(text) for text in line if text.strip()]
    few = len(texts) * 2 < len(line)
    return (len(texts) < 2 and len(line) > 2) or (few and any("单位:" in text for text in texts))


def _spans(at: int, written: Sequence[bool], closed: Sequence[bool]) -> bool:
    return at + 1 < len(written) and not written[at + 1] and not closed[at + 1]


def _kind(path: Sequence[str], texts: Sequence[str]) -> ColumnKind:
    """``amount`` where figures of money stand: with decimals or separators, or so named."""
    figures = [narrow(text) for text in texts if _figure(text)]
    if not figures or any(word in label for label in path for word in _NOT_AMOUNTS):
        return "text"
    written_out = any("." in text or "," in text or text == "0" for text in figures)
    named = any(word in label for label in path for word in ("金额", "预算数"))
    return "amount" if written_out or named else "text"


def _figure(text: str) -> bool:
    return figure(text) is not None


def _numbers_the_columns(line: Sequence[str]) -> bool:
    """Whether the row only counts the columns: 1, 2, 3 … beside marks such as ``**``."""
    written = [narrow(text) for text in line if narrow(text).strip("*-—栏次")]
    return len(written) > 1 and written == [str(n) for n in range(1, len(written) + 1)]


def _block(
    page: int, name: str, columns: tuple[GoldColumn, ...], lines: Iterable[Sequence[str]]
) -> GoldBlock:
    rows = tuple(
        GoldRow(f"{name}.{number}", _label(columns, line), tuple(line))
        for number, line in enumerate(lines)
    )
    return GoldBlock(page, columns, rows)


def _label(columns: Sequence[GoldColumn], line: Sequence[str]) -> str:
    """The first text of the row that is no figure."""
    texts = (
        text
        for column, text in zip(columns, line, strict=True)
        if column.kind == "text" and text.strip() and not _figure(text)
    )
    return next(texts, "")


def _result_block(table: Table, page: int, placed: bool) -> GoldBlock:
    columns = tuple(
        GoldColumn(
            tuple(map(narrow, column.path or (column.label,))),
            "amount" if column.type in FIGURE_TYPES else "text",
        )
        for column in table.columns
    )
    rows = []
    for row in table.rows:
        cells = {key: cell for key, cell in row.cells.items() if cell.page == page}
        if not cells:
            continue
        texts = tuple(
            (cells[c.key].value or cells[c.key].text) if c.key in cells else ""
            for c in table.columns
        )
        places = tuple(cell.bbox for cell in cells.values() if placed and cell.text)
        rows.append(GoldRow(f"{table.id}/{row.id}", row.label, texts, places))
    return replace(GoldBlock(page, columns, ()), rows=tuple(rows))
