"""A typed figure that is one off in the last digit: it hides where sums may miss by rounding.

Where every other sum of the table holds to the last digit, one that misses by rounding
through a figure that a person typed is likelier a slip than rounding: who typed it is asked
once more, and typing the same again settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemas.decisions import Blank, Dash, Decision, Figure, SourceError, Unreadable
from schemas.result import Said, Table

Ref = tuple[str, str, str]
"""Table id, row id, column key."""


def unconfirmed(decisions: Iterable[Decision]) -> frozenset[Ref]:
    """The cells whose figure was typed, and not typed again right after."""
    times: dict[Ref, tuple[str | None, int]] = {}
    for decision in decisions:
        if not isinstance(decision, Figure | Blank | Dash | SourceError | Unreadable):
            continue
        ref = (decision.table, decision.row, decision.column)
        value = decision.value if isinstance(decision, Figure) else None
        before, count = times.get(ref, (None, 0))
        times[ref] = value, count + 1 if before == value else 1
    return frozenset(ref for ref, (value, count) in times.items() if value and count == 1)


def slips(tables: Iterable[Table], typed: frozenset[Ref]) -> Iterator[tuple[Ref, Said]]:
    """The typed cells to ask about again, with what is said of each."""
    for table in tables:
        own = {ref[1:] for ref in typed if ref[0] == table.id}
        if not own:
            continue
        through = [c for c in table.checks if own.intersection((c.result, *c.terms))]
        others = [c.status for c in table.checks if c not in through]
        if "rounding" in others or "pass" not in others:
            continue
        missing = [c for c in through if c.status == "rounding"]
        for ref in sorted({r for c in missing for r in (c.result, *c.terms) if r in own}):
            check = next(c for c in missing if ref in (c.result, *c.terms))
            yield (
                (table.id, *ref),
                Said(
                    en=f"With this figure a sum misses by {check.difference}, and every other "
                    "sum of the table holds to the last digit: if it is printed so, type it "
                    "again.",
                    zh=f"按此数，有一个合计式相差 {check.difference}，而本表其余合计式均完全相等："
                    "若原页确实如此，请再次输入。",
                ),
            )
