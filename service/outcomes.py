"""``outcomes.csv``: what became of every input file of a batch, one line for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from service.export.formula_guard import neutral
from service.plain import one_line

UNREAD = "failed"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A line. ``status`` is the document's; ``failed`` where the file was no document.

    ``duplicate_of`` names the first file of the same content, which alone was read.
    """

    name: str
    sha256: str
    status: str
    tables: int
    figures: int
    checks_passed: int
    checks_rounding: int
    checks_failed: int
    cells_to_review: int
    seconds: float
    category: str
    reason: str
    duplicate_of: str = ""


COLUMNS = tuple(field.name for field in fields(FileOutcome))


def outcomes_csv(outcomes: Iterable[FileOutcome]) -> bytes:
    """UTF-8 with a byte order mark; names that would be formulas get an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for outcome in outcomes:
        writer.writerow(
            neutral(one_line(value)) if isinstance(value, str) else value
            for value in astuple(outcome)
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
