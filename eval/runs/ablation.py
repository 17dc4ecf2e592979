"""What each part of the reading brings: the same scans with parts of it left out.

    python -m eval.runs.ablation --level fax --first 0 --documents 12

reads made documents with the recogniser of text alone and with the reader of figures beside it,
and decides each with less and less of what was seen of the ink: the first reading alone (what
else it may be is left to the prior over slips, or to one that finds all slips alike), the
candidates that the recogniser named, all that was seen (any figure that a sum asks for is weighed
on the ink), and that with a second reading of what stays in doubt. Printed are, for each level
and way, the figures right as read at first and as told in the end, those wrong in silence, and
the cells to look at for 100 figures.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from string import digits
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from eval.agreement import compare
from eval.levels import LEVELS
from eval.runs.by_sums import first_reading
from eval.runs.documents import Document, Prepared, prepare
from schemas.page import PageText, Token
from schemas.result import Result
from worker.assemble import put_together
from worker.decoding.confusions import Confusions, in_use
from worker.extract import document_info
from worker.figure_reader import shared_figure_reader
from worker.ocr import shared_engine
from worker.pages import second_reader
from worker.pdf import Document as OpenDocument
from worker.pdf import open_document
from worker.scan import read_scan

Seen = Literal[
    "first reading, all slips alike", "first reading", "candidates", "open", "open, second reading"
]
SEEN: tuple[Seen, ...] = get_args(Seen)
ALIKE = 5.0
"""Nats of any slip where none is likelier than another: one of 150 in a figure of seven signs."""


@dataclass(frozen=True, slots=True)
class Way:
    """Whether figures have a reader of their own, and what is kept of the ink."""

    figures: bool
    seen: Seen

    @property
    def name(self) -> str:
        return f"{'reader of figures' if self.figures else 'recogniser alone'} | {self.seen}"


def counted(level: str, seeds: Sequence[int]) -> dict[Way, Counter[str]]:
    """Figures printed, right at first, right in the end, silent, and looks, for each way."""
    found: dict[Way, Counter[str]] = {}
    with TemporaryDirectory() as folder:
        for seed in seeds:
            made = prepare(Document("made", level, seed), Path(folder))
            for way, result in _results(made):
                found.setdefault(way, Counter()).update(_scores(result, made))
    return found


def _results(made: Prepared) -> Iterator[tuple[Way, Result]]:
    with open_document(made.path) as document:
        for figures in (False, True):
            pages = tuple(_pages(document, figures))
            info = document_info(made.path.name, made.digest, pages)
            for seen in SEEN:
                kept = tuple(_with(page, seen) for page in pages)
                # A second reading is made by the reader of figures: it has no part without it.
                if seen == "first reading, all slips alike":
                    with in_use(_alike()):
                        yield Way(figures, seen), put_together(kept, info).result
                elif seen != "open, second reading":
                    yield Way(figures, seen), put_together(kept, info).result
                elif figures:
                    again = second_reader(document, kept)
                    yield Way(figures, seen), put_together(kept, info, again).result


def _pages(document: OpenDocument, figures: bool) -> Iterator[PageText]:
    own = shared_figure_reader() if figures else None
    for index in range(document.page_count):
        size = document.page_size(index)
        yield read_scan(document.scan(index), index + 1, *size, shared_engine(), own)


def _with(page: PageText, seen: Seen) -> PageText:
    return replace(page, tokens=tuple(_kept(token, seen) for token in page.tokens))


def _kept(token: Token, seen: Seen) -> Token:
    match seen:
        case "first reading" | "first reading, all slips alike":
            return replace(token, readings=(), posteriors=())
        case "candidates":
            return replace(token, posteriors=())
        case _:
            return token


def _alike() -> Confusions:
    """A prior to which each slip is as likely as any other."""
    taken = {one + other: ALIKE for one, other in permutations(digits, 2)}
    signs = dict.fromkeys(f"{digits}.-", ALIKE)
    return Confusions(taken, signs, signs, ALIKE)


def _scores(result: Result, made: Prepared) -> Counter[str]:
    agreement = compare(result, made.gold)
    exact = agreement.count("exact")
    cells = (c for t in result.tables for r in t.rows for c in r.cells.values())
    mended = sum(c.verdict == "repaired" and first_reading(c) != c.value for c in cells)
    printed = exact + agreement.count("wrong") + agreement.count("missing")
    return Counter(
        printed=printed, first=exact - mended, exact=exact, silent=len(agreement.silent),
        looks=len(result.review),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--level", choices=sorted(LEVELS), action="append", default=[])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--documents", type=int, default=12)
    given = parser.parse_args()
    print("| level | read by | kept of the ink | figures | right at first | told right "
          "| wrong in silence | looks per 100 |")  # fmt: skip
    print("|---|---|---|---:|---:|---:|---:|---:|")
    seeds = range(given.first, given.first + given.documents)
    for level in given.level or ["office", "fax", "ruin"]:
        for way, n in counted(level, seeds).items():
            first, exact = (n[k] / n["printed"] for k in ("first", "exact"))
            looks = 100 * n["looks"] / n["printed"]
            print(f"| `{level}` | {way.name} | {n['printed']:,} | {first:.2%} | {exact:.2%} "
                  f"| {n['silent']} | {looks:.1f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
