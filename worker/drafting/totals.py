"""Which rows a total row covers, and the sums down the columns that a table promises.

A total word says that rows are summed but not which. The rows that nothing has summed yet
stand in a queue; a total below them covers an end of that queue, a total above them a
beginning of what follows. Among these choices the one that holds on the printed figures is
taken; where none does, the most natural one is, so that the broken sum stays visible. Only
where three columns or more all refuse it is the choice of rows itself at fault, and the
table is not said to promise it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.draft import Sum
from schemas.words import is_less
from worker.drafting.figures import Evidence, Figures, evidence, surely
from worker.drafting.outline import Outline
from worker.drafting.sums_tree import beyond_chance, strong

_FORGIVEN = 2
_SAID = 2
_FARTHEST = 120
"""How many rows away, short of all, the end of what a total covers is sought by figures."""
_RULES = {"grand": "grand_total", "sub": "subtotal"}


@dataclass(frozen=True, slots=True)
class Cover:
    """Row ``result`` is the sum of the rows ``terms``."""

    rule: str
    result: int
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a panel with the sums that it promises and how they fare.

    ``unexplained`` are total rows of which no choice of rows gives the figures.
    """

    outline: Outline
    covers: tuple[Cover, ...]
    unexplained: tuple[int, ...]
    evidence: Evidence

    def closes(self, figures: Figures, keys: Sequence[str]) -> bool:
        """Whether all holds and one total is above every other row of figures."""
        summed = {term for cover in self.covers for term in cover.terms}
        tops = [r for r in self.outline.order if figures.any_in(r, keys) and r not in summed]
        return not self.evidence.fails and len(tops) == 1 and tops[0] in self.outline.totals

    def parents(self) -> dict[int, int]:
        """For each row the row that it adds into, or is printed under; none is its own ancestor.

        A row that is printed under another is no parent of that one, though it holds the same
        figures, as an only part does.
        """
        parents: dict[int, int] = {}
        for cover in self.covers:
            for term in cover.terms:
                said = (self.outline.parent, parents)
                if term not in parents and not any(_is_below(cover.result, term, p) for p in said):
                    parents[term] = cover.result
        for row, above in self.outline.parent.items():
            if row not in parents and not _is_below(above, row, parents):
                parents[row] = above
        return parents


def _is_below(row: int, other: int, parents: Mapping[int, int]) -> bool:
    """Whether one row is the other, or somewhere below it."""
    above: int | None = row
    while above is not None and above != other:
        above = parents.get(above)
    return above is not None


def best_reading(ways: Sequence[Outline], figures: Figures, keys: Sequence[str]) -> Reading:
    """The way of reading of which most sums hold; of equals that which fails least, the earlier.

    A few failing sums don't count against a way: one misread figure breaks two, and a way
    that promises less must not win by having less to break. Printed codes and numbers say
    more of a structure than one sum that happens to hold without it.
    """
    readings = [_read(way, figures, tuple(keys)) for way in ways]

    def merit(reading: Reading) -> tuple[int, int]:
        found = reading.evidence
        said = _SAID if reading.outline.basis in ("codes", "numbering") else 0
        failing = (evidence(figures, c.result, c.terms, keys).fails for c in reading.covers)
        return said + found.holds - max(0, found.fails - _FORGIVEN), -sum(failing)

    return max(readings, key=merit)


def explains(outline: Outline, total: int, figures: Figures, keys: Sequence[str]) -> bool:
    """Whether the total is the sum of several rows, but for columns that may be misread."""
    covers = _read(outline, figures, tuple(keys)).covers
    return any(
        cover.result == total
        and len(cover.terms) > 1
        and strong(evidence(figures, total, cover.terms, keys), len(cover.terms))
        for cover in covers
    )


def _read(outline: Outline, figures: Figures, keys: tuple[str, ...]) -> Reading:
    tree = _tree_covers(outline, figures, keys)
    queue = _Queue(outline, figures, keys)
    queue.run(_top_rows(outline, tree))
    covers = (*tree, *queue.covers)
    found = sum((_weighed(figures, c, keys) for c in covers), Evidence(0, 0))
    found += Evidence(0, len(queue.unexplained) * len(keys))
    return Reading(outline, covers, tuple(queue.unexplained), found)


def _weighed(figures: Figures, cover: Cover, keys: Sequence[str]) -> Evidence:
    """How the cover fares; where it is surely meant, what fails on a scan is misread."""
    found = surely(figures, cover.result, cover.terms, keys)
    meant = figures.scanned and beyond_chance(found, len(cover.terms))
    return Evidence(found.holds, 0) if meant else found


