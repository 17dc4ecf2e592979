"""``crossfoot batch``: a folder or an archive, each content read once, resumed after anything.

What is done stands in a journal in the output folder, a line for each content, written after
its files. A run that was interrupted goes on where the journal ends; a newer Crossfoot reads
everything anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from schemas.result import Result
from service.atomic import write_whole
from service.batch_files import BatchFile, batch_files
from service.caged import read_caged
from service.cages import Cages
from service.model import consultant
from service.outcomes import UNREAD, FileOutcome, outcomes_csv
from service.packing import safe_stem
from service.result_file import result_bytes
from service.settings import Settings
from service.store.results import finding
from service.version import crossfoot_version
from worker.llm.consult import Consultation

JOURNAL = ".crossfoot-batch.jsonl"
OUTCOMES = "outcomes.csv"

Report = Callable[[str, int, int], None]
"""Called with (name of a file, pages done, pages in all); 0 of 0 when it is done."""


@dataclass(frozen=True, slots=True)
class Done:
    """A content that was read: the stem of its files and what is said of it."""

    stem: str
    outcome: FileOutcome


def run_batch(
    source: Path, out: Path, settings: Settings, jobs: int, report: Report
) -> tuple[FileOutcome, ...]:
    """Reads what is not done yet; an outcome for every file, in order of name.

    Writes ``<stem>.json`` and ``<stem>.xlsx`` for each content and ``outcomes.csv``.

    Raises:
        UsageError: if ``source`` is no folder and no archive.
    """
    with batch_files(source, out, settings) as files:
        journal = Journal(out / JOURNAL)
        done = journal.done(out)
        wanted = _to_read(files, done)
        stems = _stems(wanted, {held.stem for held in done.values()})
        try:
            for sha256, held in _read_all(wanted, stems, out, settings, jobs, report):
                journal.add(sha256, held)
                done[sha256] = held
        finally:
            outcomes = tuple(_outcomes(files, done))
            write_whole(out / OUTCOMES, outcomes_csv(outcomes))
    return outcomes


class Journal:
    """Lines of JSON; the last may be cut off, and is then read again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def done(self, out: Path) -> dict[str, Done]:
        """Hash → what this version of Crossfoot has read and whose files are still there."""
        found: dict[str, Done] = {}
        if not self._path.exists():
            return found
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
                held = Done(said["stem"], FileOutcome(**said["outcome"]))
            except (ValueError, KeyError, TypeError):
                continue
            if (
                said.get("crossfoot") == crossfoot_version()
                and (out / f"{held.stem}.json").exists()
            ):
                found[held.outcome.sha256] = held
        return found

    def add(self, sha256: str, held: Done) -> None:
        line = {
            "crossfoot": crossfoot_version(),
            "sha256": sha256,
            "stem": held.stem,
            "outcome": asdict(held.outcome),
        }
        with self._path.open("a", encoding="utf-8") as file:
            # The line before may have been cut off: an empty line parts this one from it.
            file.write("\n" + json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _to_read(files: Sequence[BatchFile], done: Mapping[str, Done]) -> list[BatchFile]:
    """The first file of each content that is not done."""
    first: dict[str, BatchFile] = {}
    for file in files:
        if file.is_document and file.sha256 not in done:
            first.setdefault(file.sha256, file)
    return list(first.values())


def _stems(files: Sequence[BatchFile], taken: set[str]) -> dict[str, str]:
    used, stems = {stem.casefold() for stem in taken}, {}
    for file in files:
        plain = stem = safe_stem(file.name)
        number = 1
        while stem.casefold() in used:
            number += 1
            stem = f"{plain}-{number}"
        used.add(stem.casefold())
        stems[file.sha256] = stem
    return stems


def _read_all(
    files: Sequence[BatchFile],
    stems: Mapping[str, str],
    out: Path,
    settings: Settings,
    jobs: int,
    report: Report,
) -> Iterator[tuple[str, Done]]:
    """Each content as it is done, ``jobs`` at once, each in a cage; those left free help."""
    asks = consultant(settings) if files else None
    batch = hashlib.sha256(str(out.resolve()).encode()).hexdigest()[:32]
    cages = Cages(settings, jobs, due=len(files))

    def read(file: BatchFile) -> tuple[str, Done]:
        seconds = settings.assemble_seconds / 2
        asked = asks.about(file.sha256, batch=batch, seconds=seconds) if asks else None
        stem = stems[file.sha256]
        return file.sha256, _read_one(file, stem, out, cages, settings, report, asked)

    pool = ThreadPoolExecutor(jobs)
    try:
        for future in as_completed([pool.submit(read, file) for file in files]):
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        cages.close()
        pool.shutdown(wait=True)


def _read_one(
    file: BatchFile,
    stem: str,
    out: Path,
    cages: Cages,
    settings: Settings,
    report: Report,
    asked: Consultation | None,
) -> Done:
    if file.path is None:
        raise ValueError(f"{file.name} lies nowhere")

    def progress(done: int, pages: int) -> None:
        report(file.name, done, pages)

    with cages.one() as cage:
        result = read_caged(
            file.path, file.name, file.sha256, cage, settings, progress, asked, cages
        )
    write_files(result, stem, out)
    report(file.name, 0, 0)
    return Done(stem, outcome_of(result, file.name))


def write_files(result: Result, stem: str, out: Path) -> None:
    """Writes ``<stem>.json`` and, where something was read, ``<stem>.xlsx``."""
    if result.status != "failed":
        from service.export.xlsx import workbook_bytes

        write_whole(out / f"{stem}.xlsx", workbook_bytes(result))
    write_whole(out / f"{stem}.json", result_bytes(result))


def outcome_of(result: Result, name: str) -> FileOutcome:
    found = finding(result)
    return FileOutcome(
        name=name,
        sha256=result.document.sha256,
        status=found.status,
        tables=found.tables,
        figures=found.figures,
        checks_passed=found.checks_passed,
        checks_rounding=found.checks_rounding,
        checks_failed=found.checks_failed,
        cells_to_review=len(found.doubts),
        seconds=result.usage.seconds,
        category=found.category or "",
        reason=found.message or "",
    )


def _outcomes(files: Sequence[BatchFile], done: Mapping[str, Done]) -> Iterator[FileOutcome]:
    first: dict[str, str] = {}
    for file in files:
        if not file.is_document:
            yield FileOutcome(
                file.name, file.sha256, UNREAD, 0, 0, 0, 0, 0, 0, 0.0, file.category, file.reason
            )
            continue
        earlier = first.setdefault(file.sha256, file.name)
        held = done.get(file.sha256)
        if held is None:
            reason = "it was not read before the batch was stopped: run the batch again."
            yield FileOutcome(
                file.name, file.sha256, "queued", 0, 0, 0, 0, 0, 0, 0.0, "stopped", reason
            )
            continue
        twin = earlier if earlier != file.name else ""
        yield replace(held.outcome, name=file.name, duplicate_of=twin)
