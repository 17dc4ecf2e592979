"""Tables of plain texts, as other tools give them, made results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from eval.gold import header
from schemas.amount import Amount, parse_amount
from schemas.draft import ColumnType
from schemas.result import (
    Cell,
    Document,
    Engine,
    Result,
    ResultColumn,
    Row,
    Table,
    Usage,
)

_NOWHERE = (0.0, 0.0, 0.0, 0.0)


def result_of(
    path: Path,
    pages: int,
    tables: Iterable[tuple[int, Sequence[Sequence[str | None]]]],
    tool: str,
    told: Mapping[str, Any],
) -> Result:
    """The tables, each (page, rows), as a result.

    A tool that marks nothing vouches for everything: each figure is ``accepted``. Which
    rows are header is told by the rule that gold of plain cells is read by.
    """
    made = [_table(f"t{n}", page, rows) for n, (page, rows) in enumerate(tables, 1) if rows]
    usage = Usage(
        seconds=float(told.get("seconds", 0.0)),
        model_calls=int(told.get("calls", 0)),
        input_tokens=int(told.get("input_tokens", 0)),
        output_tokens=int(told.get("output_tokens", 0)),
    )
    return Result(
        status="verified",
        document=Document(
            name=path.name,
            sha256=sha256(path.read_bytes()).hexdigest(),
            pages=pages,
            page_sources=("scan",) * pages,
            engine=Engine(crossfoot="none", ocr=tool),
        ),
        tables=tuple(table for table in made if table.columns),
        usage=usage,
    )


def _table(name: str, page: int, rows: Sequence[Sequence[str | None]]) -> Table:
    width = max(len(row) for row in rows)
    lines = [[text or "" for text in row] + [""] * (width - len(row)) for row in rows]
    heads, paths = header(lines)
    if heads == len(lines) and len(lines) > 1:  # all words: the first line is the likely header
        heads, paths = 1, tuple((text,) if text else () for text in lines[0])
    body = lines[heads:]
    columns = tuple(_column(at, path, body) for at, path in enumerate(paths))
    return Table(
        id=name,
        form="generic",
        title=None,
        organisation=None,
        fiscal_year=None,
        unit=None,
        pages=(page,),
        columns=columns,
        rows=tuple(_row(f"r{n}", page, columns, line) for n, line in enumerate(body, 1)),
        checks=(),
    )


def _column(at: int, path: tuple[str, ...], body: Sequence[Sequence[str]]) -> ResultColumn:
    """A column of amounts where most of what stands in it is a figure."""
    texts = [line[at] for line in body if line[at].strip()]
    figures = sum(_figure(text) is not None for text in texts)
    kind: ColumnType = (
        "amount" if texts and 2 * figures > len(texts) else "label" if at == 0 else "text"
    )
    label = path[-1] if path else ""
    return ResultColumn(key=f"c{at}", label=label, type=kind, path=path or (label,))


def _row(name: str, page: int, columns: Sequence[ResultColumn], line: Sequence[str]) -> Row:
    cells = {
        column.key: _cell(text, page, column)
        for column, text in zip(columns, line, strict=True)
        if text.strip()
    }
    words = (text for text in line if text.strip() and _figure(text) is None)
    return Row(id=name, parent=None, role="item", label=next(words, ""), pages=(page,), cells=cells)


def _cell(text: str, page: int, column: ResultColumn) -> Cell:
    value = _figure(text) if column.type == "amount" else None
    return Cell(
        value=value,
        text=text,
        page=page,
        bbox=_NOWHERE,
        source="ocr",
        confidence=1.0,
        verdict="accepted" if value is not None else None,
    )


def _figure(text: str) -> str | None:
    amount = parse_amount(text)
    return amount.canonical() if isinstance(amount, Amount) else None
