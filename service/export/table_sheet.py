"""One table on one sheet, as it is printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.result import Cell, Document, ResultColumn, Row, Table, Verdict
from service.export.header import HeaderCell, header_cells, header_depth
from service.export.notes import Notes
from service.export.paper import Paper, Style, fits_number
from service.export.widths import display_width, row_height, wrapped_lines
from service.palette import VERDICTS
from service.plain import file_label, one_line, plain_text
from service.printed import (
    Figure,
    column_separators,
    figure_of,
    is_figure_column,
    label_column,
    shown,
)
from service.rowtree import depths
from service.wording import count, pages_in_words

COLOURED: tuple[Verdict, ...] = ("doubtful", "repaired", "source_error", "human")
_BOLD_ROLES = ("total", "group", "unit")
_GRID: Style = {"border": 1, "border_color": "#A6A6A6", "valign": "vcenter"}
_HEADER: Style = {
    **_GRID, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"
}  # fmt: skip
_TITLE: Style = {
    "bold": True, "font_size": 14, "align": "center", "valign": "vcenter", "text_wrap": True
}  # fmt: skip
_SMALL: Style = {"font_size": 9, "font_color": "#7F7F7F"}
_TITLE_ROW, _ABOUT_ROW, _SOURCE_ROW, _HEADER_ROW = 0, 1, 2, 3


@dataclass(frozen=True)
class TableSheet:
    """A table and where its parts stand on the sheet; rows and columns count from 0."""

    table: Table
    document: Document
    notes: Notes
    paper: Paper

    @cached_property
    def widths(self) -> tuple[float, ...]:
        return tuple(_widths(self.table))

    @property
    def body_row(self) -> int:
        return _HEADER_ROW + header_depth(self.table.columns)

    @property
    def last_col(self) -> int:
        return max(len(self.table.columns) - 1, 0)

    def places(self) -> dict[tuple[str, str], str]:
        """The address of every cell by (row id, column key)."""
        return {
            (row.id, column.key): self.paper.place(self.body_row + y, x)
            for y, row in enumerate(self.table.rows)
            for x, column in enumerate(self.table.columns)
        }

    def write(self) -> None:
        for col, width in enumerate(self.widths):
            self.paper.sheet.set_column(col, col, width)
        self._write_top()
        self._write_header()
        self._write_body()
        self._write_legend(self.body_row + len(self.table.rows) + 1)
        self._freeze()
        self.paper.setup_print(_HEADER_ROW, self.body_row - 1)

    def _write_top(self) -> None:
        table, end = self.table, self.last_col
        title = one_line(table.title or "") or "(no title printed)"
        self.paper.merge((_TITLE_ROW, 0, _TITLE_ROW, end), title, _TITLE)
        lines = wrapped_lines(title, sum(self.widths) / 1.4)
        self.paper.sheet.set_row(_TITLE_ROW, 8 + 19 * lines)
        about = [f"unit: {one_line(table.unit)}"] if table.unit else []
        if table.fiscal_year is not None:
            about.insert(0, f"fiscal year {table.fiscal_year}")
        organisation, said = one_line(table.organisation or ""), " · ".join(about)
        if end == 0:
            self.paper.write(_ABOUT_ROW, 0, " · ".join(filter(None, (organisation, said))), {})
        else:
            self.paper.write(_ABOUT_ROW, 0, organisation, {})
            self.paper.write(_ABOUT_ROW, end, said, {"align": "right"})
        self.paper.write(_SOURCE_ROW, 0, self._source(), _SMALL)

    def _source(self) -> str:
        name, pages = file_label(self.document.name), pages_in_words(self.table.pages)
        return f"{name}, {pages}; form: {self.table.form}; {count(len(self.table.rows), 'row')}"

    def _write_header(self) -> None:
        cells = header_cells(self.table.columns)
        for cell in cells:
            top = _HEADER_ROW + cell.row
            area = (top, cell.col, top + cell.rowspan - 1, cell.col + cell.colspan - 1)
            self.paper.merge(area, cell.text, _HEADER)
        for level, lines in enumerate(_header_lines(cells, self.widths, self.body_row)):
            self.paper.sheet.set_row(_HEADER_ROW + level, row_height(lines))

    def _write_body(self) -> None:
        depth, label = depths(self.table.rows), label_column(self.table)
        separators = column_separators(self.table)
        if self.table.rows:
            last = self.body_row + len(self.table.rows) - 1
            self.paper.sheet.ignore_errors(
                {"number_stored_as_text": f"A{self.body_row + 1}:XFD{last + 1}"}
            )
        for y, row in enumerate(self.table.rows, self.body_row):
            self.paper.sheet.set_row(y, row_height(self._row_lines(row)))
            for x, column in enumerate(self.table.columns):
                cell = row.cells.get(column.key)
                style = _cell_style(row, column, cell)
                if column is label:
                    style = {**style, "indent": min(depth[row.id], 15)}
                    self.paper.write(y, x, _label_words(row, cell), style)
                else:
                    self._write_cell(y, x, cell, column, style, separators.get(column.key, False))
                if cell is not None and (note := self._note(row, column, cell)):
                    self.paper.note(y, x, note)

    def _write_cell(
        self,
        y: int,
        x: int,
        cell: Cell | None,
        column: ResultColumn,
        style: Style,
        separators: bool,
    ) -> None:
        figure = figure_of(cell, column, separators) if cell else None
        if figure is None:
            self.paper.write(y, x, cell.text.strip() if cell else "", style)
        elif fits_number(figure.value):
            value = figure.value.scaleb(-2) if figure.percent else figure.value
            self.paper.number(y, x, value, {**style, "num_format": number_format(figure)})
        else:
            self.paper.write(y, x, figure.text(), style)

    def _note(self, row: Row, column: ResultColumn, cell: Cell) -> str:
        lines = [self.notes.note((row.id, column.key), cell)]
        figure = figure_of(cell, column)
        if figure is not None and not fits_number(figure.value):
            lines.append("Held as text: a workbook's numbers keep 15 digits only.")
        return "\n".join(filter(None, lines))

    def _row_lines(self, row: Row) -> int:
        return max(
            (
                wrapped_lines(plain_text(row.cells[column.key].text).strip(), width)
                for column, width in zip(self.table.columns, self.widths, strict=True)
                if column.key in row.cells and not is_figure_column(column)
            ),
            default=1,
        )

    def _write_legend(self, top: int) -> None:
        """What the colours that occur on this sheet mean."""
        used = {cell.verdict for row in self.table.rows for cell in row.cells.values()}
        for y, verdict in enumerate((v for v in COLOURED if v in used), top):
            look = VERDICTS[verdict]
            self.paper.write(y, 0, verdict.replace("_", " "), {**_GRID, "bg_color": look.fill})
            self.paper.write(y, 1, look.meaning, _SMALL)

    def _freeze(self) -> None:
        """Holds the header, and the labels where they leave room for the figures."""
        label = label_column(self.table)
        left = self.table.columns.index(label) + 1 if label else 0
        narrow = sum(self.widths[:left]) <= 70
        self.paper.sheet.freeze_panes(self.body_row, left if narrow else 0)


def number_format(figure: Figure) -> str:
    """The printed form in a workbook's language: ``#,##0.00``, ``0.0%``, ``0.0_);(0.0)``."""
    body = "#,##0" if figure.separators else "0"
    if figure.decimals:
        body += "." + "0" * figure.decimals
    body += "%" if figure.percent else ""
    if figure.negative == "(":
        return f"{body}_);({body})"
    return body if figure.negative == "-" else f'{body};"{figure.negative}"{body}'


