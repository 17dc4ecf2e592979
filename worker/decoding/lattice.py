"""The readings of one cell as whole numbers of its table's last digit, each with its cost."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from schemas.amount import Amount, narrow, parse_amount
from schemas.draft import Column, Draft, DraftCell, TableCellRef
from worker.ctc import is_printed_amount
from worker.decoding.ink import UNSURE, costs, odds_against, weighed_readings
from worker.decoding.ink import remembered as inks_remembered
from worker.decoding.print_style import MOST, decimals_of, departs, parts
from worker.decoding.row_names import lost_names

_OWN = 8
"""Figures from which a column's own decimals count, not those of its table."""
_LEGIBLE = 0.9
"""Mean confidence from which a column without points is believed to have none."""
_WHOLE = 3
"""Figures without a point from which a column (of counts, say) is held to no table's style."""
PART = 0.2
"""How probable it is, beside the whole, that a run of ink beside a figure is dirt."""
_CUSTOM_MINUS = 3
"""Strokes before figures from which they are a table's way to print what is below zero."""
MOST_DIGITS = 16
"""What has more digits is no figure but several of them in one: no budget has such a sum, and
a solver's whole numbers could not hold it."""
_TOO_LARGE: int = 10**MOST_DIGITS
MOST_DECIMALS = 8
"""Nor is what has more digits behind its point."""
ODD_STYLE = 5.0
"""Nats that speak against a figure with other decimals than its whole column has."""
UNSIGNED = 5.0
"""Nats that speak against a figure below zero of which nothing is seen in a table without any."""
STROKE = 1.0
"""Nats that speak against it that a lone digit there is a bit of a ruling or dirt."""
SIGHTED = 4.0
"""Nats that speak against a figure which only a model reads, however sure it says it is."""
VEILED = 4.0
"""Nats that speak against a figure of which unsure ink shows nothing, if a sum asks for it."""
_CLEAR = 1.5
"""Odds for the first reading, in nats, from which ink hides nothing."""
_FEW_GROUPS = 3
"""Figures parted in thousands from which a column without points has no decimals."""
_SHOWN = 3
"""Digits that ink which is no figure must show for it to be a part of one at least."""
_CUSTOM = 5
"""Cells with nothing to tell from which a table's custom is known."""
FARTHEST = 13.0
"""Readings that cost more nats are not kept: a broken sum would be likelier."""


_POINTED = re.compile(r"\d[.,]\d")
_GROUPS = re.compile(r"\d(,\d{3}|[.,]\d{3}[.,]\d{3})\)?$")
_THOUSANDS = re.compile(r"-?[1-9]\d*\.\d{3}")


Nought = Literal["blank", "printed"] | None
"""How a table prints that there is nothing: no figure, a nought, or now so and now so."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a cell may have; ``value`` is None for a blank or a dash.

    ``inked`` is False for a figure that was never seen and only the sums ask for; ``sighted``
    says that only a model reads it, ``veiled`` that it is what sums ask for under ink that shows
    nothing of it.
    """

    value: str | None
    cost: float
    inked: bool = True
    sighted: bool = False
    veiled: bool = False


