"""What else than misreadings breaks sums: a misprinted figure, a lost row or column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from schemas.draft import TableCellRef
from worker.decoding.scene import Scene

Kind = tuple[int | None, bool, str, tuple[str, ...]]
"""Table, along a row?, and the names that sums of one kind share: result, then terms."""


def misprinted(scene: Scene) -> dict[TableCellRef, tuple[int, ...]]:
    """Cells that, were they another figure, would mend every sum through them at once.

    All of the two or more sums through the cell are broken, and ask for the same figure.
    """
    asked: dict[TableCellRef, list[tuple[int, int]]] = defaultdict(list)
    for at in scene.broken:
        for term in scene.equations[at].cells if at not in scene.aside else ():
            if term.ref in scene.lattices:
                asked[term.ref].append((at, -(scene.residuals[at] or 0) // term.weight))
    return {
        ref: tuple(at for at, _ in said)
        for ref, said in asked.items()
        if len(said) > 1
        and len(said) == len(scene.through[ref])
        and len({change for _, change in said}) == 1
    }


def kind_of(scene: Scene, at: int) -> Kind:
    """The kind of a sum: of one kind are the same rows of other columns, or the reverse."""
    equation = scene.equations[at]
    along = equation.along_row()
    terms = tuple(sorted({_name(term.ref, along) for term in equation.terms}))
    return equation.table, along, _name(equation.result, along), terms


def _name(ref: TableCellRef, along: bool) -> str:
    """The column of a cell in a sum along a row, else its row."""
    return ref[2] if along else ref[1]


def lost(scene: Scene) -> Iterator[tuple[int, ...]]:
    """Broken sums that one lost row (or column) explains, by index.

    Sums of one kind miss in two columns or more, and what they miss adds up across the
    columns as a row of the table does: it is a row that was not read, or read twice, or is
    not meant to count. A misread figure leaves no such trace.
    """
    failing: dict[Kind, list[int]] = defaultdict(list)
    for at in scene.broken:
        kind = kind_of(scene, at)
        if kind[0] is not None:
            failing[kind].append(at)
    patterns: dict[tuple[int | None, bool], set[tuple[str, tuple[str, ...]]]] = defaultdict(set)
    for at in range(len(scene.equations)) if any(len(f) > 1 for f in failing.values()) else ():
        table, along, result, terms = kind_of(scene, at)
        patterns[table, along].add((result, terms))
    for (table, along, _, _), sums in failing.items():
        missing = {_crossing(scene, at, along): scene.residuals[at] or 0 for at in sums}
        crossing = patterns[table, not along]
        if len(sums) > 1 and _adds_up(missing, crossing):
            yield tuple(sums)


def _crossing(scene: Scene, at: int, along: bool) -> str:
    """The column of a sum down the rows, or the row of one along the columns."""
    return _name(scene.equations[at].result, not along)


def _adds_up(missing: Mapping[str, int], patterns: set[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether what is missing obeys every crossing sum that it takes part in, and one at least."""
    told = [
        missing.get(result, 0) == sum(missing.get(term, 0) for term in terms)
        for result, terms in patterns
        if _touched(missing, (result, *terms))
    ]
    return bool(told) and all(told)


def _touched(missing: Mapping[str, int], names: Sequence[str]) -> bool:
    return any(name in missing for name in names)
