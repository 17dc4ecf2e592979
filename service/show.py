"""Tables of a result in the terminal, each as the tree that its rows make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Sheet
from rich.text import Text

from schemas.errors import UsageError
from schemas.result import CheckStatus, Result, ResultColumn, Row, Table
from service.palette import CHECKS, VERDICTS
from service.plain import file_label, one_line
from service.printed import column_separators, is_figure_column, label_column, shown
from service.rowtree import guides
from service.summary import summarise
from service.wording import (
    Places,
    count,
    difference_in_words,
    header_path,
    pages_in_words,
    warning_in_words,
)

_BOLD_ROLES = ("total", "group", "unit")
_TEXT_WIDTH = 28  # most of a column of words; longer text is left out
_HEADER_WIDTH = 26  # most of one part of a header
_GAP = 3  # between columns
_FEW_TERMS, _FEW_LINES = 4, 40


def show(result: Result, console: Console, table_id: str | None = None) -> None:
    """Prints the tables, or the one named ``table_id``, then what to review and to know.

    Raises:
        UsageError: if there is no table of that name.
    """
    tables = _chosen(result, table_id)
    _line(console, Text(_document_line(result), style="bold"))
    if result.error is not None:
        _line(console, Text(f"failed: {one_line(result.error.message)}", style="bold red"))
    for table in tables:
        _show_table(result, table, console)
    for warning in result.warnings:
        _line(console, Text(f"warning: {warning_in_words(warning)}", style="yellow"))


def _chosen(result: Result, table_id: str | None) -> Sequence[Table]:
    if table_id is None:
        return result.tables
    found = [table for table in result.tables if table.id == table_id]
    if not found:
        names = ", ".join(one_line(table.id) for table in result.tables) or "it holds none"
        raise UsageError(f"there is no table {table_id!r} in this result ({names}).")
    return found


def _document_line(result: Result) -> str:
    held = result.document
    return f"{file_label(held.name)}  {count(held.pages, 'page')}  {result.status}"


def _show_table(result: Result, table: Table, console: Console) -> None:
    title = one_line(table.title or "") or "(no title printed)"
    about = [one_line(table.organisation or ""), str(table.fiscal_year or "")]
    about += [f"unit: {one_line(table.unit)}" if table.unit else "", pages_in_words(table.pages)]
    console.print()
    _line(console, Text.assemble((one_line(table.id), "dim"), " ", (title, "bold")))
    _line(console, Text(" · ".join(filter(None, [*about, table.form])), style="dim"))
    for sheet in _sheets(table, console.width):
        console.print(sheet)
        console.print()
    _show_left_out(table, console)
    _show_legend(table, console)
    _show_checks(table, console)
    _show_review(result, table, console)


@dataclass(frozen=True, slots=True)
class _Strip:
    """One column as it will be printed: its header and one text per row."""

    header: str
    cells: tuple[Text, ...]
    width: int
    right: bool


def _sheets(table: Table, width: int) -> Iterator[Sheet]:
    """The table, cut into blocks of columns that fit; the labels lead every block."""
    label, *strips = _strips(table)
    room = width - sum(strip.width + _GAP for strip in strips)
    label = _cut(label, max(room, width * 2 // 5, 16))
    block: list[_Strip] = []
    for strip in strips:
        used = sum(s.width + _GAP for s in (label, *block, strip)) - _GAP
        if block and used > width:
            yield _sheet(table.rows, [label, *block])
            block = []
        block.append(strip)
    yield _sheet(table.rows, [label, *block])


def _strips(table: Table) -> list[_Strip]:
    """The labels, then every other column but those of long text."""
    label = label_column(table)
    separators = column_separators(table)
    return [_label_strip(table, label)] + [
        _strip(table, column, separators.get(column.key, False))
        for column in table.columns
        if column is not label and not _is_long(table, column)
    ]


def _is_long(table: Table, column: ResultColumn) -> bool:
    """Whether the column holds text that would not stand in a line of a tree."""
    return column.type == "text" and any(
        cell_len(one_line(row.cells[column.key].text)) > _TEXT_WIDTH
        for row in table.rows
        if column.key in row.cells
    )


def _sheet(rows: Sequence[Row], strips: Sequence[_Strip]) -> Sheet:
    sheet = Sheet(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    for strip in strips:
        sheet.add_column(
            Text(strip.header, justify="right" if strip.right else "left"),
            width=strip.width,
            justify="right" if strip.right else "left",
            overflow="fold",
            vertical="bottom",
        )
    for y, row in enumerate(rows):
        style = "bold" if row.role in _BOLD_ROLES else ""
        sheet.add_row(*(strip.cells[y] for strip in strips), style=style)
    return sheet


def _label_strip(table: Table, column: ResultColumn | None) -> _Strip:
    stems = guides(table.rows)
    texts = tuple(
        Text.assemble((stems[row.id], "dim"), one_line(row.label), no_wrap=True)
        for row in table.rows
    )
    header = _header(column) if column else ""
    widest = max((text.cell_len for text in texts), default=0)
    return _Strip(header, texts, max(widest, 6), False)


def _header(column: ResultColumn, between: str = "\n") -> str:
    """The header from outside in, each part by its beginning."""
    parts = [Text(part) for part in header_path(column)]
    for part in parts:
        part.truncate(_HEADER_WIDTH, overflow="ellipsis")
    return between.join(part.plain for part in parts)


def _cut(strip: _Strip, most: int) -> _Strip:
    """The strip, at most ``most`` wide; what is cut ends in ``…``."""
    for text in strip.cells:
        text.truncate(most, overflow="ellipsis")
    return replace(strip, width=min(strip.width, most))


def _strip(table: Table, column: ResultColumn, separators: bool) -> _Strip:
    right = is_figure_column(column)
    texts = tuple(_cell_text(row, column, separators) for row in table.rows)
    header = _header(column)
    widest = max((text.cell_len for text in texts), default=0)
    width = max(widest, min(max(map(cell_len, header.split("\n"))), 12), 4)
    strip = _Strip(header, texts, width, right)
    return strip if right else _cut(strip, _TEXT_WIDTH)


def _cell_text(row: Row, column: ResultColumn, separators: bool) -> Text:
    cell = row.cells.get(column.key)
    if cell is None:
        return Text("")
    words = one_line(shown(cell, column, separators))
    if not is_figure_column(column) and cell.verdict is None:
        return Text(words, no_wrap=True)
    look = VERDICTS[cell.verdict] if cell.verdict else VERDICTS["accepted"]
    mark = look.mark if words or cell.verdict == "doubtful" else " "
    return Text(f"{words} {mark}", style=look.style, no_wrap=True)


def _show_left_out(table: Table, console: Console) -> None:
    long = [_header(c, " / ") for c in table.columns if _is_long(table, c)]
    if long:
        said = f"long text, in the workbook: {', '.join(long)}"
        _line(console, Text(said, style="dim"))


def _show_legend(table: Table, console: Console) -> None:
    used = {cell.verdict for row in table.rows for cell in row.cells.values()}
    parts = [
        Text(f"{look.mark} {verdict.replace('_', ' ')}: {look.meaning}", style=look.style)
        for verdict, look in VERDICTS.items()
        if verdict in used and look.mark.strip()
    ]
    if parts:
        _line(console, Text("   ").join(parts))


def _show_checks(table: Table, console: Console) -> None:
    tally = [
        (f"{CHECKS[status].mark} {number} {status.replace('_', ' ')}", CHECKS[status].style)
        for status, number in _tally(table).items()
        if number
    ]
    line = Text("   ").join(Text(words, style=style) for words, style in tally)
    _line(console, Text.assemble("checks  ", line if tally else Text("none")))
    places = Places.of(table)
    told = [check for check in table.checks if check.status in ("fail", "rounding")]
    told.sort(key=lambda check: check.status)
    for check in told[:_FEW_LINES]:
        look, words = CHECKS[check.status], places.check(check, _FEW_TERMS)
        off = difference_in_words(check)
        text = f"  {look.mark} {check.id} {words}, {off} (page {check.page})"
        _line(console, Text(one_line(text), style=look.style), indent=2)
    _say_more(console, len(told) - _FEW_LINES)


def _tally(table: Table) -> dict[CheckStatus, int]:
    return {s: sum(check.status == s for check in table.checks) for s in CHECKS}


def _show_review(result: Result, table: Table, console: Console) -> None:
    places = Places.of(table)
    items = sorted(
        (item for item in result.review if item.table == table.id),
        key=lambda item: -item.priority,
    )
    _line(console, Text(f"review  {summarise(table, result).review} to look at"))
    for item in items[:_FEW_LINES]:
        place = f"{places.row((item.row, item.column))} [{places.column(item.column)}]"
        figure = places.figure((item.row, item.column))
        text = f"{VERDICTS['doubtful'].mark} {place} {figure}: {one_line(item.reason)}"
        _line(console, Text(text, style=VERDICTS["doubtful"].style), indent=2)
    _say_more(console, len(items) - _FEW_LINES)


def _say_more(console: Console, number: int) -> None:
    if number > 0:
        _line(console, Text(f"… and {number} more", style="dim"), indent=2)


def _line(console: Console, text: Text, indent: int = 0) -> None:
    console.print(Text(" " * indent) + text, soft_wrap=not console.is_terminal, highlight=False)
