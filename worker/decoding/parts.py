"""The parts of a scene that can be decided each by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from schemas.draft import TableCellRef
from worker.decoding.causes import lost, misprinted
from worker.decoding.lattice import Lattice
from worker.decoding.part import Choice, Excuse, Part, Tie, Twin
from worker.decoding.prices import BROKEN, LOST, MISPRINT, REPEATED, UNKNOWN
from worker.decoding.scene import Scene


def parts(scene: Scene, loose: Sequence[TableCellRef]) -> tuple[Part, ...]:
    """Loose cells with more than one way to be, grouped by the sums that tie them."""
    play = [ref for ref in loose if _open(scene, ref)]
    groups = _Groups(play)
    touched: dict[int, list[TableCellRef]] = {}
    for ref in play:
        for at in scene.through.get(ref, ()):
            touched.setdefault(at, []).append(ref)
    for refs in touched.values():
        for ref in refs[1:]:
            groups.join(refs[0], ref)
    cells: dict[TableCellRef, list[TableCellRef]] = defaultdict(list)
    for ref in play:
        cells[groups.root(ref)].append(ref)
    ties: dict[TableCellRef, list[int]] = defaultdict(list)
    for at, refs in touched.items():
        ties[groups.root(refs[0])].append(at)
    return tuple(_part(scene, cells[root], ties[root]) for root in cells)


def _open(scene: Scene, ref: TableCellRef) -> bool:
    return len(scene.lattices[ref].options) > 1 or scene.values[ref] is None


class _Groups:
    """Sets of cells that grow together (union-find)."""

    def __init__(self, refs: Sequence[TableCellRef]) -> None:
        self._above = {ref: ref for ref in refs}

    def root(self, ref: TableCellRef) -> TableCellRef:
        while self._above[ref] != ref:
            self._above[ref] = self._above[self._above[ref]]
            ref = self._above[ref]
        return ref

    def join(self, one: TableCellRef, other: TableCellRef) -> bool:
        """Whether both were apart until now."""
        a, b = self.root(one), self.root(other)
        self._above[b] = a
        return a != b


def _part(scene: Scene, refs: Sequence[TableCellRef], equations: Sequence[int]) -> Part:
    choices = tuple(_choice(scene.lattices[ref], scene.values[ref]) for ref in refs)
    index = {ref: at for at, ref in enumerate(refs)}
    ties = tuple(_tie(scene, at, index) for at in sorted(equations))
    place = {tie.equation: at for at, tie in enumerate(ties)}
    return Part(
        choices, ties, tuple(_twins(scene, refs, sorted(equations), choices, index)),
        tuple(_excuses(scene, place)),
    )  # fmt: skip


def _choice(one: Lattice, now: int | None) -> Choice:
    keys = tuple(one.options)
    least = min((option.cost for option in one.options.values()), default=0.0)
    costs = tuple(option.cost - least for option in one.options.values())
    if now is None or not one.cell.readable:
        return Choice(one.ref, keys, costs, keys.index(now) if now in keys else -1, UNKNOWN)
    return Choice(one.ref, keys, costs, keys.index(now))


def _tie(scene: Scene, at: int, index: Mapping[TableCellRef, int]) -> Tie:
    equation = scene.equations[at]
    weights: dict[int, int] = defaultdict(int)
    constant = 0
    for term in equation.cells:
        if term.ref in index:
            weights[index[term.ref]] += term.weight
        else:
            constant += (scene.values.get(term.ref) or 0) * term.weight
    return Tie(
        at,
        tuple(weights.items()),
        constant,
        scene.slacks[at],
        scene.rounding[at],
        BROKEN,
    )


def _twins(
    scene: Scene,
    refs: Sequence[TableCellRef],
    equations: Sequence[int],
    choices: Sequence[Choice],
    index: Mapping[TableCellRef, int],
) -> Iterator[Twin]:
    """Cells of one sum whose ink says the same, each tied once to another such cell."""
    groups = _Groups(refs)
    for at in equations:
        same: dict[int, TableCellRef] = {}
        for term in scene.equations[at].cells:
            value = scene.values.get(term.ref)
            if term.ref not in index or not value or not scene.lattices[term.ref].cell.text:
                continue
            other = same.setdefault(value, term.ref)
            if other != term.ref and groups.join(other, term.ref):
                yield from _refunds(choices, index[other], index[term.ref], value)


def _refunds(choices: Sequence[Choice], one: int, other: int, now: int) -> Iterator[Twin]:
    for i, key in enumerate(choices[one].keys):
        if key != now and key in choices[other].keys:
            j = choices[other].keys.index(key)
            less = min(choices[one].costs[i], choices[other].costs[j]) - REPEATED
            if less > 0:
                yield Twin((one, i), (other, j), less)


def _excuses(scene: Scene, place: Mapping[int, int]) -> Iterator[Excuse]:
    causes = [*((sums, MISPRINT) for sums in misprinted(scene).values())]
    causes += [(sums, LOST) for sums in lost(scene)]
    for sums, price in causes:
        if all(at in place for at in sums):
            yield Excuse(tuple(place[at] for at in sums), price)
