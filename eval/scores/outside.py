"""TEDS and GriTS, as other people's tables are scored, for comparison with their figures.

TEDS (Zhong et al., 2020) compares tables as trees of HTML, GriTS (Smock et al., 2023) as
grids. Both are taken from libraries that are kept; without them both are unscored. Which
library is trusted for which, and why, stands in docs/evaluation.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from typing import Any

from eval.scores.case import Case
from eval.scores.score import Meaning, Measure, Score, share
from schemas.amount import narrow
from schemas.result import Table
from service.export.header import header_cells

MEANINGS = (
    Meaning(
        "outside.teds",
        "TEDS",
        "Likeness of tables as trees, contents included: 1 is the same table. Not for "
        "decisions: one wrong digit of a hundred hardly moves it.",
        "outside",
        percent=False,
    ),
    Meaning(
        "outside.teds_structure",
        "TEDS, structure only",
        "The same without the contents of cells.",
        "outside",
        percent=False,
    ),
    Meaning(
        "outside.grits_content",
        "GriTS, content",
        "Likeness of tables as grids of texts: 1 is the same table.",
        "outside",
        percent=False,
    ),
    Meaning(
        "outside.grits_topology",
        "GriTS, topology",
        "Likeness of tables as grids of merged and single cells.",
        "outside",
        percent=False,
    ),
)
MOST_CELLS = 400
"""Tables with more cells are left out: the time of both methods grows with its square."""


@dataclass(frozen=True, slots=True)
class Library:
    """A package that scores pairs of tables, under some of our names; HTML in, 0 to 1 out."""

    package: str
    module: str
    names: tuple[str, ...]
    load: Callable[[], Callable[[str, str], tuple[float, ...]]]

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None


def _score(case: Case) -> Iterator[Score]:
    for library in LIBRARIES:
        if not library.installed:
            why = f"{library.package} is not installed"
            yield from (Score(name, unscored=why) for name in library.names)
            continue
        scored = [_likeness(library, true, read) for true, read in _pairs(case) if _small(true)]
        for name, values in zip(library.names, zip(*scored, strict=True), strict=False):
            yield share(name, sum(values), len(values), "no table is printed")


def _likeness(library: Library, true: Table, read: Table | None) -> tuple[float, ...]:
    """A table that was not found is like nothing."""
    if read is None:
        return (0.0,) * len(library.names)
    return _loaded(library)(html_of(true), html_of(read))


@lru_cache
def _loaded(library: Library) -> Callable[[str, str], tuple[float, ...]]:
    return library.load()


def _small(table: Table) -> bool:
    return len(table.columns) * (len(table.rows) + 1) <= MOST_CELLS


def _pairs(case: Case) -> Iterator[tuple[Table, Table | None]]:
    """Each true table with the table that took up most of its rows."""
    assert case.truth is not None
    assert case.result is not None
    ours = {table.id: table for table in case.result.tables}
    for table in case.truth.tables:
        met = (case.agreement.rows.get(f"{table.id}/{row.id}") for row in table.rows)
        votes = Counter(key.rpartition("/")[0] for key in met if key is not None)
        best = votes.most_common(1)
        yield table, ours[best[0][0]] if best else None


def html_of(table: Table) -> str:
    """The table as HTML of ``td`` only, white space taken out: what both methods compare."""
    heads: dict[int, list[str]] = {}
    for cell in header_cells(table.columns):
        spans = f' colspan="{cell.colspan}" rowspan="{cell.rowspan}"'
        heads.setdefault(cell.row, []).append(f"<td{spans}>{_plain(cell.text)}</td>")
    body = [
        [f"<td>{_plain(row.cells[c.key].text if c.key in row.cells else '')}</td>"
         for c in table.columns]
        for row in table.rows
    ]  # fmt: skip
    rows = "".join(f"<tr>{''.join(line)}</tr>" for line in (*heads.values(), *body))
    return f"<html><body><table>{rows}</table></body></html>"


def _plain(text: str) -> str:
    return escape(narrow(text))


def _load_teds() -> Callable[[str, str], tuple[float, ...]]:
    from table_recognition_metric import TEDS

    whole, structure = TEDS(), TEDS(structure_only=True)
    return lambda true, read: (float(whole(read, true)), float(structure(read, true)))


def _load_grits() -> Callable[[str, str], tuple[float, ...]]:
    from docling_metrics_table import TableMetric, TableMetricHTMLInputSample

    metric = TableMetric(metrics=["GriTS"])

    def likeness(true: str, read: str) -> tuple[float, ...]:
        sample = TableMetricHTMLInputSample(id="table", html_a=true, html_b=read)
        grits: Any = metric.evaluate_sample(sample).grits
        return float(grits.grits_content), float(grits.grits_topology)

    return likeness


LIBRARIES = (
    Library(
        "table-recognition-metric",
        "table_recognition_metric",
        ("outside.teds", "outside.teds_structure"),
        _load_teds,
    ),
    Library(
        "docling-metrics-table",
        "docling_metrics_table",
        ("outside.grits_content", "outside.grits_topology"),
        _load_grits,
    ),
)
OUTSIDE = Measure(MEANINGS, _score, needs=("tables", "truth"))
