"""How the measurements of :mod:`eval.bench` are told: as a table, as a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.table import Table

from eval.bench_run import RASTER_DPI, TOOLS


@dataclass(frozen=True, slots=True)
class Spread:
    """A median between the least and the greatest of a few runs."""

    low: float
    middle: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        return Spread(min(values), median(values), max(values))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}–{self.high:.2f})"


HEADS = (
    "pages of",
    "pages",
    "s/page",
    "RapidOCR",
    "ratio",
    "CPU s/page",
    "RapidOCR",
    "ratio",
    "MiB",
    "RapidOCR",
)


def line(row: dict[str, Any]) -> list[str]:
    """A case as a line of the table."""
    spreads = [
        str(Spread(**row[figure][of]))
        for figure in ("seconds_per_page", "cpu_seconds_per_page")
        for of in (*TOOLS, "ratio")
    ]
    peaks = [f"{row['peak_mib'][tool]:.0f}" for tool in TOOLS]
    return [row["case"], str(row["pages"]), *spreads, *peaks]


def table_of(report: dict[str, Any]) -> Table:
    """The measurements as a person reads them."""
    shown = Table(title=f"Median of {report['repeats']} runs (least–greatest)")
    for head in HEADS:
        shown.add_column(head, justify="left" if head == HEADS[0] else "right", no_wrap=True)
    for row in report["cases"]:
        shown.add_row(*line(row))
    return shown


PAGE = """\
# What a page costs

Taken on {date} by `make bench` on {cores} cores ({processor}, {system}, Python {python};
{parts}).

Median of {repeats} runs (least–greatest), each in a fresh process, the two tools in turns on the
same pages. Seconds run from opening the file to the finished answer, with the models loaded
before. Crossfoot gives checked tables; RapidOCR alone gives the lines of text of each page
rendered at {dpi} dpi. The ratios are Crossfoot / RapidOCR of runs that followed each other. CPU
seconds add up the work of all threads: a busy machine stretches the seconds on the clock, and
these hardly. MiB is the peak of resident memory.

{rows}
"""


def page_of(report: dict[str, Any]) -> str:
    """The measurements as a page of the documentation."""
    told = report["machine"]
    rows = [list(HEADS), ["---", *["---:"] * (len(HEADS) - 1)], *map(line, report["cases"])]
    return PAGE.format(
        **told,
        date=report["date"],
        repeats=report["repeats"],
        parts=", ".join(f"{part} {number}" for part, number in told["versions"].items()),
        dpi=RASTER_DPI,
        rows="\n".join(f"| {' | '.join(row)} |" for row in rows),
    )
