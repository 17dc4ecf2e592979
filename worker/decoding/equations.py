"""The sums of a booklet as equations over whole numbers, and how they fare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import NamedTuple

from schemas.draft import Booklet, TableCellRef
from schemas.result import CheckStatus
from worker.decoding.lattice import Lattice
from worker.rounding import rounding_slack, rounding_units

UNITS = {
    "元": 1, "千元": 1_000, "万元": 10_000, "萬元": 10_000, "百万元": 1_000_000,
    "百萬元": 1_000_000, "亿元": 100_000_000, "億元": 100_000_000,
    "円": 1, "千円": 1_000, "百万円": 1_000_000,
}  # fmt: skip
"""How many of the smallest money one printed unit is."""

Values = Mapping[TableCellRef, int | None]
"""What each cell adds to a sum, in its table's last digit; None: no figure can be made of it."""


class Term(NamedTuple):
    """A cell of an equation; its key times ``weight`` is its share in the equation's unit."""

    ref: TableCellRef
    weight: int


@dataclass(frozen=True)
class Equation:
    """``result`` is the sum of ``terms``; ``places`` decimals of the unit count one.

    ``table`` is the index of the table whose promise it is, None between tables. Cells that
    the table does not have count as zero and are left out of ``terms``.
    """

    id: str
    rule: str
    table: int | None
    result: TableCellRef
    terms: tuple[Term, ...]
    result_weight: int
    places: int

    @cached_property
    def cells(self) -> tuple[Term, ...]:
        """All cells with the sign they have where result minus terms is taken."""
        return (
            Term(self.result, self.result_weight),
            *(Term(t.ref, -t.weight) for t in self.terms),
        )

    @cached_property
    def refs(self) -> tuple[TableCellRef, ...]:
        """Its cells, each once."""
        return tuple(dict.fromkeys([self.result, *(ref for ref, _ in self.terms)]))

    def residual(self, values: Values) -> int | None:
        """Result minus terms in the equation's unit; None where a cell is no figure."""
        total = 0
        for ref, weight in self.cells:
            units = values.get(ref, 0)
            if units is None:
                return None
            total += units * weight
        return total

    def slack(self, values: Values, lattices: Mapping[TableCellRef, Lattice]) -> int:
        """The largest residual that rounding explains, never less than nothing.

        Between tables of different units a figure may be off by half a last digit of the
        coarser one even where it stands alone.
        """
        if self.table is not None:
            return self._slack_in_table(values, lattices)
        parts = [self._printed(t, values, lattices) for t in self.terms]
        result = self._printed(Term(self.result, self.result_weight), values, lattices)
        bound = int(rounding_slack(parts, result) * 10**self.places)
        weights = {term.weight for term in self.cells}
        return max(bound, max(weights) // 2) if len(weights) > 1 else bound

    def _slack_in_table(self, values: Values, lattices: Mapping[TableCellRef, Lattice]) -> int:
        """The slack where all figures are in one unit: how many they are tells, and the finest."""
        terms = [d for t in self.terms if (d := _shown(t.ref, values, lattices)) is not None]
        if len(terms) < 2:
            return 0
        result = _shown(self.result, values, lattices)
        if result is not None:
            terms.append(result)
        return _slack_of(len(terms), self.places - max(terms))

    def _printed(
        self, term: Term, values: Values, lattices: Mapping[TableCellRef, Lattice]
    ) -> Decimal:
        """The figure with the decimals of its column, in the equation's unit."""
        one = lattices.get(term.ref)
        units = values.get(term.ref) or 0
        if one is None or not units:
            return Decimal(0)
        scale = Decimal(term.weight).scaleb(one.places - self.places)
        return Decimal(one.text_of(units)) * scale.normalize()

    def status(
        self, residual: int | None, values: Values, lattices: Mapping[TableCellRef, Lattice]
    ) -> CheckStatus:
        """How the equation fares; not applicable where all is blank or a cell is no figure.

        ``residual`` is what is left of the values.
        """
        cells = (lattices[ref].cell for ref in self.refs if ref in lattices)
        if residual is None or not any(cell.text or cell.value is not None for cell in cells):
            return "not_applicable"
        if not residual:
            return "pass"
        return "rounding" if abs(residual) <= self.slack(values, lattices) else "fail"

    def along_row(self) -> bool:
        """Whether the sum runs along a row (else down a column, or between tables)."""
        return self.table is not None and len({term.ref[1] for term in self.cells}) == 1


def _shown(
    ref: TableCellRef, values: Values, lattices: Mapping[TableCellRef, Lattice]
) -> int | None:
    """The decimals that a cell's figure shows; None where there is nothing to round."""
    one, units = lattices.get(ref), values.get(ref)
    return one.decimals_of(units) if one is not None and units else None


@cache  # for as many as a table has columns or rows
def _slack_of(figures: int, left: int) -> int:
    """What rounding explains in so many figures whose last digit counts ``10 ** left``."""
    return int(rounding_units(figures).scaleb(left))


def equations(booklet: Booklet, lattices: Mapping[TableCellRef, Lattice]) -> Iterator[Equation]:
    """Every promised sum, those of each table in its order and then those between tables.

    Sums of a table are called ``c1``, ``c2``, …, those between tables ``b1``, ``b2``, ….
    """
    places_of: dict[int, int] = {}
    for ref, one in lattices.items():
        places_of.setdefault(ref[0], one.places)
    for index, draft in enumerate(booklet.drafts):
        places = places_of.get(index, 0)
        for number, promise in enumerate(draft.sums, start=1):
            terms = [(index, *ref) for ref in promise.terms]
            yield Equation(
                f"c{number}",
                promise.rule,
                index,
                (index, *promise.result),
                tuple(Term(ref, 1) for ref in terms if ref in lattices),
                1,
                places,
            )
    for number, across in enumerate(booklet.sums, start=1):
        weights, places = _weights(booklet, lattices, (across.result, *across.terms))
        yield Equation(
            f"b{number}",
            across.rule,
            None,
            across.result,
            tuple(Term(ref, weights[ref]) for ref in across.terms if ref in weights),
            weights.get(across.result, 1),
            places,
        )


def _weights(
    booklet: Booklet, lattices: Mapping[TableCellRef, Lattice], refs: Sequence[TableCellRef]
) -> tuple[dict[TableCellRef, int], int]:
    """What brings keys of several tables to one unit, and the decimals of that unit's figures.

    The unit is the result's; an unknown unit is taken for the same.
    """
    own = unit_value(booklet.drafts[refs[0][0]].unit)
    known = [ref for ref in refs if ref in lattices]
    if not known:
        return {}, 0
    values = {ref: unit_value(booklet.drafts[ref[0]].unit) or own or 1 for ref in known}
    steps = {ref: Decimal(values[ref]).scaleb(-lattices[ref].places) for ref in known}
    finest = min(steps.values())
    weights = {ref: int(step / finest) for ref, step in steps.items()}
    places = -int((finest / (own or 1)).log10().to_integral_value())
    return weights, max(places, 0)


def unit_value(unit: str | None) -> int | None:
    """How many yuan the printed unit is; None where it is not known."""
    return UNITS.get(unit.strip()) if unit else None
