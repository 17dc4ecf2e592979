"""Checks: the sums that a draft promises, and what they say of each figure.

At this stage a figure is ``accepted`` or ``doubtful``; proving, repairing and telling a
publisher's error from a misreading are the work of decoding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.amount import Amount, parse_amount
from schemas.draft import CellRef, Column, Draft, DraftCell, DraftRow, Indicator, Sum, Target
from schemas.result import (
    Alternative,
    Cell,
    CheckResult,
    CheckStatus,
    IndicatorResult,
    ResultColumn,
    ReviewItem,
    Row,
    Table,
    TargetValue,
    Verdict,
)
from worker.rounding import rounding_slack

ACCEPTANCE = 0.98
"""Least confidence at which a figure that no check covers is accepted.

A wrong figure taken for right costs more than a look at a right one; beyond this the
recogniser's own scores are wrong in fewer than one figure in fifty, and a figure whose sums
agree needs no such score.
"""
LEGIBLE = 0.5
"""Least confidence at which a sum that agrees to the last digit accepts a figure.

Below it the reading is a guess. A sum that agrees but for rounding does not lower the bar:
it would also agree with a wrong last digit.
"""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A sum with its outcome; ``difference`` is None where it could not be evaluated."""

    id: str
    promise: Sum
    status: CheckStatus
    difference: Decimal | None
    terms_sum: Decimal | None

    @property
    def cells(self) -> tuple[CellRef, ...]:
        return (self.promise.result, *self.promise.terms)

    @property
    def good(self) -> bool:
        return self.status in ("pass", "rounding")


@dataclass(frozen=True, slots=True)
class _Doubt:
    reason: str
    priority: float


Cells = Mapping[CellRef, DraftCell]


def crossfoot(draft: Draft, table_id: str) -> tuple[Table, tuple[ReviewItem, ...]]:
    """The draft as a result table with checks and verdicts, and the cells to review.

    A sum passes where result and terms agree to the last digit, counts as rounding within
    :func:`worker.rounding.rounding_slack`, and fails otherwise. It is not applicable where
    all of its cells are blank or one of them holds ink that is no figure. Blank terms and
    dashes count as zero; so does a blank result beside printed terms.

    Review items come with the most urgent first.
    """
    cells = {(row.id, key): cell for row in draft.rows for key, cell in row.cells.items()}
    judged = [_judge(f"c{n}", promise, cells) for n, promise in enumerate(draft.sums, start=1)]
    checks_of = _by_cell(judged)
    amounts = {column.key for column in draft.columns if column.type == "amount"}
    suspects = _suspects(judged, checks_of, cells)
    doubts: dict[CellRef, _Doubt] = {}
    for ref, cell in cells.items():
        if ref[1] in amounts and cell.source != "human":
            doubt = _doubt(ref, cell, checks_of.get(ref, ()), suspects)
            if doubt is not None:
                doubts[ref] = doubt
    table = Table(
        id=table_id,
        form=draft.form,
        title=draft.title,
        organisation=draft.organisation,
        fiscal_year=draft.fiscal_year,
        unit=draft.unit,
        pages=draft.pages,
        columns=tuple(_column(column) for column in draft.columns),
        rows=tuple(_row(row, amounts, checks_of, doubts) for row in draft.rows),
        checks=tuple(_check(check, cells) for check in judged),
    )
    return table, _review(table_id, doubts)


def _judge(check_id: str, promise: Sum, cells: Cells) -> _Judged:
    involved = [cells[ref] for ref in (promise.result, *promise.terms) if ref in cells]
    values = [_value(cells.get(ref)) for ref in promise.terms]
    result = _value(cells.get(promise.result))
    blank = result is None and all(value is None for value in values)
    if blank or not all(cell.readable for cell in involved):
        return _Judged(check_id, promise, "not_applicable", None, None)
    terms = [value for value in values if value is not None]
    terms_sum = sum(terms, Decimal(0))
    difference = (result or Decimal(0)) - terms_sum
    status: CheckStatus = "pass"
    if difference:
        status = "rounding" if abs(difference) <= rounding_slack(terms, result) else "fail"
    return _Judged(check_id, promise, status, difference, terms_sum)


