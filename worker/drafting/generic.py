"""Any table at all: header tree, labels, parents and the sums that words and forms promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from schemas.draft import Column, Draft, DraftRow, Role, RowSide, Side, Sum
from schemas.forms.form import Form
from schemas.page import Warn
from schemas.words import is_note, tight, total_kind
from worker.drafting.across import ColumnSum, column_totals
from worker.drafting.cells import Paper
from worker.drafting.codes import row_codes
from worker.drafting.columns import Panel, panels_of
from worker.drafting.declared import declared_sums
from worker.drafting.figures import Decided, Figures, figures_of
from worker.drafting.heading import Heading
from worker.drafting.layout import Layout
from worker.drafting.outline import Outline, outlines, row_label
from worker.drafting.rows import ReadRow, read_rows
from worker.drafting.style import in_style
from worker.drafting.subtotals import with_nameless_subtotals
from worker.drafting.sums_tree import tree_by_sums
from worker.drafting.totals import Reading, best_reading, column_sums, explains


def draft_generic(
    layout: Layout,
    columns: Sequence[Column],
    heading: Heading,
    pages: tuple[int, ...],
    paper: Paper,
    form: Form | None = None,
    decided: Decided | None = None,
) -> Draft:
    """The table with the sums that its words, codes and formulas promise.

    With ``form``, whose keys ``columns`` then have, also those that the form declares. What is
    ``decided`` of cells tells the structure; the cells stay as they were read.
    """
    read = in_style(read_rows(layout, columns, paper), columns, paper.whole)
    panels = panels_of(columns)
    figures = figures_of(read, decided)
    readings = [_panel_reading(layout, columns, panel, figures) for panel in panels]
    sums: list[Sum] = []
    for panel, reading in zip(panels, readings, strict=True):
        keys = _keys(columns, panel)
        sums += column_sums(reading.covers, figures, [row.id for row in read], keys)
        declared = declared_sums(form, columns, panel) if form is not None else ()
        sums += _row_sums(layout, columns, panel, figures, read, declared)
    sums += _balances(layout, columns, panels, read, figures)
    return Draft(
        form=form.key if form is not None else "generic",
        title=heading.title,
        organisation=heading.organisation,
        fiscal_year=heading.fiscal_year,
        unit=heading.unit,
        pages=pages,
        columns=tuple(columns),
        rows=_draft_rows(layout, panels, readings, read),
        sides=_sides(columns, panels),
        sums=tuple(sums),
        warnings=tuple(_unexplained(readings, read)),
    )


def _keys(columns: Sequence[Column], panel: Panel) -> list[str]:
    return [columns[index].key for index in panel.amounts]


def _panel_reading(
    layout: Layout, columns: Sequence[Column], panel: Panel, figures: Figures
) -> Reading:
    keys = _keys(columns, panel)
    ways = outlines(layout, panel, lambda row: figures.any_in(row, keys))
    best = best_reading(ways, figures, keys)
    if not figures.scanned or best.closes(figures, keys):
        return best
    more = _ways_by_sums(layout, panel, figures, keys, best.outline)
    return best_reading([best.outline, *more], figures, keys)


def _ways_by_sums(
    layout: Layout, panel: Panel, figures: Figures, keys: Sequence[str], said: Outline
) -> Iterator[Outline]:
    """Ways to read a scanned panel whose total, or whose levels, only the figures tell."""
    labels = {row: row_label(layout, panel, row) for row in range(len(layout.body))}
    rows = [r for r, label in labels.items() if figures.any_in(r, keys) and not is_note(label)]
    ends = rows[:1] + rows[-1:] if not said.totals else list(said.totals)
    for total in ends if len(ends) <= 2 else ():
        for way in outlines(layout, panel, lambda r: figures.any_in(r, keys), total):
            if total not in said.totals and explains(way, total, figures, keys):
                yield way
        parent = tree_by_sums(rows, total, figures, keys)
        if parent is not None:
            yield Outline(
                basis="sums",
                order=tuple(rows),
                labels=labels,
                parent=parent,
                totals={total: "grand"},
                parts=frozenset(),
                loose=frozenset(),
                opens=frozenset(),
            )
    told = with_nameless_subtotals(said, figures, keys)
    if told is not None:
        yield told


def _unexplained(readings: Sequence[Reading], read: Sequence[ReadRow]) -> Iterator[Warn]:
    for reading in readings:
        for row in reading.unexplained:
            label = reading.outline.labels[row]
            said = f"“{label}” is the sum of no rows of this table: it is not checked downwards."
            yield Warn("total_unexplained", said, read[row].pages[0] if read[row].pages else None)


def _row_sums(
    layout: Layout,
    columns: Sequence[Column],
    panel: Panel,
    figures: Figures,
    read: Sequence[ReadRow],
    declared: Sequence[ColumnSum],
) -> Iterator[Sum]:
    """The sums across each row that prints a figure in them."""
    rows = range(len(read))
    totals = column_totals(columns, panel.amounts, layout.numbers, figures, rows, declared)
    for total in totals:
        result = columns[total.result].key
        for index, row in enumerate(read):
            terms = [key for t in total.terms if (key := columns[t].key) in row.cells]
            printed = any((index, key) in figures.inked for key in [result, *terms])
            if result in row.cells and terms and printed:
                yield Sum(total.rule, (row.id, result), tuple((row.id, key) for key in terms))


_SPENDING = {"收入": "支出", "歳入": "歳出", "歲入": "歲出"}


def _balances(
    layout: Layout,
    columns: Sequence[Column],
    panels: Sequence[Panel],
    read: Sequence[ReadRow],
    figures: Figures,
) -> Iterator[Sum]:
    """收入总计 and 支出总计 in one row are the same money, received and spent."""
    for left, right in pairwise(panels):
        if not left.amounts or not right.amounts:
            continue
        for index, row in enumerate(read):
            income = tight(row_label(layout, left, index))
            spending = tight(row_label(layout, right, index))
            if not _same_total(income, spending):
                continue
            result, term = columns[left.amounts[0]].key, columns[right.amounts[0]].key
            if (index, result) in figures.values and (index, term) in figures.values:
                yield Sum("balance", (row.id, result), ((row.id, term),))


def _same_total(income: str, spending: str) -> bool:
    return any(
        income.startswith(word)
        and income.replace(word, _SPENDING[word]) == spending
        and total_kind(income) is not None
        for word in _SPENDING
    )


def _sides(columns: Sequence[Column], panels: Sequence[Panel]) -> tuple[Side, ...]:
    """The tables side by side; none where there is but one."""
    if len(panels) < 2:
        return ()
    return tuple(
        Side(columns[panel.label].key, tuple(_keys(columns, panel)))
        for panel in panels
        if panel.label is not None
    )


def _draft_rows(
    layout: Layout,
    panels: Sequence[Panel],
    readings: Sequence[Reading],
    read: Sequence[ReadRow],
) -> tuple[DraftRow, ...]:
    """The rows, named by the first of the tables side by side that has a label there."""
    sides = [
        list(_row_sides(layout, panel, reading, read))
        for panel, reading in zip(panels, readings, strict=True)
    ]
    codes = row_codes(layout, panels[0])
    rows: list[DraftRow] = []
    for index, row in enumerate(read):
        own = [side[index] for side in sides]
        named = next((side for side in own if side.label), own[0])
        rows.append(
            DraftRow(
                id=row.id,
                role=named.role,
                label=named.label,
                pages=row.pages,
                cells=row.cells,
                parent=named.parent,
                code=codes[index],
                sides=tuple(own) if len(own) > 1 else (),
            )
        )
    return tuple(rows)


def _row_sides(
    layout: Layout, panel: Panel, reading: Reading, read: Sequence[ReadRow]
) -> Iterator[RowSide]:
    """Label, role and parent of every row in one of the tables side by side."""
    parents = reading.parents()
    with_children = set(parents.values())
    outline = reading.outline
    for index in range(len(read)):
        label = row_label(layout, panel, index) or outline.labels.get(index, "")
        parent = parents.get(index)
        yield RowSide(
            label=label,
            role=_role(
                label, index in outline.totals or index in layout.sums, index in with_children
            ),
            parent=None if parent is None else read[parent].id,
        )


def _role(label: str, is_total: bool, has_children: bool) -> Role:
    if is_note(label):
        return "note"
    if is_total:
        return "total"
    return "group" if has_children else "item"
