"""The description of the interface holds: programs made from it work, odd requests are refused."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.acceptance.door import PROJECT
from tests.acceptance.served import Served, start, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default::DeprecationWarning")]

TEXT = PROJECT / "examples" / "liwan-2024.pdf"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    held = start(tmp_path_factory.mktemp("api") / "home")
    yield held
    held.stop()


def test_no_request_gets_an_answer_that_is_not_described(served: Served) -> None:
    """A few requests of every kind, fitting and not; no 5xx, no status or shape undescribed."""
    described = schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json")
    tried = []
    for found in described.get_all_operations():
        operation = found.ok()
        tried.append(operation.label)

        @seed(7)
        @settings(
            max_examples=4, deadline=None, database=None, suppress_health_check=[*HealthCheck]
        )
        @given(operation.as_strategy())
        def asked(case: Any) -> None:
            # What fits the description may still be refused: a cursor that nobody gave out.
            case.call_and_validate(timeout=30, excluded_checks=[positive_data_acceptance])

        asked()
    assert len(tried) > 30


def test_a_client_made_from_the_description_sends_waits_and_reads(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = httpx.get(f"{served.url}/api/v1/openapi.json", trust_env=False).json()
    (tmp_path / "openapi.json").write_text(json.dumps(told), encoding="utf-8")
    programs = Path(sys.executable).parent
    binary = {
        "image/png": "application/octet-stream",
        "application/zip": "application/octet-stream",
    }
    (tmp_path / "made.json").write_text(json.dumps({"content_type_overrides": binary}))
    made = subprocess.run(
        [
            str(programs / "openapi-python-client"),
            *("generate", "--path", str(tmp_path / "openapi.json"), "--meta", "none"),
            *("--output-path", str(tmp_path / "made_client"), "--fail-on-warning"),
            *("--config", str(tmp_path / "made.json")),
        ],
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    made_client = importlib.import_module("made_client").Client(base_url=served.url)
    upload = importlib.import_module("made_client.api.documents.upload_documents")
    look = importlib.import_module("made_client.api.documents.get_document")
    fetch = importlib.import_module("made_client.api.documents.get_result")
    models = importlib.import_module("made_client.models")
    types = importlib.import_module("made_client.types")
    file = types.File(payload=BytesIO(TEXT.read_bytes()), file_name="a.pdf")
    with made_client as client:
        answer = upload.sync(client=client, body=models.UploadDocumentsUpload(files=[file]))
        document = answer.items[0].document.id
        wait_for(
            lambda: look.sync(document, client=client), lambda d: d.status.value == "verified", 60
        )
        result = fetch.sync(document, client=client)
    assert [table.form for table in result.tables] == ["project_performance"]
