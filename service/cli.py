"""The command line: ``crossfoot extract``, ``show``, ``overlay``, ``export``, ``query``, guests.

What a command needs is imported when it runs, so that ``crossfoot --help`` answers at once.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from schemas.errors import CrossfootError, InputError, UsageError
from service import operating

if TYPE_CHECKING:
    from service.extraction import Extract, Outcome
    from service.guests import Guest
    from service.inputs import Inputs
    from service.progress import Silent

_BAD_USAGE, _FAILED, _STOPPED, _TERMINATED = 2, 3, 130, 143

_EXIT_CODES = """\
exit codes: 0 all verified (or no table found), 1 something to review, 2 bad usage,
3 some input failed, 130 stopped by Ctrl-C"""


def main(argv: Sequence[str] | None = None, *, extract: Extract | None = None) -> int:
    """Runs the command line; the exit code.

    ``extract`` reads the documents, in a cage where none is given.
    """
    _survive_narrow_encodings()
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        if (command := _guest(words)) is not None:
            with _ended_by_sigterm():
                return command(words[1:])
        arguments = _parser().parse_args(words)
        if arguments.debug:
            logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
        with _ended_by_sigterm():
            return _run(arguments, extract)
    except (UsageError, InputError) as error:
        print(f"crossfoot: {error.message}", file=sys.stderr)
        return _BAD_USAGE if isinstance(error, UsageError) else _FAILED
    except CrossfootError as error:
        print(f"crossfoot: {error.message}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print("crossfoot: stopped; every file written is whole.", file=sys.stderr)
        return _STOPPED
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED


_OWN = ("extract", "show", "overlay", "export", "query", "forms", *operating.NAMES)


def _guest(words: Sequence[str]) -> Guest | None:
    """The command of another room that the first word names, None where it is our own."""
    if not words or words[0] in _OWN or words[0].startswith("-"):
        return None
    from service.guests import guest

    return guest(words[0])


def _run(arguments: argparse.Namespace, extract: Extract | None) -> int:
    match arguments.command:
        case "extract":
            return _extract(arguments, extract)
        case "show":
            return _show(arguments)
        case "export":
            from service.export_command import export

            return export(arguments)
        case "query":
            from service.export_command import query

            return query(arguments)
        case "overlay":
            return _overlay(arguments)
        case "forms":
            from service.forms_command import forms

            return forms(arguments)
        case _:
            return operating.run(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crossfoot",
        description="Reads tables off scanned budgets and proves what it read by their sums.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    parser.add_argument("--debug", action="store_true", help="say on stderr what goes on inside")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_extract(commands)
    _add_show(commands)
    _add_overlay(commands)
    _add_forms(commands)
    _add_tidy(commands)
    operating.add_commands(commands)
    _add_guests(commands)
    return parser


def _add_extract(commands: Any) -> None:
    command = commands.add_parser(
        "extract",
        help="read tables off documents into JSON and Excel files",
        description="Reads the tables of each document into <stem>.json and <stem>.xlsx.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="PDF, PNG, JPEG or TIFF file, or a folder that holds such files",
    )
    command.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="folder for the results (default: results)",
    )
    command.add_argument("--csv", action="store_true", help="also write <stem>.<table>.csv")
    command.add_argument(
        "--json", action="store_true", help="print a summary for programs, and nothing else"
    )
    command.add_argument(
        "--jobs",
        type=_positive,
        default=1,
        metavar="N",
        help="documents at once (default: 1, its pages on all cores)",
    )
    operating.add_llm(command)


def _add_show(commands: Any) -> None:
    command = commands.add_parser("show", help="print a result's tables as trees")
    command.add_argument("result", type=Path, metavar="RESULT.json")
    command.add_argument("--table", metavar="ID", help="only this table, such as t1")
    command.add_argument(
        "--width", type=_positive, metavar="N", help="columns to print in (default: the terminal's)"
    )


def _add_overlay(commands: Any) -> None:
    command = commands.add_parser(
        "overlay", help="draw boxes and verdicts on the pages, as PNG files"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the document that was extracted")
    command.add_argument("result", type=Path, metavar="RESULT.json")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument(
        "--dpi", type=_dpi, default=110, metavar="N", help="dots per inch, 20 to 600 (default: 110)"
    )


def _add_tidy(commands: Any) -> None:
    from service.export_command import add_export, add_query

    add_export(commands)
    add_query(commands)


def _add_forms(commands: Any) -> None:
    command = commands.add_parser("forms", help="list the official forms that are known")
    command.add_argument("form", nargs="?", metavar="KEY", help="describe only this form")


def _add_guests(commands: Any) -> None:
    """Lists what other rooms bring; their words never come to this parser."""
    from service.guests import guest_names

    for name in guest_names():
        commands.add_parser(name, help=f"see crossfoot {name} --help")


class _Version(argparse.Action):
    """Prints the version; looks it up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from service.version import crossfoot_version

        print(f"crossfoot {crossfoot_version()}")
        parser.exit()


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def _dpi(text: str) -> int:
    number = _positive(text)
    if not 20 <= number <= 600:
        raise argparse.ArgumentTypeError(f"{text} is not between 20 and 600")
    return number


