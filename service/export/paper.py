"""A sheet of a workbook on which every text stays text and every figure a number."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.export.formula_guard import looks_like_formula
from service.plain import plain_text

Style = Mapping[str, Any]
"""Properties of a cell as xlsxwriter names them."""

_MOST_CHARACTERS = 32767  # of a cell
_MOST_NOTE = 2000
_MOST_LINKS = 65000  # Excel drops the links of a sheet with more than 65,530
_DIGITS = 15  # that a workbook's numbers hold


def fits_number(value: Decimal) -> bool:
    """Whether a workbook's number holds ``value`` to its last digit."""
    return len(value.normalize().as_tuple().digits) <= _DIGITS


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[frozenset[tuple[str, Any]], Any] = {}

    def get(self, style: Style) -> Any:
        key = frozenset(style.items())
        if key not in self._made:
            self._made[key] = self._workbook.add_format({"font_size": 10, **style})
        return self._made[key]


class Paper:
    """One sheet. Rows and columns count from 0; ``name`` is what the sheet's tab says."""

    def __init__(self, workbook: Any, styles: Styles, name: str) -> None:
        self.name = name
        self.sheet = workbook.add_worksheet(name)
        self._styles = styles
        self._links = 0

    def write(self, row: int, col: int, text: str, style: Style) -> None:
        """Text as text, whatever it starts with; a blank cell for an empty one."""
        body = _cell_text(text)
        if body:
            self.sheet.write_string(row, col, body, self._styles.get(_quoted(body, style)))
        else:
            self.sheet.write_blank(row, col, None, self._styles.get(style))

    def number(self, row: int, col: int, value: Decimal, style: Style) -> None:
        """A number; as text where a workbook's number would lose its last digits."""
        if fits_number(value):
            self.sheet.write_number(row, col, value, self._styles.get(style))
        else:
            self.write(row, col, f"{value:f}", {**style, "align": "right"})

    def merge(self, area: tuple[int, int, int, int], text: str, style: Style) -> None:
        """Text over ``(first row, first column, last row, last column)``, made one cell."""
        top, left, bottom, right = area
        if (top, left) == (bottom, right):
            self.write(top, left, text, style)
            return
        body = _cell_text(text)
        shape = self._styles.get(_quoted(body, style))
        self.sheet.merge_range(top, left, bottom, right, "", shape)
        self.sheet.write_string(top, left, body, shape)

    def link(self, row: int, col: int, target: str, text: str, style: Style) -> None:
        """Text that leads to ``target``, a place as ``place`` gives it."""
        if self._links >= _MOST_LINKS:
            self.write(row, col, text, style)
            return
        self._links += 1
        shape = self._styles.get(_quoted(text, {**style, "font_color": "#0563C1", "underline": 1}))
        self.sheet.write_url(row, col, f"internal:{target}", shape, _cell_text(text))

    def note(self, row: int, col: int, text: str) -> None:
        """A comment on the cell, its box as large as its text."""
        body = plain_text(text)[:_MOST_NOTE]
        lines = sum(1 + len(line) // 38 for line in body.split("\n"))
        size = {"width": 300, "height": min(24 + 17 * lines, 420), "font_size": 9}
        self.sheet.write_comment(row, col, body, {"author": "Crossfoot", **size})

    def place(self, row: int, col: int) -> str:
        """The address of a cell of this sheet, for links: ``'sheet'!C5``."""
        return f"'{self.name}'!{_letters(col)}{row + 1}"

    def setup_print(self, first_header: int, last_header: int) -> None:
        """Landscape A4, as wide as one page, the header on every page."""
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.repeat_rows(first_header, last_header)
        self.sheet.set_footer("&L&8&A&R&8&P / &N")


def _cell_text(text: str) -> str:
    body = plain_text(text)
    return body if len(body) <= _MOST_CHARACTERS else body[: _MOST_CHARACTERS - 1] + "…"


def _quoted(text: str, style: Style) -> Style:
    """Marks text that would become a formula if a person edited the cell."""
    return {**style, "quote_prefix": True} if looks_like_formula(text) else style


def _letters(col: int) -> str:
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
