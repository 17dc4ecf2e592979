"""A result after a person's decisions: cross-footed and decided anew around them.

The same first result and the same decisions always give the same answer, so taking a
decision back is leaving it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.decisions import (
    AddedRow,
    Blank,
    ColumnMeaning,
    Dash,
    Decision,
    DroppedRow,
    Figure,
    RowMeaning,
    SourceError,
    Unreadable,
    Words,
)
from schemas.draft import Booklet, BookletSum, Draft, DraftCell, DraftRow, Sum, TableCellRef
from schemas.errors import UsageError
from schemas.geometry import Box
from schemas.result import (
    BookletCheck,
    Cell,
    CheckResult,
    CheckStatus,
    Result,
    ReviewItem,
    Row,
    Said,
    Status,
    Table,
    Verdict,
)
from worker.assemble import LOSSES
from worker.decoding.decode import Decoded, decode
from worker.facts import with_facts
from worker.outcome import outcome
from worker.redraft import redraft
from worker.regroup import with_column, with_row
from worker.rows_by_hand import with_added_row, with_dropped_row, with_new_cell
from worker.slips import slips, unconfirmed

_OnCell = Figure | Blank | Dash | SourceError | Unreadable | Words
_Ref = tuple[str, str, str]
_UNREAD = Said(en="A person could not read it either.", zh="人工也无法辨认。")
_TO_SAY = Said(
    en="A person added this row: what is printed here?", zh="此行由人工补入：此处印的是什么？"
)
_TO_SAY_FIRST = 0.97
"""The priority of what is missing in a row that a person added: it is at hand just now."""
_SLIPPED = 0.98
"""That of a figure just typed that may be a slip."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A result that was settled before, and the decisions that led to it."""

    result: Result
    decisions: tuple[Decision, ...]


def settle(
    result: Result,
    decisions: Sequence[Decision],
    booklet: Booklet | None = None,
    standing: Standing | None = None,
) -> Result:
    """The result as it stands after all ``decisions``, in their order.

    ``result`` is the machine's first one. ``booklet`` holds the drafts that it was made
    from; without it they are rebuilt from the result, see :mod:`worker.redraft`. Of several
    decisions on one cell the last counts. ``standing`` is what stood a moment ago: tables
    about which nothing else is decided now are taken from it, which changes nothing but the
    time that it takes.

    - A figure, a blank or a dash is taken at its word: verdict ``human``, confidence 1. A
      figure that may be a slip of one in the last digit is asked about once more, see
      :mod:`worker.slips`.
    - A publisher's error keeps the printed figure, verdict ``source_error``; the sums through
      it that do not hold stay failed and cast no doubt on others.
    - Words are taken at their word too; a row's name is then its label.
    - A cell that a person can't read has no value and confidence 0; its sums can't be
      checked.
    - The figures of a row that a person added are doubtful until each is said; their sums
      can't be checked before.

    Raises:
        UsageError: if a decision names a place that is not there, or a circle of rows.
    """
    if not decisions:
        return result
    drafts, sums = _drafts(result, booklet)
    for table in {d.table for d in decisions}:
        if table not in drafts:
            raise UsageError(f"there is no table {table}.")
    for d in decisions:
        drafts[d.table] = _regrouped(drafts[d.table], d)
    dropped = _dropped(decisions)
    marks = {
        (d.table, d.row, d.column): d
        for d in decisions
        if isinstance(d, _OnCell) and (d.table, d.row) not in dropped
    }
    for ref, mark in marks.items():
        drafts[ref[0]] = _pinned(drafts[ref[0]], mark)
    ids = tuple(drafts)
    touched = _tied({ids.index(d.table) for d in decisions}, sums)
    base = result
    if standing is not None and not dropped and not _dropped(standing.decisions):
        base = _mixed(result, standing.result, touched, sums)
        moved = {n for n, name in enumerate(ids) if _differs(name, decisions, standing.decisions)}
        touched &= _tied(moved, sums)
    book = _Book(
        ids, tuple(drafts.values()), sums, touched, frozenset(_to_say(drafts, decisions, marks))
    )
    return _asked_again(_answer(base, book, marks), unconfirmed(decisions) & marks.keys())