@dataclass(frozen=True, slots=True)
class Lattice:
    """The readings of a cell by what they add to a sum.

    ``first`` is the key of the reading as drafted, None where the ink is no figure.
    ``least`` is what the cheapest reading cost before costs were counted from it.
    ``always`` are the decimals that all figures of its column have, None where they differ.
    ``against`` is the cost of all other figures together. ``places`` are the decimals of
    the table's finest figure, in which keys are counted, ``decimals`` those of the cell.
    ``nought`` is how the table prints that there is nothing, ``signed`` says that it prints
    figures below zero, ``specked`` that a minus may be dirt: few others of its figures have
    one, or some have brackets. ``nameless`` says that the header of its column could not be
    read, ``rowless`` that its row has lost its name, ``unnamed`` that the name stands beside it
    and is illegible.
    """

    ref: TableCellRef
    cell: DraftCell
    places: int
    decimals: int
    options: Mapping[int, Option]
    first: int | None
    against: float
    always: int | None = None
    least: float = 0.0
    nought: Nought = None
    signed: bool = True
    specked: bool = False
    nameless: bool = False
    rowless: bool = False
    unnamed: bool = False

    def odd(self, units: int) -> bool:
        """Whether the value has other decimals than its whole column, or too many for money."""
        return self.pointed(units) or self._departing(units)

    def pointed(self, units: int) -> bool:
        """Whether the point of a scanned figure may be the comma before its thousands.

        Print loses commas' tails in whole columns, and every sum holds a thousand times over.
        """
        option = self.options.get(units)
        return (
            self.cell.source == "ocr"
            and option is not None
            and option.value is not None
            and _THOUSANDS.fullmatch(option.value) is not None
        )

    def _departing(self, units: int) -> bool:
        option = self.options.get(units)
        return (
            self.cell.source == "ocr"
            and option is not None
            and option.value is not None
            and departs(option.value, self.always)
        )

    @property
    def whole(self) -> bool:
        """Whether the cell was drafted as a number that shows no point."""
        return self.cell.value is not None and "." not in self.cell.value

    @property
    def pinned(self) -> bool:
        """Whether a person has settled the cell."""
        return self.cell.source == "human"

    @property
    def cheapest(self) -> int:
        """The key of the most probable reading, of equals the drafted one; 0 without any."""
        if len(self.options) == 1:
            return next(iter(self.options))
        best = min(
            self.options.items(),
            key=lambda item: (item[1].cost, item[0] != self.first, item[0]),
            default=None,
        )
        return best[0] if best else 0

    def text_of(self, units: int) -> str:
        """The value that ``units`` stand for, with the decimals of the cell."""
        return written(units, self.places, self.decimals_of(units))

    def decimals_of(self, units: int) -> int:
        """How many decimals the value is told with: those of the cell, where they hold it."""
        left = self.places - self.decimals
        return self.decimals if left <= 0 or not units % 10**left else self.places

    def with_options(self, more: Mapping[int, Option]) -> Lattice:
        """The lattice with further readings; of two with one key the cheaper stays."""
        if not more:
            return self
        merged = dict(self.options)
        _merge(merged, more)
        return replace(self, options=merged)

    def untried(self, units: Iterable[int], *, veiled: bool = False) -> list[int]:
        """Those of the values that the ink is yet to be asked about; see :func:`probed`."""
        if self.pinned or (veiled and math.isinf(self.veil)):
            return []
        known = (k for k, o in self.options.items() if not veiled or o.sighted)
        held = frozenset(known)
        return [u for u in dict.fromkeys(units) if u not in held and _holds(u)]

    def allowed(
        self, units: int, value: str, cost: float, most: float, *, veiled: bool
    ) -> Option | None:
        """The value as an option where the ink allows it; ``cost`` is what the ink says."""
        own = max(cost - self.least, 0.0)
        if own > most and not veiled:
            return None  # as most are
        if self.cell.source == "ocr" and departs(value, self.always):
            own += ODD_STYLE
        if units < 0 and not (self.signed or self.cell.text):
            own += UNSIGNED
        dearest = self.veil if veiled and self._hides(value) else math.inf
        if min(own, dearest) > most:
            return None
        return Option(value, min(own, dearest), bool(self.cell.text), veiled=dearest < own)

    def _hides(self, value: str) -> bool:
        """Whether ink may hide a part of the value.

        Where it shows as many digits, it shows it, and what it surely shows must be in it. Two
        whole figures are those of two columns, read in one cell: they hide no third.
        """
        if _several(self.cell.text):
            return False
        shown = self.cell.value if self.cell.readable else None
        seen, whole = _digits(self.cell.text if shown is None else shown), _digits(value)
        if shown is None and len(seen) < _SHOWN:
            return True
        left = iter(whole)
        within = all(digit in left for digit in seen)
        unsure = shown is not None and self.cell.confidence < UNSURE
        return len(seen) != len(whole) and (within or unsure)

    @property
    def veil(self) -> float:
        """What it costs that the ink hides the figure, whatever that is: infinite for clear ink.

        Under a seal or a blot what is seen may be a part of the figure, or none of it.
        """
        hidden = self.cell.source == "ocr" and self.cell.text and not self.clear
        return max(self.against, 0.0) + VEILED if hidden else math.inf

    @property
    def clear(self) -> bool:
        """Whether the ink says its figure so surely that it hides nothing."""
        return self.against >= _CLEAR


def probed(
    pool: Mapping[TableCellRef, Lattice],
    asked: Mapping[TableCellRef, Iterable[int]],
    most: Mapping[TableCellRef, float] | None = None,
    *,
    veiled: bool = False,
) -> dict[TableCellRef, dict[int, Option]]:
    """Those of the values that the ink of each cell allows at a cost of ``most``, new ones only.

    Where nothing is said, ``most`` is :data:`FARTHEST`.
    ``veiled`` allows for ink that hides what is printed and says nothing against it: known
    values are told too, where that makes them cheaper.
    """
    new = {ref: pool[ref].untried(units, veiled=veiled) for ref, units in asked.items()}
    far = dict.fromkeys(pool, FARTHEST) if most is None else most
    values = {ref: [pool[ref].text_of(u) for u in units] for ref, units in new.items()}
    told = costs(
        [(pool[ref].cell, texts) for ref, texts in values.items()],
        None if veiled else [far[ref] + pool[ref].least for ref in values],
    )
    return {
        ref: {
            u: option
            for u, value, cost in zip(units, values[ref], found, strict=True)
            if (option := pool[ref].allowed(u, value, cost, far[ref], veiled=veiled)) is not None
        }
        for (ref, units), found in zip(new.items(), told, strict=True)
    }


