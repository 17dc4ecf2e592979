"""One document of a run: prepared, read, scored, its wrong figures cut out of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.agreement import TRUSTED, Judgement
from eval.peers.reader import Read, Reader
from eval.runs.crops import Ink, cut
from eval.runs.documents import UNSPOILT, Document, Prepared, prepare
from eval.runs.record import CellRecord, Record, Scored, save, write_whole
from eval.scores.all import scores
from eval.scores.calibration import as_numbers, sureness
from eval.scores.case import Case
from eval.scores.score import Score, share
from eval.scores.straight import table_of
from schemas.result import Document as DocumentInfo
from schemas.result import Engine, Failure, Result, Usage


@dataclass(frozen=True, slots=True)
class Task:
    """A document to read into the run at ``folder``."""

    document: Document
    reader: Reader
    folder: Path
    outside: bool


def examine(task: Task) -> Record:
    """Read and score the document, and keep what came of it; the record kept."""
    with TemporaryDirectory(prefix="crossfoot-eval-") as temporary:
        prepared = prepare(task.document, Path(temporary))
        read, failure = _read(task.reader, prepared)
        case = _case(task.document, prepared, read)
        record = _record(task, prepared, case, read, failure)
        if read.result is not None:
            _keep_result(task, read.result)
        save(record, task.folder)
    return record


def _read(reader: Reader, prepared: Prepared) -> tuple[Read, str | None]:
    """What the tool makes of the document; nothing, and why, where it fails."""
    try:
        return reader.read(prepared.path), None
    except Exception as error:  # noqa: BLE001 - whatever ends a tool is its result here
        why = f"{type(error).__name__}: {error}"[:500]
        return Read(_nothing(prepared, why), (), 1, 0.0), why


def _nothing(prepared: Prepared, why: str) -> Result:
    """The result of a tool that failed: no tables, so that every figure is missing."""
    return Result(
        status="failed",
        document=DocumentInfo(
            name=prepared.path.name,
            sha256=_digest(prepared.path),
            pages=0,
            page_sources=(),
            engine=Engine(crossfoot="none", ocr=None),
        ),
        usage=Usage(seconds=0.0),
        error=Failure(category="internal", message=why),
    )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _case(document: Document, prepared: Prepared, read: Read) -> Case:
    return Case(
        name=document.name,
        gold=prepared.gold,
        truth=prepared.truth,
        result=read.result,
        lines=read.lines,
        pages=read.pages,
        seconds=read.seconds,
        boxes=prepared.boxes and read.boxes,
        clean=document.level in UNSPOILT,
        seed=document.seed,
    )


def _record(task: Task, prepared: Prepared, case: Case, read: Read, failure: str | None) -> Record:
    document = task.document
    return Record(
        name=document.name,
        kind=document.kind,
        level=document.level,
        seed=document.seed,
        pages=read.pages,
        status=read.result.status if read.result else None,
        seconds=round(read.seconds, 3),
        gold_sha256=prepared.digest,
        file_sha256=_digest(prepared.path),
        scores=tuple(map(Scored.keep, scores(case, outside=task.outside))),
        forms=_forms(case, prepared),
        sureness=tuple(as_numbers(sureness(case))) if read.sure else (),
        cells=tuple(_cells(task, case, prepared.path)) if read.result else (),
        review=len(read.result.review) if read.result else 0,
        failure=failure,
    )


def _forms(case: Case, prepared: Prepared) -> dict[str, tuple[Scored, ...]]:
    """The scores of figures for each form that the gold knows of."""
    if case.result is None or not prepared.forms:
        return {}
    read_as = {table.id: table.form for table in case.result.tables}
    judged: dict[str, list[Judgement]] = {form: [] for form in prepared.forms.values()}
    for one in case.agreement.figures:
        form = prepared.forms.get(table_of(one.gold)) or read_as.get(table_of(one.read), "generic")
        judged.setdefault(form, []).append(one)
    return {form: tuple(map(Scored.keep, _of_figures(ones))) for form, ones in judged.items()}


def _of_figures(judged: list[Judgement]) -> Iterator[Score]:
    exact = sum(one.kind == "exact" for one in judged)
    printed = sum(one.kind != "extra" for one in judged)
    read = [one for one in judged if one.kind != "missing"]
    trusted = sum(one.verdict in TRUSTED for one in read)
    silent = sum(one.silent for one in read)
    yield share("figures.recall", exact, printed, "no figure is printed")
    yield share("figures.precision", exact, len(read), "no figure was read")
    yield share("silence.errors", silent, trusted, "no figure was vouched for")


def _cells(task: Task, case: Case, path: Path) -> Iterator[CellRecord]:
    """The figures that are not right, with their ink cut out of the page."""
    wrong = case.agreement.wrong
    folder = task.folder / "crops" / case.name
    pictures = cut(path, [_ink(judged, case) for judged in wrong])
    for number, (judged, picture) in enumerate(zip(wrong, pictures, strict=True)):
        crop = None
        if picture is not None:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / f"{number}.webp", picture)
            crop = f"{case.name}/{number}.webp"
        yield _cell(judged, case, crop)


def _ink(judged: Judgement, case: Case) -> Ink | None:
    """Where the figure is printed: by the gold's box, else by the box that was read."""
    if judged.gold is not None and case.boxes:
        cell = case.true_cells.get((judged.gold.row, judged.gold.column))
        if cell is not None:
            return Ink(cell.page, cell.bbox)
    if judged.read is not None:
        cell = case.read_cells.get((judged.read.row, judged.read.column))
        if cell is not None:
            return Ink(cell.page, cell.bbox)
    return None


def _cell(judged: Judgement, case: Case, crop: str | None) -> CellRecord:
    at = judged.gold or judged.read
    side = "gold" if judged.gold else "read"
    read = judged.read
    cell = case.read_cells.get((read.row, read.column)) if read else None
    return CellRecord(
        key=f"{side} {at.row} {at.column}" if at else "",
        kind=judged.kind,
        page=judged.page,
        row=judged.row,
        column=judged.column,
        expected=judged.expected,
        found=judged.found,
        verdict=judged.verdict,
        confidence=cell.confidence if cell else None,
        silent=judged.silent,
        crop=crop,
    )


def _keep_result(task: Task, result: Result) -> None:
    folder = task.folder / "results"
    folder.mkdir(parents=True, exist_ok=True)
    content = result.model_dump_json(exclude_defaults=True).encode()
    write_whole(folder / f"{task.document.name}.json", content)
