"""``crossfoot export`` and ``crossfoot query``: many results as tables for other programs."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError

if TYPE_CHECKING:
    from schemas.result import Result
    from service.duck import Answer
    from service.export.tidy import Tidy

FORMATS = ("csv", "parquet", "xlsx", "duckdb")
_ENDINGS = {"xlsx": ".xlsx", "duckdb": ".duckdb"}


def add_export(commands: Any) -> None:
    command = commands.add_parser(
        "export",
        help="write many results as tidy tables: figures, checks, indicators",
        description="Writes all figures, checks and indicators of the results as long tables.",
    )
    command.add_argument(
        "results", nargs="+", type=Path, metavar="RESULT", help="result file, or folder of them"
    )
    command.add_argument("--format", choices=FORMATS, required=True, help="how to write them")
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PATH",
        help="folder for csv and parquet, file for xlsx and duckdb",
    )


def add_query(commands: Any) -> None:
    command = commands.add_parser(
        "query",
        help="ask a folder of results in SQL",
        description="Answers a SQL query over the tables documents, figures, checks and "
        "indicators of all results in a folder. Nothing but these can be read.",
    )
    command.add_argument("sql", metavar="SQL", help='such as "select * from figures limit 5"')
    command.add_argument("results", nargs="+", type=Path, metavar="RESULTS")
    how = command.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help="print the answer as CSV")
    how.add_argument("--json", action="store_true", help="print the answer as JSON lines")


def export(arguments: argparse.Namespace) -> int:
    from service.plain import file_label
    from service.wording import count

    tables, out = _tables(arguments.results), arguments.out
    try:
        files = _written(tables, arguments.format, out)
    except OSError as error:
        raise UsageError(f"can't write to {out}: {error.strerror or error}.") from error
    said = ", ".join(count(len(table.lines), table.name.removesuffix("s")) for table in tables)
    print(f"{said} → {', '.join(file_label(str(path)) for path in files)}")
    return 0


def _written(tables: tuple[Tidy, ...], form: str, out: Path) -> tuple[Path, ...]:
    from service.atomic import writable_folder, write_whole
    from service.export.tidy_files import tidy_csv, tidy_workbook

    if form in _ENDINGS:
        if out.is_dir():
            raise UsageError(f"{out} is a folder: name a file, such as {out}/all{_ENDINGS[form]}.")
        writable_folder(out.parent)
        if form == "xlsx":
            write_whole(out, tidy_workbook(tables))
            return (out,)
        from service.duck import write_database

        return (write_database(tables, out),)
    folder = writable_folder(out)
    if form == "parquet":
        from service.duck import write_parquet

        return write_parquet(tables, folder)
    for table in tables:
        write_whole(folder / f"{table.name}.csv", tidy_csv(table))
    return tuple(folder / f"{table.name}.csv" for table in tables)


def query(arguments: argparse.Namespace) -> int:
    from service.duck import ask

    answer = ask(_tables(arguments.results), arguments.sql)
    if arguments.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows([_shown(value) for value in row] for row in answer.rows)
    elif arguments.json:
        for row in answer.rows:
            named = dict(zip(answer.columns, row, strict=True))
            print(json.dumps(named, ensure_ascii=False, default=_shown))
    else:
        _print_grid(answer)
    return 0


def _shown(value: object) -> str:
    """The value as text; a decimal without the zeros that only its type adds."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value)


def _print_grid(answer: Answer) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from service.plain import one_line
    from service.wording import count

    grid = Table(box=box.SIMPLE_HEAD)
    for name in answer.columns:
        grid.add_column(Text(one_line(name)), overflow="fold")
    for row in answer.rows:
        grid.add_row(*(Text(one_line(_shown(value))) for value in row))
    console = Console(markup=False, highlight=False)
    console.print(grid)
    console.print(count(len(answer.rows), "row"))


def _tables(paths: Sequence[Path]) -> tuple[Tidy, ...]:
    from service.export.tidy import tidy

    files = list(dict.fromkeys(file for path in paths for file in result_files(path)))
    return tidy(_each_once([(file, _load(file)) for file in files]))


def _load(path: Path) -> Result:
    from service.result_file import load_result

    return load_result(path)


def result_files(path: Path) -> Iterator[Path]:
    """The result files at ``path``: itself, or those anywhere in the folder, in order.

    Raises:
        UsageError: if there is none.
    """
    if not path.is_dir():
        yield path
        return
    from service.result_file import holds_result

    found = [file for file in sorted(path.rglob("*.json")) if holds_result(file)]
    if not found:
        raise UsageError(f"no result file in {path}: `crossfoot extract` writes them.")
    yield from found


def _each_once(held: Sequence[tuple[Path, Result]]) -> list[Result]:
    """Results of different files; a second one of the same file is left out, and said so."""
    seen: dict[str, Path] = {}
    kept: list[Result] = []
    for path, result in held:
        digest = result.document.sha256
        if digest and digest in seen:
            print(
                f"note: {path} is of the same file as {seen[digest]}, and is left out.",
                file=sys.stderr,
            )
            continue
        seen[digest] = path
        kept.append(result)
    return kept