def _label_words(row: Row, cell: Cell | None) -> str:
    """What is printed in the label column: nothing where the label stands in another cell."""
    if cell is not None:
        return plain_text(cell.text).strip()
    elsewhere = {one_line(other.text) for other in row.cells.values()}
    return "" if one_line(row.label) in elsewhere else one_line(row.label)


def _cell_style(row: Row, column: ResultColumn, cell: Cell | None) -> dict[str, Any]:
    style: dict[str, Any] = dict(_GRID)
    if row.role in _BOLD_ROLES:
        style["bold"] = True
    if is_figure_column(column):
        style["align"] = "right"
    else:
        style["text_wrap"] = True
    if cell is not None and cell.verdict in COLOURED:
        style["bg_color"] = VERDICTS[cell.verdict].fill
    return style


def _widths(table: Table) -> Iterator[float]:
    depth, label = depths(table.rows), label_column(table)
    separators = column_separators(table)
    for column in table.columns:
        cells = [(row, row.cells[column.key]) for row in table.rows if column.key in row.cells]
        if is_figure_column(column):
            widest = max(
                (display_width(shown(cell, column, separators[column.key])) for _, cell in cells),
                default=0,
            )
            yield min(max(widest * 1.1 + 2, 9, _header_width(column, 13)), 34)
            continue
        widest = max(
            (
                display_width(plain_text(cell.text).strip())
                + (2 * depth[row.id] if column is label else 0)
                for row, cell in cells
            ),
            default=0,
        )
        most = {"label": 46, "code": 16}.get(column.type, 64)
        yield min(max(widest * 1.05 + 3, 8, _header_width(column, 13)), most)


def _header_width(column: ResultColumn, most: int) -> float:
    return min(display_width(column.path[-1] if column.path else column.label) + 2, most)


def _header_lines(
    cells: tuple[HeaderCell, ...], widths: tuple[float, ...], body_row: int
) -> list[int]:
    """Lines of text in each header row, so that every header text is seen whole."""
    lines = [1] * (body_row - _HEADER_ROW)
    for cell in sorted(cells, key=lambda cell: cell.rowspan):
        width = sum(widths[cell.col : cell.col + cell.colspan])
        rows = range(cell.row, cell.row + cell.rowspan)
        missing = wrapped_lines(cell.text, width) - sum(lines[row] for row in rows)
        lines[rows[-1]] += max(missing, 0)
    return lines
