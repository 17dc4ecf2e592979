"""The sheets beside the tables: every check, what to review, every indicator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from schemas.result import CheckResult, Result, Row, Table, TargetValue
from service.export.notes import alternatives_in_words, percent
from service.export.paper import Paper, Style
from service.export.widths import row_height, wrapped_lines
from service.palette import CHECKS, VERDICTS
from service.plain import one_line
from service.wording import Places, warning_in_words

_LINE: Style = {"border": 1, "border_color": "#D9D9D9", "valign": "top", "text_wrap": True}
_HEAD: Style = {**_LINE, "bold": True, "bg_color": "#F2F2F2"}
_ORDER = {"fail": 0, "rounding": 1, "pass": 2, "not_applicable": 3}


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to a place in the workbook; plain text where ``target`` is None."""

    text: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Tinted:
    """Text on a coloured ground."""

    text: str
    fill: str


Field = str | int | Decimal | Link | Tinted | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A table and where each of its cells stands in the workbook."""

    table: Table
    sheet: str
    places: dict[tuple[str, str], str]


def write_checks(paper: Paper, tables: Sequence[Linked]) -> None:
    """Every check of every table, those that do not hold first."""
    found = [(linked, check) for linked in tables for check in linked.table.checks]
    tally = ", ".join(
        f"{sum(check.status == status for _, check in found)} {status.replace('_', ' ')}"
        for status in _ORDER
    )
    paper.write(0, 0, f"Checks: {tally}", {"bold": True, "font_size": 12})
    paper.write(
        1, 0, "Difference = result − sum of its terms, in the table's unit; a blank counts as 0.",
        {"font_size": 9, "font_color": "#7F7F7F"},
    )  # fmt: skip
    columns = {
        "Table": 26, "Check": 9, "Rule": 15, "Row": 30, "Column": 22, "Figures": 70,
        "Difference": 12, "Status": 13, "Page": 6,
    }  # fmt: skip
    places = {id(linked): Places.of(linked.table) for linked in tables}
    lines = (
        _check_line(linked, places[id(linked)], check)
        for linked, check in sorted(found, key=lambda pair: _ORDER[pair[1].status])
    )
    _write_list(paper, 2, columns, lines)


def _check_line(linked: Linked, places: Places, check: CheckResult) -> list[Field]:
    return [
        linked.sheet,
        check.id,
        check.rule.replace("_", " "),
        Link(places.row(check.result), linked.places.get(check.result)),
        places.column(check.result[1]),
        places.check(check),
        None if check.difference is None else Decimal(check.difference),
        Tinted(check.status.replace("_", " "), CHECKS[check.status].fill),
        check.page,
    ]


def write_review(paper: Paper, result: Result, tables: Sequence[Linked]) -> None:
    """What a person should look at, the most pressing first, then the warnings."""
    columns = {
        "Table": 26, "Row": 30, "Column": 22, "Read as": 16, "Verdict": 12, "Sure": 9,
        "Other readings": 28, "Reason": 50, "Page": 6,
    }  # fmt: skip
    by_id = {linked.table.id: linked for linked in tables}
    items = sorted(result.review, key=lambda item: -item.priority)
    lines = (
        _review_line(by_id[item.table], item.row, item.column, item.reason)
        for item in items
        if item.table in by_id
    )
    paper.write(0, 0, f"To review: {len(items)}", {"bold": True, "font_size": 12})
    end = _write_list(paper, 1, columns, lines)
    _write_warnings(paper, end + 1, result)


def _review_line(linked: Linked, row_id: str, key: str, reason: str) -> list[Field]:
    places = Places.of(linked.table)
    row = places.rows.get(row_id)
    cell = row.cells.get(key) if row else None
    verdict = (cell.verdict if cell else None) or "doubtful"
    return [
        linked.sheet,
        Link(places.row((row_id, key)), linked.places.get((row_id, key))),
        places.column(key),
        cell.text if cell else "",
        Tinted(verdict.replace("_", " "), VERDICTS[verdict].fill),
        percent(cell.confidence) if cell else "",
        alternatives_in_words(cell.alternatives) if cell else "",
        reason,
        cell.page if cell else None,
    ]


def _write_warnings(paper: Paper, top: int, result: Result) -> None:
    if not result.warnings:
        return
    paper.write(top, 0, "Warnings", {"bold": True, "font_size": 12})
    for y, warning in enumerate(result.warnings, top + 1):
        paper.write(y, 0, warning_in_words(warning), {})


def has_indicators(tables: Iterable[Table]) -> bool:
    return any(row.indicators for table in tables for row in table.rows)


def write_indicators(paper: Paper, tables: Sequence[Linked]) -> None:
    """Every parsed performance indicator, one per line, in the order of the pages."""
    columns = {
        "Table": 26, "Row": 30, "No.": 6, "Level 1": 16, "Level 2": 18, "Indicator": 44,
        "Term target": 18, "Year target": 18, "Page": 6,
    }  # fmt: skip
    lines = (
        line
        for linked in tables
        for row in linked.table.rows
        for line in _indicator_lines(linked, row)
    )
    paper.write(0, 0, "Performance indicators", {"bold": True, "font_size": 12})
    _write_list(paper, 1, columns, lines)


def _indicator_lines(linked: Linked, row: Row) -> Iterator[list[Field]]:
    first = linked.table.columns[0].key if linked.table.columns else ""
    for found in row.indicators:
        yield [
            linked.sheet,
            Link(one_line(row.label), linked.places.get((row.id, first))),
            found.number,
            f"{found.level1_code} {found.level1}".strip(),
            f"{found.level2_code} {found.level2}".strip(),
            found.name,
            _target(found.term_target),
            _target(found.year_target),
            found.page,
        ]


def _target(target: TargetValue | None) -> str:
    return target.text if target else ""


def _write_list(
    paper: Paper, top: int, columns: dict[str, int], lines: Iterable[Sequence[Field]]
) -> int:
    """A list under a header that can be filtered; the row after its last line."""
    for col, (name, width) in enumerate(columns.items()):
        paper.sheet.set_column(col, col, width)
        paper.write(top, col, name, _HEAD)
    widths = tuple(columns.values())
    y = top
    for y, line in enumerate(lines, top + 1):
        for col, value in enumerate(line):
            _write_field(paper, y, col, value)
        tall = max(wrapped_lines(_words(v), w) for v, w in zip(line, widths, strict=True))
        paper.sheet.set_row(y, row_height(tall))
    paper.sheet.autofilter(top, 0, max(y, top), len(columns) - 1)
    paper.sheet.freeze_panes(top + 1, 0)
    paper.setup_print(top, top)
    return y + 1


def _words(value: Field) -> str:
    return value.text if isinstance(value, Link | Tinted) else str(value or "")


def _write_field(paper: Paper, row: int, col: int, value: Field) -> None:
    style: dict[str, Any] = dict(_LINE)
    match value:
        case Link(text, str(target)):
            paper.link(row, col, target, text, style)
        case Tinted(text, fill):
            paper.write(row, col, text, {**style, "bg_color": fill})
        case Decimal():
            places = max(-int(value.as_tuple().exponent), 0)
            decimals = f"0.{'0' * places}" if places else "0"
            paper.number(row, col, value, {**style, "num_format": decimals})
        case int():
            paper.number(row, col, Decimal(value), style)
        case _:
            paper.write(row, col, _words(value), style)
