"""The command line as a user and a program meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from schemas.result import Result, ResultWarning
from service.cli import main
from service.inputs import find_inputs
from service.result_file import load_result, result_bytes
from service.wording import warning_in_words
from tests.reading import read_by_first_word
from tests.results import performance_result, result

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in a folder of its own; exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments, extract=read_by_first_word)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def put(name: str, word: str) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(word)
    return name


def names(folder: str = "out") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def started(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_document_gets_its_files_and_each_table_its_line(run: Run) -> None:
    code, out, err = run("extract", put("a.pdf", "review"), "--out", "out", "--csv")
    assert code == 1
    assert names() == ["a.json", "a.t1.csv", "a.xlsx"]
    assert load_result(Path("out/a.json")).status == "review"
    assert openpyxl.load_workbook("out/a.xlsx").sheetnames[0] == "项目支出表"
    (line,) = [li for li in out.splitlines() if li.startswith("  t1")]
    assert line.split("  ")[1:] == [
        "t1 project_performance",
        "项目支出表",
        "p. 1",
        "5 rows",
        "11 figures",
        "checks 2 passed, 1 rounding, 1 failed",
        "2 to review",
    ]
    assert "a.pdf: 2 pages, to review → out/a.json, a.xlsx and 1 CSV file" in out
    assert "warning: page 2: the page ends in mid-air" in out
    assert err == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["verified"], 0),
        (["empty"], 0),
        (["verified", "review"], 1),
        (["review", "encrypted", "verified"], 3),
        (["nonsense"], 3),
        (["memory"], 3),
    ],
)
def test_exit_codes(run: Run, words: list[str], code: int) -> None:
    files = [put(f"{n}.pdf", word) for n, word in enumerate(words)]
    assert run("extract", *files, "--out", "out")[0] == code


def test_a_failed_document_is_told_in_one_line_and_the_others_go_on(run: Run) -> None:
    files = [put("locked.pdf", "encrypted"), put("good.pdf", "verified")]
    code, _, err = run("extract", *files, "--out", "out")
    assert code == 3
    assert names() == ["good.json", "good.xlsx", "locked.json"]
    assert err.splitlines() == [
        "locked.pdf: failed (input:encrypted): "
        "locked.pdf needs a password: save a copy without one."
    ]
    failed = load_result(Path("out/locked.json"))
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error.category == "input:encrypted"
    assert len(failed.document.sha256) == 64


def test_trouble_of_our_own_is_a_failed_document_too(run: Run) -> None:
    code, _, err = run("extract", put("a.pdf", "nonsense"), "--out", "out")
    assert code == 3
    assert "failed (internal): Crossfoot failed on a.pdf (KeyError: 'nonsense')" in err


def test_json_is_one_document_on_stdout_and_nothing_else(run: Run) -> None:
    files = [put("a.pdf", "review"), put("b.pdf", "damaged"), put("c.pdf", "empty")]
    code, out, err = run("extract", *files, "--out", "out", "--json")
    said: dict[str, Any] = json.loads(out)
    assert err == ""
    assert (code, said["exit_code"]) == (3, 3)
    first, second, third = said["documents"]
    assert first["status"] == "review"
    assert first["files"] == ["out/a.json", "out/a.xlsx"]
    assert first["tables"] == [
        {
            "id": "t1",
            "form": "project_performance",
            "title": "项目支出表",
            "pages": [1],
            "rows": 5,
            "figures": 11,
            "checks": {"pass": 2, "rounding": 1, "fail": 1, "not_applicable": 0},
            "review": 2,
        }
    ]
    assert second["error"] == {
        "category": "input:damaged",
        "message": "b.pdf is cut off: get it again.",
    }
    assert (third["status"], third["tables"]) == ("empty", [])


def test_inputs_of_the_same_name_do_not_overwrite_each_other(run: Run) -> None:
    files = [put("x/b.pdf", "verified"), put("y/B.PNG", "review"), put("b-2.pdf", "empty")]
    code, _, err = run("extract", *files, "--out", "out")
    assert code == 1
    assert names() == ["B-3.json", "B-3.xlsx", "b-2.json", "b-2.xlsx", "b.json", "b.xlsx"]
    assert load_result(Path("out/b.json")).status == "verified"
    assert load_result(Path("out/B-3.json")).status == "review"
    assert "y/B.PNG is written as B-3" in err


def test_a_file_named_twice_is_read_once(run: Run) -> None:
    put("a.pdf", "verified")
    out = run("extract", "a.pdf", "./a.pdf", ".", "--out", "out")[1]
    assert out.count("2 pages") == 1


def test_a_folder_stands_for_the_documents_in_it(run: Run) -> None:
    for name in ("in/b.pdf", "in/a.TIFF", "in/.hidden.pdf", "in/notes.txt", "in/deep/c.pdf"):
        put(name, "verified")
    Path("in/folder.pdf").mkdir()
    assert run("extract", "in", "--out", "out")[0] == 0
    assert names() == ["a.json", "a.xlsx", "b.json", "b.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["extract"], "FILE"),
        ([], "COMMAND"),
        (["extract", "gone.pdf"], "there is no gone.pdf"),
        (["extract", "bare"], "holds no .pdf"),
        (["extract", "a.pdf", "--jobs", "0"], "no number above 0"),
        (["extract", "a.pdf", "--out", "a.pdf"], "can't write to a.pdf"),
        (["extract", "a.pdf", "--out", "a.pdf/x"], "can't write to a.pdf/x"),
        (["extract", "out/a.json", "--out", "out"], "written over out/a.json"),
        (["show", "gone.json"], "can't read gone.json"),
        (["show", "a.pdf"], "no JSON"),
        (["overlay", "a.pdf", "out/a.json"], "--out"),
        (["overlay", "a.pdf", "out/a.json", "--out", "o", "--dpi", "9999"], "between 20 and 600"),
        (["overlay", "a.pdf", "out/a.json", "--out", "o"], "not the file"),
    ],
)
def test_bad_usage_is_told_and_nothing_is_done(run: Run, arguments: list[str], hint: str) -> None:
    put("a.pdf", "verified")
    Path("bare").mkdir()
    put("out/a.json", result_bytes(performance_result()).decode())
    code, out, err = run(*arguments)
    assert code == 2
    assert hint in err
    assert out == ""
    assert names() == ["a.json"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written_is_bad_usage(run: Run) -> None:
    Path("out").mkdir(mode=0o500)
    code, _, err = run("extract", put("a.pdf", "verified"), "--out", "out")
    assert code == 2
    assert "--out" in err


def test_a_file_that_can_not_be_written_is_a_failure_and_the_others_go_on(run: Run) -> None:
    Path("out/a.xlsx").mkdir(parents=True)
    files = [put("a.pdf", "verified"), put("b.pdf", "verified")]
    code, _, err = run("extract", *files, "--out", "out")
    assert code == 3
    assert names() == ["a.json", "a.xlsx", "b.json", "b.xlsx"]
    assert "a.pdf: failed (output): can't write to out" in err


def test_ctrl_c_keeps_what_is_whole_and_leaves_no_parts(run: Run) -> None:
    files = [put("a.pdf", "verified"), put("b.pdf", "stop"), put("c.pdf", "verified")]
    code, _, err = run("extract", *files, "--out", "out")
    assert code == 130
    assert names() == ["a.json", "a.xlsx"]
    assert "stopped" in err


def test_a_name_that_is_no_utf8_is_shown_and_stored(run: Run) -> None:
    name = os.fsdecode(b"b\xff.pdf")
    put(name, "verified")
    code, out, _ = run("extract", name, "--out", "out")
    assert code == 0
    assert "b�.pdf: 2 pages" in out
    assert load_result(Path("out") / os.fsdecode(b"b\xff.json")).document.name == "b�.pdf"


def test_a_name_can_not_talk_to_the_terminal(run: Run) -> None:
    out = run("extract", put("a\x1b[2J\nb.pdf", "review"), "--out", "out")[1]
    assert "\x1b" not in out
    assert "a[2J b.pdf: 2 pages" in out


def test_a_very_long_name_still_finds_room(run: Run) -> None:
    code, _, _ = run("extract", put("长" * 83 + ".pdf", "review"), "--out", "out", "--csv")
    assert code == 1
    assert len(names()) == 3


def test_several_documents_at_once_give_the_same_files(run: Run) -> None:
    words = ["verified", "review", "encrypted", "empty"]
    files = [put(f"{n}.pdf", word) for n, word in enumerate(words)]
    code, out, _ = run("extract", *files, "--out", "out", "--jobs", "2", "--json")
    assert code == 3
    said = json.loads(out)["documents"]
    assert [d["input"] for d in said] == files
    assert [d["status"] for d in said] == ["verified", "review", "failed", "empty"]
    assert names() == [
        "0.json", "0.xlsx", "1.json", "1.xlsx", "2.json", "3.json", "3.xlsx",
    ]  # fmt: skip


@pytest.mark.parametrize("death", ["die", "die-telling"])
def test_a_document_that_kills_its_process_takes_no_other_along(run: Run, death: str) -> None:
    words = ["verified", death, "review"]
    files = [put(f"{n}.pdf", word) for n, word in enumerate(words)]
    code, _, err = run("extract", *files, "--out", "out", "--jobs", "2")
    assert code == 3
    assert names() == ["0.json", "0.xlsx", "1.json", "2.json", "2.xlsx"]
    assert "1.pdf: failed (engine:crash)" in err


def test_show_prints_the_result_of_an_extraction(run: Run) -> None:
    run("extract", put("a.pdf", "review"), "--out", "out")
    code, out, _ = run("show", "out/a.json", "--table", "t1", "--width", "100")
    assert code == 0
    assert "├─ 产业扶持资金" in out


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("{}", "no Crossfoot result"),
        ("[]", "no Crossfoot result"),
        ('{"schema_version": "2"}', "version '2'"),
        ('{"schema_version": "1"}', "status: Field required"),
    ],
)
def test_a_file_that_is_no_result_is_told_apart(run: Run, content: str, hint: str) -> None:
    code, _, err = run("show", put("r.json", content))
    assert code == 2
    assert hint in err


def test_overlay_of_a_result_without_tables_says_so(run: Run) -> None:
    put("a.pdf", "empty")
    put("r.json", _json(result(status="empty", content=b"empty")))
    code, _, err = run("overlay", "a.pdf", "r.json", "--out", "o")
    assert code == 2
    assert "holds no table" in err


def _json(held: Result) -> str:
    return result_bytes(held).decode()


def test_stems_stay_apart_whatever_the_order(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a/x.pdf", "b/x.pdf", "c/x-2.pdf", "d/X.pdf")]
    for path in paths:
        path.parent.mkdir()
        path.touch()
    found = find_inputs(paths, (".pdf",))
    assert [document.stem for document in found.documents] == ["x", "x-3", "x-2", "X-4"]
    assert len(found.notes) == 2


def test_help_answers_at_once_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, service.cli\n"
        "try: service.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pymupdf', 'pydantic', 'rich', 'xlsxwriter', 'onnxruntime', 'PIL'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    start = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert time.monotonic() - start < 3  # 0.05 s where nothing else runs
    assert "heavy: []" in said.stdout
    assert "exit codes: 0 all verified" in said.stdout


def test_the_version_is_printed() -> None:
    said = started("--version")
    assert said.returncode == 0
    assert said.stdout.startswith("crossfoot ")


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(result_bytes(performance_result()))
    command = f"{sys.executable} -m service.cli show {path} | true"
    said = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in said.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_sigterm_ends_the_program_in_order(tmp_path: Path) -> None:
    slow = (
        "import sys, time, service.cli, tests.reading as reading\n"
        "def slow(path, *, progress=None):\n"
        "    print('reading', flush=True); time.sleep(30)\n"
        "sys.exit(service.cli.main(sys.argv[1:], extract=slow))"
    )
    path = tmp_path / "a.pdf"
    path.write_text("verified")
    arguments = ["extract", str(path), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-c", slow, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 143
    assert list((tmp_path / "out").iterdir()) == []


def test_files_that_are_no_documents_are_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "zero.pdf").touch()
    (tmp_path / "notes.txt").write_text("hello")
    said = started(
        "extract", str(tmp_path / "zero.pdf"), str(tmp_path / "notes.txt"), "--out",
        str(tmp_path / "out"),
    )  # fmt: skip
    assert said.returncode == 3
    first, second = said.stderr.splitlines()
    assert "failed (input:empty): zero.pdf is empty (0 bytes)" in first
    assert "failed (input:format): notes.txt is no PDF" in second
    for name in ("zero.json", "notes.json"):
        assert load_result(tmp_path / "out" / name).status == "failed"


@pytest.mark.parametrize(
    ("page", "message", "said"),
    [
        (3, "it is cut off", "page 3: it is cut off"),
        (3, "Page 3 is cut off", "Page 3 is cut off"),
        (3, "page 31 is cut off", "page 3: page 31 is cut off"),
        (None, "no figures", "no figures"),
    ],
)
def test_a_warning_names_its_page_once(page: int | None, message: str, said: str) -> None:
    assert warning_in_words(ResultWarning(code="x", page=page, message=message)) == said
