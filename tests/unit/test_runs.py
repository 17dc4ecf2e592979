"""Runs: kept, taken up again, gated, compared, reported."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.agreement import Kind
from eval.commands import run_eval
from eval.peers.crossfoot import Crossfoot
from eval.peers.reader import Read
from eval.report.page import Run, comparison_report, report
from eval.runs.compare import compare
from eval.runs.documents import Document
from eval.runs.gate import Baseline, baseline, falls
from eval.runs.record import CellRecord, Record, Scored, load
from eval.runs.run import Plan, read_manifest, run
from eval.runs.suites import Suite
from schemas.errors import UsageError
from schemas.result import Result, Table

FORMS = ("general_public_basic", "allocation")
DOCUMENTS = tuple(Document("made", "text", seed, form=form) for seed, form in enumerate(FORMS, 5))
SUITE = Suite("quick", DOCUMENTS, outside=False)


@dataclass
class Watched:
    """Crossfoot with a count of what it read; at the document named ``stops`` it is broken off."""

    read_so_far: list[str] = field(default_factory=list)
    stops: str = ""
    name: str = "crossfoot"

    def missing(self) -> str | None:
        return None

    def settings(self) -> Mapping[str, str]:
        return {"ocr": "none"}

    def models(self) -> Path | None:
        return None

    def read(self, path: Path) -> Read:
        if self.stops and self.stops in path.name:
            raise KeyboardInterrupt
        self.read_so_far.append(path.name)
        return Crossfoot().read(path)


@dataclass
class Failing(Watched):
    """A reader that can read nothing, and says so at once."""

    def read(self, path: Path) -> Read:
        if self.stops and self.stops in path.name:
            raise KeyboardInterrupt
        self.read_so_far.append(path.name)
        raise ValueError(f"can't read {path.suffix}")


@dataclass
class Careless(Watched):
    """Crossfoot that loses the last column of every table of one form, and vouches for the rest."""

    form: str = "allocation"

    def read(self, path: Path) -> Read:
        whole = super().read(path)
        if self.form not in path.name or whole.result is None:
            return whole
        tables = tuple(_without_last_column(table) for table in whole.result.tables)
        broken = whole.result.model_copy(update={"tables": tables})
        return Read(broken, whole.lines, whole.pages, whole.seconds)


def _without_last_column(table: Table) -> Table:
    last = [column.key for column in table.columns if column.type == "amount"][-1]
    rows = tuple(
        row.model_copy(
            update={"cells": {key: cell for key, cell in row.cells.items() if key != last}}
        )
        for row in table.rows
    )
    return table.model_copy(update={"rows": rows})


def started(folder: Path, reader: Watched | None = None, *, fresh: bool = False) -> list[Record]:
    plan = Plan(SUITE, reader or Watched(), folder, fresh=fresh)
    return run(plan, _quietly)


def _quietly(_record: Record, _done: int, _of: int) -> None:
    pass


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "run"
    started(folder)
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken") / "run"
    started(folder, Careless())
    return folder


def opened(folder: Path) -> Run:
    return Run(folder, read_manifest(folder), tuple(load(folder)))


# -- running ------------------------------------------------------------------------------


def test_a_run_keeps_every_document_with_its_scores(sound: Path) -> None:
    records = load(sound)
    assert [record.name for record in records] == sorted(one.name for one in DOCUMENTS)
    for record in records:
        scores = {score.name: score for score in record.scores}
        assert scores["figures.recall"].of > 0
        assert record.failure is None
        assert (sound / "results" / f"{record.name}.json").exists()
        kept = (sound / "results" / f"{record.name}.json").read_bytes()
        assert Result.model_validate_json(kept).document.sha256 == record.file_sha256


def test_the_log_has_what_reproduces_the_figures(sound: Path) -> None:
    manifest = read_manifest(sound)
    assert manifest.seeds == (5, 6)
    assert manifest.documents == tuple(one.name for one in DOCUMENTS)
    assert manifest.packages["numpy"]
    assert "one_shot_table.v1.md" in manifest.prompts
    assert {len(record.gold_sha256) for record in load(sound)} == {64}


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder, first = tmp_path / "run", Failing(stops="allocation")
    with pytest.raises(KeyboardInterrupt):
        started(folder, first)
    assert len(load(folder)) == 1
    second = Failing()
    assert len(started(folder, second)) == 2
    assert [name for name in second.read_so_far if "basic" in name] == []
    assert len(first.read_so_far) == len(second.read_so_far) == 1


def test_the_same_code_gives_the_same_scores_again_in_several_processes_too(
    sound: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    plan = Plan(SUITE, Crossfoot(), tmp_path / "run", jobs=2)
    records = run(plan, lambda record, done, of: told.append(f"{done}/{of} {record.name}"))
    assert sorted(line.partition(" ")[0] for line in told) == ["1/2", "2/2"]
    for before, after in zip(load(sound), records, strict=True):
        assert after.cells == before.cells
        timeless = [s for s in before.scores if s.name != "cost.seconds"]
        assert timeless == [s for s in after.scores if s.name != "cost.seconds"]


def test_a_folder_of_another_run_is_refused_and_thrown_away_when_asked(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    started(folder, Failing())
    with pytest.raises(UsageError, match="holds another run"):
        started(folder, Failing(name="other"))
    assert len(started(folder, Failing(name="other"), fresh=True)) == 2


def test_a_document_that_fails_counts_all_its_figures_as_missing(tmp_path: Path) -> None:
    for record in started(tmp_path / "run", Failing()):
        (recall,) = [score for score in record.scores if score.name == "figures.recall"]
        assert recall.part == 0
        assert recall.of > 0
        assert record.failure == "ValueError: can't read .pdf"


# -- the gate -----------------------------------------------------------------------------


def held(folder: Path) -> Baseline:
    return baseline([load(folder)], "quick", None)


def test_the_gate_lets_the_same_code_pass(sound: Path) -> None:
    assert falls(load(sound), held(sound)) == []


def test_the_gate_stops_a_change_that_breaks_one_form(sound: Path, broken: Path) -> None:
    found = falls(load(broken), held(sound))
    groups = {fall.group for fall in found if fall.score == "figures.recall"}
    assert "all" in groups
    assert any(group.startswith("form ") for group in groups)
    basic = [fall for fall in found if fall.group == "form general_public_basic"]
    assert basic == []


def test_a_form_that_breaks_is_noticed_though_the_whole_hardly_moves(
    sound: Path, broken: Path
) -> None:
    """A hundred sound documents beside the broken one drown it in the sum over all."""
    (basic,) = [record for record in load(sound) if "basic" in record.name]
    (fallen,) = [record for record in load(broken) if "allocation" in record.name]
    (upright,) = [record for record in load(sound) if "allocation" in record.name]
    many = [basic.model_copy(update={"name": f"copy-{n}"}) for n in range(1000)]
    kept = baseline([[*many, upright]], "quick", None)
    recall = [fall for fall in falls([*many, fallen], kept) if fall.score == "figures.recall"]
    assert [fall.group for fall in recall if fall.group.startswith("form")]
    assert "all" not in {fall.group for fall in recall}


def test_one_figure_more_or_less_is_noise(sound: Path) -> None:
    records = load(sound)
    shaken = [_with_recall_less(record, 1 if n == 0 else 0) for n, record in enumerate(records)]
    assert falls(shaken, held(sound)) == []
    fallen = [_with_recall_less(record, 3) for record in records]
    assert {fall.score for fall in falls(fallen, held(sound))} == {"figures.recall"}


def _with_recall_less(record: Record, figures: int) -> Record:
    scores = tuple(
        score.model_copy(update={"part": score.part - figures})
        if score.name == "figures.recall"
        else score
        for score in record.scores
    )
    return record.model_copy(update={"scores": scores})


def test_a_score_that_is_not_taken_any_more_is_a_fall(sound: Path) -> None:
    silenced = [
        record.model_copy(
            update={"scores": tuple(s for s in record.scores if s.name != "structure.headers")}
        )
        for record in load(sound)
    ]
    found = falls(silenced, held(sound))
    assert {(fall.score, fall.now) for fall in found} == {("structure.headers", None)}


def test_reading_more_tables_does_not_shut_the_gate(sound: Path) -> None:
    """Errors are planted where all is right: more such tables are more questions, no fall."""
    first, second = load(sound)
    asked = Scored(name="checks.detected", part=20, of=20)
    harder = Scored(name="checks.detected", part=0, of=20)
    kept = baseline([[_checked(first, asked), _checked(second, None)]], "quick", None)
    assert falls([_checked(first, asked), _checked(second, harder)], kept) == []
    fallen = falls([_checked(first, harder), _checked(second, None)], kept)
    assert {fall.score for fall in fallen} == {"checks.detected"}


def _checked(record: Record, detected: Scored | None) -> Record:
    others = tuple(score for score in record.scores if not score.name.startswith("checks."))
    return record.model_copy(update={"scores": others if detected is None else (*others, detected)})


def test_a_run_without_all_documents_is_no_match_for_the_gate(sound: Path) -> None:
    with pytest.raises(UsageError, match="lacks 1 documents"):
        falls(load(sound)[:1], held(sound))


def test_documents_with_other_gold_are_not_compared(sound: Path) -> None:
    first, second = load(sound)
    with pytest.raises(UsageError, match="gold of 1 documents"):
        falls([first, second.model_copy(update={"gold_sha256": "0" * 64})], held(sound))


def test_the_spread_of_runs_of_the_same_code_is_noise(sound: Path, broken: Path) -> None:
    wide = baseline([load(sound), load(broken)], "quick", None)
    assert [fall for fall in falls(load(broken), wide) if fall.score == "figures.recall"] == []


# -- commands -----------------------------------------------------------------------------


def test_the_gate_s_exit_code_tells(
    sound: Path, broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "baseline.json"
    assert run_eval(["baseline", str(sound), "--out", str(kept)]) == 0
    assert run_eval(["gate", str(sound), "--baseline", str(kept)]) == 0
    assert run_eval(["gate", str(broken), "--baseline", str(kept)]) == 1
    assert "Figures right" in capsys.readouterr().out


def test_a_comparison_names_the_cells_that_got_worse(
    sound: Path, broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "changes.html"
    assert run_eval(["compare", str(sound), str(broken), "--out", str(page)]) == 0
    told = capsys.readouterr().out
    lost = [line for line in told.splitlines() if line.startswith("worse")]
    assert lost
    assert all("right -> (nothing)" in line for line in lost)
    assert f"2 documents in both: {len(lost)} worse, 0 better" in told
    assert page.read_text(encoding="utf-8").count('src="data:image/webp;base64,') == len(lost)


def test_the_other_way_round_they_got_better(sound: Path, broken: Path) -> None:
    there, back = compare(load(sound), load(broken)), compare(load(broken), load(sound))
    assert back.count("better") == there.count("worse") > 0
    assert back.count("worse") == 0


def test_a_folder_without_a_run_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no run"):
        run_eval(["report", str(tmp_path)])


# -- reports ------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.held: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.held.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_it_loads_and_runs_nothing(page: str) -> None:
    elements = Elements(page)
    assert {name for name, _ in elements.held} & {"script", "iframe", "object", "link"} == set()
    for _, attributes in elements.held:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "action", "srcset", "data", "xlink:href"):
            assert (attributes.get(name) or "data:").startswith("data:")
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import|https?:", style)
    assert "default-src 'none'" in page


def test_the_report_shows_every_wrong_cell_with_its_ink(broken: Path) -> None:
    run = opened(broken)
    page = report(run)
    assert_it_loads_and_runs_nothing(page)
    wrong = sum(len(record.cells) for record in run.records)
    assert page.count("data:image/webp;base64,") == wrong > 0
    assert page.count("<svg") >= 5


def test_the_gallery_says_how_many_cells_it_leaves_out(broken: Path) -> None:
    page = report(opened(broken), limit=2)
    assert page.count("data:image/webp;base64,") == 2
    assert "2 of them are shown" in page


HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'</title></style>"


def hostile_cell(kind: Kind) -> CellRecord:
    return CellRecord(
        key=HOSTILE, kind=kind, page=1, row=HOSTILE, column=HOSTILE, expected=HOSTILE,
        found=HOSTILE, verdict="accepted", confidence=0.5, silent=True,
    )  # fmt: skip


def test_text_of_a_document_cannot_become_part_of_the_page(sound: Path) -> None:
    run = opened(sound)
    records = tuple(
        record.model_copy(
            update={
                "name": HOSTILE,
                "failure": HOSTILE,
                "cells": (hostile_cell("wrong"),),
                "forms": {HOSTILE: record.scores},
            }
        )
        for record in run.records
    )
    manifest = run.manifest.model_copy(update={"engine": HOSTILE, "commit": HOSTILE})
    hostile = Run(run.folder, manifest, records)
    for page in (
        report(hostile, [hostile]),
        comparison_report(compare(run.records, records), run, hostile),
        comparison_report(compare(records[:1], records[:1]), hostile, hostile),
    ):
        assert_it_loads_and_runs_nothing(page)
        assert "<script>alert(1)</script>" in Elements(page).text


def test_other_tools_stand_beside(sound: Path, broken: Path) -> None:
    other = opened(broken)
    manifest = other.manifest.model_copy(update={"engine": "another-tool"})
    page = report(opened(sound), [Run(other.folder, manifest, other.records)])
    assert "another-tool, text" in page
    assert "another-tool, all" in page


def test_a_report_of_a_run_without_figures_has_dashes(tmp_path: Path, sound: Path) -> None:
    folder = tmp_path / "empty"
    shutil.copytree(sound, folder)
    shutil.rmtree(folder / "documents")
    page = report(opened(folder))
    assert_it_loads_and_runs_nothing(page)
    assert "0 of 2 documents" in page
