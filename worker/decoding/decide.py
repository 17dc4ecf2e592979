"""What each cell of a booklet most probably says, and how far the next best story is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.draft import Booklet, TableCellRef
from worker.decoding.causes import lost
from worker.decoding.equations import equations
from worker.decoding.implied import extended
from worker.decoding.lattice import lattices
from worker.decoding.part import Part, World
from worker.decoding.parts import parts
from worker.decoding.prices import FAR, HORIZON
from worker.decoding.scene import Scene, scene_of
from worker.decoding.worlds import Explored, explore

MOST_LOST = 3
"""Sums that one lost row or column explains from which they are not held against figures."""
EFFORT = 2.0
"""Deterministic seconds of search for one table; what is open then is doubtful."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One cell in the best world.

    ``units`` is what it adds to sums, None where it is no figure. ``margin`` is how much
    less probable the best world is in which it has another value, in nats. ``rival`` has
    the cells that differ in that world with what they add there; () where none was found
    within the horizon. ``settled`` is False where the search ran out of time.
    """

    units: int | None
    margin: float
    rival: tuple[tuple[TableCellRef, int | None], ...] = ()
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """The scene at the best world, and what was found of each amount cell."""

    scene: Scene
    findings: Mapping[TableCellRef, Finding]


def decide(booklet: Booklet, effort: float = EFFORT) -> Decision:
    """The most probable joint reading of a booklet that its sums allow."""
    cells = {
        ref: one
        for index, draft in enumerate(booklet.drafts)
        for ref, one in lattices(draft, index).items()
    }
    scene = scene_of(cells, tuple(equations(booklet, cells)))
    scene = scene.without({at for sums in lost(scene) if len(sums) >= MOST_LOST for at in sums})
    loose = scene.loose()
    scene = extended(scene, loose)
    left = effort * max(len(booklet.drafts), 1)
    found: dict[TableCellRef, Finding] = {}
    for part in parts(scene, loose):
        explored = explore(part, left)
        left = max(left - explored.effort, 0.0)
        found.update(
            _findings(part, explored) if explored.settled else _by_rows(scene, part, effort)
        )
    for ref in loose:  # what no reading of the lattice can change within the horizon
        found.setdefault(ref, Finding(scene.values[ref], HORIZON))
    best = scene.with_values(
        {ref: found[ref].units if ref in found else units for ref, units in scene.values.items()}
    )
    return Decision(best, {ref: _bounded(best, ref, found.get(ref)) for ref in best.lattices})


def _by_rows(scene: Scene, part: Part, effort: float) -> dict[TableCellRef, Finding]:
    """What the sums along rows alone say of cells that are too many to be decided together.

    The sums down the table are not searched, but hold or fail in the end all the same: where
    they fail, their cells are doubted.
    """
    refs = [choice.ref for choice in part.choices]
    ties = (tie.equation for tie in part.ties)
    down = {at for at in ties if not scene.equations[at].along_row()}
    found: dict[TableCellRef, Finding] = {}
    for row in parts(scene.without(down), refs):
        explored = explore(row, effort)
        effort = max(effort - explored.effort, 0.0)
        found.update(_findings(row, explored))
    return found


def _findings(part: Part, explored: Explored) -> dict[TableCellRef, Finding]:
    return {
        choice.ref: Finding(
            units=_units(part, explored.best, at),
            margin=explored.margins[at],
            rival=_changes(part, explored.best, explored.rivals[at]),
            settled=explored.settled,
        )
        for at, choice in enumerate(part.choices)
    }


def _units(part: Part, world: World, at: int) -> int | None:
    picked = world.picks[at]
    return part.choices[at].keys[picked] if picked >= 0 else None


def _changes(
    part: Part, best: World, rival: World | None
) -> tuple[tuple[TableCellRef, int | None], ...]:
    if rival is None:
        return ()
    return tuple(
        (choice.ref, _units(part, rival, at))
        for at, choice in enumerate(part.choices)
        if rival.picks[at] != best.picks[at]
    )


def _bounded(best: Scene, ref: TableCellRef, found: Finding | None) -> Finding:
    """The finding; of cells out of play the bound that kept them out is the margin."""
    if best.lattices[ref].pinned:
        return Finding(best.values[ref], FAR)
    return found or Finding(best.values[ref], min(best.bound(ref), FAR))
