"""The service through its doors: what is sent comes back read, whatever is killed on the way."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from schemas.result import Result
from tests.acceptance.door import PROJECT, Run
from tests.acceptance.served import Served, alive, numbered, start, wait_for

EXAMPLES = PROJECT / "examples"
TEXT, SCAN = EXAMPLES / "liwan-2024.pdf", EXAMPLES / "liwan-2024-scan.pdf"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    held = start(tmp_path_factory.mktemp("serve") / "home")
    yield held
    held.stop()


def read(result: Result) -> Result:
    """The result without what is another each time."""
    usage = result.usage.model_copy(update={"seconds": 0.0})
    return result.model_copy(update={"usage": usage})


def result_of(served: Served, document: str) -> Result:
    return Result.model_validate(served.get(f"/documents/{document}/result"))


def only(answer: dict[str, Any]) -> str:
    """The id of the one document of an upload."""
    assert len(answer["items"]) == 1
    return str(answer["items"][0]["document"]["id"])


def test_what_is_sent_comes_back_as_extract_reads_it(served: Served, examples: Run) -> None:
    document = only(served.send(TEXT))
    state = served.finished(document)
    assert (state["status"], state["pages"], state["pages_done"]) == ("verified", 2, 2)
    assert read(result_of(served, document)) == read(examples.result(TEXT.stem))


def test_an_archive_becomes_a_batch_with_a_line_for_every_file(served: Served) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a/one.pdf", numbered(1))
        archive.writestr("../../two.pdf", numbered(2))
        archive.writestr("again.pdf", numbered(1))
        archive.writestr("readme.txt", "not a document")
        archive.writestr("=empty.pdf", "")
    batch = served.send(("all.zip", held.getvalue()))["batch"]["id"]
    state = wait_for(lambda: served.get(f"/batches/{batch}"), lambda b: b["finished"], 60)
    assert (state["files"], state["duplicates"], state["statuses"]["refused"]) == (5, 1, 2)
    with served.client() as client:
        packed = client.get(f"/api/v1/batches/{batch}/export", params={"format": "json"})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        lines = archive.read("outcomes.csv").decode("utf-8-sig").splitlines()
        assert {"one.json", "two.json"} <= set(archive.namelist())
    assert len(lines) == 6
    assert any(line.startswith("'=empty.pdf,") for line in lines), "a name is no formula"


def test_one_file_sent_twenty_times_at_once_is_one_document(served: Served) -> None:
    file = ("same.pdf", numbered(7))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: served.send(file), range(20)))
    assert len({only(answer) for answer in answers}) == 1
    assert sum(not answer["items"][0]["duplicate"] for answer in answers) == 1


def test_the_same_key_gives_the_same_answer_and_no_second_document(served: Served) -> None:
    with served.client() as client:

        def send(content: bytes) -> tuple[int, dict[str, object]]:
            answer = client.post(
                "/api/v1/documents",
                files=[("files", ("k.pdf", content))],
                headers={"Idempotency-Key": "once"},
            )
            return answer.status_code, answer.json()

        first = send(numbered(8))
        assert first == send(numbered(8))
        code, problem = send(numbered(9))
    assert first[0] == 201
    assert (code, problem["category"]) == (422, "idempotency")


def test_a_worker_killed_half_way_loses_nothing_and_doubles_nothing(
    served: Served, examples: Run
) -> None:
    document = only(served.send(SCAN))
    wait_for(lambda: served.get(f"/documents/{document}"), lambda s: s["status"] == "reading", 60)
    time.sleep(0.5)  # into the middle of a page
    for pid in wait_for(served.workers, bool, 30):
        os.kill(pid, signal.SIGKILL)
    state = served.finished(document)
    assert state["pages_done"] == state["pages"] == 2
    assert read(result_of(served, document)) == read(examples.result(SCAN.stem))
    actions = [row["action"] for row in served.get(f"/audit?subject={document}")["items"]]
    assert "step released" in actions
    assert served.command("doctor", "--strict").returncode == 0


def test_the_doctor_finds_a_blob_that_changed(served: Served) -> None:
    document = only(served.send(("rot.pdf", numbered(3))))
    state = served.finished(document)
    path = served.home / "blobs" / state["sha256"][:2] / state["sha256"]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    seen = served.command("doctor", "--strict")
    path.write_bytes(whole)
    assert seen.returncode == 3
    assert (
        "BAD  every row has its file, unchanged: 0 blobs are missing and 1 changed" in seen.stdout
    )


def test_a_second_service_on_the_same_folder_is_refused(served: Served) -> None:
    said = served.command("serve", "--port", "0")
    assert said.returncode == 2
    assert "another Crossfoot serves from" in said.stderr


def test_without_a_login_nobody_else_is_let_in(served: Served) -> None:
    said = served.command("serve", "--host", "0.0.0.0", "--port", "0")
    assert said.returncode == 2
    assert "CROSSFOOT_AUTH=accounts" in said.stderr
    with served.client() as client:
        elsewhere = client.get("/api/v1/documents", headers={"Host": "evil.example"})
        foreign = client.post(
            "/api/v1/documents",
            files=[("files", ("a.pdf", numbered(1)))],
            headers={"Origin": "http://evil.example"},
        )
    assert elsewhere.status_code == 421
    assert foreign.status_code == 403


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    held = start(tmp_path / "home")
    held.finished(only(held.send(("a.pdf", numbered(1)))))
    family = held.family()
    assert len(family) >= 5, "web, broker, worker, its pool, a reading process"
    held.stop(how)
    wait_for(lambda: alive(family), lambda left: not left, 40)


def test_what_was_sent_before_a_crash_is_read_after_it(tmp_path: Path) -> None:
    first = start(tmp_path / "home")
    documents = [only(first.send((f"{n}.pdf", numbered(n, pages=3)))) for n in range(8)]
    family = first.family()
    for pid in family:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: alive(family - {first.process.pid}), lambda left: not left, 30)
    first.process.wait()
    second = start(tmp_path / "home")
    try:
        states = [second.finished(document) for document in documents]
        assert {state["pages_done"] for state in states} == {3}
        assert second.command("doctor", "--strict").returncode == 0
    finally:
        second.stop()


def test_a_backup_is_restored_into_an_empty_home(served: Served, tmp_path: Path) -> None:
    document = only(served.send(TEXT))
    served.finished(document)
    target = tmp_path / "all.tar"
    assert served.command("backup", str(target)).returncode == 0
    environment = {**served.environment, "CROSSFOOT_HOME": str(tmp_path / "other")}
    for words in (["restore", str(target)], ["doctor", "--strict"]):
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from service.cli import main; raise SystemExit(main())",
                *words,
            ],
            env=environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    second = start(tmp_path / "other")
    try:
        assert result_of(second, document) == result_of(served, document)
    finally:
        second.stop()


def test_a_batch_is_the_same_here_and_on_a_service(served: Served, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(numbered(21))
    (folder / "deep" / "b.pdf").write_bytes(numbered(22))
    (folder / "deep" / "c.pdf").write_bytes(numbered(21))
    (folder / "note.txt").write_text("no document")
    here = served.command("batch", str(folder), "--out", str(tmp_path / "here"))
    there = served.command(
        "batch", str(folder), "--out", str(tmp_path / "there"), "--server", served.url
    )
    assert (here.returncode, there.returncode) == (3, 3), there.stderr
    for name in ("here", "there"):
        lines = (tmp_path / name / "outcomes.csv").read_text("utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == [
            "a.pdf",
            "deep/b.pdf",
            "deep/c.pdf",
            "note.txt",
        ]
        assert lines[3].endswith(",a.pdf"), "the same content is read once"