def _value(cell: DraftCell | None) -> Decimal | None:
    return Decimal(cell.value) if cell is not None and cell.value is not None else None


def _by_cell(judged: Sequence[_Judged]) -> dict[CellRef, tuple[_Judged, ...]]:
    found: dict[CellRef, list[_Judged]] = {}
    for check in judged:
        for ref in dict.fromkeys(check.cells):
            found.setdefault(ref, []).append(check)
    return {ref: tuple(checks) for ref, checks in found.items()}


def _suspects(
    judged: Sequence[_Judged], checks_of: Mapping[CellRef, Sequence[_Judged]], cells: Cells
) -> dict[CellRef, _Judged]:
    """The cells that failing sums point at, each with the failing sum to tell of.

    Where two failing sums of different directions cross in one cell, that cell explains
    both and the others are cleared. Otherwise every cell of a failing sum is suspect but
    those that another sum, which agrees, vouches for; where that leaves none, all are. In
    a text layer nothing is misread or overlooked: there the result stands for the sum.
    """
    failing = [check for check in judged if check.status == "fail"]
    suspects: dict[CellRef, _Judged] = {}
    for check in failing:
        filled = [ref for ref in dict.fromkeys(check.cells) if ref in cells]
        crossing = [ref for ref in filled if _crossed(check, checks_of[ref])]
        printed = all(cells[ref].source == "text" for ref in filled)
        told = [check.promise.result] if printed and check.promise.result in cells else filled
        doubtful = [ref for ref in told if not _vouched(check, checks_of[ref])]
        for ref in crossing or doubtful or told:
            suspects.setdefault(ref, check)
    return suspects


def _across(check: _Judged) -> bool:
    """Whether the sum runs along a row (else down a column)."""
    rows = {ref[0] for ref in check.cells}
    return len(rows) == 1


def _crossed(check: _Judged, checks: Sequence[_Judged]) -> bool:
    return any(c.status == "fail" and _across(c) != _across(check) for c in checks)


def _vouched(check: _Judged, checks: Sequence[_Judged]) -> bool:
    """Whether another sum that agrees to the last digit speaks for the cell."""
    return any(c.status == "pass" and c is not check for c in checks)


def _doubt(
    ref: CellRef,
    cell: DraftCell,
    checks: Sequence[_Judged],
    suspects: Mapping[CellRef, _Judged],
) -> _Doubt | None:
    """Why a person should look at an amount cell; None where the cell is accepted."""
    if not cell.readable:
        return _Doubt(f"What is printed here is no figure: “{cell.text}”.", 0.95)
    if ref in suspects:
        return _Doubt(_failure(ref, suspects[ref]), _priority(suspects[ref]))
    agreed = cell.value is not None and any(check.status == "pass" for check in checks)
    if cell.text and cell.confidence < (LEGIBLE if agreed else ACCEPTANCE):
        return _unsure(cell, any(check.good for check in checks))
    return None


def _unsure(cell: DraftCell, covered: bool) -> _Doubt:
    backing = "though its sums agree but for rounding" if covered else "and no sum checks it"
    reason = f"The reading “{cell.text}” is only {cell.confidence:.0%} sure, {backing}."
    return _Doubt(reason, round(max(0.0, min(0.8, 1.0 - cell.confidence)), 4))


def _failure(ref: CellRef, check: _Judged) -> str:
    """One sentence with the figures of a failing sum, told from the cell's side."""
    terms_sum, difference = check.terms_sum or Decimal(0), check.difference or Decimal(0)
    total = terms_sum + difference
    place = "a term of" if ref != check.promise.result else "the result of"
    count = len(check.promise.terms)
    return (
        f"This figure is {place} a sum that does not hold: the {count} term"
        f"{'s add' if count != 1 else ' adds'} up to {terms_sum:,f}, "
        f"the printed result is {total:,f}, difference {difference:+,f}."
    )


