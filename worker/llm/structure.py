"""Asking a model for the structure of one table: its columns, then its rows block by block.

An answer that can't be true goes back once with what is wrong; then a stronger model is
asked, where there is one; then the table is left to the rules. An answer that was cut off
halves its block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from schemas.amount import Amount, parse_amount
from worker.llm.again import Ungrounded, grounded_answer
from worker.llm.answers import BlockAnswer, HeadAnswer, HeadColumn
from worker.llm.calls import Caller
from worker.llm.case import Case, body_blocks, halves
from worker.llm.faults import Truncated
from worker.llm.grounding import (
    Complaint,
    block_complaints,
    columns_mixed,
    head_complaints,
    in_words,
    rows_mixed,
    rows_of,
)
from worker.llm.prompts import TABLE_BLOCK, TABLE_HEAD, prompt
from worker.llm.proposal import Proposal, Row
from worker.llm.question import A, Question, Turn
from worker.llm.wording import block_data, head_data, places_of

BLOCK = 8
"""Lines of a block: long answers fail, and a short one repeats the columns too often."""
_HEAD = 14
"""Lines shown when the columns are asked for."""
_LEAST = 250
_FOR_A_PIECE = 28
"""Tokens that an answer may have: this much, and so much more for each piece of ink."""


def propose(case: Case, callers: Sequence[Caller], block: int = BLOCK) -> Proposal:
    """The table's structure as the first of ``callers`` has it; the others are stronger.

    Raises:
        ModelFault: if no answer came, or none that the ink allows (:class:`Ungrounded`).
    """
    head = _head(case, callers)
    table = _Table(case, callers, tuple(head.columns))
    rows: list[Row] = []
    for lines in body_blocks(case, head.body, block):
        rows += table.rows(lines, rows)
    left = [
        *columns_mixed(case, [c.ids for c in head.columns], [c.kind for c in head.columns], rows),
        *rows_mixed(case, rows),
    ]
    if left:
        raise Ungrounded(in_words(left))
    columns = tuple((c.name, str(c.kind), tuple(c.ids)) for c in head.columns)
    return Proposal(case.table, columns, tuple(rows), tuple(head.title_ids))


def first_questions(case: Case) -> list[Question[Any]]:
    """The questions that a table takes where every answer is good, for counting them.

    The columns are not known yet: blocks are asked about as if the table had none.
    """
    blocks = body_blocks(case, min(2, len(case.lines) - 1), BLOCK)
    return [head_question(case), *(_block_question(case, held, (), ()) for held in blocks)]


def head_question(case: Case) -> Question[HeadAnswer]:
    """What is asked first of a table: its columns."""
    lines = _head_lines(case)
    return _question(TABLE_HEAD, head_data(case, lines), HeadAnswer, case, lines)


def first_rows_question(case: Case, head: HeadAnswer) -> Question[BlockAnswer]:
    """What is asked of the first block of rows, the columns being known."""
    return _block_question(case, body_blocks(case, head.body, BLOCK)[0], head.columns, ())


def _block_question(
    case: Case, lines: Sequence[int], columns: Sequence[HeadColumn], earlier: Sequence[Row]
) -> Question[BlockAnswer]:
    heads = {number: column.ids for number, column in enumerate(columns)}
    named = [(column.name, str(column.kind)) for column in columns]
    data = block_data(case, lines, named, places_of(case, heads, earlier), earlier)
    return _question(TABLE_BLOCK, data, BlockAnswer, case, lines)


def _head_lines(case: Case) -> tuple[int, ...]:
    return tuple(range(min(len(case.lines), _HEAD)))


def _head(case: Case, callers: Sequence[Caller]) -> HeadAnswer:
    lines = _head_lines(case)
    question = head_question(case)
    return grounded_answer(question, lambda answer: head_complaints(case, lines, answer), callers)


@dataclass(frozen=True)
class _Table:
    case: Case
    callers: Sequence[Caller]
    columns: tuple[HeadColumn, ...]

    def rows(self, lines: Sequence[int], earlier: Sequence[Row]) -> list[Row]:
        """The rows of the lines; halved where the answer would be too long."""
        try:
            return self._asked(lines, earlier)
        except Truncated:
            parts = halves(self.case, lines)
            if parts is None:
                raise
        rows: list[Row] = []
        for part in parts:
            rows += self.rows(part, [*earlier, *rows])
        return rows

    def _asked(self, lines: Sequence[int], earlier: Sequence[Row]) -> list[Row]:
        case, columns = self.case, self.columns
        question = _block_question(case, lines, columns, earlier)

        def wrong(answer: BlockAnswer) -> list[Complaint]:
            found = block_complaints(case, lines, len(columns), earlier, answer)
            return found or self._misplaced([*earlier, *rows_of(answer)])

        def unsure(answer: BlockAnswer) -> list[Complaint]:
            return sums_missed(case, rows_of(answer))

        return rows_of(grounded_answer(question, wrong, self.callers, unsure))

    def _misplaced(self, rows: Sequence[Row]) -> list[Complaint]:
        heads = [c.ids for c in self.columns]
        return columns_mixed(self.case, heads, [str(c.kind) for c in self.columns], rows)


def _question(name: str, data: str, form: type[A], case: Case, lines: Sequence[int]) -> Question[A]:
    held = prompt(name)
    pieces = sum(len(case.lines[line]) for line in lines)
    return Question(
        prompt=held.name,
        told=held.text,
        turns=(*held.examples, Turn("user", data)),
        form=form,
        most=_LEAST + _FOR_A_PIECE * pieces,
    )


def sums_missed(case: Case, rows: Sequence[Row]) -> list[Complaint]:
    """Rows of a block whose parts, all in it too, don't add up to them.

    Only a hint for the model: whether a sum is one is decided by the checks. Parts that reach
    to the block's end may go on in the next one, and say nothing yet.
    """
    found: list[Complaint] = []
    whose = {number: row for row in rows for number in row.ids}
    parts: dict[int, list[Row]] = {}
    for row in rows:
        if row.under in whose:
            parts.setdefault(id(whose[row.under]), []).append(row)
    for row in rows:
        own = parts.get(id(row), [])
        if not own or own[-1] is rows[-1]:
            continue
        for column, ids in row.cells.items():
            whole = _amount(case, ids)
            terms = [_amount(case, part.cells.get(column, ())) for part in own]
            known = [term for term in terms if term is not None]
            if whole is not None and len(known) > 1 and sum(known) != whole:
                name = case.text(row.cells[min(row.cells)])
                said = f'"{name}" has {whole} in column {column}, but its parts make {sum(known)}'
                found.append(Complaint("sum_missed", said))
    return found


def _amount(case: Case, ids: Sequence[int]) -> Decimal | None:
    parsed = parse_amount(case.text(ids)) if ids else None
    return parsed.value if isinstance(parsed, Amount) else None