def _asked_again(result: Result, typed: frozenset[_Ref]) -> Result:
    """The result with the typed figures in its queue that may be slips."""
    asked = dict(slips(result.tables, typed))
    if not asked:
        return result
    tables = tuple(
        table.model_copy(update={"rows": tuple(_doubted(table.id, r, asked) for r in table.rows)})
        for table in result.tables
    )
    items = (_item(ref, said, _SLIPPED) for ref, said in asked.items())
    others = (i for i in result.review if (i.table, i.row, i.column) not in asked)
    return result.model_copy(
        update={"tables": tables, "review": (*items, *others), "status": "review"}
    )


def _doubted(table: str, row: Row, asked: Mapping[_Ref, Said]) -> Row:
    cells = {
        key: cell.model_copy(update={"verdict": "doubtful", "confidence": 0.5, "reason": said})
        for key, cell in row.cells.items()
        if (said := asked.get((table, row.id, key))) is not None
    }
    return row.model_copy(update={"cells": {**row.cells, **cells}}) if cells else row


def _dropped(decisions: Sequence[Decision]) -> set[tuple[str, str]]:
    return {(d.table, d.row) for d in decisions if isinstance(d, DroppedRow)}


def _differs(table: str, some: Sequence[Decision], others: Sequence[Decision]) -> bool:
    """Whether other things are decided about the table."""
    return [d for d in some if d.table == table] != [d for d in others if d.table == table]


def _mixed(
    first: Result, standing: Result, decided: frozenset[int], sums: Sequence[BookletSum]
) -> Result:
    """The tables that are ``decided`` about as they stand, the others as the machine had them."""
    sources = {
        table.id: standing if n in decided else first for n, table in enumerate(first.tables)
    }
    return first.model_copy(
        update={
            "tables": tuple(source.tables[n] for n, source in enumerate(sources.values())),
            "review": tuple(
                item
                for name, source in sources.items()
                for item in source.review
                if item.table == name
            ),
            "checks": tuple(
                (standing if promise.result[0] in decided else first).checks[k]
                for k, promise in enumerate(sums)
                if k < len(first.checks)
            ),
        }
    )


def _regrouped(draft: Draft, decision: Decision) -> Draft:
    """The draft with its rows and columns as the decision has them."""
    match decision:
        case RowMeaning():
            return with_row(draft, decision)
        case AddedRow():
            return with_added_row(draft, decision)
        case DroppedRow():
            return with_dropped_row(draft, decision)
        case ColumnMeaning():
            return with_column(draft, decision)
        case _:
            return draft


def _to_say(
    drafts: Mapping[str, Draft], decisions: Sequence[Decision], marks: Mapping[_Ref, _OnCell]
) -> Iterable[_Ref]:
    """The figures of added rows of which nothing was said yet."""
    added = {(d.table, d.row) for d in decisions if isinstance(d, AddedRow)}
    for name, draft in drafts.items():
        amounts = [column.key for column in draft.columns if column.type == "amount"]
        for row in draft.rows:
            if (name, row.id) in added:
                yield from (ref for key in amounts if (ref := (name, row.id, key)) not in marks)


def _tied(tables: set[int], sums: Sequence[BookletSum]) -> frozenset[int]:
    """The tables, and those that sums between tables tie to them, at however many removes."""
    found = set(tables)
    while True:
        tied = [{place[0] for place in (one.result, *one.terms)} for one in sums]
        more = {table for tables in tied if tables & found for table in tables}
        if more <= found:
            return frozenset(found)
        found |= more


def _drafts(
    result: Result, booklet: Booklet | None
) -> tuple[dict[str, Draft], tuple[BookletSum, ...]]:
    if booklet is None or not _fits(booklet, result):
        booklet = redraft(result)
    ids = [table.id for table in result.tables]
    return dict(zip(ids, booklet.drafts, strict=True)), booklet.sums


def _fits(booklet: Booklet, result: Result) -> bool:
    """Whether the drafts are those of the result, place by place."""

    def rows(held: Draft | Table) -> list[tuple[str, tuple[str, ...]]]:
        return [(row.id, tuple(row.cells)) for row in held.rows]

    return len(booklet.drafts) == len(result.tables) and all(
        rows(draft) == rows(table)
        for draft, table in zip(booklet.drafts, result.tables, strict=True)
    )


# -- cells -------------------------------------------------------------------------------