def _priority(check: _Judged) -> float:
    """Sums of few terms first: there the wrong figure is quickly found."""
    return round(0.6 + 0.35 / len(check.promise.terms), 4)


def _review(table_id: str, doubts: Mapping[CellRef, _Doubt]) -> tuple[ReviewItem, ...]:
    items = [
        ReviewItem(table=table_id, row=row, column=key, reason=d.reason, priority=d.priority)
        for (row, key), d in doubts.items()
    ]
    return tuple(sorted(items, key=lambda item: -item.priority))


def _column(column: Column) -> ResultColumn:
    return ResultColumn(key=column.key, label=column.label, type=column.type, path=column.path)


def _row(
    row: DraftRow,
    amounts: set[str],
    checks_of: Mapping[CellRef, Sequence[_Judged]],
    doubts: Mapping[CellRef, _Doubt],
) -> Row:
    cells: dict[str, Cell] = {}
    for key, cell in row.cells.items():
        ref = (row.id, key)
        verdict: Verdict | None = None
        if key in amounts:
            verdict = "doubtful" if ref in doubts else "accepted"
            verdict = "human" if cell.source == "human" else verdict
        cells[key] = _cell(cell, key in amounts, verdict, checks_of.get(ref, ()))
    return Row(
        id=row.id,
        parent=row.parent,
        role=row.role,
        label=row.label,
        pages=row.pages,
        cells=cells,
        indicators=tuple(_indicator(indicator) for indicator in row.indicators),
    )


def _cell(
    cell: DraftCell, amount: bool, verdict: Verdict | None, checks: Sequence[_Judged]
) -> Cell:
    value = cell.value if amount or cell.value is not None else (cell.text or None)
    return Cell(
        value=value,
        text=cell.text,
        page=cell.page,
        bbox=(cell.box.x0, cell.box.y0, cell.box.x1, cell.box.y1),
        source=cell.source,
        confidence=min(max(cell.confidence, 0.0), 1.0),
        verdict=verdict,
        checks=tuple(check.id for check in checks),
        alternatives=tuple(_alternatives(cell)) if amount else (),
    )


def _alternatives(cell: DraftCell) -> Iterator[Alternative]:
    """The other figures that the ink may say, each once, most probable first."""
    seen = {cell.value}
    for reading in sorted(cell.readings, key=lambda reading: -reading.probability):
        parsed = parse_amount(reading.text)
        value = parsed.canonical() if isinstance(parsed, Amount) else None
        if value is not None and value not in seen:
            seen.add(value)
            yield Alternative(value=value, confidence=min(max(reading.probability, 0.0), 1.0))


def _check(check: _Judged, cells: Cells) -> CheckResult:
    result = cells.get(check.promise.result)
    return CheckResult(
        id=check.id,
        rule=check.promise.rule,
        status=check.status,
        result=check.promise.result,
        terms=check.promise.terms,
        difference=None if check.difference is None else f"{check.difference:f}",
        page=result.page if result is not None else 1,
    )


def _indicator(indicator: Indicator) -> IndicatorResult:
    box = indicator.box
    return IndicatorResult(
        number=indicator.number,
        text=indicator.text,
        level1_code=indicator.level1_code,
        level1=indicator.level1,
        level2_code=indicator.level2_code,
        level2=indicator.level2,
        name=indicator.name,
        term_target=_target(indicator.term_target),
        year_target=_target(indicator.year_target),
        page=indicator.page,
        bbox=(box.x0, box.y0, box.x1, box.y1),
    )


def _target(target: Target | None) -> TargetValue | None:
    if target is None:
        return None
    return TargetValue(
        text=target.text,
        operator=target.operator,
        value=target.value,
        unit=target.unit,
        words=target.words,
    )