@lru_cache(maxsize=16_384)
def written(units: int, places: int, decimals: int) -> str:
    """``units`` of the ``places``-th decimal as a decimal string with ``decimals``.

    What is left out, where these are fewer, must be noughts.
    """
    digits = str(abs(units)).zfill(places + 1)
    point = len(digits) - places
    part = digits[point:][:decimals].ljust(decimals, "0")
    return f"{'-' if units < 0 else ''}{digits[:point]}{'.' if part else ''}{part}"


def units_of(value: str | None, places: int) -> int:
    """What a value adds to a sum: a blank or a dash adds nothing."""
    if value is None:
        return 0
    whole, _, part = value.partition(".")
    return int(whole + part[:places].ljust(places, "0"))


def _several(text: str) -> bool:
    """Whether a cell's text is two figures or more, each with its point or comma."""
    figures = [run for run in text.split() if is_printed_amount(run) and _POINTED.search(run)]
    return len(figures) > 1


def _digits(value: str) -> str:
    return "".join(filter(str.isdigit, value))


def _holds(units: int) -> bool:
    return -_TOO_LARGE < units < _TOO_LARGE


@dataclass(frozen=True, slots=True)
class _Style:
    """How a column prints: the usual number of decimals, and the one that it always has."""

    usual: int
    always: int | None

    @staticmethod
    def of(column: Sequence[DraftCell], every: Sequence[str]) -> _Style:
        """The style of a column in a table that tells its own by the figures ``every``."""
        own = [cell.value for cell in column if cell.value is not None]
        found = [_decimals(value) for value in own or every]
        usual = max(set(found), key=lambda n: (found.count(n), n)) if found else 0
        if all(cell.source != "ocr" for cell in column):
            return _Style(usual, None)  # nobody asks what print that is surely read has always
        pointless = sum("." not in value for value in own)
        if len(own) >= _WHOLE and pointless >= MOST * len(own):
            # Whole numbers by right, or on bad paper figures that have lost their points.
            sure = [cell.confidence for cell in column if cell.value is not None]
            if sum(sure) < _LEGIBLE * len(sure):
                return _Style(usual, decimals_of(every))
            if pointless == len(own):
                return _Style(usual, 0 if _in_groups(column) else None)
        always = decimals_of(own) if len(own) >= _OWN else None
        if always is None and (len(own) < _OWN or decimals_of(every) == usual):
            # A column spoilt by a seal still prints as the rest of its table does.
            always = decimals_of(every)
        return _Style(usual, always)


def _telling(table: Sequence[DraftCell]) -> list[str]:
    """The figures that tell how a table prints: those with a point, if most have one."""
    every = [cell.value for cell in table if cell.value is not None]
    broken = [value for value in every if "." in value]
    return broken if len(broken) * 2 > len(every) else every


_Weighed = tuple[DraftCell, _Style, int, Nought, bool, bool]
"""A cell with ink and what of its table tells what it may say."""

