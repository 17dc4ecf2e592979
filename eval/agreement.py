"""How right a result is: figures, labels, headers and parents against gold, by position.

A row of the gold is matched with a row of the result by sequence alignment within its
page, a column by its header and its order. What stands in the wrong row or column is
wrong, whatever else is right about it.

    python -m eval.agreement GOLD... RESULT.json

prints the score and every disagreement; exit code 0 where all figures agree, else 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from eval.gold import Gold, GoldBlock, load_gold
from eval.pairing import Pairing, pair
from eval.panel import Entry, Panel, PanelRow, of_gold, of_result, same
from schemas.result import Result, Verdict

Kind = Literal["exact", "wrong", "missing", "extra"]

TRUSTED: frozenset[Verdict | None] = frozenset({"proved", "accepted", "repaired"})
"""The verdicts of figures that no one is asked about."""


@dataclass(frozen=True, slots=True)
class At:
    """A cell of one side: its row's key and the index of its column.

    Keys are those of :class:`eval.gold.GoldRow`, and ``table id/row id`` in a result.
    """

    row: str
    column: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """One figure of the gold or the result; ``expected``/``found`` are None where none is.

    ``gold`` and ``read`` say which cell it is on either side, None where that side has none.
    """

    kind: Kind
    page: int | None
    row: str
    column: str
    expected: str | None
    found: str | None
    verdict: Verdict | None = None
    gold: At | None = None
    read: At | None = None

    @property
    def silent(self) -> bool:
        """A figure that is not printed there, and that no one would be asked about."""
        unasked = self.verdict in TRUSTED or self.verdict == "source_error"
        return self.kind in {"wrong", "extra"} and unasked

    def __str__(self) -> str:
        where = f"page {self.page or '?'} | {self.row[:24]} | {self.column[:24]}"
        told = f"{self.expected or '(none)'} -> {self.found or '(none)'}"
        return f"{self.kind:8}{where} | {told} | {self.verdict or '-'}"


@dataclass(frozen=True, slots=True)
class TextPair:
    """A text of the gold and what the result has in its place, "" where that is nothing."""

    expected: str
    found: str
    gold: At
    read: At | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A text, header or parent that is not as in the gold."""

    what: Literal["text", "header", "parent"]
    page: int | None
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what:8}page {self.page or '?'} | {self.expected[:60]} -> {self.found[:60]}"


@dataclass(frozen=True, slots=True)
class Share:
    """``right`` of ``of``; nothing was there to score where ``of`` is 0."""

    right: int
    of: int

    def __str__(self) -> str:
        return f"{self.right}/{self.of}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The whole comparison: every figure judged, the shares of the rest, what differs.

    ``rows`` maps the key of each paired row of the gold to that of the result's row;
    ``labels`` and ``written`` have the labels and all texts of the gold with what was read.
    """

    figures: tuple[Judgement, ...]
    texts: Share
    headers: Share
    parents: Share
    differences: tuple[Difference, ...]
    review: int
    rows: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[TextPair, ...] = ()
    written: tuple[TextPair, ...] = ()

    def count(self, kind: Kind) -> int:
        return sum(judged.kind == kind for judged in self.figures)

    @property
    def recall(self) -> float | None:
        """Share of the gold's figures that are exact; None where the gold has none."""
        of = len(self.figures) - self.count("extra")
        return self.count("exact") / of if of else None

    @property
    def precision(self) -> float | None:
        """Share of the result's figures that are exact; None where it has none."""
        of = len(self.figures) - self.count("missing")
        return self.count("exact") / of if of else None

    @property
    def wrong(self) -> tuple[Judgement, ...]:
        """Every figure that does not agree."""
        return tuple(judged for judged in self.figures if judged.kind != "exact")

    @property
    def silent(self) -> tuple[Judgement, ...]:
        """The wrong figures that no one would be asked about."""
        return tuple(judged for judged in self.figures if judged.silent)

    def __str__(self) -> str:
        kinds: tuple[Kind, ...] = ("exact", "wrong", "missing", "extra")
        counts = ", ".join(f"{self.count(kind)} {kind}" for kind in kinds)
        return (
            f"figures {counts}; {len(self.silent)} wrong in silence, {self.review} for review"
            f" | texts {self.texts} | headers {self.headers} | parents {self.parents}"
        )


def compare(result: Result, gold: Gold) -> Agreement:
    """How far ``result`` agrees with ``gold``."""
    tally = _Tally()
    told = dict.fromkeys(block.page for block in gold.blocks)
    for page in told:
        blocks = [block for block in gold.blocks if block.page == page]
        _compare_page(page, blocks, result, tally)
    if gold.whole:
        for page in sorted({page for table in result.tables for page in table.pages} - set(told)):
            tally.too_many(page, of_result(result, page))
    tally.parents(gold, result)
    return tally.agreement(review=len(result.review))


def _compare_page(
    page: int | None, blocks: Sequence[GoldBlock], result: Result, tally: _Tally
) -> None:
    """Pair blocks with tables, the best pair first, until nothing more agrees.

    Both sides shrink by what is paired, so that one block may meet two tables, or two
    blocks one table.
    """
    truth, ours = [of_gold(block) for block in blocks], of_result(result, page)
    while True:
        tried = [
            (pair(left, right), at, to)
            for at, left in enumerate(truth)
            for to, right in enumerate(ours)
        ]
        best = max(tried, key=lambda it: it[0].worth, default=None)
        if best is None or best[0].worth <= 0:
            break
        pairing, at, to = best
        tally.judge(page, truth[at], ours[to], pairing)
        truth[at] = truth[at].without(pairing.left_rows, pairing.left_columns)
        ours[to] = ours[to].without(pairing.right_rows, pairing.right_columns)
    tally.missed(page, truth)
    if all(block.whole for block in blocks):
        tally.too_many(page, ours)


