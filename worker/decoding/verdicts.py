"""From margins and sums to the verdict of each amount cell."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Literal

from schemas.draft import TableCellRef
from schemas.result import Verdict
from worker.ctc import is_printed_amount
from worker.decoding.agreed import agreed
from worker.decoding.calibration import confidence
from worker.decoding.causes import Kind, kind_of, lost, misprinted
from worker.decoding.decide import Decision, Finding
from worker.decoding.lattice import Lattice
from worker.decoding.prices import MISPRINT
from worker.decoding.scene import Scene

Cause = Literal[
    "unreadable",  # the ink is no figure, and the sums do not make it one
    "missed",  # a figure seems to stand where none was read
    "repaired",  # the sums chose another reading
    "torn",  # another world is nearly as probable
    "broken",  # a sum through it does not hold, and this cell answers for it
    "structure",  # so many sums of one kind fail that the sums themselves are in doubt
    "agreed",  # all of its sums ask for one other figure than the ink says
    "slip",  # all sums through it miss by rounding, and with one other figure all would hold
    "odd",  # it has other decimals than its whole column: perhaps a part of a figure
    "contested",  # rules and model put it into different places, and no sum tells
    "nameless",  # the header of its column could not be read
    "rowless",  # its row has lost its name
    "unsure",  # the reading is unsure and no sum helps
    "search",  # the search ran out of time
    "none",
]

PROVED = 7.6
"""Least margin of a proved figure: the next story is two thousand times less probable."""
ACCEPTED = 3.9
"""Least margin of a figure that no one is asked about."""
REPAIRED = 4.2
"""Least margin of a reading that the sums chose over the first one."""
TOLD = 2.0
"""Margin from which a doubtful cell tells what enough sums say, not what was read first."""
TOLD_BY_SUMS = 2.3
"""Odds of the ink alone, in nats, below which only sums of figures that are known settle a cell."""
LEANING = 0.5
"""Margin from which it tells what two sums say, more of them than speak against it."""
AGREED = 0.5
"""Confidence of a figure that is told because all of its sums ask for it."""
DEAREST = 10.0
"""Most nats that the ink may speak against a repair."""
FEWEST_SUMS = 2
"""Sums that must hold through a cell for its repair to be believed."""
PLACELESS = 0.85
"""Most confidence of a figure whose row or column is not known: of 35 such figures of scans in
ruins 30 were printed where they stand."""
_KNOWN: tuple[Verdict, ...] = ("proved", "accepted", "human")
"""Verdicts of figures that sums may build on where ink shows nothing."""
_PRINTED = 2
"""Cells of a sum that must be printed for it to say something."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a cell: the value that is told, and why.

    ``units`` is what the told value adds to sums. ``held`` are the sums through the cell
    that hold exactly in the best world, ``broken`` those that are broken there, by index.
    """

    verdict: Verdict
    cause: Cause
    units: int | None
    confidence: float
    margin: float
    held: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()


def judgements(decision: Decision) -> dict[TableCellRef, Judgement]:
    """The judgement of every amount cell of the booklet."""
    bench = _Bench(decision)
    judged = {ref: bench.judge(ref) for ref in decision.findings}
    while True:
        told = _independent(bench, judged)
        open_sums = bench.sums_of(ref for ref in bench.veiled if told[ref].verdict == "doubtful")
        if open_sums <= bench.spent:
            told |= _agreed(bench, told)
            return {**told, **_headers(decision, told)}
        bench = replace(bench, spent=bench.spent | open_sums)


def _agreed(bench: _Bench, told: Mapping[TableCellRef, Judgement]) -> dict[TableCellRef, Judgement]:
    """The doubtful figures that all of their sums ask for, and what that makes of other cells.

    The result of a sum that fails only for such a figure answers for it no more.
    """
    doubtful = [
        ref
        for ref, one in told.items()
        if one.verdict == "doubtful" and one.cause not in ("nameless", "rowless", "contested")
    ]
    scene = bench.scene
    found = agreed(scene, {ref: one.units for ref, one in told.items()}, doubtful, bench.unmeant)
    new = {
        ref: replace(
            told[ref], units=units, cause="agreed", confidence=max(told[ref].confidence, AGREED)
        )
        for ref, units in found.items()
    }
    values = {ref: new.get(ref, one).units for ref, one in told.items()}
    for ref in doubtful if found else ():
        one = told[ref]
        mended = all(scene.equations[at].residual(values) == 0 for at in one.broken)
        if ref not in found and one.cause == "broken" and mended:
            known = one.held and min(one.margin, scene.lattices[ref].against) >= ACCEPTED
            new[ref] = (
                replace(one, verdict="accepted", cause="none", broken=())
                if known
                else replace(one, cause="unsure", broken=())
            )
    return new


def _headers(
    decision: Decision, told: Mapping[TableCellRef, Judgement]
) -> dict[TableCellRef, Judgement]:
    """The topmost figure of each column without a name, asked about for all that are vouched for.

    A person who has settled one of them has seen what the column is.
    """
    columns: dict[tuple[int, str], list[TableCellRef]] = defaultdict(list)
    for ref, one in decision.scene.lattices.items():
        if one.nameless and one.cell.text and told[ref].verdict != "doubtful":
            columns[ref[0], ref[2]].append(ref)
    return {
        refs[0]: replace(
            told[refs[0]],
            verdict="doubtful",
            cause="nameless",
            confidence=min(told[refs[0]].confidence, PLACELESS),
        )
        for refs in columns.values()
        if all(told[ref].verdict != "human" for ref in refs)
    }


@dataclass(frozen=True)
class _Bench:
    """``spent`` are sums with a veiled figure that is told by them alone: they say no more."""

    decision: Decision
    spent: frozenset[int] = frozenset()

    @property
    def scene(self) -> Scene:
        return self.decision.scene

    @cached_property
    def broken(self) -> frozenset[int]:
        """The sums that fail in the best world."""
        return frozenset(self.scene.broken)

    @cached_property
    def failing(self) -> Mapping[TableCellRef, tuple[int, ...]]:
        """The broken sums through each cell, those aside too."""
        found: dict[TableCellRef, list[int]] = defaultdict(list)
        for at in sorted(self.broken):
            for term in self.scene.equations[at].cells:
                found[term.ref].append(at)
        return {ref: tuple(sums) for ref, sums in found.items()}

    @cached_property
    def exact(self) -> frozenset[int]:
        """The sums that hold to the last digit and say something."""
        return frozenset(at for at in self.telling if self.scene.residuals[at] == 0)

    @cached_property
    def summed(self) -> frozenset[tuple[int, str]]:
        """Columns, by table and key, in which two sums of several printed figures hold."""
        found: Counter[tuple[int, str]] = Counter()
        for at in self.exact:
            equation = self.scene.equations[at]
            keys = {(term.ref[0], term.ref[2]) for term in equation.cells}
            printed = sum(bool(self.scene.values.get(term.ref)) for term in equation.terms)
            if len(keys) == 1 and printed > 1:
                found.update(keys)
        return frozenset(column for column, count in found.items() if count > 1)

    @cached_property
    def outside(self) -> Mapping[tuple[int, str], int]:
        """What figures come to that no sum down their column has, by table and key."""
        scene = self.scene
        down = (one for at, one in enumerate(scene.equations) if _runs_down(scene, at))
        summed = {ref for equation in down for ref in equation.refs}
        found: dict[tuple[int, str], int] = dict.fromkeys(((t, key) for t, _, key in summed), 0)
        for ref, units in scene.values.items():
            if units and ref not in summed and (ref[0], ref[2]) in found:
                found[ref[0], ref[2]] += units
        return found

    @cached_property
    def veiled(self) -> frozenset[TableCellRef]:
        """Cells that are what sums ask for, where ink shows nothing of it or none is."""
        found = self.decision.findings
        return frozenset(
            ref for ref, one in self.scene.lattices.items() if _is_veiled(one, found[ref].units)
        )

    def sums_of(self, refs: Iterable[TableCellRef]) -> frozenset[int]:
        """The sums through these cells."""
        return frozenset(at for ref in refs for at in self.scene.through.get(ref, ()))

    @cached_property
    def telling(self) -> frozenset[int]:
        """The sums that hold, or miss by rounding, and say something: not all is blank."""
        lattices = self.scene.lattices
        return frozenset(
            at
            for at, equation in enumerate(self.scene.equations)
            if self.scene.residuals[at] is not None
            and at not in self.broken
            and sum([t.ref in lattices and lattices[t.ref].cell.text != "" for t in equation.cells])
            >= _PRINTED
        )

    @cached_property
    def misprints(self) -> Mapping[TableCellRef, tuple[int, ...]]:
        """Cells that alone explain why sums fail: of several for the same sums none is sure."""
        found = misprinted(self.scene)
        told = Counter(found.values())
        return {ref: sums for ref, sums in found.items() if told[sums] == 1}

    @cached_property
    def culprits(self) -> Mapping[TableCellRef, tuple[int, ...]]:
        """The cells that answer for broken sums: the misprinted one, else the result."""
        explained = {at for sums in self.misprints.values() for at in sums}
        answer: dict[TableCellRef, list[int]] = defaultdict(list)
        for ref, sums in self.misprints.items():
            answer[ref] += sums
        for at in sorted(self.broken - explained):
            answer[self.scene.equations[at].result].append(at)
        return {ref: tuple(sums) for ref, sums in answer.items()}

    @cached_property
    def unmeant(self) -> frozenset[int]:
        """Broken sums that a lost row would explain, or of a kind that mostly fails."""
        held: Counter[Kind] = Counter()
        failed: dict[Kind, list[int]] = defaultdict(list)
        for at in self.exact:
            held[kind_of(self.scene, at)] += 1
        for at in self.broken:
            failed[kind_of(self.scene, at)].append(at)
        mostly = {at for kind, f in failed.items() if len(f) > max(held[kind], 1) for at in f}
        return frozenset(mostly.union(self.scene.aside, *lost(self.scene)))

    def exactly(self, ref: TableCellRef) -> int | None:
        """The figure with which all sums through the cell would hold to the last digit.

        None where it has but one sum, where one of them holds as it is or says nothing, or where
        no figure does it: several sums that miss by rounding do so by chance at one cell.
        """
        through, now = self.scene.through.get(ref, ()), self.scene.values[ref]
        if len(through) < FEWEST_SUMS or now is None:
            return None
        wanted: set[int | None] = set()
        for at in through:
            off = self.scene.residuals[at]
            weight = sum(t.weight for t in self.scene.equations[at].cells if t.ref == ref)
            if not off or not weight or at not in self.telling:
                return None
            wanted.add(now - off // weight if off % weight == 0 else None)
        return wanted.pop() if len(wanted) == 1 else None

    def judge(self, ref: TableCellRef) -> Judgement:
        one, found = self.scene.lattices[ref], self.decision.findings[ref]
        exact = self.exact
        held = tuple([at for at in self.scene.through.get(ref, ()) if at in exact])
        failing = self.failing.get(ref, ())
        verdict, cause, units, sure = self._decide(ref, one, found, held)
        return Judgement(verdict, cause, units, sure, found.margin, held, failing)

    def _decide(
        self, ref: TableCellRef, one: Lattice, found: Finding, held: tuple[int, ...]
    ) -> tuple[Verdict, Cause, int | None, float]:
        if one.pinned:
            return "human", "none", found.units, 1.0
        # A sum that misses by rounding leaves a last digit open, which the search has weighed.
        weighed = bool(held) or any(at in self.telling for at in self.scene.through.get(ref, ()))
        margin = found.margin if weighed else min(found.margin, max(one.against, 0.0))
        sure = confidence(margin, len(held), changed=found.units != one.first)
        if not found.settled:
            return "doubtful", "search", _read(one), min(sure, 0.5)
        if found.units is None:
            wanted = self._wanted(ref, one)
            return "doubtful", "unreadable", _guessed(one) if wanted is None else wanted, 0.0
        # Print without a name is a row, or a column, of the table where sums count on it.
        nameless = one.nameless and not self._counted(ref, held)
        rowless = one.rowless or (one.unnamed and not held)
        if (nameless or rowless) and one.cell.text:
            lost: Cause = "nameless" if nameless else "rowless"
            return "doubtful", lost, found.units if held else one.first, min(sure, PLACELESS)
        # Sums that hold with a nought hold with a blank too: it may be a stroke of something else.
        told = found.units != 0 and len(held) >= FEWEST_SUMS
        if one.odd(found.units) and not (one.whole and told):
            return "doubtful", "odd", one.first, min(sure, 0.5)
        if found.units != one.first:
            return self._changed(ref, one, found, held, sure)
        if ref in self.culprits:
            return *self._culprit(ref), found.units, sure
        if margin < ACCEPTED:
            cause: Cause = "torn" if found.rival else "unsure"
            return "doubtful", cause, found.units, sure
        if one.cell.source == "ocr" and self.exactly(ref) is not None:
            return "doubtful", "slip", found.units, min(sure, 0.5)
        if held and margin >= PROVED:
            return "proved", "none", found.units, sure
        if one.cell.contested and not held:
            return "doubtful", "contested", found.units, min(sure, 0.5)
        return "accepted", "none", found.units, sure

    def _counted(self, ref: TableCellRef, held: tuple[int, ...]) -> bool:
        """Whether sums count on the cell as one of its column.

        One of them runs along its row, or sums of several figures hold in its column.
        """
        across = any(self.scene.equations[at].along_row() for at in held)
        return across or bool(held and (ref[0], ref[2]) in self.summed)

    def _changed(
        self,
        ref: TableCellRef,
        one: Lattice,
        found: Finding,
        held: tuple[int, ...],
        sure: float,
    ) -> tuple[Verdict, Cause, int | None, float]:
        """A cell that is another figure in the best world than it was first read."""
        units = found.units or 0
        clean = not any(at in self.broken for at in self.scene.through.get(ref, ()))
        many = clean and found.margin >= TOLD and len(held) >= FEWEST_SUMS
        if not one.options[units].inked:
            return "doubtful", "missed", one.first, 1.0 - sure
        nothing = one.options[units].value is None
        kept = one.nought == ("blank" if nothing else "printed") and not one.clear
        if nothing and not (kept and many and found.margin >= REPAIRED):
            return "doubtful", "unreadable", _read(one), min(1.0 - sure, 0.5)
        likely = (found.margin >= TOLD and _inkier(one, units)) or self._leans(
            ref, one, found, held
        )
        read = _read(one)
        if one.first is None and read is not None:
            likely = units == read  # what the ink says beside dirt, before what one sum says
        if not clean or not held:
            told = units if likely else read
            return "doubtful", "torn", told, min(1.0 - sure, 0.5)
        # Whether ink stands for a nought or for none sums can't tell, but the custom of a table
        # that always prints the one or the other, or print of more signs than a dash has.
        told = units != 0 or kept or (one.first is not None and _of_digits(one))
        cheap = one.options[units].cost <= DEAREST and told and not _exchanged(one, units)
        sure_enough = min(found.margin, _rather_printed(one, units)) >= REPAIRED
        if len(held) >= FEWEST_SUMS and sure_enough and cheap:
            return "repaired", "repaired", units, sure
        if nothing:
            return "doubtful", "unreadable", _read(one), min(1.0 - sure, 0.5)
        told = units if likely or (many and not one.clear) else read
        return "doubtful", "torn", told, sure if told == units else 1.0 - sure

    def _leans(
        self, ref: TableCellRef, one: Lattice, found: Finding, held: tuple[int, ...]
    ) -> bool:
        """Whether sums make it likelier that their figure is printed than the one read first.

        It is not believed for that, but shown to who is asked. Two sums need a small margin; one
        alone needs more of it, or as much as the ink speaks against its figure. Where the ink shows
        nothing of that figure, the first reading is the better guess.
        """
        if one.options[found.units or 0].veiled:
            return False
        broken = sum(at in self.broken for at in self.scene.through.get(ref, ()))
        if len(held) >= FEWEST_SUMS and len(held) > broken:
            return found.margin >= LEANING
        if not held or len(held) < broken or not one.cell.posteriors:
            return False
        dearer = one.options[found.units or 0].cost - _cost_of_first(one)
        return found.margin >= min(TOLD, max(dearer, LEANING))

    def _wanted(self, ref: TableCellRef, one: Lattice) -> int | None:
        """The figure that a sum asks for of ink that is none as a whole, and that the ink allows.

        All others of the sum are known. None where there is no such figure, or two.
        """
        values, wanted = self.scene.values, set()
        for at in self.scene.through.get(ref, ()):
            terms = self.scene.equations[at].cells
            others = [(t.weight, values.get(t.ref)) for t in terms if t.ref != ref]
            weight = sum(t.weight for t in terms if t.ref == ref)
            if not weight or any(value is None for _, value in others):
                continue
            need, rest = divmod(-sum(w * (value or 0) for w, value in others), weight)
            option = one.options.get(need)
            if not rest and option is not None and option.inked and option.cost <= ACCEPTED:
                wanted.add(need)
        return wanted.pop() if len(wanted) == 1 else None

    def _culprit(self, ref: TableCellRef) -> tuple[Verdict, Cause]:
        """A cell that answers for a sum which fails though all is read as it is printed."""
        sums = self.culprits[ref]
        localised = ref in self.misprints
        if not localised and any(at in self.unmeant for at in sums):
            return "doubtful", "structure"
        cells = {term.ref for at in sums for term in self.scene.equations[at].cells}
        printed = all(
            self.scene.lattices[cell].cell.source in ("text", "human")
            for cell in cells
            if cell in self.scene.lattices
        )
        # Ink may be misread, however sure a reader is: on a scan a person is asked.
        return ("source_error" if printed else "doubtful"), "broken"


def _read(one: Lattice) -> int | None:
    """What is shown of a cell that sums say nothing of: its first reading, or a guess at it."""
    return one.first if one.first is not None else _guessed(one)


def _rather_printed(one: Lattice, units: int) -> float:
    """How much less probable it is that the first reading is printed, and the publisher erred.

    With that all sums through the cell miss by the same amount, which one misprint explains. The
    search weighs it where nothing else is wrong with those sums; here it is weighed wherever.
    """
    if one.first is None:
        return math.inf
    return MISPRINT - (one.options[units].cost - _cost_of_first(one))


def _cost_of_first(one: Lattice) -> float:
    first = one.options.get(one.first) if one.first is not None else None
    return first.cost if first is not None else 0.0


def _guessed(one: Lattice) -> int | None:
    """The figure in ink that is none as a whole, as with dirt beside it; None where it is open.

    It is shown to who is asked, and never more than that.
    """
    ranked = sorted(one.options.items(), key=lambda item: item[1].cost)
    if not ranked or (len(ranked) > 1 and ranked[1][1].cost - ranked[0][1].cost < TOLD):
        return None
    units, best = ranked[0]
    return units if best.value is not None and best.inked and not best.sighted else None


def _of_digits(one: Lattice) -> bool:
    """Whether two digits or more were read: a dash is taken for one at most."""
    return sum(map(str.isdigit, one.cell.text)) > 1


def _inkier(one: Lattice, units: int) -> bool:
    """Whether the ink as a whole prefers a figure to the one that was read first.

    The first reading may be none, and a second look may have seen another figure. What only
    a model reads is no ink.
    """
    if one.options[units].sighted:
        return False
    first = one.options.get(one.first) if one.first is not None else None
    return first is None or one.options[units].cost < first.cost


def _exchanged(one: Lattice, units: int) -> bool:
    """Whether the ink prefers the same figure with two neighbouring digits exchanged.

    That is how typists slip, and no reader does: the sums may mend what is printed so.
    """
    told = str(abs(units))
    seen: dict[str, float] = defaultdict(float)
    for reading in one.cell.readings:
        seen["".join(filter(str.isdigit, reading.text))] += reading.probability
    cheaper = (str(abs(u)) for u, o in one.options.items() if o.cost < one.options[units].cost)
    likelier = (digits for digits, odds in seen.items() if odds > seen.get(told, 0.0))
    return any(_swapped(other, told) for other in itertools.chain(cheaper, likelier))


def _swapped(one: str, other: str) -> bool:
    apart = [at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if len(one) != len(other) or len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    first, second = apart
    return one[first] == other[second] and one[second] == other[first]


def _is_veiled(one: Lattice, units: int | None) -> bool:
    option = one.options.get(units) if units is not None and units != one.first else None
    return option is not None and (option.veiled or not option.inked)


def _independent(
    bench: _Bench, judged: Mapping[TableCellRef, Judgement]
) -> dict[TableCellRef, Judgement]:
    """The judgements, held back where what speaks for a figure is no better known than it.

    A sum vouches for a figure if none of its other cells is doubtful or veiled, and does so
    independently if one of them is another figure: the same ink read twice is one reading.
    A repair needs two such sums, one of them independent or none of them with another repair;
    a proof needs an independent one that not only a model names. A veiled figure needs what
    :func:`_told_twice` says.
    """
    now = dict(judged)
    asked: Iterable[TableCellRef] = tuple(now)
    while True:
        shaky = cache(partial(_shaky, bench.scene, now))
        found = ((ref, _held_back(bench, now, ref, shaky)) for ref in asked)
        back = {ref: held for ref, held in found if held is not None}
        if not back:
            return now
        now |= back
        # To others a figure that is but accepted says as much as a proved one: it alone is new.
        doubt = any(held.verdict != "accepted" for held in back.values())
        asked = tuple(now) if doubt else tuple(back)


def _held_back(
    bench: _Bench,
    judged: Mapping[TableCellRef, Judgement],
    ref: TableCellRef,
    shaky: Callable[..., frozenset[TableCellRef]],
) -> Judgement | None:
    """What becomes of a judgement, None where it stays; ``shaky`` is :func:`_shaky` of these."""
    one, scene = judged[ref], bench.scene
    if one.verdict not in ("repaired", "proved", "accepted"):
        return None
    if one.verdict == "repaired" and _lacks_rows(bench, judged, ref):
        return replace(one, verdict="doubtful", cause="torn")
    if one.verdict == "repaired" and (ref in bench.veiled or not one.units):
        told = _told_twice(bench, judged, ref)
        return None if told else replace(one, verdict="doubtful", cause=_unsettled(scene, ref, one))
    if one.verdict != "repaired" and _is_part(scene, ref, one):
        return replace(one, verdict="doubtful", cause="torn")
    lattice = scene.lattices[ref]
    if one.verdict == "accepted" and lattice.against >= ACCEPTED:
        return None
    vouching = _vouching(bench, one, ref, shaky("doubtful"))
    if one.verdict == "proved":
        named = (_apart(scene, ref, at) and scene.equations[at].rule != "told" for at in vouching)
        return None if any(named) else replace(one, verdict="accepted")
    clean = list(vouching)
    if one.verdict == "accepted":
        # Of ink that is more than a figure, what was read may be a part of one; and where a sum
        # through it fails, another cell may answer for it wrongly.
        text = lattice.cell.text.strip()
        scanned = lattice.cell.source == "ocr"
        ragged = scanned and (len(text.split()) > 1 or not is_printed_amount(text))
        spent = not bench.spent.isdisjoint(one.held)
        told = scanned and lattice.against < TOLD_BY_SUMS
        alone = not clean and (ragged or spent or told or bool(one.broken))
        return replace(one, verdict="doubtful", cause="torn") if alone else None
    apart = [at for at in clean if _apart(scene, ref, at)]
    firm = list(_vouching(bench, one, ref, shaky("doubtful", "repaired")))
    if len(clean) >= FEWEST_SUMS and (apart or len(firm) >= FEWEST_SUMS):
        return None
    return replace(one, verdict="doubtful", cause="torn")


def _vouching(
    bench: _Bench, one: Judgement, ref: TableCellRef, shaky: frozenset[TableCellRef]
) -> Iterator[int]:
    """The sums that hold through the cell whose other cells are none of the ``shaky`` ones."""
    for at in one.held:
        refs = bench.scene.equations[at].refs
        if at not in bench.spent and all(cell == ref for cell in shaky.intersection(refs)):
            yield at


def _lacks_rows(bench: _Bench, judged: Mapping[TableCellRef, Judgement], ref: TableCellRef) -> bool:
    """Whether another reading would do as well, had the sum the rows that are in none.

    A sum that is said of too few rows asks in every column for their money in one figure. Where
    it holds in another column in which such rows have money, it is said of the right ones.
    """
    scene, now = bench.scene, bench.scene.values[ref]
    outside = bench.outside.get((ref[0], ref[2]), 0)
    down = [at for at in judged[ref].held if _runs_down(scene, at)]
    if not outside or not down or now is None:
        return False
    slack = max(scene.slacks[at] for at in down)
    others = (abs(now - other) for other in scene.lattices[ref].options)
    if all(abs(off - abs(outside)) > slack for off in others):
        return False
    results = {scene.equations[at].result[:2] for at in down}
    return not any(
        scene.equations[at].result[:2] in results
        and _runs_down(scene, at)
        and bench.outside.get((ref[0], scene.equations[at].result[2]), 0)
        and all(
            judged[cell].verdict != "repaired"
            for cell in scene.equations[at].refs
            if cell in judged
        )
        for at in bench.exact
    )


def _runs_down(scene: Scene, at: int) -> bool:
    equation = scene.equations[at]
    return equation.table is not None and not equation.along_row()


def _is_part(scene: Scene, ref: TableCellRef, one: Judgement) -> bool:
    """Whether a sum that fails would hold with more digits before or behind those that were read.

    However sure a reader is of what it was shown, a stroke may have hidden the rest from it.
    """
    now = scene.values[ref]
    if not one.broken or not now or scene.lattices[ref].cell.source != "ocr":
        return False
    seen = str(abs(now))
    for at in one.broken:
        off = scene.residuals[at]
        weight = sum(t.weight for t in scene.equations[at].cells if t.ref == ref)
        if not off or not weight or off % weight:
            continue
        wanted = str(abs(now - off // weight))
        if len(wanted) > len(seen) > 1 and (wanted.endswith(seen) or wanted.startswith(seen)):
            return True
    return False


def _unsettled(scene: Scene, ref: TableCellRef, one: Judgement) -> Cause:
    lattice = scene.lattices[ref]
    return "unreadable" if not one.units and lattice.options[0].value is None else "torn"


def _told_twice(bench: _Bench, judged: Mapping[TableCellRef, Judgement], ref: TableCellRef) -> bool:
    """Whether sums along the row and down the column tell a veiled figure, each by itself.

    One of them by figures that all are known, the other by such figures and by repaired ones
    which another sum tells in that way: then it is the check of them all.
    """
    scene = bench.scene
    told = [at for at in judged[ref].held if _tells(bench, judged, ref, at)]
    for first in told:
        along = scene.equations[first].along_row()
        for second in judged[ref].held:
            if scene.equations[second].along_row() == along:
                continue
            others = [t.ref for t in scene.equations[second].cells if t.ref in judged]
            if all(
                other == ref
                or judged[other].verdict in _KNOWN
                or (
                    judged[other].verdict == "repaired"
                    and any(
                        _tells(bench, judged, other, at)
                        for at in judged[other].held
                        if scene.equations[at].along_row() == along
                    )
                )
                for other in others
            ):
                return True
    return False


def _tells(
    bench: _Bench, judged: Mapping[TableCellRef, Judgement], ref: TableCellRef, at: int
) -> bool:
    """Whether all other figures of a sum are known without the veiled ones."""
    others = [t.ref for t in bench.scene.equations[at].cells if t.ref in judged and t.ref != ref]
    return all(judged[other].verdict in _KNOWN and other not in bench.veiled for other in others)


def _shaky(
    scene: Scene, judged: Mapping[TableCellRef, Judgement], *but: Verdict
) -> frozenset[TableCellRef]:
    """The cells that have one of the verdicts ``but``, or only a model's word."""
    return frozenset(
        ref
        for ref, one in judged.items()
        if one.verdict in but or _only_sighted(scene, judged, ref)
    )


def _only_sighted(
    scene: Scene, judged: Mapping[TableCellRef, Judgement], ref: TableCellRef
) -> bool:
    """Whether nobody but a model reads what is told of the cell."""
    if not scene.lattices[ref].cell.sighted:
        return False
    option = scene.lattices[ref].options.get(judged[ref].units or 0)
    return judged[ref].units is not None and option is not None and option.sighted


def _apart(scene: Scene, ref: TableCellRef, at: int) -> bool:
    """Whether the sum has a figure that is not the cell's own again."""
    own = scene.values[ref]
    return not own or bool(scene.figures[at] - {own})
