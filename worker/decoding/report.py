"""Decided cells as the tables of a result: checks, verdicts, alternatives, what to review."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from schemas.draft import (
    Booklet,
    Column,
    Draft,
    DraftCell,
    DraftRow,
    Indicator,
    TableCellRef,
    Target,
)
from schemas.page import TokenSource
from schemas.result import (
    Alternative,
    BookletCheck,
    Cell,
    Certificate,
    CheckResult,
    CheckStatus,
    IndicatorResult,
    Misreading,
    ResultColumn,
    ReviewItem,
    Row,
    Table,
    TargetValue,
)
from worker.decoding.decide import Decision
from worker.decoding.equations import Equation
from worker.decoding.lattice import Lattice
from worker.decoding.reasons import UNNAMED, Reasons
from worker.decoding.row_names import lost_names
from worker.decoding.verdicts import Cause, Judgement

_ASKED = ("repaired", "doubtful", "source_error")
_URGENCY: dict[Cause, float] = {
    "unreadable": 0.95,
    "missed": 0.9,
    "broken": 0.85,
    "search": 0.8,
    "structure": 0.75,
    "torn": 0.7,
    "agreed": 0.7,
    "slip": 0.7,
    "odd": 0.7,
    "contested": 0.7,
    "nameless": 0.7,
    "rowless": 0.7,
    "unsure": 0.6,
    "repaired": 0.3,
    "none": 0.0,
}
_MOST_ALTERNATIVES = 6
_LEAST_ALTERNATIVE = 1e-3


@dataclass(frozen=True)
class Report:
    """What is told of a booklet: every judgement in the words of the result format."""

    booklet: Booklet
    decision: Decision
    judged: Mapping[TableCellRef, Judgement]

    @cached_property
    def reasons(self) -> Reasons:
        return Reasons(self.decision, self.judged)

    @cached_property
    def told(self) -> dict[TableCellRef, int | None]:
        """What the told value of each cell adds to its sums."""
        return {ref: one.units for ref, one in self.judged.items()}

    @cached_property
    def _judged_in(self) -> dict[int, list[tuple[TableCellRef, Judgement]]]:
        """The judged cells of each table, by its index."""
        found: dict[int, list[tuple[TableCellRef, Judgement]]] = {}
        for ref, judgement in self.judged.items():
            found.setdefault(ref[0], []).append((ref, judgement))
        return found

    @cached_property
    def _promised_by(self) -> dict[int | None, list[Equation]]:
        """The equations of each table, by its index."""
        found: dict[int | None, list[Equation]] = {}
        for equation in self.decision.scene.equations:
            found.setdefault(equation.table, []).append(equation)
        return found

    @cached_property
    def _checks_of(self) -> dict[TableCellRef, tuple[str, ...]]:
        equations = self.decision.scene.equations
        found: dict[TableCellRef, dict[str, None]] = {}
        for equation in equations:
            for term in equation.cells:
                found.setdefault(term.ref, {})[equation.id] = None
        return {ref: tuple(ids) for ref, ids in found.items()}

    def table(self, index: int) -> Table:
        """The table of the draft at ``index``."""
        draft = self.booklet.drafts[index]
        own = self._promised_by.get(index, ())
        return Table(
            id=name_of(index),
            form=draft.form,
            title=draft.title,
            organisation=draft.organisation,
            fiscal_year=draft.fiscal_year,
            unit=draft.unit,
            pages=draft.pages,
            columns=tuple(_column(column) for column in draft.columns),
            rows=tuple(self._row(index, row) for row in draft.rows),
            checks=tuple(self._check(draft, equation) for equation in own),
        )

    @cached_property
    def unnamed(self) -> frozenset[TableCellRef]:
        """Labels to ask for: illegible ones beside figures that nobody else is asked about."""
        return frozenset(
            (index, *label)
            for index, draft in enumerate(self.booklet.drafts)
            for label, money in lost_names(draft).names.items()
            if any(self._vouched((index, *ref)) for ref in money)
        )

    def _vouched(self, ref: TableCellRef) -> bool:
        one = self.judged.get(ref)
        shown = one is not None and one.verdict != "doubtful"
        return shown and bool(self.decision.scene.lattices[ref].cell.text)

    def review(self, index: int) -> tuple[ReviewItem, ...]:
        """The doubtful cells of a table, the most urgent first."""
        items = [
            ReviewItem(
                table=name_of(index),
                row=row,
                column=key,
                reason=UNNAMED.en,
                reason_zh=UNNAMED.zh,
                priority=_URGENCY["rowless"],
            )
            for table, row, key in sorted(self.unnamed)
            if table == index
        ]
        for ref, judgement in self._judged_in.get(index, ()):
            said = self.reasons.said(ref) if judgement.verdict == "doubtful" else None
            if said is None:
                continue
            items.append(
                ReviewItem(
                    table=name_of(index),
                    row=ref[1],
                    column=ref[2],
                    reason=said.en,
                    reason_zh=said.zh,
                    priority=self._priority(judgement),
                )
            )
        return tuple(sorted(items, key=lambda item: -item.priority))

    def _priority(self, judgement: Judgement) -> float:
        """Sums of few terms first: there the wrong figure is quickly found."""
        equations = self.decision.scene.equations
        terms = min((len(equations[at].terms) for at in judgement.broken), default=0)
        nearer = 0.1 / terms if terms else 0.1 * (1.0 - judgement.confidence)
        return round(min(_URGENCY[judgement.cause] + nearer, 1.0), 4)

    def between(self) -> tuple[BookletCheck, ...]:
        """The sums between tables."""
        return tuple(
            self._booklet_check(e) for e in self.decision.scene.equations if e.table is None
        )

    def _booklet_check(self, equation: Equation) -> BookletCheck:
        status, difference = self._outcome(equation)
        draft = self.booklet.drafts[equation.result[0]]
        result = self.decision.scene.lattices.get(equation.result)
        return BookletCheck(
            id=equation.id,
            rule=equation.rule,
            status=status,
            result=_named(equation.result),
            terms=tuple(_named(term.ref) for term in equation.terms),
            difference=difference,
            unit=draft.unit,
            page=result.cell.page if result is not None else min(draft.pages, default=1),
        )

    def _check(self, draft: Draft, equation: Equation) -> CheckResult:
        status, difference = self._outcome(equation)
        promise = draft.sums[int(equation.id[1:]) - 1]
        result = self.decision.scene.lattices.get(equation.result)
        return CheckResult(
            id=equation.id,
            rule=equation.rule,
            status=status,
            result=promise.result,
            terms=promise.terms,
            difference=difference,
            page=result.cell.page if result is not None else 1,
        )

    def _outcome(self, equation: Equation) -> tuple[CheckStatus, str | None]:
        lattices = self.decision.scene.lattices
        residual = equation.residual(self.told)
        status = equation.status(residual, self.told, lattices)
        if status == "not_applicable":
            return status, None
        return status, _difference(residual or 0, equation.places)

    def _row(self, index: int, row: DraftRow) -> Row:
        return Row(
            id=row.id,
            parent=row.parent,
            role=row.role,
            label=row.label,
            pages=row.pages,
            cells={key: self._cell((index, row.id, key), cell) for key, cell in row.cells.items()},
            indicators=tuple(_indicator(indicator) for indicator in row.indicators),
        )

    def _cell(self, ref: TableCellRef, cell: DraftCell) -> Cell:
        judgement = self.judged.get(ref)
        if judgement is None:
            plain = _plain(cell)
            if ref not in self.unnamed:
                return plain
            return plain.model_copy(update={"verdict": "doubtful", "reason": UNNAMED})
        asked = judgement.verdict in _ASKED
        one = self.decision.scene.lattices[ref]
        open_ink = one.options.keys() != {judgement.units}  # as hardly ever in a text layer
        return Cell(
            value=self._value(one, judgement),
            text=cell.text,
            page=cell.page,
            bbox=(cell.box.x0, cell.box.y0, cell.box.x1, cell.box.y1),
            source=self._source(one, judgement),
            confidence=judgement.confidence,
            verdict=judgement.verdict,
            checks=self._checks_of.get(ref, ()),
            alternatives=tuple(self._alternatives(ref, judgement)) if open_ink else (),
            margin=round(judgement.margin, 2),
            reason=self.reasons.said(ref) if asked else None,
            certificate=self._certificate(ref, judgement) if asked else None,
        )

    def _source(self, one: Lattice, judgement: Judgement) -> TokenSource:
        if judgement.units is None or judgement.units == one.first:
            return one.cell.source
        option = one.options.get(judgement.units)
        return "llm" if option is not None and option.sighted else one.cell.source

    def _value(self, one: Lattice, judgement: Judgement) -> str | None:
        if judgement.units is None or judgement.units == one.first:
            return one.cell.value
        option = one.options.get(judgement.units)
        return option.value if option is not None else one.text_of(judgement.units)

    def _alternatives(self, ref: TableCellRef, judgement: Judgement) -> Iterator[Alternative]:
        """The other figures that the ink may say, most probable first."""
        one, found = self.decision.scene.lattices[ref], self.decision.findings[ref]
        total = sum(math.exp(-option.cost) for option in one.options.values())
        near = {one.first, found.units, dict(found.rival).get(ref)}
        ranked = sorted(one.options.items(), key=lambda item: (item[1].cost, item[0]))
        told = 0
        for units, option in ranked:
            share = math.exp(-option.cost) / total
            likely = share >= _LEAST_ALTERNATIVE and told < _MOST_ALTERNATIVES
            new = units != judgement.units and option.value is not None and option.inked
            if new and (likely or units in near):
                told += 1
                yield Alternative(value=option.value, confidence=min(round(share, 6), 1.0))

    def _certificate(self, ref: TableCellRef, judgement: Judgement) -> Certificate:
        equations = self.decision.scene.equations
        rival = self.decision.findings[ref].rival
        return Certificate(
            checks=tuple(equations[at].id for at in judgement.held),
            deceived_by=tuple(self._misreading(cell, units) for cell, units in rival),
        )

    def _misreading(self, ref: TableCellRef, units: int | None) -> Misreading:
        table, row, column = _named(ref)
        option = self.decision.scene.lattices[ref].options.get(units) if units is not None else None
        return Misreading(table=table, row=row, column=column, value=option and option.value)


def name_of(index: int) -> str:
    """What the table at ``index`` is called in the result."""
    return f"t{index + 1}"


@lru_cache(maxsize=1024)  # most sums leave nothing
def _difference(residual: int, places: int) -> str:
    return f"{Decimal(residual).scaleb(-places):f}"


def _named(ref: TableCellRef) -> tuple[str, str, str]:
    return name_of(ref[0]), ref[1], ref[2]


def _plain(cell: DraftCell) -> Cell:
    """A cell that holds no amount: its text is its value."""
    return Cell(
        value=cell.value if cell.value is not None else (cell.text or None),
        text=cell.text,
        page=cell.page,
        bbox=(cell.box.x0, cell.box.y0, cell.box.x1, cell.box.y1),
        source=cell.source,
        confidence=min(max(cell.confidence, 0.0), 1.0),
    )


def _column(column: Column) -> ResultColumn:
    return ResultColumn(key=column.key, label=column.label, type=column.type, path=column.path)


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