def _pinned(draft: Draft, mark: _OnCell) -> Draft:
    """The draft with the cell as the person says; the readings no longer count."""
    row = next((row for row in draft.rows if row.id == mark.row), None)
    if row is None or all(column.key != mark.column for column in draft.columns):
        raise UsageError(f"there is no cell {mark.row}, {mark.column} in {mark.table}.")
    figures = any(c.key == mark.column and c.type == "amount" for c in draft.columns)
    if figures and isinstance(mark, Words):
        raise UsageError(f"{mark.row}, {mark.column} in {mark.table} is a figure, not words.")
    cell = row.cells.get(mark.column)
    if cell is None:
        cell = _empty_cell(draft, row, mark.column)
        draft = with_new_cell(draft, row.id, mark.column, cell)
    said = replace(cell, source="human", confidence=1.0, readings=(), posteriors=(), readable=True)
    match mark:
        case Figure():
            said = replace(said, value=mark.value)
        case Blank():
            said = replace(said, value=None, text="")
        case Dash():
            said = replace(said, value=None, text="—")
        case Unreadable():
            said = replace(said, value=None)
        case Words():
            said = replace(said, value=None, text=mark.text)
            row = _named(draft, row, mark)
        case _:
            said = replace(said, value=cell.value)
    held = replace(row, cells={**row.cells, mark.column: said})
    return replace(draft, rows=tuple(held if r.id == row.id else r for r in draft.rows))


def _named(draft: Draft, row: DraftRow, mark: Words) -> DraftRow:
    """The row with its label as a person says, where that is what stands in the cell."""
    if not row.sides:
        label = next((c.key for c in draft.columns if c.type == "label"), None)
        return replace(row, label=mark.text) if mark.column == label else row
    sides = tuple(
        replace(side, label=mark.text) if own.label == mark.column else side
        for side, own in zip(row.sides, draft.sides, strict=True)
    )
    named = next((side for side in sides if side.label), sides[0])
    return replace(row, sides=sides, label=named.label)


def _empty_cell(draft: Draft, row: DraftRow, key: str) -> DraftCell:
    """A blank where the row and the column cross, for a place at which nothing was found."""
    page = next((cell.page for cell in row.cells.values()), row.pages[0] if row.pages else 1)
    across = [c.box for c in row.cells.values() if c.page == page]
    down = [r.cells[key].box for r in draft.rows if key in r.cells and r.cells[key].page == page]
    if not across or not down:
        box = (across or down or [Box(0, 0, 1, 1)])[0]
    else:
        wide, high = Box.around(down), Box.around(across)
        box = Box(wide.x0, high.y0, wide.x1, high.y1)
    return DraftCell("", None, page, box, "human", 1.0)


# -- deciding around them ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Book:
    """Drafts with the ids of their tables, and the sums between them.

    ``touched`` are the tables that a decision may change: those it speaks of, and all that
    sums tie to them. The others stay as they are. ``to_say`` are figures that a person has
    still to say.
    """

    ids: tuple[str, ...]
    drafts: tuple[Draft, ...]
    sums: tuple[BookletSum, ...]
    touched: frozenset[int]
    to_say: frozenset[_Ref]

    @property
    def lost(self) -> frozenset[int]:
        """The sums between tables that name a row which is no longer there."""
        rows = {(n, row.id) for n, draft in enumerate(self.drafts) for row in draft.rows}
        return frozenset(
            k
            for k, promise in enumerate(self.sums)
            if any(place[:2] not in rows for place in (promise.result, *promise.terms))
        )

    def ref(self, place: TableCellRef) -> _Ref:
        return self.ids[place[0]], place[1], place[2]

    def own(self, table: int, promise: Sum) -> tuple[_Ref, ...]:
        return tuple((self.ids[table], *ref) for ref in (promise.result, *promise.terms))

    def between(self, promise: BookletSum) -> tuple[_Ref, ...]:
        return tuple(self.ref(place) for place in (promise.result, *promise.terms))


_Aside = dict[tuple[int, int], CheckStatus]
"""(table or -1 for sums between tables, place of the sum) → what is said of it."""


