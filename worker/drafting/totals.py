"""Which rows a total row covers, and the sums down the columns that a table promises.

A total word says that rows are summed but not which. The rows that nothing has summed yet
stand in a queue; a total below them covers an end of that queue, a total above them a
beginning of what follows. Among these choices the one that holds on the printed figures is
taken; where none does, the most natural one is, so that the broken sum stays visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from schemas.draft import Sum
from schemas.words import is_less
from worker.drafting.figures import Evidence, Figures, evidence
from worker.drafting.outline import Outline

_TREE_RULE = "tree"
_RULES = {"grand": "grand_total", "sub": "subtotal"}


@dataclass(frozen=True, slots=True)
class Cover:
    """Row ``result`` is the sum of the rows ``terms``."""

    rule: str
    result: int
    terms: tuple[int, ...]


@dataclass(slots=True)
class _Queue:
    """Rows at the top level in order, as they are summed one after another."""

    figures: Figures
    keys: tuple[str, ...]
    open_rows: list[int] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)

    def judge(self, result: int, terms: Sequence[int]) -> Evidence:
        return evidence(self.figures, result, terms, self.keys)

    def best(self, result: int, choices: Sequence[Sequence[int]]) -> Sequence[int] | None:
        """The first choice that holds better than the others; None where none holds."""
        judged = [(self.judge(result, terms), terms) for terms in choices if terms]
        good = [(e.holds - e.fails, -i) for i, (e, _) in enumerate(judged) if e.speaks_for]
        return judged[-max(good)[1]][1] if good else None


def tree_covers(outline: Outline, figures: Figures, keys: Sequence[str]) -> list[Cover]:
    """The sums that codes, nesting, numbering or indentation promise.

    Lists that a word like 其中 opens name only some parts: they are sums only where they
    hold in full. Structure that is no official code is taken as a promise of sums only where
    it mostly keeps it, for indentation may as well group lines that don't add up.
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
        if outline.parts & set(rows) and not _whole(evidence(figures, parent, terms, keys), terms):
            continue
        covers.append(Cover(_TREE_RULE, parent, terms))
    return covers if _kept(outline, covers, figures, keys) else []


def _whole(found: Evidence, terms: Sequence[int]) -> bool:
    return found.fails == 0 and found.holds > 0 and len(terms) > 1


def _kept(outline: Outline, covers: Sequence[Cover], figures: Figures, keys: Sequence[str]) -> bool:
    found = [evidence(figures, cover.result, cover.terms, keys) for cover in covers]
    holds, fails = sum(e.holds for e in found), sum(e.fails for e in found)
    if outline.basis == "codes":
        return fails < 6 or holds >= fails
    return holds >= fails and holds > 0


def total_covers(outline: Outline, figures: Figures, keys: Sequence[str]) -> list[Cover]:
    """The sums that total words promise, in the order in which they are settled."""
    queue = _Queue(figures, tuple(keys))
    waiting: list[int] = []
    rows = _top_rows(outline, figures, keys)
    for index, row in enumerate(rows):
        if row not in outline.totals:
            _enter(queue, row, figures, keys)
            continue
        terms = _above(queue, outline, row, rows[index + 1 :])
        if terms is None:
            waiting.append(row)
        else:
            _settle(queue, outline, row, terms)
        queue.open_rows.append(row)
    for row in reversed(waiting):
        _cover_below(queue, outline, row, set(waiting))
    _cover_less(queue, outline, rows)
    return queue.covers


def _top_rows(outline: Outline, figures: Figures, keys: Sequence[str]) -> list[int]:
    """Rows that no row with figures is the parent of."""

    def summed(row: int) -> bool:
        above = outline.parent.get(row)
        while above is not None:
            if figures.any_in(above, keys):
                return True
            above = outline.parent.get(above)
        return False

    return [row for row in outline.order if row in outline.totals or not summed(row)]


def _enter(queue: _Queue, row: int, figures: Figures, keys: Sequence[str]) -> None:
    if figures.any_in(row, keys):
        queue.open_rows.append(row)
    elif not any((row, key) in figures.places for key in keys) or not _blank_item(queue, row):
        queue.headings.append(len(queue.open_rows))


def _blank_item(queue: _Queue, row: int) -> bool:
    """A row whose money cells are all blank is an item of nothing, not a heading."""
    return bool(queue.open_rows) and queue.open_rows[-1] == row - 1


