"""A small table that anyone can add up, as gold and as read, for the tests of scores.

        Total   Staff   Works
All     60.00   24.00   36.00      on page 1, a row every 20 points from y = 100,
North   10.00    4.00    6.00      a column every 100 points from x = 0
South   20.00    8.00   12.00
West    30.00   12.00   18.00
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.gold import result_gold
from eval.scores.case import Case
from schemas.amount import Amount, parse_amount
from schemas.draft import ColumnType
from schemas.result import (
    Cell,
    CheckResult,
    Document,
    Engine,
    IndicatorResult,
    Result,
    ResultColumn,
    ReviewItem,
    Row,
    Table,
    Usage,
    Verdict,
)

HEADER = ("Name", "Total", "Staff", "Works")
Line = tuple[str, ...]
BODY: tuple[Line, ...] = (
    ("Total", "60.00", "24.00", "36.00"),
    ("North", "10.00", "4.00", "6.00"),
    ("South", "20.00", "8.00", "12.00"),
    ("West", "30.00", "12.00", "18.00"),
)
MISREAD: tuple[Line, ...] = (*BODY[:2], ("South", "20.00", "3.00", "12.00"), BODY[3])
"""One digit wrong: South's staff is 3.00 for 8.00."""


def table(
    body: Sequence[Line] = BODY,
    *,
    verdict: Verdict = "accepted",
    confidence: float = 0.99,
    header: Line = HEADER,
    name: str = "t1",
    shift: float = 0.0,
) -> Table:
    """The table; ``shift`` moves every box to the right, in points."""
    columns = tuple(
        ResultColumn(key=f"c{at}", label=label, type=_kind(at), path=(label,))
        for at, label in enumerate(header)
    )
    rows = tuple(
        Row(
            id=f"r{number}",
            parent="r0" if number else None,
            role="item" if number else "total",
            label=line[0],
            pages=(1,),
            cells={
                f"c{at}": cell(text, number, at, verdict, confidence, shift)
                for at, text in enumerate(line)
                if text
            },
        )
        for number, line in enumerate(body)
    )
    return Table(
        id=name, form="generic", title=None, organisation=None, fiscal_year=None, unit=None,
        pages=(1,), columns=columns, rows=rows, checks=_sums(rows),
    )  # fmt: skip


def _kind(at: int) -> ColumnType:
    return "amount" if at else "label"


def cell(
    text: str,
    row: int,
    column: int,
    verdict: Verdict = "accepted",
    confidence: float = 0.99,
    shift: float = 0.0,
) -> Cell:
    amount = parse_amount(text) if column else None
    x, y = 100.0 * column + shift, 100.0 + 20.0 * row
    return Cell(
        value=amount.canonical() if isinstance(amount, Amount) else None,
        text=text,
        page=1,
        bbox=(x, y, x + 50, y + 10),
        source="ocr",
        confidence=confidence,
        verdict=verdict if isinstance(amount, Amount) else None,
    )


def _sums(rows: Sequence[Row]) -> tuple[CheckResult, ...]:
    """Total = Staff + Works in every row, Total = the sum of the others in every column."""
    ids = [row.id for row in rows]
    across = [((row, "c1"), ((row, "c2"), (row, "c3")), "row_total") for row in ids]
    down = [
        ((ids[0], key), tuple((row, key) for row in ids[1:]), "tree")
        for key in ("c1", "c2", "c3")
        if len(ids) > 1
    ]
    return tuple(
        CheckResult(
            id=f"c{n}", rule=rule, status="pass", result=result, terms=terms, difference="0",
            page=1,
        )
        for n, (result, terms, rule) in enumerate([*across, *down], 1)
    )  # fmt: skip


def result(*tables: Table, review: Sequence[tuple[str, str]] = (), seconds: float = 2.0) -> Result:
    """A result of one page; ``review`` names the cells (row, column) of t1 to look at."""
    return Result(
        status="review" if review else "verified",
        document=Document(
            name="pair.pdf",
            sha256="0" * 64,
            pages=1,
            page_sources=("scan",),
            engine=Engine(crossfoot="0", ocr=None),
        ),
        tables=tables,
        review=tuple(
            ReviewItem(table="t1", row=row, column=key, reason="look", priority=0.5)
            for row, key in review
        ),
        usage=Usage(seconds=seconds),
    )


def case(read: Result, truth: Result | None = None, *, clean: bool = True) -> Case:
    """``read`` beside the true table."""
    held = truth or result(table())
    return Case(
        name="pair", gold=result_gold(held), truth=held, result=read, pages=1,
        seconds=read.usage.seconds, boxes=True, clean=clean,
    )  # fmt: skip


def with_indicators(indicators: Sequence[IndicatorResult]) -> Result:
    """The table with ``indicators`` in North's row."""
    held = table()
    all_, north, *others = held.rows
    north = north.model_copy(update={"indicators": tuple(indicators)})
    return result(held.model_copy(update={"rows": (all_, north, *others)}))
