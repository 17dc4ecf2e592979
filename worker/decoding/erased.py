"""What the sums say of figures whose ink is not to be believed.

Where a seal or a blot hides figures, what is read of them is a part or an invention, and says
nothing of what is printed. To the sums they are erasures: a sum with one erased figure tells
it, which may leave another sum with one (the peeling decoder of erasure codes, Luby et al.
2001). How unsure ink must be for that is not known beforehand: several limits are tried.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set

from schemas.draft import TableCellRef
from worker.decoding.lattice import Lattice
from worker.decoding.scene import Scene

_LIMITS = (0.5, 1.5, 3.0)
"""Odds for the first reading, in nats, below which a figure counts as erased."""
_ROUNDS = 8

Told = dict[TableCellRef, set[int]]


def told_of_erased(scene: Scene, pool: Mapping[TableCellRef, Lattice]) -> Told:
    """For cells of ``pool`` whose ink is unsure the values that sums of clear figures tell."""
    told: Told = defaultdict(set)
    for ref, units in _agreed(scene, pool):
        told[ref].add(units)
    unseen = {ref for ref, one in pool.items() if _may_be_unseen(scene, one)}
    for limit in _LIMITS:
        spoilt = {ref for ref, one in pool.items() if _is_spoilt(scene, one, limit)}
        for erased in (spoilt, spoilt | unseen) if unseen else (spoilt,):
            for ref, found in _peeled(scene, erased).items():
                told[ref] |= found
    return {ref: _fitting(pool[ref], found) for ref, found in told.items()}


def _is_spoilt(scene: Scene, one: Lattice, limit: float) -> bool:
    """Whether there is ink, of which it is unsure what it says."""
    inked = one.cell.source == "ocr" and one.cell.text
    return bool(inked) and (scene.values[one.ref] is None or one.against < limit)


def _may_be_unseen(scene: Scene, one: Lattice) -> bool:
    """Whether a figure may stand in a blank cell: none of its sums holds without one."""
    through = scene.through.get(one.ref, ())
    bare = one.cell.source == "ocr" and not one.cell.text and bool(through)
    return bare and all(scene.residuals[at] != 0 for at in through)


def _fitting(one: Lattice, units: Set[int]) -> set[int]:
    """Those of the values that ink may hide: no nought, and none below without a sign."""
    signed = one.first is not None and one.first < 0
    return {u for u in units if u > 0 or (u and signed)}


def _agreed(
    scene: Scene, pool: Mapping[TableCellRef, Lattice]
) -> Iterator[tuple[TableCellRef, int]]:
    """What two sums or more say alike of a cell if all others are as read."""
    for ref in pool:
        said = Counter(
            units
            for at in scene.through.get(ref, ())
            if (units := _wanted(scene, at, ref, scene.values)) != scene.values[ref]
        )
        yield from ((ref, u) for u, sums in said.items() if sums > 1 and u is not None)


def _peeled(scene: Scene, erased: Set[TableCellRef]) -> Told:
    """What sums with one erased figure imply for it, round by round."""
    values = {ref: None if ref in erased else units for ref, units in scene.values.items()}
    left = set(erased)
    told: Told = defaultdict(set)
    for _ in range(_ROUNDS):
        said: dict[TableCellRef, Counter[int]] = defaultdict(Counter)
        for at, equation in enumerate(scene.equations):
            unknown = {term.ref for term in equation.cells if term.ref in left}
            if at in scene.aside or len(unknown) != 1:
                continue
            ref = unknown.pop()
            units = _wanted(scene, at, ref, values)
            if units is not None:
                said[ref][units] += 1
        if not said:
            break
        for ref, found in said.items():
            told[ref] |= found.keys()
            values[ref] = found.most_common(1)[0][0]
        left -= said.keys()
    return told


def _wanted(
    scene: Scene, at: int, ref: TableCellRef, values: Mapping[TableCellRef, int | None]
) -> int | None:
    """What the cell must be for the sum to hold; None where no whole number does it."""
    cells = scene.equations[at].cells
    weight = sum(term.weight for term in cells if term.ref == ref)
    rest = sum(term.weight * (values.get(term.ref) or 0) for term in cells if term.ref != ref)
    return -rest // weight if weight and rest % weight == 0 else None