_kept: ContextVar[dict[_Weighed, Lattice] | None] = ContextVar("lattices of cells", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """While it lasts what cells may say is kept, and nothing of it afterwards.

    The figures of one document are decided up to four times over, most cells as before.
    """
    before = _kept.set({})
    try:
        with inks_remembered():
            yield
    finally:
        _kept.reset(before)


def lattices(draft: Draft, table: int) -> dict[TableCellRef, Lattice]:
    """The lattice of every amount cell of a table, by (table, row, column)."""
    amounts = [column.key for column in draft.columns if column.type == "amount"]
    cells = {(r.id, k): r.cells[k] for r in draft.rows for k in amounts if k in r.cells}
    every = list(cells.values())
    places, telling = _places(every), _telling(every)
    columns = {key: [r.cells[key] for r in draft.rows if key in r.cells] for key in amounts}
    styles = {key: _Style.of(own, telling) for key, own in columns.items()}
    below = [c.text for c in every if c.value is not None and c.value.startswith("-")]
    brackets = any(narrow(text).startswith("(") for text in below)
    nameless = _nameless(draft.columns)
    names = lost_names(draft)
    unnamed = {ref for money in names.names.values() for ref in money}
    found = _lattices(
        {(table, row, key): (cell, styles[key]) for (row, key), cell in cells.items()},
        places,
        _nought(every),
        bool(below),
        brackets or len(below) < _CUSTOM_MINUS,
    )
    lost = {
        ref: replace(
            one,
            nameless=ref[2] in nameless,
            rowless=ref[1:] in names.figures and one.cell.source == "ocr",
            unnamed=ref[1:] in unnamed,
        )
        for ref, one in found.items()
        if ref[2] in nameless or ref[1:] in names.figures or ref[1:] in unnamed
    }
    return {**found, **lost}


def _places(cells: Sequence[DraftCell]) -> int:
    """The decimals of a table's finest figure.

    Where one figure of a scan alone has so many that the largest ones, counted in such steps, have
    no place left, it is dirt between its digits.
    """
    values = [cell.value for cell in cells if cell.value is not None]
    largest = max((len(value.lstrip("-").partition(".")[0]) for value in values), default=0)
    held = Counter(map(_decimals, values))
    printed = {_decimals(cell.value) for cell in cells if cell.source != "ocr"}
    meant = (n for n, many in held.items() if many > 1 or n in printed or largest + n < MOST_DIGITS)
    return max((n for n in meant if n <= MOST_DECIMALS), default=0)


def _nameless(columns: Sequence[Column]) -> frozenset[str]:
    """The columns of money without a name in a table most of whose columns have one.

    Such a column was cut off from its header, or is half of another one: its figures may be
    read rightly, but nobody can tell what they are. The name of a group alone is none, where
    the group's other columns of money have names of their own.
    """
    groups = {c.path[:n] for c in columns if c.type == "amount" for n in range(1, len(c.path))}
    named = {
        c.key
        for c in columns
        if any(map(str.isalpha, "".join(c.path) or c.label)) and c.path not in groups
    }
    if len(named) * 2 < len(columns):
        return frozenset()
    return frozenset(c.key for c in columns if c.type == "amount" and c.key not in named)


def _has_minus(cell: DraftCell) -> bool:
    """Whether a figure is below zero by a stroke before it, not by brackets."""
    below = cell.value is not None and cell.value.startswith("-")
    return below and not narrow(cell.text).startswith("(")


def _decimals(value: str | None) -> int:
    return len(value.partition(".")[2]) if value is not None else 0


def _in_groups(column: Sequence[DraftCell]) -> bool:
    """Whether figures end in a comma and three digits, or part them twice: they have no decimals.

    A lost point leaves no groups of three behind.
    """
    return sum(bool(_GROUPS.search(cell.text)) for cell in column) >= _FEW_GROUPS


def _nought(cells: Sequence[DraftCell]) -> Nought:
    """What a table's custom is where there is nothing to tell, if all of its cells keep it."""
    noughts = sum([c.value is not None and not c.value.strip("-0.") for c in cells])
    blanks = sum([c.value is None and c.readable for c in cells])
    if min(noughts, blanks) > 0 or max(noughts, blanks) < _CUSTOM:
        return None
    return "printed" if noughts else "blank"


def _lattices(
    cells: Mapping[TableCellRef, tuple[DraftCell, _Style]],
    places: int,
    nought: Nought,
    signed: bool,
    specked: bool,
) -> dict[TableCellRef, Lattice]:
    known = _kept.get()
    known = {} if known is None else known
    asked = {
        ref: (cell, style, places, nought, signed, specked)
        for ref, (cell, style) in cells.items()
        if cell.source == "ocr" and cell.text
    }
    new = {one: ref for ref, one in asked.items() if one not in known}
    known.update(zip(new, _inked([_bare(ref, *one) for one, ref in new.items()]), strict=True))
    found = {}
    for ref, (cell, style) in cells.items():
        bare = known[asked[ref]] if ref in asked else None
        one = bare or _bare(ref, cell, style, places, nought, signed, specked)
        found[ref] = one if one.ref == ref else replace(one, ref=ref)
    return found


def _inked(bare: Sequence[Lattice]) -> list[Lattice]:
    """The lattices with what is read in the ink of their cells."""
    odds = [_odds(one) for one in bare]
    others = [_others(one, values) for one, values in zip(bare, odds, strict=True)]
    zeros = [written(0, one.decimals, one.decimals) for one in bare]
    told = costs(
        [
            (one.cell, [None, zero, *values])
            for one, zero, values in zip(bare, zeros, others, strict=True)
        ]
    )
    found = []
    for one, zero, values, weighed, (blank, printed, *priors) in zip(
        bare, zeros, others, odds, told, strict=True
    ):
        none = min(blank, STROKE) if _is_stroke(one) else blank
        # What adds nothing: a printed zero or no figure at all, whichever the ink favours; of
        # ink that is no figure the table's custom tells more.
        figure = printed <= none
        if one.nought is not None and (one.first is None or len(_digits(one.cell.text)) < 2):
            figure = one.nought == "printed"
        nothing = Option(zero, printed) if figure else Option(None, none)
        own = _own_odds(one.cell, weighed)
        said = {
            units_of(v, one.places): Option(v, min(math.log(own / max(weighed[v], 1e-9)), prior))
            for v, prior in zip(values, priors, strict=True)
        }
        options = dict(one.options)
        _merge(options, said)
        if one.first != 0:
            _merge(options, {0: nothing})
        seen = _sighted(one.cell, one.places)
        _merge(options, {k: o for k, o in seen if k not in options})
        least = min((option.cost for option in options.values()), default=0.0)
        found.append(replace(one, options=_counted(options, least), least=least))
    return found


def _merge(options: dict[int, Option], more: Mapping[int, Option]) -> None:
    """Adds further readings to the options; of two with one key the cheaper stays."""
    for units, option in more.items():
        if _holds(units) and (units not in options or option.cost < options[units].cost):
            options[units] = option


def _is_stroke(one: Lattice) -> bool:
    """Whether ink that reads as one digit stands in a column whose figures all have decimals."""
    digits = _digits(one.cell.text)
    return bool(one.always) and len(digits) == 1 and departs(digits, one.always)


def _bare(
    ref: TableCellRef,
    cell: DraftCell,
    style: _Style,
    places: int,
    nought: Nought,
    signed: bool,
    specked: bool,
) -> Lattice:
    """The lattice of nothing but the reading as drafted."""
    own = _decimals(cell.value)
    decimals = style.usual if cell.source != "text" else max(style.usual, own)
    options: dict[int, Option] = {}
    first: int | None = None
    always = style.always if cell.source == "ocr" else None
    units = units_of(cell.value, places) if cell.readable else 0
    if cell.readable and own <= places and _holds(units):
        first = units
        cut = cell.value is not None and "." in cell.value and departs(cell.value, always)
        options[first] = Option(cell.value, ODD_STYLE if cut else 0.0)
    against = odds_against(cell, always)
    return Lattice(
        ref, cell, places, decimals, options, first, against, always,
        nought=nought, signed=signed, specked=specked,
    )  # fmt: skip


def _sighted(cell: DraftCell, places: int) -> Iterator[tuple[int, Option]]:
    """What a model reads in the crop, and nobody else: one more candidate, never a cheap one."""
    for reading in cell.sighted:
        parsed = parse_amount(reading.text)
        value = parsed.canonical() if isinstance(parsed, Amount) else None
        if value is None or len(value.partition(".")[2]) > places:
            continue
        cost = SIGHTED - math.log(max(reading.probability, 1e-6))
        yield units_of(value, places), Option(value, min(cost, FARTHEST), sighted=True)


def _counted(options: Mapping[int, Option], least: float) -> dict[int, Option]:
    """The options with costs counted from the cheapest, those too dear left out."""
    near = {key: option for key, option in options.items() if option.cost - least <= FARTHEST}
    if not least:  # nearly always: the first reading is the cheapest
        return near
    return {key: replace(option, cost=option.cost - least) for key, option in near.items()}


def _odds(one: Lattice) -> dict[str, float]:
    """The recogniser's candidates, each with its probability."""
    weighed = weighed_readings(one.cell, one.always)
    odds = {v: p for v, p in weighed.items() if len(v.partition(".")[2]) <= one.places}
    for value in parts(one.cell.text, one.always):
        if len(value.partition(".")[2]) <= one.places:
            odds.setdefault(value, PART * max(odds.values(), default=1.0))
    if one.specked and one.cell.value is not None and _has_minus(one.cell):
        bare = one.cell.value.lstrip("-")
        odds[bare] = max(odds.get(bare, 0.0), PART * max(odds.values(), default=1.0))
    return odds


def _others(one: Lattice, odds: Mapping[str, float]) -> list[str]:
    """The candidates beside the first reading."""
    return [v for v in odds if v != one.cell.value and not departs(v, one.always)]


def _own_odds(cell: DraftCell, odds: Mapping[str, float]) -> float:
    """The probability of the first reading, or of the likeliest where that is no figure."""
    likeliest = max(odds.values(), default=1.0)
    return max(odds.get(cell.value, cell.confidence) if cell.value else likeliest, 1e-9)
