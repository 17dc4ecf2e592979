"""A form whose rows have levels told by text columns: roles, parents and declared sums."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.draft import Column, Draft, DraftRow, Indicator, Role, Sum
from schemas.forms.form import Form, FormColumn
from schemas.page import Warn
from schemas.words import is_note, total_kind
from worker.drafting.across import column_totals
from worker.drafting.cells import Paper, printed_lines
from worker.drafting.codes import row_codes
from worker.drafting.columns import panels_of
from worker.drafting.declared import declared_sums
from worker.drafting.figures import Decided, Evidence, Figures, evidence, figures_of
from worker.drafting.heading import Heading
from worker.drafting.indicator_rows import indicators_by_row, owners
from worker.drafting.layout import Layout
from worker.drafting.outline import row_label
from worker.drafting.rows import ReadRow, read_rows
from worker.drafting.style import in_style
from worker.drafting.sums_tree import tree_by_sums
from worker.indicator_splits import split_indicators

_INDICATORS = "indicators"
_LEAST_INDENT = 4.0


def draft_levelled(
    form: Form,
    fields: Mapping[int, FormColumn],
    layout: Layout,
    columns: Sequence[Column],
    heading: Heading,
    pages: tuple[int, ...],
    paper: Paper,
    notes: Sequence[str] = (),
    decided: Decided | None = None,
) -> Draft:
    """The table as ``form``, whose keys ``columns`` have where the form knows them.

    ``notes`` are the remarks under the table. What is ``decided`` of cells tells the structure;
    the cells stay as they were read.
    """
    read = in_style(read_rows(layout, columns, paper), columns, paper.whole)
    label = next(i for i, field in fields.items() if field.type == "label")
    owner = owners(layout, label)
    panel = panels_of(columns)[0]
    labels = [row_label(layout, panel, row) for row in range(len(read))]
    figures = figures_of(read, decided)
    said = _roles(form, layout, read, labels, label, owner)
    roles = _as_summed(form, said, figures, _amounts(columns))
    parents = _parents(form, roles)
    by_row = indicators_by_row(layout, fields, owner, paper)
    codes = row_codes(layout, panel)
    warnings: list[Warn] = []
    rows: list[DraftRow] = []
    for index, row in enumerate(read):
        indicators, lost = _indicators(fields, layout, index, paper)
        warnings += lost
        parent = parents[index]
        own = owner[index] == index
        rows.append(
            DraftRow(
                id=row.id,
                role=roles[index],
                label=labels[index] if own else "",
                pages=row.pages,
                cells=row.cells,
                parent=None if parent is None else read[parent].id,
                indicators=by_row.get(index, indicators),
                code=codes[index] if own else None,
            )
        )
    down = _sums_down(form, columns, rows)
    if _withholds([*notes, *(row.label for row in rows if row.role == "note")]):
        down = _holding(down, figures, [row.id for row in rows])
    return Draft(
        form=form.key,
        title=heading.title,
        organisation=heading.organisation,
        fiscal_year=heading.fiscal_year,
        unit=heading.unit,
        pages=pages,
        columns=tuple(columns),
        rows=tuple(rows),
        sums=(*_sums_across(form, layout, columns, read, rows, figures), *down),
        warnings=tuple(warnings),
    )


def _withholds(notes: Sequence[str]) -> bool:
    """Whether the table says that it does not show all (已剔除涉密部分)."""
    return any(re.search(r"涉密|剔除|不予公开|不宜公开", note) for note in notes)


def _holding(sums: Iterable[Sum], figures: Figures, ids: Sequence[str]) -> Iterator[Sum]:
    """The sums that hold: of a table that withholds rows only those are promised."""
    places = {name: index for index, name in enumerate(ids)}
    for one in sums:
        row, key = one.result
        if figures.holds((places[row], key), [(places[r], k) for r, k in one.terms]):
            yield one


def _roles(
    form: Form,
    layout: Layout,
    read: Sequence[ReadRow],
    labels: Sequence[str],
    label: int,
    owner: Sequence[int],
) -> list[Role]:
    """The role of each row: a total word, else innermost where a leaf column holds text.

    A row that lacks the text but starts as far right as those that have it, while others
    start further left, is innermost as well. A row under the cells of the one above it is
    no row of money but a note to that one.
    """
    leaves = [any(row.cells[k].text for k in form.leaf_columns if k in row.cells) for row in read]
    starts = [cell.indent if (cell := layout.at(i, label)) else 0.0 for i in range(len(read))]
    inner = _inner_start(starts, leaves)
    roles: list[Role] = []
    for index, (text, leaf, start) in enumerate(zip(labels, leaves, starts, strict=True)):
        if total_kind(text) is not None and not leaf:
            roles.append(form.levels[0])
        elif is_note(text) or owner[index] != index:
            roles.append("note")
        else:
            roles.append(form.levels[-1] if leaf or start > inner else form.levels[-2])
    return roles


def _inner_start(starts: Sequence[float], leaves: Sequence[bool]) -> float:
    """The indent (points) beyond which a row is innermost; infinite where indents don't tell."""
    inner = sorted(start for start, leaf in zip(starts, leaves, strict=True) if leaf)
    outer = [start for start, leaf in zip(starts, leaves, strict=True) if not leaf]
    if not inner or not outer:
        return math.inf
    middle = inner[len(inner) // 2]
    gap = middle - min(outer)
    return middle - gap / 4 if gap > _LEAST_INDENT else math.inf


def _amounts(columns: Sequence[Column]) -> list[str]:
    return [column.key for column in columns if column.type == "amount"]


def _as_summed(
    form: Form, roles: Sequence[Role], figures: Figures, keys: Sequence[str]
) -> Sequence[Role]:
    """The roles as the figures of a scan tell them, where those that its labels tell don't add up.

    A row that is the sum of innermost rows below it is of the level above them.
    """
    if not figures.scanned or not _evidence(form, roles, figures, keys).fails:
        return roles
    rows = [n for n, role in enumerate(roles) if role in form.levels and figures.any_in(n, keys)]
    parent = tree_by_sums(rows, rows[0], figures, keys) if rows else None
    if parent is None or any(above in parent for above in parent.values()):
        return roles
    summed = list(roles)
    summed[rows[0]] = form.levels[0]
    for row, above in parent.items():
        summed[row], summed[above] = form.levels[-1], form.levels[-2]
    before, after = (_evidence(form, each, figures, keys) for each in (roles, summed))
    better = after.holds > before.holds and after.fails < before.fails
    return summed if better else roles


def _evidence(form: Form, roles: Sequence[Role], figures: Figures, keys: Sequence[str]) -> Evidence:
    """How the sums down the table fare with these roles."""
    children: dict[int, list[int]] = defaultdict(list)
    for row, above in enumerate(_parents(form, roles)):
        if above is not None:
            children[above].append(row)
    found = (evidence(figures, above, rows, keys) for above, rows in children.items())
    return sum(found, Evidence(0, 0))


def _parents(form: Form, roles: Sequence[Role]) -> list[int | None]:
    """For each row the nearest row above of an outer role; a table without units has none."""
    last: dict[Role, int] = {}
    parents: list[int | None] = []
    for index, role in enumerate(roles):
        if role not in form.levels:
            parents.append(None)
            continue
        level = form.levels.index(role)
        outer = [last[r] for r in form.levels[:level] if r in last]
        parents.append(max(outer, default=None))
        last = {r: i for r, i in last.items() if form.levels.index(r) < level}
        last[role] = index
    return parents


def _indicators(
    fields: Mapping[int, FormColumn], layout: Layout, row: int, paper: Paper
) -> tuple[tuple[Indicator, ...], tuple[Warn, ...]]:
    col = next((i for i, field in fields.items() if field.key == _INDICATORS), None)
    cell = layout.starts(row, col) if col is not None else None
    if cell is None or col is None:
        return (), ()
    more = layout.second_parts.get((row, col), ())
    lines = printed_lines((cell, *more), paper)
    return split_indicators(layout.text(row, col), lines, layout.splits) if lines else ((), ())


def _sums_across(
    form: Form,
    layout: Layout,
    columns: Sequence[Column],
    read: Sequence[ReadRow],
    rows: Sequence[DraftRow],
    figures: Figures,
) -> Iterator[Sum]:
    """The sums in the row that form and header promise, on every row of money."""
    lined = {index for index, row in enumerate(rows) if row.role in form.levels}
    for panel in panels_of(columns):
        declared = declared_sums(form, columns, panel)
        found = column_totals(
            columns, panel.amounts, layout.numbers, figures, sorted(lined), declared
        )
        for total in found:
            result = columns[total.result].key
            terms = [columns[term].key for term in total.terms]
            for index in sorted(lined):
                cells = read[index].cells
                printed = [(read[index].id, key) for key in terms if key in cells]
                if printed and result in cells:
                    yield Sum(total.rule, (read[index].id, result), tuple(printed))


def _sums_down(form: Form, columns: Sequence[Column], rows: Sequence[DraftRow]) -> Iterator[Sum]:
    for row in rows:
        children = [other for other in rows if other.parent == row.id]
        if row.role not in form.tree_rules or not children:
            continue
        for column in columns:
            terms = tuple((child.id, column.key) for child in children if column.key in child.cells)
            if column.type == "amount" and column.key in row.cells and terms:
                yield Sum(form.tree_rules[row.role], (row.id, column.key), terms)
