"""A result as an Excel workbook: each table as printed, its checks, what to review."""

from __future__ import annotations

import io

import xlsxwriter

from schemas.result import Result
from service.export.list_sheets import (
    Linked,
    has_indicators,
    write_checks,
    write_indicators,
    write_review,
)
from service.export.notes import Notes
from service.export.paper import Paper, Styles
from service.export.sheet_names import sheet_names
from service.export.table_sheet import TableSheet

_CHECKS, _REVIEW, _INDICATORS, _EMPTY = "Checks", "Review", "Indicators", "No table"


def workbook_bytes(result: Result) -> bytes:
    """The workbook as the bytes of an ``.xlsx`` file.

    It holds no formula: whatever a document says stays text, figures are numbers with the
    printed number of decimals, and those of more than 15 digits are text with a note.
    """
    held = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(held, options) as workbook:
        workbook.set_properties({"comments": "Made by Crossfoot"})
        styles = Styles(workbook)
        tables = _write_tables(workbook, styles, result)
        if not tables:
            _write_empty(Paper(workbook, styles, _EMPTY))
        write_checks(Paper(workbook, styles, _CHECKS), tables)
        if result.review or result.warnings:
            write_review(Paper(workbook, styles, _REVIEW), result, tables)
        if has_indicators(result.tables):
            write_indicators(Paper(workbook, styles, _INDICATORS), tables)
    return held.getvalue()


def _write_tables(workbook: xlsxwriter.Workbook, styles: Styles, result: Result) -> list[Linked]:
    titles = [table.title or f"Table {n}" for n, table in enumerate(result.tables, 1)]
    names = sheet_names(titles, (_CHECKS, _REVIEW, _INDICATORS, _EMPTY))
    linked = []
    for table, name in zip(result.tables, names, strict=True):
        paper = Paper(workbook, styles, name)
        sheet = TableSheet(table, result.document, Notes.of(table, result), paper)
        sheet.write()
        linked.append(Linked(table, name, sheet.places()))
    return linked


def _write_empty(paper: Paper) -> None:
    paper.write(0, 0, "No budget table was found in this document.", {"bold": True})