def _answer(result: Result, book: _Book, marks: Mapping[_Ref, _OnCell]) -> Result:
    unread = {ref for ref, mark in marks.items() if isinstance(mark, Unreadable)} | book.to_say
    wrong = {ref for ref, mark in marks.items() if isinstance(mark, SourceError)}
    aside: _Aside = dict.fromkeys(_through(book, unread), "not_applicable")
    aside |= {(-1, k): "not_applicable" for k in book.lost}
    decoded = _decode(result, book, aside)
    if wrong:
        failing = _failing(book, decoded, aside, wrong)
        if failing:
            aside |= dict.fromkeys(failing, "fail")
            decoded = _decode(result, book, aside)
    values = _values(decoded)
    tables = tuple(
        _table(book, n, table, aside, values, marks) if n in book.touched else table
        for n, table in enumerate(decoded.tables)
    )
    review = tuple(
        item for item in decoded.review if (item.table, item.row, item.column) not in marks
    )
    return result.model_copy(
        update={
            "tables": tables,
            "review": review,
            "checks": _between(result, book, decoded, aside, values),
            "status": _status(result, tables, bool(review)),
        }
    )


def _item(ref: _Ref, said: Said, priority: float) -> ReviewItem:
    table, row, column = ref
    return ReviewItem(
        table=table, row=row, column=column, reason=said.en, reason_zh=said.zh, priority=priority
    )


def _through(book: _Book, refs: Iterable[_Ref]) -> list[tuple[int, int]]:
    """The sums that one of the cells takes part in."""
    wanted = set(refs)
    if not wanted:
        return []
    own = [
        (n, k)
        for n, draft in enumerate(book.drafts)
        for k, promise in enumerate(draft.sums)
        if wanted.intersection(book.own(n, promise))
    ]
    between = [(-1, k) for k, s in enumerate(book.sums) if wanted.intersection(book.between(s))]
    return own + between


def _decode(result: Result, book: _Book, aside: _Aside) -> Decoded:
    """The touched tables decided without the sums set aside; named and placed as in the book.

    ``checks`` are those of the touched tables alone.
    """
    order = sorted(book.touched)
    place = {n: k for k, n in enumerate(order)}
    drafts = tuple(
        replace(
            book.drafts[n],
            sums=tuple(s for k, s in enumerate(book.drafts[n].sums) if (n, k) not in aside),
        )
        for n in order
    )
    sums = tuple(
        BookletSum(s.rule, _moved(s.result, place), tuple(_moved(t, place) for t in s.terms))
        for k, s in enumerate(book.sums)
        if (-1, k) not in aside and s.result[0] in place
    )
    decoded = decode(Booklet(drafts, sums))
    names = {table.id: book.ids[n] for table, n in zip(decoded.tables, order, strict=True)}
    tables = list(result.tables)
    for n, table, draft in zip(order, decoded.tables, drafts, strict=True):
        tables[n] = with_facts(table, draft).model_copy(update={"id": book.ids[n]})
    review = {name: [i for i in result.review if i.table == name] for name in book.ids}
    for n in order:
        name = book.ids[n]
        review[name] = [
            _item(ref, _TO_SAY, _TO_SAY_FIRST) for ref in sorted(book.to_say) if ref[0] == name
        ]
    for item in decoded.review:
        held = item.model_copy(update={"table": names[item.table]})
        if (held.table, held.row, held.column) not in book.to_say:
            review[held.table].append(held)
    return Decoded(
        tables=tuple(tables),
        review=tuple(item for name in book.ids for item in review[name]),
        checks=decoded.checks,
    )


def _moved(place: TableCellRef, to: Mapping[int, int]) -> TableCellRef:
    return to[place[0]], place[1], place[2]


def _failing(
    book: _Book, decoded: Decoded, aside: _Aside, wrong: set[_Ref]
) -> list[tuple[int, int]]:
    """The sums through the publisher's errors that do not hold as the figures stand."""
    statuses: dict[tuple[int, int], CheckStatus] = {}
    for n in book.touched:
        kept = [k for k in range(len(book.drafts[n].sums)) if (n, k) not in aside]
        for k, check in zip(kept, decoded.tables[n].checks, strict=True):
            statuses[n, k] = check.status
    kept = [
        k
        for k, promise in enumerate(book.sums)
        if (-1, k) not in aside and promise.result[0] in book.touched
    ]
    for k, between in zip(kept, decoded.checks, strict=False):
        statuses[-1, k] = between.status
    return [at for at in _through(book, wrong) if statuses.get(at) == "fail"]


def _values(decoded: Decoded) -> dict[_Ref, Decimal | None]:
    return {
        (table.id, row.id, key): Decimal(row.cells[key].value or 0)
        for table in decoded.tables
        for row in table.rows
        for key in (c.key for c in table.columns if c.type == "amount")
        if key in row.cells and row.cells[key].value is not None
    }


# -- putting it together -----------------------------------------------------------------


