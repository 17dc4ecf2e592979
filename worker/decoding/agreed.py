"""What all sums through a doubtful figure ask for, where its ink says little.

Under a seal every reading of a figure may be wrong. Where all of its sums, along the row and down
the column, ask for one and the same figure, that is the better guess: by chance they would agree
once in as many times as the figure has values. It is shown to the person who is asked, and no
more than that: whoever looks has less to type.

Not so where it is one slip away from what was read, or sums only miss by rounding. Ink has been
asked about such figures and does not allow them, and that is how print errs: what is printed is
shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

from schemas.draft import TableCellRef
from worker.decoding.confusions import common_start
from worker.decoding.lattice import MOST_DIGITS
from worker.decoding.scene import Scene

FEWEST_SUMS = 2
"""Sums that must agree."""


def agreed(
    scene: Scene,
    told: Mapping[TableCellRef, int | None],
    doubtful: Collection[TableCellRef],
    unmeant: Collection[int],
) -> dict[TableCellRef, int]:
    """The figures that sums ask for with one voice in place of what is ``told``.

    ``told`` is what each cell adds to sums, ``doubtful`` are the cells that may be another
    figure, and sums that are ``unmeant``, by index, ask for nothing. What one cell is asked to be
    is known to the sums of the next.
    """
    found: dict[TableCellRef, int] = {}
    while True:
        now = {**told, **found}
        asked = (
            (ref, wanted)
            for ref in doubtful
            if ref not in found and _open(scene, ref)
            if (wanted := _wanted(scene, now, unmeant, ref)) not in (None, now[ref])
        )
        first = next(asked, None)
        if first is None or first[1] is None:
            return found
        found[first[0]] = first[1]


def _open(scene: Scene, ref: TableCellRef) -> bool:
    """Whether there is ink, and it says no figure surely."""
    one = scene.lattices[ref]
    return one.cell.source == "ocr" and bool(one.cell.text) and not one.clear


def _wanted(
    scene: Scene,
    told: Mapping[TableCellRef, int | None],
    unmeant: Collection[int],
    ref: TableCellRef,
) -> int | None:
    """The one figure with which each of the sums would hold; None where they do not agree."""
    through = [at for at in scene.through.get(ref, ()) if at not in unmeant]
    if len(through) < FEWEST_SUMS or any(
        scene.share_cells(one, other) for one, other in combinations(through, 2)
    ):
        return None
    wanted: set[int | None] = set()
    for at in through:
        residual = scene.equations[at].residual(told)
        if residual is not None and abs(residual) <= scene.slacks[at]:
            return None
        weight, rest = 0, 0
        for term in scene.equations[at].cells:
            units = told.get(term.ref, 0)
            if term.ref == ref:
                weight += term.weight
            elif units is None:
                return None
            else:
                rest -= units * term.weight
        wanted.add(rest // weight if weight and rest % weight == 0 else None)
    figure = wanted.pop() if len(wanted) == 1 else None
    one = scene.lattices[ref]
    if not figure or len(str(abs(figure))) > MOST_DIGITS or (figure < 0 and not one.signed):
        return None
    return None if one.cell.value and _near(one.cell.value, one.text_of(figure)) else figure


def _near(read: str, printed: str) -> bool:
    """Whether one digit is another, is lost or added, or two neighbours are exchanged."""
    read, printed = read.replace(".", ""), printed.replace(".", "")
    before = common_start(read, printed)
    left, right = read[before:], printed[before:]
    behind = common_start(left[::-1], right[::-1])
    left, right = left[: len(left) - behind], right[: len(right) - behind]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])
