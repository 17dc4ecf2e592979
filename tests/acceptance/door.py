"""The door that a user takes: the command line, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from eval.gold import FIGURE_TYPES, figure
from schemas.result import Cell, Result, Row, Table

PROJECT = Path(__file__).resolve().parents[2]
_CROSSFOOT = "import sys; from service.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Run:
    """What ``crossfoot extract`` left: exit code, what it said, the folder of its files."""

    code: int
    out: str
    err: str
    folder: Path

    def result(self, stem: str) -> Result:
        """The result file of the document ``stem``."""
        return Result.model_validate_json((self.folder / f"{stem}.json").read_bytes())


def extract(files: Iterable[Path], folder: Path, *options: str) -> Run:
    """Run ``crossfoot extract`` on ``files`` into ``folder``."""
    arguments = ["extract", *map(str, files), "--out", str(folder), *options]
    done = subprocess.run(
        [sys.executable, "-c", _CROSSFOOT, *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr, folder)


def figure_cells(result: Result) -> Iterator[Cell]:
    """Every cell of the result that holds a figure."""
    for table in result.tables:
        keys = {column.key for column in table.columns if column.type in FIGURE_TYPES}
        for row in table.rows:
            yield from (
                cell
                for key, cell in row.cells.items()
                if key in keys and figure(cell.value) is not None
            )


def figures(result: Result, page: int | None = None) -> Counter[Decimal]:
    """Every figure of the result, on ``page`` or on all pages."""
    return Counter(
        Decimal(cell.value or "") for cell in figure_cells(result) if page in (None, cell.page)
    )


def children(table: Table, row: Row) -> list[Row]:
    """The rows that add into ``row``, in order."""
    return [other for other in table.rows if other.parent == row.id]