def _extract(arguments: argparse.Namespace, extract: Extract | None) -> int:
    from service.atomic import writable_folder
    from service.inputs import find_inputs
    from service.summary import exit_code
    from worker.pdf import SUFFIXES

    start = time.monotonic()
    inputs = find_inputs(arguments.files, SUFFIXES)
    out = writable_folder(arguments.out)
    _spare_inputs(inputs, out)
    outcomes: list[Outcome] = []
    with (
        _bars(quiet=arguments.json) as bars,
        closing(_outcomes(inputs, out, arguments, extract, bars)) as coming,
    ):
        for outcome in coming:
            outcomes.append(outcome)
            bars.finish(outcome.input)
            if not arguments.json:
                with bars.aside():
                    _print_outcome(outcome)
    code = exit_code(outcome.status for outcome in outcomes)
    if arguments.json:
        print(_json_summary(inputs, outcomes, code, time.monotonic() - start))
    else:
        for note in inputs.notes:
            print(f"note: {note}", file=sys.stderr)
    return code


def _spare_inputs(inputs: Inputs, out: Path) -> None:
    """Refuses to write a result over one of the files to read."""
    files = {document.path.resolve() for document in inputs.documents}
    for document in inputs.documents:
        for ending in (".json", ".xlsx"):
            if (out / f"{document.stem}{ending}").resolve() in files:
                raise UsageError(
                    f"the result would be written over {document.path}: "
                    "give another folder with --out."
                )


def _outcomes(
    inputs: Inputs,
    out: Path,
    arguments: argparse.Namespace,
    extract: Extract | None,
    bars: Silent,
) -> Generator[Outcome]:
    from service.extraction import extract_input

    at_once = min(arguments.jobs, len(inputs.documents))
    reader = extract or _caged_extract(arguments, at_once)
    if at_once > 1:
        from service.pool import extract_many

        yield from extract_many(
            inputs.documents, out, reader, csv=arguments.csv, jobs=arguments.jobs, bars=bars
        )
        return
    for document in inputs.documents:

        def report(done: int, pages: int, document: Any = document) -> None:
            bars.page(document, done, pages)

        report(0, 0)
        yield extract_input(document, out, reader, csv=arguments.csv, progress=report)


def _caged_extract(arguments: argparse.Namespace, at_once: int) -> Extract:
    from service.caged_extract import CagedExtract
    from service.cages import cores
    from service.settings import read_settings

    settings = operating.with_llm(read_settings(), arguments)
    return CagedExtract(settings, readers=max(cores() // max(at_once, 1), 1))


@contextmanager
def _bars(*, quiet: bool) -> Iterator[Silent]:
    from service.progress import Bars, Silent

    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console

    with Bars(Console(stderr=True)) as bars:
        yield bars


def _print_outcome(outcome: Outcome) -> None:
    from service.plain import file_label, one_line
    from service.summary import summarise
    from service.wording import count, warning_in_words

    result, name = outcome.result, file_label(str(outcome.input.path))
    if outcome.trouble is not None:
        message = one_line(outcome.trouble.message)
        print(f"{name}: failed ({outcome.trouble.category}): {message}", file=sys.stderr)
    if result.status != "failed":
        said = f"{count(result.document.pages, 'page')}, {_VERDICT_WORDS[result.status]}"
        print(f"{name}: {said}{_files_in_words(outcome)}")
    for table in result.tables:
        print(f"  {summarise(table, result).line()}")
    for warning in result.warnings:
        print(f"  warning: {warning_in_words(warning)}")
    sys.stdout.flush()


def _files_in_words(outcome: Outcome) -> str:
    """`` → out/a.json, a.xlsx and 3 CSV files``; empty where nothing was written."""
    from service.plain import file_label
    from service.wording import count

    if not outcome.files:
        return ""
    first, *others = outcome.files
    tables = [path for path in others if path.suffix == ".csv"]
    words = [file_label(str(first))]
    words += [file_label(path.name) for path in others if path.suffix != ".csv"]
    return f" → {', '.join(words)}" + (f" and {count(len(tables), 'CSV file')}" if tables else "")


_VERDICT_WORDS = {
    "verified": "verified",
    "review": "to review",
    "empty": "no budget table found",
    "failed": "failed",
}


def _json_summary(inputs: Inputs, outcomes: Sequence[Outcome], code: int, seconds: float) -> str:
    from service.version import crossfoot_version

    order = {document.stem: n for n, document in enumerate(inputs.documents)}
    summary = {
        "schema_version": "1",
        "crossfoot": crossfoot_version(),
        "exit_code": code,
        "seconds": round(seconds, 3),
        "documents": [
            outcome.as_json() for outcome in sorted(outcomes, key=lambda o: order[o.input.stem])
        ],
        "notes": list(inputs.notes),
    }
    return json.dumps(summary, ensure_ascii=False, indent=1)


def _show(arguments: argparse.Namespace) -> int:
    import shutil

    from rich.console import Console

    from service.result_file import load_result
    from service.show import show

    result = load_result(arguments.result)
    width = arguments.width or shutil.get_terminal_size((120, 24)).columns
    show(result, Console(width=width, markup=False, highlight=False), arguments.table)
    return 0


def _overlay(arguments: argparse.Namespace) -> int:
    from service.atomic import writable_folder, write_whole
    from service.overlay import overlays, pages_found, require_same_file
    from service.plain import file_label
    from service.result_file import load_result

    result = load_result(arguments.result)
    require_same_file(arguments.file, result)
    if not pages_found(result):
        raise UsageError(f"{arguments.result} holds no table: there is nothing to draw.")
    out = writable_folder(arguments.out)
    for page, png in overlays(arguments.file, result, arguments.dpi):
        path = out / f"{arguments.file.stem}-p{page:03d}.png"
        write_whole(path, png)
        print(file_label(str(path)))
    return 0


def _survive_narrow_encodings() -> None:
    """Lets a terminal that lacks a character show ``?`` instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Makes SIGTERM end the program the orderly way, so that no part of a file is left."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(_TERMINATED)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread, where signals can't be taken
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
