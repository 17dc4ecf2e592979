"""Results made by hand, for the tests of what people and programs see of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from schemas.draft import ColumnType, Role
from schemas.result import (
    Alternative,
    Cell,
    CheckResult,
    CheckStatus,
    Document,
    Engine,
    IndicatorResult,
    Result,
    ResultColumn,
    ResultWarning,
    ReviewItem,
    Row,
    Status,
    Table,
    TargetValue,
    Usage,
    Verdict,
)

PAGE_WIDTH, PAGE_HEIGHT = 842.0, 595.0
ROW_HEIGHT, COLUMN_WIDTH = 24.0, 90.0


def column(key: str, label: str, kind: ColumnType, *path: str) -> ResultColumn:
    return ResultColumn(key=key, label=label, type=kind, path=path or (label,))


def cell(
    text: str,
    value: str | None = None,
    *,
    verdict: Verdict | None = None,
    confidence: float = 0.999,
    checks: Sequence[str] = (),
    alternatives: Sequence[tuple[str | None, float]] = (),
    page: int = 1,
) -> Cell:
    """A cell; its place on the page is given by the row and the column that it is put in."""
    return Cell(
        value=value,
        text=text,
        page=page,
        bbox=(0, 0, 1, 1),
        source="ocr",
        confidence=confidence,
        verdict=verdict,
        checks=tuple(checks),
        alternatives=tuple(Alternative(value=v, confidence=c) for v, c in alternatives),
    )


def figure(text: str, verdict: Verdict = "accepted", **rest: object) -> Cell:
    """A cell with a printed figure."""
    return cell(text, text.replace(",", ""), verdict=verdict, **rest)  # type: ignore[arg-type]


def row(
    row_id: str,
    role: Role,
    label: str,
    cells: dict[str, Cell],
    parent: str | None = None,
    indicators: Sequence[IndicatorResult] = (),
) -> Row:
    return Row(
        id=row_id,
        parent=parent,
        role=role,
        label=label,
        pages=tuple(sorted({c.page for c in cells.values()})) or (1,),
        cells=cells,
        indicators=tuple(indicators),
    )


def check(
    check_id: str,
    rule: str,
    result: tuple[str, str],
    terms: Sequence[tuple[str, str]],
    status: CheckStatus = "pass",
    difference: str | None = "0.00",
) -> CheckResult:
    return CheckResult(
        id=check_id,
        rule=rule,
        status=status,
        result=result,
        terms=tuple(terms),
        difference=difference,
        page=1,
    )


def table(
    columns: Sequence[ResultColumn],
    rows: Sequence[Row],
    checks: Sequence[CheckResult] = (),
    *,
    title: str | None = "项目支出表",
    table_id: str = "t1",
    form: str = "generic",
    unit: str | None = "万元",
) -> Table:
    """A table whose cells are laid out on the page as a plain grid."""
    placed = [_placed(row, columns, y) for y, row in enumerate(rows)]
    return Table(
        id=table_id,
        form=form,
        title=title,
        organisation="某市商务局",
        fiscal_year=2024,
        unit=unit,
        pages=tuple(sorted({page for row in rows for page in row.pages})) or (1,),
        columns=tuple(columns),
        rows=tuple(placed),
        checks=tuple(checks),
    )


def _placed(row: Row, columns: Sequence[ResultColumn], y: int) -> Row:
    top, cells = 80 + ROW_HEIGHT * y, {}
    for x, held in enumerate(columns):
        if held.key in row.cells:
            left = 30 + COLUMN_WIDTH * x
            box = (left, top, left + COLUMN_WIDTH, top + ROW_HEIGHT)
            cells[held.key] = row.cells[held.key].model_copy(update={"bbox": box})
    return row.model_copy(update={"cells": cells})


def result(
    *tables: Table,
    status: Status = "verified",
    name: str = "liwan-2024.pdf",
    content: bytes = b"%PDF-1.7",
    review: Sequence[ReviewItem] = (),
    warnings: Sequence[ResultWarning] = (),
) -> Result:
    """A result of a document of two pages with the given bytes."""
    return Result(
        status=status,
        document=Document(
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            pages=2,
            page_sources=("scan", "text"),
            engine=Engine(crossfoot="0.1.0", ocr="test"),
        ),
        tables=tables,
        review=tuple(review),
        usage=Usage(seconds=1.5),
        warnings=tuple(warnings),
    )


_PERFORMANCE = (
    column("name", "项目名称（资金使用单位）", "label"),
    column("total", "总计", "amount"),
    column("fiscal", "财政拨款", "amount"),
    column("special", "财政专户拨款", "amount"),
    column("goal", "绩效目标", "text"),
)
GOAL = (
    "助力区内企业扩大经营，做大做强。全力推动经济高质量发展，加快新业态发展进度，"
    "促进区内经济发展水平的提升。"
)


def indicator(number: int, name: str, target: str) -> IndicatorResult:
    value = TargetValue(text=target, operator="≥", value="10", unit=None, words=None)
    return IndicatorResult(
        number=number,
        text=f"{number}、1-产出指标；11-数量指标；{name}；实施周期指标值:{target}",
        level1_code="1",
        level1="产出指标",
        level2_code="11",
        level2="数量指标",
        name=name,
        term_target=value,
        year_target=None,
        page=1,
        bbox=(0, 0, 1, 1),
    )


def performance_result() -> Result:
    """合计 → unit → three projects; one sum fails, one is off by rounding, one cell doubtful."""
    dash = cell("—", verdict="accepted")
    rows = [
        row("r1", "total", "合计", {
            "name": cell("合计"), "total": figure("26,252.00", "proved", checks=["c1", "c2"]),
            "fiscal": figure("26,252.00", "proved"), "special": dash,
        }),
        row("r2", "unit", "某市商务局", {
            "name": cell("某市商务局"), "total": figure("26,252.00", checks=["c2", "c3"]),
            "fiscal": figure("26,252.01"), "special": dash,
        }, "r1"),
        row("r3", "project", "产业扶持资金", {
            "name": cell("产业扶持资金"),
            "total": figure("116.00", "doubtful", confidence=0.62, checks=["c3", "c4"],
                            alternatives=[("118.00", 0.3), (None, 0.0001)]),
            "fiscal": figure("118.00"), "special": cell("", verdict="accepted"),
            "goal": cell(GOAL),
        }, "r2", [indicator(1, "组织企业参加商贸活动", "≥10")]),
        row("r4", "project", "上缴", {
            "name": cell("上缴"), "total": figure("-3.40"), "fiscal": figure("-3.40"),
            "special": figure("0.00"),
        }, "r2"),
        row("r5", "project", "设备采购费用", {
            "name": cell("设备采购费用"),
            "total": cell("35.5O", "35.50", verdict="repaired", confidence=0.8),
            "fiscal": figure("35.50", "source_error"),
            "special": cell("7l", None, verdict="doubtful", confidence=0.2),
        }, "r2"),
    ]  # fmt: skip
    checks = [
        check("c1", "row_total", ("r1", "total"), [("r1", "fiscal"), ("r1", "special")]),
        check("c2", "tree", ("r1", "total"), [("r2", "total")]),
        check("c3", "row_total", ("r2", "total"), [("r2", "fiscal")], "rounding", "-0.01"),
        check("c4", "row_total", ("r3", "total"), [("r3", "fiscal")], "fail", "-2.00"),
    ]
    reviews = [
        ReviewItem(
            table="t1", row="r5", column="special", reason="the ink is no figure", priority=0.4
        ),
        ReviewItem(
            table="t1", row="r3", column="total", reason="row_total is off by 2.00", priority=0.9
        ),
    ]
    return result(
        table(_PERFORMANCE, rows, checks, form="project_performance"),
        status="review",
        review=reviews,
        warnings=[ResultWarning(code="damaged", page=2, message="the page ends in mid-air")],
    )


def nested_header_table() -> Table:
    """Code, name, and 合计 | 基本支出 (小计, 人员, 公用) | 项目支出 as the header prints them."""
    columns = (
        column("code", "科目编码", "code"),
        column("name", "科目名称", "label"),
        column("total", "合计", "amount"),
        column("basic", "小计", "amount", "本年支出", "基本支出", "小计"),
        column("staff", "人员经费", "amount", "本年支出", "基本支出", "人员经费"),
        column("office", "公用经费", "amount", "本年支出", "基本支出", "公用经费"),
        column("project", "项目支出", "amount", "本年支出", "项目支出"),
        column("share", "占比", "percent"),
    )
    rows = [
        row("r1", "group", "教育支出", {
            "code": cell("205"), "name": cell("教育支出"), "total": figure("1234567.10"),
            "basic": figure("1000000"), "staff": figure("999999.5"), "office": cell(""),
            "project": cell("(234567.1)", "-234567.1", verdict="accepted"),
            "share": cell("12.5%", "12.5", verdict="accepted"),
        }),
        row("r2", "item", "小学教育", {
            "code": cell("02"), "name": cell("小学教育"),
            "total": figure("12345678901234567.89"), "basic": cell("△3", "-3", verdict="accepted"),
        }, "r1"),
    ]  # fmt: skip
    return table(columns, rows, title="支出总表")


HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =HYPERLINK(\"http://x\")",
    "＝1+1",
    "http://example.org/",
    "{=1}",
    "\x1b[2J\x07bell",
    "_x0041_",
)  # fmt: skip


def hostile_result() -> Result:
    """A document that tries to be obeyed, in every place where it can put text."""
    columns = (
        column("name", "=1+1", "label"),
        column("total", "@金额", "amount", "+a", "-b"),
        column("text", "\x1b[31mred", "text"),
    )
    rows = [
        row(f"r{n}", "item", text, {
            "name": cell(text), "total": cell(text, verdict="doubtful"), "text": cell(text),
        })
        for n, text in enumerate(HOSTILE, 1)
    ]  # fmt: skip
    rows.append(row("r99", "item", "negative", {"total": figure("-3.40")}))
    held = table(columns, rows, [check("c1", "=rule", ("r1", "total"), [("r2", "total")])],
                 title="=cmd()[*]:'?/\\" + "长" * 40, unit="=u")  # fmt: skip
    reviews = [ReviewItem(table="t1", row="r1", column="total", reason="=why", priority=1)]
    return result(held, status="review", name="=x\x1b.pdf", review=reviews)
