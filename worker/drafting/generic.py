"""Any table at all: header tree, labels, parents and the sums that words promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.draft import Column, Draft, DraftRow, Role, Sum
from schemas.words import is_note, tight, total_kind
from worker.drafting.across import column_totals
from worker.drafting.cells import Paper
from worker.drafting.columns import Panel, panels_of
from worker.drafting.figures import Figures, figures_of
from worker.drafting.heading import Heading
from worker.drafting.layout import Layout
from worker.drafting.outline import Outline, read_outline, row_label
from worker.drafting.rows import ReadRow, read_rows
from worker.drafting.totals import Cover, column_sums, total_covers, tree_covers


def draft_generic(
    layout: Layout,
    columns: Sequence[Column],
    heading: Heading,
    pages: tuple[int, ...],
    paper: Paper,
) -> Draft:
    """The table as ``generic``, with the sums that its words, codes and formulas promise."""
    read = read_rows(layout, columns, paper)
    panels = panels_of(layout, columns)
    figures = figures_of(read)
    outlines = [read_outline(layout, panel) for panel in panels]
    covers = [
        _panel_covers(outline, figures, _keys(columns, panel))
        for outline, panel in zip(outlines, panels, strict=True)
    ]
    sums: list[Sum] = []
    for panel, found in zip(panels, covers, strict=True):
        sums += column_sums(found, figures, [row.id for row in read], _keys(columns, panel))
        sums += _row_sums(layout, columns, panel, figures, read)
    sums += _balances(layout, columns, panels, read, figures)
    parents = _parents(outlines[0], covers[0]) if len(panels) == 1 else {}
    return Draft(
        form="generic",
        title=heading.title,
        organisation=heading.organisation,
        fiscal_year=heading.fiscal_year,
        unit=heading.unit,
        pages=pages,
        columns=tuple(columns),
        rows=_draft_rows(layout, panels, outlines, read, parents),
        sums=tuple(sums),
    )


def _keys(columns: Sequence[Column], panel: Panel) -> list[str]:
    return [columns[index].key for index in panel.amounts]


def _panel_covers(outline: Outline, figures: Figures, keys: Sequence[str]) -> list[Cover]:
    return [*tree_covers(outline, figures, keys), *total_covers(outline, figures, keys)]


def _row_sums(
    layout: Layout,
    columns: Sequence[Column],
    panel: Panel,
    figures: Figures,
    read: Sequence[ReadRow],
) -> Iterator[Sum]:
    everything = range(len(read))
    for total in column_totals(columns, panel.amounts, layout.numbers, figures, everything):
        key = columns[total.result].key
        for index, row in enumerate(read):
            terms = tuple(
                (row.id, columns[t].key) for t in total.terms if columns[t].key in row.cells
            )
            if (
                key in row.cells
                and terms
                and _printed(figures, index, [key, *(k for _, k in terms)])
            ):
                yield Sum(total.rule, (row.id, key), terms)


def _printed(figures: Figures, row: int, keys: Sequence[str]) -> bool:
    return figures.any_in(row, keys)


_INCOME = ("收入", "歳入", "歲入")
_SPENDING = {"收入": "支出", "歳入": "歳出", "歲入": "歲出"}


def _balances(
    layout: Layout,
    columns: Sequence[Column],
    panels: Sequence[Panel],
    read: Sequence[ReadRow],
    figures: Figures,
) -> Iterator[Sum]:
    """收入总计 and 支出总计 in one row are the same money, received and spent."""
    for left, right in zip(panels, panels[1:], strict=False):
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
        for word in _INCOME
    )


def _parents(outline: Outline, covers: Sequence[Cover]) -> dict[int, int]:
    """For each row the row that it adds into, or is printed under."""
    parents = {term: cover.result for cover in reversed(covers) for term in cover.terms}
    return {**parents, **outline.parent} if outline.parent else parents


def _draft_rows(
    layout: Layout,
    panels: Sequence[Panel],
    outlines: Sequence[Outline],
    read: Sequence[ReadRow],
    parents: dict[int, int],
) -> tuple[DraftRow, ...]:
    with_children = set(parents.values())
    rows: list[DraftRow] = []
    for index, row in enumerate(read):
        label = next((text for p in panels if (text := row_label(layout, p, index))), "")
        parent = parents.get(index)
        rows.append(
            DraftRow(
                id=row.id,
                role=_role(label, index, outlines, with_children),
                label=label,
                pages=row.pages,
                cells=row.cells,
                parent=None if parent is None else read[parent].id,
            )
        )
    return tuple(rows)


def _role(label: str, row: int, outlines: Sequence[Outline], with_children: set[int]) -> Role:
    if is_note(label):
        return "note"
    if any(row in outline.totals for outline in outlines):
        return "total"
    return "group" if row in with_children else "item"
