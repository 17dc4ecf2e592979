"""What came of a table and of a document, in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.result import CheckStatus, Result, Status, Table
from service.plain import one_line
from service.printed import is_figure_column
from service.wording import count, pages_in_words


@dataclass(frozen=True, slots=True)
class TableSummary:
    """``figures`` counts the printed figures, ``review`` the cells that a person must see."""

    id: str
    form: str
    title: str | None
    pages: tuple[int, ...]
    rows: int
    figures: int
    checks: dict[CheckStatus, int]
    review: int

    def line(self) -> str:
        """The table in one line for the terminal."""
        parts = [
            f"{self.id} {self.form}",
            one_line(self.title or "") or "(no title printed)",
            pages_in_words(self.pages),
            count(self.rows, "row"),
            count(self.figures, "figure"),
            self._checks(),
            f"{self.review} to review",
        ]
        return "  ".join(parts)

    def _checks(self) -> str:
        if not sum(self.checks.values()):
            return "no checks"
        said = f"checks {self.checks['pass']} passed, {self.checks['rounding']} rounding"
        said += f", {self.checks['fail']} failed"
        idle = self.checks["not_applicable"]
        return said + (f", {idle} not applicable" if idle else "")

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "form": self.form,
            "title": self.title,
            "pages": list(self.pages),
            "rows": self.rows,
            "figures": self.figures,
            "checks": dict(self.checks),
            "review": self.review,
        }


def summarise(table: Table, result: Result) -> TableSummary:
    keys = {column.key for column in table.columns if is_figure_column(column)}
    statuses: tuple[CheckStatus, ...] = ("pass", "rounding", "fail", "not_applicable")
    return TableSummary(
        id=table.id,
        form=table.form,
        title=table.title,
        pages=table.pages,
        rows=len(table.rows),
        figures=sum(
            key in keys and cell.value is not None
            for row in table.rows
            for key, cell in row.cells.items()
        ),
        checks={s: sum(check.status == s for check in table.checks) for s in statuses},
        review=len({(i.row, i.column) for i in result.review if i.table == table.id}),
    )


VERIFIED, TO_REVIEW, BAD_USAGE, FAILED, STOPPED = 0, 1, 2, 3, 130
_EXIT: dict[Status, int] = {"verified": VERIFIED, "empty": VERIFIED, "review": TO_REVIEW}


def exit_code(statuses: Iterable[Status]) -> int:
    """0 where all is verified (or no table was there), 1 something to review, 3 a failure."""
    return max((_EXIT.get(status, FAILED) for status in statuses), default=VERIFIED)