@dataclass(frozen=True, slots=True)
class _Side:
    """A cell of one side; ``entry`` is None where it is blank, ``at`` where there is none."""

    at: At | None
    entry: Entry | None

    @property
    def place(self) -> At | None:
        """Where something stands, None where nothing does."""
        return self.at if self.entry is not None else None


_NOWHERE = _Side(None, None)


@dataclass(slots=True)
class _Tally:
    figures: list[Judgement] = field(default_factory=list)
    texts: list[bool] = field(default_factory=list)
    headers: list[bool] = field(default_factory=list)
    known: list[bool] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    labels: dict[str, TextPair] = field(default_factory=dict)
    written: list[TextPair] = field(default_factory=list)

    def judge(self, page: int | None, truth: Panel, ours: Panel, pairing: Pairing) -> None:
        """Count every cell where a paired row crosses a paired column."""
        for a, b in pairing.rows:
            row, read = truth.rows[a], ours.rows[b]
            self.rows.setdefault(row.key, read.key)
            self._label(row, read)
            for c, d in pairing.columns:
                sides = (
                    _Side(At(row.key, c), row.cells.get(c)),
                    _Side(At(read.key, d), read.cells.get(d)),
                )
                self._judge_cell(page, row.label, truth.title(c), *sides)
        for c, d in pairing.columns:
            self._judge_header(page, truth.columns[c], ours.columns[d])

    def _judge_cell(
        self, page: int | None, row: str, column: str, gold: _Side, read: _Side
    ) -> None:
        left, right = gold.entry, read.entry
        expected = left.text if left else None
        found = right.text if right else None
        verdict = right.verdict if right else None
        kind = _kind(left, right)
        if kind:
            judged = Judgement(
                kind, page, row, column, expected, found, verdict, gold.place, read.place
            )
            self.figures.append(judged)
        elif left and left.text:
            right_text = same(left, right)
            self.texts.append(right_text)
            if gold.at is not None:
                said = left.text if right_text else found or ""
                self.written.append(TextPair(left.text, said, gold.at, read.place))
            if not right_text:
                self.differences.append(Difference("text", page, left.text, found or ""))

    def _label(self, row: PanelRow, read: PanelRow | None) -> None:
        """Keep the row's label with the one read; the first reading of a row counts."""
        if not row.label:
            return
        known = self.labels.get(row.key)
        if known is None or known.read is None:
            read_at = At(read.key, 0) if read else None
            found = read.label if read else ""
            self.labels[row.key] = TextPair(row.label, found, At(row.key, 0), read_at)

    def _judge_header(
        self, page: int | None, expected: tuple[str, ...], found: tuple[str, ...]
    ) -> None:
        if not expected:
            return
        self.headers.append(expected == found)
        if expected != found:
            self.differences.append(
                Difference("header", page, " / ".join(expected), " / ".join(found))
            )

    def missed(self, page: int | None, truth: Iterable[Panel]) -> None:
        """Count what no table of ours took up."""
        for panel in truth:
            for row in panel.rows:
                self._label(row, None)
                for column, left in row.cells.items():
                    side = _Side(At(row.key, column), left)
                    self._judge_cell(page, row.label, panel.title(column), side, _NOWHERE)

    def too_many(self, page: int | None, ours: Iterable[Panel]) -> None:
        """Count figures of ours that the gold does not have."""
        for panel in ours:
            for row in panel.rows:
                for column, right in row.cells.items():
                    side = _Side(At(row.key, column), right)
                    self._judge_cell(page, row.label, panel.title(column), _NOWHERE, side)

    def parents(self, gold: Gold, result: Result) -> None:
        ours = {
            f"{table.id}/{row.id}": f"{table.id}/{row.parent}" if row.parent else None
            for table in result.tables
            for row in table.rows
        }
        for key, parent in gold.parents.items():
            expected = self.rows.get(parent) if parent else None
            found = ours.get(self.rows.get(key, ""), "no such row")
            right = found == expected and (parent is None) == (expected is None)
            self.known.append(right)
            if not right:
                told = f"{key} in {parent or 'no row'}"
                self.differences.append(Difference("parent", None, told, str(found)))

    def agreement(self, review: int) -> Agreement:
        return Agreement(
            figures=tuple(self.figures),
            texts=Share(sum(self.texts), len(self.texts)),
            headers=Share(sum(self.headers), len(self.headers)),
            parents=Share(sum(self.known), len(self.known)),
            differences=tuple(self.differences),
            review=review,
            rows=dict(self.rows),
            labels=tuple(self.labels.values()),
            written=tuple(self.written),
        )


def _kind(left: Entry | None, right: Entry | None) -> Kind | None:
    """What became of a figure; None where neither side has one."""
    expected = left.value if left else None
    found = right.value if right else None
    if expected is None:
        told = left is not None and same(left, right)
        return "extra" if found is not None and not told else None
    if found is None:
        return "missing"
    return "exact" if found == expected else "wrong"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how far a result file agrees with gold files."""
    *gold_files, result_file = sys.argv[1:] if arguments is None else arguments
    result = Result.model_validate_json(Path(result_file).read_bytes())
    agreement = compare(result, load_gold(map(Path, gold_files)))
    for line in (*agreement.wrong, *agreement.differences, agreement):
        print(line)
    return 1 if agreement.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