def _tree_covers(outline: Outline, figures: Figures, keys: Sequence[str]) -> list[Cover]:
    """The sums that codes, nesting, numbering or indentation promise.

    Lists that a word like 其中 opens name only some parts: they are sums only where they
    hold in full. Codes and numbers are taken at their word; mere places are a promise of
    sums only where they mostly keep it, for indents may as well group what is not summed.
    """
    children: dict[int, list[int]] = {}
    for row in outline.order:
        if row in outline.parent and row not in outline.loose:
            children.setdefault(outline.parent[row], []).append(row)
    covers: list[Cover] = []
    for parent, rows in children.items():
        terms = tuple(row for row in rows if figures.any_in(row, keys))
        if not terms or not figures.any_in(parent, keys):
            continue
        found = surely(figures, parent, terms, keys)
        in_part = outline.parts & set(rows) and (found.fails or len(terms) < 2 or not found.holds)
        if not in_part and not found.refutes:
            rule = "told" if outline.basis == "told" else "tree"
            covers.append(Cover(rule, parent, terms))
    found = sum((surely(figures, c.result, c.terms, keys) for c in covers), Evidence(0, 0))
    match outline.basis:
        case "codes":
            kept = True
        case "numbering":
            kept = found.holds >= found.fails - 1
        case _:
            kept = found.holds >= max(found.fails, 1)
    return covers if kept else []


def _top_rows(outline: Outline, tree: Sequence[Cover]) -> list[int]:
    """Rows that no row with figures is known to sum."""
    summed = {term for cover in tree for term in cover.terms}

    def inside(row: int) -> bool:
        above = outline.parent.get(row)
        return row in summed or (
            above is not None and (row in outline.loose or row in outline.parts or inside(above))
        )

    return [row for row in outline.order if row in outline.totals or not inside(row)]


@dataclass(slots=True)
class _Queue:
    """Rows at the top level in order, as they are summed one after another."""

    outline: Outline
    figures: Figures
    keys: tuple[str, ...]
    open_rows: list[int] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    unexplained: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)

    def run(self, rows: Sequence[int]) -> None:
        """Settle every total among ``rows``."""
        for index, row in enumerate(rows):
            if row in self.covered:
                continue
            if not self.figures.any_in(row, self.keys):
                self._pass_by(row)
            elif row not in self.outline.totals:
                self.open_rows.append(row)
            elif not self._settle_less(row):
                self._enter_total(row, rows[index + 1 :])
        for row in reversed(self.waiting):
            self._cover_below(row)

    def _enter_total(self, row: int, following: Sequence[int]) -> None:
        terms = self._above(row, following)
        if terms is not None:
            self._settle(row, terms)
        elif self.outline.totals[row] == "sub":
            self._cover_run(row, following)
        else:
            self.waiting.append(row)
        self.open_rows.append(row)

    def _cover_run(self, row: int, following: Sequence[int]) -> None:
        """Settle a subtotal over the rows right below it, up to the next group or total."""
        marks = {*self.outline.totals, *self.outline.opens}
        stop = next((i for i, r in enumerate(following) if r in marks), len(following))
        run = [r for r in following[:stop] if self.figures.any_in(r, self.keys)]
        shorter = range(min(len(run) - 1, _FARTHEST), 0, -1)
        terms = self._best(row, [run, *(run[:n] for n in shorter)]) or run
        if not terms or self._judge(row, terms).refutes:
            self.unexplained.append(row)
        else:
            self.covered |= set(terms)
            self.covers.append(Cover(_RULES["sub"], row, tuple(terms)))

    def _pass_by(self, row: int) -> None:
        """A row without figures is a heading of what follows, or an item of nothing.

        It is the latter where cells for figures are there and blank below rows that have
        some.
        """
        has_cells = any((row, key) in self.figures.places for key in self.keys)
        has_children = row in self.outline.parent.values()
        if not has_cells or has_children or not self.open_rows:
            self.headings.append(len(self.open_rows))

    def _judge(self, result: int, terms: Sequence[int]) -> Evidence:
        return evidence(self.figures, result, terms, self.keys)

    def _best(self, result: int, choices: Sequence[Sequence[int]]) -> Sequence[int] | None:
        """The first of the choices that hold best; None where none holds."""
        judged = [(self._judge(result, terms), terms) for terms in choices if terms]
        good = [(e.holds - e.fails, -i) for i, (e, _) in enumerate(judged) if e.speaks_for]
        return judged[-max(good)[1]][1] if good else None

    def _settle_less(self, row: int) -> bool:
        """``A``, ``Less: B``, ``Total C``: A is B and C, and of the three C counts on."""
        if len(self.open_rows) < 2 or not is_less(self.outline.labels[self.open_rows[-1]]):
            return False
        whole, less = self.open_rows[-2:]
        if not self._judge(whole, (less, row)).speaks_for:
            return False
        self.covers.append(Cover("difference", whole, (less, row)))
        self.open_rows[-2:] = [row]
        return True

    def _above(self, row: int, following: Sequence[int]) -> Sequence[int] | None:
        """The rows above that ``row`` covers; None where it covers rows below."""
        free = self._free()
        if not free or row in self.outline.opens:
            return None
        natural = self._natural_start(free, self.outline.totals[row])
        nearest = range(max(0, len(free) - _FARTHEST), len(free))
        starts = [natural, *(s for s in nearest if s != natural)]
        found = self._best(row, [free[s:] for s in starts])
        if found is not None:
            return found
        totals = self.outline.totals
        stop = next((i for i, r in enumerate(following) if r in totals), len(following))
        run = [r for r in following[:stop] if self.figures.any_in(r, self.keys)]
        if len(run) > 1 and self._best(row, [run]) is not None:
            return None
        only_totals_above = all(r in totals for r in free)
        below = [r for r in following if r not in totals]
        if only_totals_above and below and totals[row] == "sub":
            return None
        return free[natural:]

    def _free(self) -> list[int]:
        """The open rows after the last total that waits for the rows below it."""
        at = [self.open_rows.index(row) + 1 for row in self.waiting]
        return self.open_rows[max(at, default=0) :]

    def _natural_start(self, free: Sequence[int], kind: str) -> int:
        """Where the rows that a total covers begin when figures don't tell."""
        if kind == "grand":
            return 0
        skipped = len(self.open_rows) - len(free)
        heading = self.headings[-1] - skipped if self.headings else 0
        totals = [i for i, row in enumerate(free) if row in self.outline.totals]
        start = max(heading, totals[-1] + 1 if totals else 0)
        return start if start < len(free) else 0

    def _cover_below(self, row: int) -> None:
        """Settle a total that stands above all that it covers."""
        after = self.open_rows[self.open_rows.index(row) + 1 :]
        if not after:
            return
        shorter = range(min(len(after) - 1, _FARTHEST), 0, -1)
        choices = [after, *(after[:n] for n in shorter)]
        choices.append([r for r in after if r in self.outline.totals])
        choices.append([r for r in after if r not in self.outline.totals])
        self._settle(row, self._best(row, choices) or after)

    def _settle(self, row: int, terms: Sequence[int]) -> None:
        if self._judge(row, terms).refutes:
            self.unexplained.append(row)
        else:
            self.covers.append(Cover(_RULES[self.outline.totals[row]], row, tuple(terms)))
        gone = set(terms)
        self.open_rows = [r for r in self.open_rows if r not in gone]
        self.headings = [h for h in self.headings if h <= len(self.open_rows)]