def _above(
    queue: _Queue, outline: Outline, row: int, following: Sequence[int]
) -> Sequence[int] | None:
    """The rows above that ``row`` covers; None where it covers rows below."""
    open_rows = queue.open_rows
    if not open_rows:
        return None
    natural = _natural_start(queue, outline, outline.totals[row])
    starts = [natural, *(s for s in range(len(open_rows)) if s != natural)]
    found = queue.best(row, [open_rows[s:] for s in starts])
    if found is not None:
        return found
    next_total = next((i for i, r in enumerate(following) if r in outline.totals), len(following))
    if following and queue.best(row, [following[:next_total], list(following)]) is not None:
        return None
    only_totals_above = all(r in outline.totals for r in open_rows)
    below = [r for r in following if r not in outline.totals]
    return (
        None
        if only_totals_above and below and outline.totals[row] == "sub"
        else open_rows[natural:]
    )


def _natural_start(queue: _Queue, outline: Outline, kind: str) -> int:
    """Where the rows that a total covers begin when figures don't tell."""
    open_rows = queue.open_rows
    if kind == "grand":
        return 0
    heading = queue.headings[-1] if queue.headings else 0
    totals = [i for i, row in enumerate(open_rows) if row in outline.totals]
    after_total = totals[-1] + 1 if totals else 0
    start = max(heading, after_total)
    return start if start < len(open_rows) else 0


def _settle(queue: _Queue, outline: Outline, row: int, terms: Sequence[int]) -> None:
    queue.covers.append(Cover(_RULES[outline.totals[row]], row, tuple(terms)))
    gone = set(terms)
    queue.open_rows = [r for r in queue.open_rows if r not in gone]


def _cover_below(queue: _Queue, outline: Outline, row: int, waiting: set[int]) -> None:
    """Settle a total that stands above its rows."""
    at = queue.open_rows.index(row)
    after = queue.open_rows[at + 1 :]
    if not after:
        return
    stop = next((i for i, r in enumerate(after) if r in waiting), len(after))
    natural = stop if outline.totals[row] == "sub" and stop else len(after)
    lengths = [natural, *(n for n in range(len(after), 0, -1) if n != natural)]
    subtotals = [r for r in after if r in outline.totals]
    items = [r for r in after if r not in outline.totals]
    choices = [after[:n] for n in lengths]
    choices += [c for c in (subtotals, items) if len(c) > 1]
    terms = queue.best(row, choices) or after[:natural]
    _settle(queue, outline, row, terms)


def _cover_less(queue: _Queue, outline: Outline, rows: Sequence[int]) -> None:
    """``A``, ``Less: B``, ``Total C``: A is the sum of B and C, and B and C cover no more."""
    covers = {cover.result: cover for cover in queue.covers}
    labels = outline.labels
    for index in range(1, len(rows) - 1):
        whole, less, rest = rows[index - 1 : index + 2]
        if is_less(labels.get(less, "")) and queue.judge(whole, (less, rest)).speaks_for:
            if rest in covers:
                queue.covers.remove(covers[rest])
            queue.covers.append(Cover("difference", whole, (less, rest)))


def column_sums(
    covers: Sequence[Cover], figures: Figures, row_ids: Sequence[str], keys: Sequence[str]
) -> Iterator[Sum]:
    """The covers as sums, one for each column of money that adds up down the table.

    A column without a single figure in a result row has no totals, and one whose totals
    hold hardly ever beside others that mostly do (a price, a rate) does not add up.
    """
    for key in keys:
        if not any((cover.result, key) in figures.values for cover in covers):
            continue
        if not _adds_up(covers, figures, key, keys):
            continue
        for cover in covers:
            terms = tuple((row_ids[t], key) for t in cover.terms if (t, key) in figures.places)
            if terms and (cover.result, key) in figures.places:
                yield Sum(cover.rule, (row_ids[cover.result], key), terms)


def _adds_up(covers: Sequence[Cover], figures: Figures, key: str, keys: Sequence[str]) -> bool:
    mine = [evidence(figures, cover.result, cover.terms, [key]) for cover in covers]
    holds, fails = sum(e.holds for e in mine), sum(e.fails for e in mine)
    others = [
        evidence(figures, cover.result, cover.terms, [k for k in keys if k != key])
        for cover in covers
    ]
    other_holds, other_fails = sum(e.holds for e in others), sum(e.fails for e in others)
    strange = fails >= 3 and holds * 3 < fails
    return not (strange and other_holds > 2 * other_fails)
