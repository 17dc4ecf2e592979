"""The commands ``crossfoot eval …`` and ``crossfoot gold …``.

The command line finds them by the entry points ``crossfoot.commands``; nothing in the rooms
below imports this one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eval.report.page import Run
    from eval.runs.record import Record

_SUITES = ("quick", "full", "real")
_BASELINE = Path("eval/baseline.json")

Command = Callable[[argparse.Namespace], int]


def run_eval(arguments: Sequence[str]) -> int:
    """``crossfoot eval``: the exit code, 1 where the gate stops a run.

    Raises:
        CrossfootError: where the call asks for something that can't be.
    """
    parser = argparse.ArgumentParser(
        prog="crossfoot eval", description="Measures how right Crossfoot is, in runs that are kept."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_compare(commands)
    _add_report(commands)
    _add_gate(commands)
    _add_baseline(commands)
    _add_engines(commands)
    return _call(parser, arguments)


def run_gold(arguments: Sequence[str]) -> int:
    """``crossfoot gold``: the exit code, 1 where a sum of a gold fails.

    Raises:
        CrossfootError: where the call asks for something that can't be.
    """
    parser = argparse.ArgumentParser(
        prog="crossfoot gold", description="Begins gold files and lets their own sums speak."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    new = _command(commands, "new", _gold_new, "begin a gold file from a document or a result")
    new.add_argument("file", type=Path, metavar="FILE", help="a document, or a result file")
    new.add_argument("--out", type=Path, metavar="GOLD.json", help="default: <stem>.gold.json")
    check = _command(commands, "check", _gold_check, "let the sums of gold files speak")
    check.add_argument("files", nargs="+", type=Path, metavar="GOLD")
    check.add_argument("--all", action="store_true", help="also tables whose sums all hold")
    return _call(parser, arguments)


def _call(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    told = parser.parse_args(arguments)
    command: Command = told.command
    return command(told)


def _command(commands: Any, name: str, command: Command, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(command=command)
    return parser


def _add_run(commands: Any) -> None:
    run = _command(commands, "run", _run, "read and score a suite of documents")
    run.add_argument("--suite", choices=_SUITES, default="quick")
    run.add_argument(
        "--level", action="append", default=[], metavar="LEVEL",
        help="only this level (text, scan, clean, office, fax, ruin); may be given again",
    )  # fmt: skip
    run.add_argument("--engine", default="crossfoot", metavar="NAME",
                     help="what reads; `crossfoot eval engines` lists them")  # fmt: skip
    run.add_argument("--jobs", type=_positive, default=1, metavar="N", help="documents at once")
    run.add_argument("--limit", type=_positive, metavar="N", help="the first N documents only")
    run.add_argument("--fresh", action="store_true", help="throw away an earlier run in --out")
    run.add_argument("--out", type=Path, required=True, metavar="DIR")


def _add_compare(commands: Any) -> None:
    compare = _command(commands, "compare", _compare, "say which cells got better and worse")
    compare.add_argument("before", type=Path, metavar="RUN")
    compare.add_argument("after", type=Path, metavar="RUN")
    compare.add_argument("--out", type=Path, metavar="FILE.html", help="with the ink of each cell")


def _add_report(commands: Any) -> None:
    report = _command(commands, "report", _report, "write a run as one HTML file")
    report.add_argument("run", type=Path, metavar="RUN")
    report.add_argument("--beside", type=Path, action="append", default=[], metavar="RUN",
                        help="another tool's run beside it; may be given again")  # fmt: skip
    report.add_argument("--gallery", type=_positive, metavar="N",
                        help="at most N wrong cells (default: every one)")  # fmt: skip
    report.add_argument("--out", type=Path, metavar="FILE.html", help="default: RUN/report.html")


def _add_gate(commands: Any) -> None:
    gate = _command(commands, "gate", _gate, "exit 1 where a score fell beyond noise")
    gate.add_argument("run", type=Path, metavar="RUN")
    gate.add_argument("--baseline", type=Path, default=_BASELINE, metavar="FILE")


def _add_baseline(commands: Any) -> None:
    words = "write what later runs are held to; several runs of the same code tell the noise"
    baseline = _command(commands, "baseline", _write_baseline, words)
    baseline.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    baseline.add_argument("--out", type=Path, default=_BASELINE, metavar="FILE")


def _add_engines(commands: Any) -> None:
    _command(commands, "engines", _engines, "list what can read, and why the rest can't run here")


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


# -- eval -----------------------------------------------------------------------------------


def _run(told: argparse.Namespace) -> int:
    from rich.console import Console

    from eval.peers.registry import reader
    from eval.report.numbers import HEADLINES, MEANINGS
    from eval.report.numbers import told as words
    from eval.runs.pool import pool
    from eval.runs.run import Plan, run
    from eval.runs.suites import suite

    levels = tuple(told.level)
    plan = Plan(
        suite=suite(told.suite, levels, told.limit),
        reader=reader(told.engine),
        folder=told.out,
        jobs=told.jobs,
        levels=levels,
        limit=told.limit,
        fresh=told.fresh,
    )
    console = Console(stderr=True, highlight=False, markup=False)
    records = run(plan, lambda record, done, of: _progress(console, record, done, of))
    scores = pool(records)
    for name in HEADLINES:
        print(f"{MEANINGS[name].title}: {words(scores.get(name))}")
    print(f"Written to {told.out}; next: crossfoot eval report {told.out}")
    return 0


def _progress(console: Any, record: Record, done: int, of: int) -> None:
    wrong = len(record.cells)
    said = record.failure or f"{wrong} figures not right, {record.review} cells to look at"
    console.print(f"{done}/{of} {record.name}: {said}, {record.seconds:.1f} s", soft_wrap=True)


def _compare(told: argparse.Namespace) -> int:
    from eval.report.page import comparison_report
    from eval.runs.compare import compare
    from eval.runs.record import write_whole

    before, after = _read(told.before), _read(told.after)
    comparison = compare(before.records, after.records)
    for change in comparison.changes:
        print(change)
    counts = [f"{comparison.count(turn)} {turn}" for turn in ("worse", "better", "other")]
    print(f"{len(comparison.shared)} documents in both: {', '.join(counts)}")
    for names, words in ((comparison.only_before, "before"), (comparison.only_after, "after")):
        if names:
            print(f"only {words}: {len(names)} documents, {names[0]} first")
    if told.out:
        write_whole(told.out, comparison_report(comparison, before, after).encode())
        print(f"Written to {told.out}")
    return 0


def _report(told: argparse.Namespace) -> int:
    from eval.report.page import report
    from eval.runs.record import write_whole

    run = _read(told.run)
    beside = [_read(folder) for folder in told.beside]
    out: Path = told.out or told.run / "report.html"
    write_whole(out, report(run, beside, told.gallery).encode())
    print(f"Written to {out}")
    return 0


def _gate(told: argparse.Namespace) -> int:
    from eval.runs.gate import falls, read_baseline

    kept = read_baseline(told.baseline)
    found = falls(_read(told.run).records, kept)
    for fall in found:
        print(fall)
    if found:
        print(f"{len(found)} scores fell beyond noise: the gate is shut.", file=sys.stderr)
        return 1
    print(f"Nothing fell beyond noise against {(kept.commit or 'an unknown commit')[:12]}.")
    return 0


def _write_baseline(told: argparse.Namespace) -> int:
    from eval.runs.gate import baseline
    from eval.runs.record import write_whole

    runs = [_read(folder) for folder in told.runs]
    first = runs[0].manifest
    made = baseline([run.records for run in runs], first.suite, first.commit)
    write_whole(told.out, (made.model_dump_json(indent=1) + "\n").encode())
    print(f"Written to {told.out}")
    return 0


def _engines(_told: argparse.Namespace) -> int:
    from eval.peers.registry import readers

    for one in readers():
        why = one.missing()
        version = one.settings().get("version") or one.settings().get("ocr", "")
        print(f"{one.name:22}{version if why is None else f'not here: {why}'}")
    return 0


def _read(folder: Path) -> Run:
    from eval.report.page import Run
    from eval.runs.record import load
    from eval.runs.run import read_manifest

    return Run(folder, read_manifest(folder), tuple(load(folder)))


# -- gold -----------------------------------------------------------------------------------


def _gold_new(told: argparse.Namespace) -> int:
    from eval.gold_new import begin_gold, doubtful_places
    from eval.runs.record import write_whole
    from eval.truth import gold_json
    from schemas.errors import UsageError
    from worker.extract import extract

    out: Path = told.out or Path(f"{told.file.stem}.gold.json")
    if out.exists():
        raise UsageError(f"{out} is there already: give another file with --out.")
    begun = begin_gold(told.file, extract)
    write_whole(out, gold_json(begun.gold).encode())
    for place in doubtful_places(begun.read):
        print(place)
    print(f"Written to {out}. Compare every figure with the page, then: crossfoot gold check {out}")
    return 0


def _gold_check(told: argparse.Namespace) -> int:
    from eval.gold_check import check_gold
    from eval.gold_new import slips_in

    bad = 0
    for path in told.files:
        print(path.name)
        for said in check_gold([path]):
            if said.failing or told.all:
                print(f"  {said}")
            for sentence in said.failing:
                print(f"    {sentence}")
            bad += len(said.failing)
        for slip in slips_in(path):
            print(f"    {slip}")
            bad += 1
    words = "Every sum of the gold holds." if not bad else f"{bad} places to look at on the page."
    print(words)
    return 1 if bad else 0