def column_sums(
    covers: Sequence[Cover], figures: Figures, row_ids: Sequence[str], keys: Sequence[str]
) -> Iterator[Sum]:
    """The covers as sums, one for each column of money that adds up down the table.

    A column whose totals hold hardly ever beside others that mostly do (a price, a rate)
    does not add up, and neither does one whose totals are mostly blank. Where neither
    result nor terms are printed nothing is promised, nor where a total stands alone over
    several blank rows.
    """
    for key in keys:
        if not _adds_up(covers, figures, key, keys):
            continue
        for cover in covers:
            terms = [(t, key) for t in cover.terms if (t, key) in figures.places]
            printed = any(term in figures.inked for term in terms)
            alone = len(terms) == 1 and (cover.result, key) in figures.inked
            if (cover.result, key) in figures.places and (printed or alone):
                refs = tuple((row_ids[row], key) for row, _ in terms)
                yield Sum(cover.rule, (row_ids[cover.result], key), refs)


def _adds_up(covers: Sequence[Cover], figures: Figures, key: str, keys: Sequence[str]) -> bool:
    """Whether the column keeps the promises that the other columns keep."""
    with_terms = [c for c in covers if any((t, key) in figures.inked for t in c.terms)]
    with_result = [c for c in covers if (c.result, key) in figures.inked]
    if not with_result or len(with_result) * 2 < len(with_terms):
        return False
    others = [k for k in keys if k != key]
    mine, theirs = Evidence(0, 0), Evidence(0, 0)
    for cover in covers:
        mine += surely(figures, cover.result, cover.terms, [key])
        theirs += evidence(figures, cover.result, cover.terms, others)
    strange = mine.fails >= 3 and mine.holds * 3 < mine.fails
    return not (strange and theirs.holds > 2 * theirs.fails)
