"""``crossfoot batch --server URL``: the same batch, read by a running service."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from schemas.errors import EngineError, UsageError
from schemas.result import Result
from service.atomic import write_whole
from service.batch import OUTCOMES, Report, write_files
from service.batch_files import BatchFile, batch_files
from service.outcomes import UNREAD, FileOutcome, outcomes_csv
from service.packing import safe_stem
from service.settings import MIB, Settings

_NOTE = ".crossfoot-batch-server.json"
_MOST_FILES, _MOST_BYTES = 50, 64 * MIB
_PAUSE = 1.0
_FINAL = ("verified", "review", "empty", "failed", "dead")


def run_remote(
    source: Path, out: Path, settings: Settings, server: str, key: str | None, report: Report
) -> tuple[FileOutcome, ...]:
    """Sends what the service does not have, waits, fetches; an outcome for every file.

    Interrupted, it goes on: the service knows each content that it was sent, and the output
    folder remembers the batch.

    Raises:
        UsageError: if the service refuses.
        EngineError: if it does not answer.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with (
        batch_files(source, out, settings) as files,
        httpx.Client(base_url=server, headers=headers, timeout=120, trust_env=False) as client,
    ):
        remote = _Remote(client, out, server)
        documents = remote.send(source.name, [file for file in files if file.is_document])
        states = remote.wait(documents, report)
        outcomes = tuple(_outcomes(files, states))
        remote.fetch(files, states)
        write_whole(out / OUTCOMES, outcomes_csv(outcomes))
    return outcomes


class _Remote:
    def __init__(self, client: httpx.Client, out: Path, server: str) -> None:
        self._client, self._out, self._server = client, out, server

    def send(self, name: str, files: Sequence[BatchFile]) -> dict[str, str]:
        """Hash → id of the document, for every content."""
        note = self._out / _NOTE
        held: dict[str, Any] = json.loads(note.read_text("utf-8")) if note.exists() else {}
        if held.get("server") != self._server:
            held = {"server": self._server, "batch": None, "documents": {}}
        fresh = {f.sha256: f for f in files if f.sha256 not in held["documents"]}
        for group in _groups(list(fresh.values())):
            fields = {"priority": "batch"}
            fields |= {"into": held["batch"]} if held["batch"] else {"batch": name}
            answer = self._upload(group, fields)
            held["batch"] = answer["batch"]["id"]
            for item in answer["items"]:
                if item["document"] is not None:
                    held["documents"][item["document"]["sha256"]] = item["document"]["id"]
            write_whole(note, json.dumps(held).encode())
        wanted = {file.sha256 for file in files}
        return {sha: one for sha, one in held["documents"].items() if sha in wanted}

    def _upload(self, group: Sequence[BatchFile], fields: dict[str, str]) -> dict[str, Any]:
        while True:
            with ExitStack() as opened:
                parts = [
                    ("files", (file.name, opened.enter_context(file.path.open("rb"))))
                    for file in group
                    if file.path is not None
                ]
                answer = self._ask("POST", "/api/v1/documents", data=fields, files=parts)
            if answer.status_code != 429:
                break
            time.sleep(min(float(answer.headers.get("Retry-After", "10")), 60))
        held: dict[str, Any] = _checked(answer).json()
        return held

    def wait(self, documents: dict[str, str], report: Report) -> dict[str, dict[str, Any]]:
        """Hash → the document, when all have come to an end."""
        states: dict[str, dict[str, Any]] = {}
        left = dict(documents)
        while left:
            for sha256, one in list(left.items()):
                answer = self._ask("GET", f"/api/v1/documents/{one}")
                state = _checked(answer).json()
                if state["status"] in _FINAL:
                    states[sha256] = state
                    del left[sha256]
                    report(state["name"], 0, 0)
                else:
                    report(state["name"], state["pages_done"], state["pages"] or 0)
                    break  # the service works in order: what follows is not done either
            if left:
                time.sleep(_PAUSE)
        return states

    def fetch(self, files: Sequence[BatchFile], states: dict[str, dict[str, Any]]) -> None:
        """Writes the files of every result."""
        used: set[str] = set()
        names = {file.sha256: file.name for file in reversed(files)}
        for sha256, state in states.items():
            stem, number = safe_stem(names[sha256]), 1
            while stem.casefold() in used:
                number += 1
                stem = f"{safe_stem(names[sha256])}-{number}"
            used.add(stem.casefold())
            if state["version"]:
                answer = _checked(self._ask("GET", f"/api/v1/documents/{state['id']}/result"))
                write_files(Result.model_validate_json(answer.content), stem, self._out)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        for left in (4, 3, 2, 1, 0):
            try:
                answer = self._client.request(method, path, **options)
            except httpx.HTTPError as error:
                if left:
                    time.sleep(_PAUSE)
                    continue
                raise EngineError(
                    f"{self._server} does not answer ({type(error).__name__}): is it running?"
                ) from error
            if answer.status_code == 503 and left:
                time.sleep(_PAUSE)
                continue
            return answer
        raise AssertionError("unreachable")


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"status {answer.status_code}"
    raise UsageError(f"the service refused: {detail}")


def _groups(files: Sequence[BatchFile]) -> Iterator[list[BatchFile]]:
    group: list[BatchFile] = []
    size = 0
    for file in files:
        weight = file.path.stat().st_size if file.path else 0
        if group and (len(group) >= _MOST_FILES or size + weight > _MOST_BYTES):
            yield group
            group, size = [], 0
        group.append(file)
        size += weight
    if group:
        yield group


def _outcomes(
    files: Sequence[BatchFile], states: dict[str, dict[str, Any]]
) -> Iterator[FileOutcome]:
    first: dict[str, str] = {}
    for file in files:
        state = states.get(file.sha256)
        if state is None:
            reason = file.reason or "the service did not take it."
            category = file.category or "input"
            yield FileOutcome(
                file.name, file.sha256, UNREAD, 0, 0, 0, 0, 0, 0, 0.0, category, reason
            )
            continue
        earlier = first.setdefault(file.sha256, file.name)
        yield FileOutcome(
            name=file.name,
            sha256=file.sha256,
            status=state["status"],
            tables=state["tables"],
            figures=state["figures"],
            checks_passed=state["checks_passed"],
            checks_rounding=state["checks_rounding"],
            checks_failed=state["checks_failed"],
            cells_to_review=state["doubts"],
            seconds=state["seconds"],
            category=state["category"] or "",
            reason=state["message"] or "",
            duplicate_of=earlier if earlier != file.name else "",
        )
