"""The readings worth searching: those proposed, and those that sums imply and the ink allows.

A recogniser proposes what looks likely; a sum knows what would fit. Every value that a sum
implies for a cell is tested against the cell's ink and enters its lattice where the ink
allows it, and so does every single slip that another cell's change makes up for. What no sum
has a use for is left out again.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from schemas.draft import TableCellRef
from worker.decoding.confusions import Confusions, confusions, farther, slips
from worker.decoding.erased import told_of_erased
from worker.decoding.lattice import Lattice, Option, probed, units_of
from worker.decoding.prices import BROKEN, HORIZON
from worker.decoding.print_style import canonical
from worker.decoding.scene import Scene
from worker.decoding.supports import Key, only, supported

_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d{1,6})?")
"""A figure that is its own canonical value."""
MOST_OPTIONS = 10
"""Readings of one cell that are searched."""
_SEEDS = 5
_MOST_LOOSE = 160
"""Loose cells of one sum beyond which pairs of them are not tried on each other's ink."""

Keys = dict[TableCellRef, dict[int, Option]]


def extended(scene: Scene, loose: Sequence[TableCellRef]) -> Scene:
    """The scene with the lattices of the loose cells holding what is worth searching."""
    pool = {ref: scene.lattices[ref] for ref in loose}
    for ref, more in probed(pool, told_of_erased(scene, pool), veiled=True).items():
        pool[ref] = pool[ref].with_options(more)
    for ref, more in _implied_alone(scene, pool).items():
        pool[ref] = pool[ref].with_options(more)
    rooms = _rooms(scene, pool)
    in_pairs = _implied_in_pairs(scene, pool, rooms)
    if any(in_pairs.values()):
        pool |= {ref: pool[ref].with_options(more) for ref, more in in_pairs.items()}
        rooms = _rooms(scene, pool)
    near = probed(pool, {ref: _slips(one, rooms[ref]) for ref, one in pool.items()}, rooms)
    pool = {ref: one.with_options(near[ref]) for ref, one in pool.items()}
    wanted = supported(scene, pool)
    return scene.with_lattices(_kept(one, scene.values[ref], wanted) for ref, one in pool.items())


def _rooms(scene: Scene, pool: Mapping[TableCellRef, Lattice]) -> dict[TableCellRef, float]:
    """What another reading of each cell may cost beside what must make up for it elsewhere."""
    known = scene.with_lattices(pool.values())
    return {ref: HORIZON - known.burden(ref) for ref in pool}


def _slips(one: Lattice, room: float) -> tuple[int, ...]:
    """What may be printed where one sign of the figure was misread, if there is ``room``."""
    if one.cell.value is None or one.cell.source == "text" or one.against >= room:
        return ()
    most = math.inf if _weighed(one) else room - max(one.against, 0.0)
    return _of_slips(confusions(), one.cell.value, most, one.places)


@lru_cache(maxsize=1024)  # a figure is decided several times over, mostly as it was
def _of_slips(_prior: Confusions, read: str, most: float, places: int) -> tuple[int, ...]:
    """What the figures add to a sum that are one slip away, by the prior that is in use."""
    found: dict[int, None] = {}
    for text in slips(read, most):
        value = text if _PLAIN.fullmatch(text) else canonical(text)
        if value is not None and len(value.partition(".")[2]) <= places:
            found[units_of(value, places)] = None
    return tuple(found)


def _implied_alone(scene: Scene, pool: Mapping[TableCellRef, Lattice]) -> Keys:
    """What each broken sum says that a cell must be if all others are as read."""
    asked: dict[TableCellRef, list[int]] = defaultdict(list)
    for at, equation in enumerate(scene.equations):
        residual = scene.residual_of_known(at)
        if not residual or at in scene.aside:
            continue
        for term in equation.cells:
            if term.ref in pool and residual % term.weight == 0:
                asked[term.ref].append((scene.values[term.ref] or 0) - residual // term.weight)
    return probed(pool, asked)


def _implied_in_pairs(
    scene: Scene, pool: Mapping[TableCellRef, Lattice], rooms: Mapping[TableCellRef, float]
) -> Keys:
    """What a sum says that a cell must be if another is one of its likelier alternatives."""
    asked: dict[TableCellRef, dict[int, None]] = defaultdict(dict)
    seeds = {ref: tuple(_seeds(scene, one)) for ref, one in pool.items()}
    for at, equation in enumerate(scene.equations):
        terms = [term for term in equation.cells if term.ref in pool]
        others = [term for term in terms if _open(pool[term.ref], rooms[term.ref])]
        if len(terms) > _MOST_LOOSE or at in scene.aside:
            continue
        residual = scene.residual_of_known(at)
        for term in terms:
            for change, cost in seeds[term.ref]:
                left = residual + term.weight * change
                for other in others if left else ():
                    near = residual or cost + scene.costs[other.ref] < HORIZON
                    if near and other.ref != term.ref and left % other.weight == 0:
                        now = scene.values[other.ref] or 0
                        asked[other.ref][now - left // other.weight] = None
    return probed(pool, asked, rooms)


def _open(one: Lattice, room: float) -> bool:
    """Whether the cell may be a figure that is more than a listed slip away, if there is ``room``.

    Slips that are listed are tried all the same.
    """
    left = room - max(one.against, 0.0)
    return left > (0.0 if _weighed(one) else farther())


def _weighed(one: Lattice) -> bool:
    """Whether more than the prior over slips tells what the cell may be."""
    return bool(one.cell.posteriors) or not one.cell.readable or not one.cell.value


def _seeds(scene: Scene, one: Lattice) -> Iterator[tuple[int, float]]:
    """The likeliest changes of a cell, with their costs."""
    now = scene.values[one.ref]
    others = [(o.cost, key) for key, o in one.options.items() if key != now]
    for cost, key in sorted(others)[:_SEEDS]:
        if cost < BROKEN:
            yield key - (now or 0), cost


def _kept(one: Lattice, now: int | None, wanted: set[Key]) -> Lattice:
    """The lattice with its present reading and those that are worth searching."""
    ranked = sorted(
        (key for key in one.options if (one.ref, key) in wanted),
        key=lambda key: (one.options[key].cost, key),
    )
    held = [now] if now is not None else []
    return only(one, [*held, *ranked[:MOST_OPTIONS]])
