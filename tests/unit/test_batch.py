"""A folder read as a batch: each content once, every file with its line, resumed."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from schemas.errors import UsageError
from service.batch import JOURNAL, OUTCOMES, run_batch
from service.settings import Settings, read_settings
from tests.documents.plain import ROWS, plain_pdf


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"CROSSFOOT_HOME": str(tmp_path / "home")})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    (made / "deep").mkdir(parents=True)
    (made / "a.pdf").write_bytes(plain_pdf())
    (made / "deep" / "a.pdf").write_bytes(plain_pdf(rows=ROWS[:2]))
    (made / "deep" / "same.pdf").write_bytes(plain_pdf())
    (made / "=note.txt").write_text("no document")
    (made / "empty.pdf").write_bytes(b"")
    (made / ".hidden.pdf").write_bytes(plain_pdf())
    return made


def lines(out: Path) -> list[dict[str, str]]:
    with (out / OUTCOMES).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(source: Path, out: Path, settings: Settings) -> list[str]:
    """Reads the batch; the names of the files that were read this time."""
    out.mkdir(exist_ok=True)
    read: list[str] = []

    def report(name: str, _done: int, pages: int) -> None:
        if not pages:
            read.append(name)

    run_batch(source, out, settings, 1, report)
    return read


def test_every_file_has_its_line_and_each_content_is_read_once(
    folder: Path, tmp_path: Path, settings: Settings
) -> None:
    out = tmp_path / "out"
    assert run(folder, out, settings) == ["a.pdf", "deep/a.pdf"]
    found = lines(out)
    assert [(line["name"], line["status"], line["duplicate_of"]) for line in found] == [
        ("'=note.txt", "failed", ""),
        ("a.pdf", "verified", ""),
        ("deep/a.pdf", found[2]["status"], ""),
        ("deep/same.pdf", "verified", "a.pdf"),
        ("empty.pdf", "failed", ""),
    ]
    assert found[0]["category"] == "input:format"
    assert all(len(line["sha256"]) == 64 for line in found)
    assert int(found[1]["checks_passed"]) > 0
    for name in ("a.json", "a.xlsx", "a-2.json"):
        assert (out / name).stat().st_size > 0


def test_a_second_run_reads_only_what_is_not_done(
    folder: Path, tmp_path: Path, settings: Settings
) -> None:
    out = tmp_path / "out"
    run(folder, out, settings)
    before = lines(out)
    assert run(folder, out, settings) == []
    assert lines(out) == before
    journal = out / JOURNAL
    first, second = journal.read_text().split("\n\n")
    journal.write_text(first + "\n" + second[:40])
    assert run(folder, out, settings) == ["deep/a.pdf"]
    (out / "a.json").unlink()
    assert run(folder, out, settings) == ["a.pdf"]


def test_a_newer_version_reads_everything_anew(
    folder: Path, tmp_path: Path, settings: Settings
) -> None:
    out = tmp_path / "out"
    run(folder, out, settings)
    journal = out / JOURNAL
    held = [json.loads(line) for line in journal.read_text().splitlines() if line]
    journal.write_text("".join(json.dumps({**h, "crossfoot": "0.0.1"}) + "\n" for h in held))
    assert run(folder, out, settings) == ["a.pdf", "deep/a.pdf"]


def test_an_interrupted_run_says_what_is_not_done_yet(
    folder: Path, tmp_path: Path, settings: Settings
) -> None:
    out = tmp_path / "out"
    out.mkdir()

    def stop(_name: str, _done: int, pages: int) -> None:
        if not pages:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(folder, out, settings, 1, stop)
    assert {line["category"] for line in lines(out)} >= {"stopped", "input:format"}
    assert "a.pdf" in run(folder, out, settings)
    assert "stopped" not in {line["category"] for line in lines(out)}


def test_an_archive_is_a_batch_too(folder: Path, tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.pdf")):
            archive.write(file, file.relative_to(folder))
    out = tmp_path / "out"
    run(path, out, settings)
    assert {line["name"] for line in lines(out)} >= {"a.pdf", "deep/a.pdf", "empty.pdf"}
    assert not [p for p in out.iterdir() if p.name.startswith(".crossfoot-unpacked")]


def test_what_is_no_folder_and_no_archive_is_refused(tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(plain_pdf())
    with pytest.raises(UsageError, match="crossfoot extract"):
        run_batch(file, tmp_path, settings, 1, lambda *_: None)
    with pytest.raises(UsageError, match="there is no"):
        run_batch(tmp_path / "none", tmp_path, settings, 1, lambda *_: None)
