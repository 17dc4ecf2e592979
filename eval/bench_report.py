"""How the measurements of :mod:`eval.bench` are told: as a table, as a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.table import Table

from eval.bench_run import RASTER_DPI, TESSERACT_DPI

OURS = "Crossfoot"
_WORDS = 2  # columns of words, before those of figures


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


HEADS = ("pages of", "tool", "s/page", "CPU s/page", "× Crossfoot's CPU", "MiB")


def lines_of(row: dict[str, Any]) -> list[list[str]]:
    """A case as lines of the table, one for each tool."""
    return [
        [
            f"{row['case']}, {row['pages']} pages" if tool == OURS else "",
            tool,
            str(Spread(**row["seconds_per_page"][tool])),
            str(Spread(**row["cpu_seconds_per_page"][tool])),
            "" if tool == OURS else str(Spread(**row["ratio"][tool])),
            f"{row['peak_mib'][tool]:.0f}",
        ]
        for tool in row["seconds_per_page"]
    ]


def table_of(report: dict[str, Any]) -> Table:
    """The measurements as a person reads them."""
    shown = Table(title=f"Median of {report['repeats']} runs (least–greatest)")
    for k, head in enumerate(HEADS):
        shown.add_column(head, justify="left" if k < _WORDS else "right", no_wrap=True)
    for row in report["cases"]:
        for line in lines_of(row):
            shown.add_row(*line)
    return shown


def pace_of(report: dict[str, Any]) -> str:
    """How fast two cores read scans, and what a start costs, as a part of a page."""
    heads = ("pages of", "tool", "s/page", "× Crossfoot's", "together", "apart", "MiB")
    rules = ["---"] * _WORDS + ["---:"] * (len(heads) - _WORDS)
    lines = [
        [
            f"{row['pages_of']}, {row['pages']} pages" if tool == OURS else "",
            tool,
            str(Spread(**seconds)),
            "" if tool == OURS else str(Spread(**row["times"][tool])),
            _together(row["rounds"][tool]),
            f"{median(one['apart'] for one in row['rounds'][tool]):.2f}",
            f"{row['peak_mib'][tool]:.0f}",
        ]
        for row in report["pace"]
        for tool, seconds in row["seconds"].items()
    ]
    second = ", ".join(f"{r['pages_of']} {Spread(**r['second_core'])}" for r in report["pace"])
    start = report["start"]
    return PACE.format(
        rows="\n".join(f"| {' | '.join(line)} |" for line in [list(heads), rules, *lines]),
        second=second,
        **start,
    )


def _together(rounds: Sequence[dict[str, Any]]) -> str:
    """Empty for a tool that is never run so."""
    seconds = [one["together"] for one in rounds if one["together"] is not None]
    return f"{median(seconds):.2f}" if seconds else ""


PACE = """\
Two cores, seconds on the clock with the models loaded; each tool as it is faster: one process
that may use both cores (together), or one on each core, whichever is free taking the next page
(apart). Crossfoot reads the same pages as whole documents, a process on each core.

{rows}

A second worker on a second core makes Crossfoot faster by {second}. From a new process to its
first scanned page {first_page:.1f} s; `crossfoot --help` {help:.2f} s.
"""

PAGE = """\
Taken on {date} by `make bench` on {cores} cores ({processor}, {system}, Python {python};
{parts}).

Median of {repeats} runs (least–greatest), each in a fresh process, the tools in turns on the same
pages. Seconds run from opening the file to the finished answer, with the models loaded before.
Crossfoot gives checked tables; RapidOCR and faster-paddle give the lines of text of each page
rendered at {dpi} dpi, Tesseract (chi_sim and eng) its text at {tesseract_dpi}, PyMuPDF4LLM gives
Markdown, find_tables and pdfplumber give cells without checks. CPU seconds add up the work of all
threads: a busy machine stretches the seconds on the clock, and these much less; the ratios are
theirs, of runs that followed each other. MiB is the peak of resident memory. Not installed, and
so left out: {missing}.

{rows}

{pace}"""


def page_of(report: dict[str, Any]) -> str:
    """The measurements as a part of a page of the documentation."""
    told = report["machine"]
    lines = [line for row in report["cases"] for line in lines_of(row)]
    rules = ["---"] * _WORDS + ["---:"] * (len(HEADS) - _WORDS)
    return PAGE.format(
        **told,
        date=report["date"],
        repeats=report["repeats"],
        parts=", ".join(f"{part} {number}" for part, number in told["versions"].items()),
        missing=", ".join(report["missing"]) or "none",
        dpi=RASTER_DPI,
        tesseract_dpi=TESSERACT_DPI,
        rows="\n".join(f"| {' | '.join(line)} |" for line in [list(HEADS), rules, *lines]),
        pace=pace_of(report),
    )
