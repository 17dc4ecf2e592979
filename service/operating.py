"""The commands of those who run a service: their words, and where each leads.

What a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.batch import Report
    from service.outcomes import FileOutcome
    from service.settings import Settings

NAMES = (
    "serve", "worker", "batch", "doctor", "backup", "restore", "user", "model", "estimate",
)  # fmt: skip


def add_commands(commands: Any) -> None:
    """Adds them to the parser of the command line."""
    serve = commands.add_parser(
        "serve",
        help="run the service: web pages, API, and workers",
        description="Runs the service. Without any configuration it keeps everything in one "
        "folder: SQLite, files, and a private broker.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8000, help="port (default: 8000)")
    serve.add_argument("--no-worker", action="store_true", help="the web alone, without workers")
    commands.add_parser("worker", help="run more workers, here or on other machines")
    _add_batch(commands)
    doctor = commands.add_parser("doctor", help="say whether all is there and whole")
    doctor.add_argument(
        "--strict", action="store_true", help="also check every row and file that is kept"
    )
    model = commands.add_parser("model", help="try the language model of the settings")
    model.add_argument("action", choices=("check",))
    estimate = commands.add_parser(
        "estimate",
        help="say what asking the model about a folder or archive would cost",
        description="Reads the documents without a model, counts the tables that would be asked "
        "about, and says how many tokens and dollars that takes at most.",
    )
    estimate.add_argument("source", type=Path, metavar="FOLDER|ARCHIVE")
    add_llm(estimate)
    backup = commands.add_parser("backup", help="write all rows and files into one TAR")
    backup.add_argument("file", type=Path, metavar="FILE.tar")
    restore = commands.add_parser("restore", help="put a backup into an empty database")
    restore.add_argument("file", type=Path, metavar="FILE.tar")
    user = commands.add_parser("user", help="add a user, or give one a new password")
    user.add_argument("action", choices=("add", "password"))
    user.add_argument("name")
    user.add_argument("--role", choices=("viewer", "reviewer", "admin"), default="reviewer")


def add_llm(command: Any) -> None:
    """Adds the options that say what a language model may be asked about."""
    command.add_argument(
        "--llm",
        choices=("off", "structure", "assist", "always"),
        help="ask the model of CROSSFOOT_MODEL about no table, about the structure of tables in "
        "doubt, also about crops of figures in doubt, or about every table",
    )
    command.add_argument(
        "--confidential", action="store_true", help="send nothing of these documents to a model"
    )


def with_llm(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The settings with what the command line says of the model.

    Raises:
        UsageError: if a model is to be asked and none is named.
    """
    from schemas.errors import UsageError

    if arguments.confidential:
        return settings.model_copy(update={"llm": "off"})
    if arguments.llm is None:
        return settings
    if arguments.llm != "off" and settings.model is None:
        raise UsageError("no model is named: set CROSSFOOT_MODEL_URL and CROSSFOOT_MODEL.")
    return settings.model_copy(update={"llm": arguments.llm})