def _table(
    book: _Book,
    n: int,
    table: Table,
    aside: _Aside,
    values: Mapping[_Ref, Decimal | None],
    marks: Mapping[_Ref, _OnCell],
) -> Table:
    """The decoded table with the sums set aside back in their places."""
    decided = iter(table.checks)
    checks: list[CheckResult] = []
    names: dict[str, str] = {}
    for k, promise in enumerate(book.drafts[n].sums):
        name = f"c{k + 1}"
        status = aside.get((n, k))
        if status is None:
            check = next(decided)
            names[check.id] = name
            checks.append(check.model_copy(update={"id": name}))
        else:
            checks.append(_set_aside(name, promise, status, table, values))
    through: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        for ref in dict.fromkeys((check.result, *check.terms)):
            through.setdefault(ref, []).append(check.id)
    rows = tuple(
        _with_checks(row, table.id, through, names, marks, book.to_say) for row in table.rows
    )
    return table.model_copy(update={"checks": tuple(checks), "rows": rows})


def _set_aside(
    name: str,
    promise: Sum,
    status: CheckStatus,
    table: Table,
    values: Mapping[_Ref, Decimal | None],
) -> CheckResult:
    figures = [values.get((table.id, *ref)) for ref in (promise.result, *promise.terms)]
    _, difference = outcome(figures[0], figures[1:])
    cells = {row.id: row.cells for row in table.rows}
    at = cells.get(promise.result[0], {}).get(promise.result[1])
    known = status == "fail" and difference is not None
    return CheckResult(
        id=name,
        rule=promise.rule,
        status=status,
        result=promise.result,
        terms=promise.terms,
        difference=f"{difference:f}" if known else None,
        page=at.page if at is not None else 1,
    )


def _with_checks(
    row: Row,
    table: str,
    through: Mapping[tuple[str, str], Sequence[str]],
    names: Mapping[str, str],
    marks: Mapping[_Ref, _OnCell],
    to_say: frozenset[_Ref],
) -> Row:
    cells = {}
    for key, cell in row.cells.items():
        update: dict[str, object] = {"checks": tuple(through.get((row.id, key), ()))}
        if cell.certificate is not None:
            kept = tuple(names[c] for c in cell.certificate.checks if c in names)
            update["certificate"] = cell.certificate.model_copy(update={"checks": kept})
        mark = marks.get((table, row.id, key))
        if mark is not None:
            update |= _marked(cell, mark)
        elif (table, row.id, key) in to_say:
            update |= {"verdict": "doubtful", "confidence": 0.0, "reason": _TO_SAY}
        cells[key] = cell.model_copy(update=update)
    return row.model_copy(update={"cells": cells})


def _marked(cell: Cell, mark: _OnCell) -> dict[str, object]:
    verdict: Verdict = "source_error" if isinstance(mark, SourceError) else "human"
    unread = isinstance(mark, Unreadable)
    return {
        "source": "human",
        "verdict": verdict,
        "confidence": 0.0 if unread else 1.0,
        "reason": _UNREAD if unread else cell.reason,
    }


def _between(
    result: Result,
    book: _Book,
    decoded: Decoded,
    aside: _Aside,
    values: Mapping[_Ref, Decimal | None],
) -> tuple[BookletCheck, ...]:
    """The sums between tables, those set aside in their places."""
    decided = iter(decoded.checks)
    same = len(result.checks) == len(book.sums)
    found: list[BookletCheck] = []
    lost = book.lost
    for k, promise in enumerate(book.sums):
        if k in lost:
            continue
        status = aside.get((-1, k))
        ours = status is None and promise.result[0] in book.touched
        check = next(decided, None) if ours else None
        old = result.checks[k] if same else None
        if old is not None and promise.result[0] not in book.touched:
            found.append(old)
        elif check is not None:
            found.append(check.model_copy(update={"id": old.id if old else check.id}))
        elif old is not None and status is not None:
            figures = [values.get(ref) for ref in book.between(promise)]
            _, off = outcome(figures[0], figures[1:])
            said = old.difference if status == "fail" and off is not None else None
            found.append(old.model_copy(update={"status": status, "difference": said}))
    return tuple(found)


def _status(result: Result, tables: Sequence[Table], doubts: bool) -> Status:
    if doubts or any(warning.code in LOSSES for warning in result.warnings):
        return "review"
    figures = any(column.type == "amount" for table in tables for column in table.columns)
    return "verified" if figures else "empty"