def _add_batch(commands: Any) -> None:
    batch = commands.add_parser(
        "batch",
        help="read a whole folder or archive, resumed after any interruption",
        description="Reads every document of a folder or archive, each content once. Writes "
        "<name>.json and <name>.xlsx for each and outcomes.csv with a line for every file.",
        epilog="exit codes: 0 all verified (or no table found), 1 something to review, "
        "2 bad usage, 3 some input failed",
    )
    batch.add_argument("source", type=Path, metavar="FOLDER|ARCHIVE")
    batch.add_argument(
        "--out", type=Path, default=Path("results"), metavar="DIR", help="(default: results)"
    )
    batch.add_argument(
        "--jobs", type=_jobs, metavar="N", help="documents at once (default: one for each core)"
    )
    add_llm(batch)
    batch.add_argument("--server", metavar="URL", help="let this running service do the work")
    batch.add_argument(
        "--key-file", type=Path, metavar="FILE", help="file that holds the service's API key"
    )


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; its exit code."""
    from service.settings import read_settings

    settings = read_settings()
    match arguments.command:
        case "serve":
            from service.serve import serve

            return serve(settings, arguments.host, arguments.port, worker=not arguments.no_worker)
        case "worker":
            from service.worker_process import work_until_stopped

            return work_until_stopped(settings)
        case "batch":
            return _batch(settings, arguments)
        case "model":
            from service.model_check import check

            return check(settings)
        case "estimate":
            from service.estimate import estimate

            return estimate(with_llm(settings, arguments), arguments.source)
        case "doctor":
            return _doctor(settings, strict=arguments.strict)
        case "user":
            return _user(settings, arguments)
        case _:
            return _backup(settings, arguments)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _jobs(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 1 and 256")
    return number


def _batch(settings: Settings, arguments: argparse.Namespace) -> int:
    from service.atomic import writable_folder
    from service.batch import OUTCOMES, run_batch
    from service.cages import cores
    from service.plain import file_label
    from service.summary import exit_code

    out = writable_folder(arguments.out)
    with _bars() as report:
        if arguments.server is not None:
            from service.batch_remote import run_remote

            key = _key(arguments.key_file)
            outcomes = run_remote(arguments.source, out, settings, arguments.server, key, report)
        else:
            asked = with_llm(settings, arguments)
            jobs = arguments.jobs or cores()
            outcomes = run_batch(arguments.source, out, asked, jobs, report)
    print(_in_words(outcomes))
    print(file_label(str(out / OUTCOMES)))
    statuses = ["failed" if o.status == "dead" else o.status for o in outcomes]
    return exit_code(statuses)  # type: ignore[arg-type]  # what is no status counts as failed


def _key(path: Path | None) -> str | None:
    from schemas.errors import UsageError

    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"can't read {path}: {error.strerror or error}.") from error


def _in_words(outcomes: Sequence[FileOutcome]) -> str:
    from collections import Counter

    from service.wording import count

    counted = Counter(outcome.status for outcome in outcomes)
    parts = [f"{number} {status}" for status, number in sorted(counted.items())]
    twins = sum(1 for outcome in outcomes if outcome.duplicate_of)
    said = f"{count(len(outcomes), 'file')}: {', '.join(parts) or 'nothing to read'}"
    return said + (f" ({twins} duplicates)" if twins else "")


@contextmanager
def _bars() -> Iterator[Report]:
    """Progress on a terminal; on anything else a line for each file that is done."""
    from service.plain import file_label

    if not sys.stderr.isatty():

        def say(name: str, _done: int, pages: int) -> None:
            if not pages:
                print(f"done: {file_label(name)}", file=sys.stderr, flush=True)

        yield say
        return
    from rich.console import Console

    from service.inputs import Input
    from service.progress import Bars

    with Bars(Console(stderr=True)) as bars:

        def show(name: str, done: int, pages: int) -> None:
            document = Input(Path(name), name)
            if pages:
                bars.page(document, done, pages)
            else:
                bars.finish(document)

        yield show


def _doctor(settings: Settings, *, strict: bool) -> int:
    from service.doctor import examine

    well = True
    for verdict in examine(settings, strict=strict):
        well = well and verdict.well
        print(f"{'ok ' if verdict.well else 'BAD'}  {verdict.name}: {verdict.said}", flush=True)
    return 0 if well else 3


def _user(settings: Settings, arguments: argparse.Namespace) -> int:
    from getpass import getpass

    from schemas.errors import UsageError
    from service.store.database import open_database
    from service.store.people import add_user, change_user
    from service.store.store import Store

    asked = f"Password for {arguments.name}: "
    password = getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    store = Store(open_database(settings.database))
    if arguments.action == "add":
        add_user(store, arguments.name, password, arguments.role, "command line")
    elif not change_user(store, arguments.name, "command line", password=password):
        raise UsageError(f"there is no user {arguments.name}.")
    print(f"{arguments.name}: done")
    return 0


def _backup(settings: Settings, arguments: argparse.Namespace) -> int:
    from service.backup import back_up, restore
    from service.blobs.open import open_blobs
    from service.store.database import open_database
    from service.store.store import Store
    from service.wording import count

    store, blobs = Store(open_database(settings.database)), open_blobs(settings)
    if arguments.command == "backup":
        done = back_up(store, blobs, arguments.file)
        print(f"{count(done, 'document')} → {arguments.file}")
    else:
        done = restore(store, blobs, arguments.file)
        print(f"{count(done, 'document')} restored")
    store.database.close()
    return 0
