"""The description of the interface holds: programs made from it work, odd requests are refused."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.acceptance.door import PROJECT
from tests.acceptance.served import Served, start, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default::DeprecationWarning")]

TEXT = PROJECT / "examples" / "liwan-2024.pdf"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    held = start(tmp_path_factory.mktemp("api") / "home")
    yield held
    held.stop()


@pytest.fixture(scope="module")
def description(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json")


schema = schemathesis.pytest.from_fixture("description")


@schema.parametrize()  # type: ignore[untyped-decorator]
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_request_gets_an_answer_that_is_not_described(case: Any) -> None:
    case.call_and_validate(timeout=20)


def test_a_client_made_from_the_description_sends_waits_and_reads(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = httpx.get(f"{served.url}/api/v1/openapi.json", trust_env=False).json()
    (tmp_path / "openapi.json").write_text(json.dumps(told), encoding="utf-8")
    made = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")),
            *("generate", "--path", str(tmp_path / "openapi.json"), "--meta", "none"),
            *("--output-path", str(tmp_path / "made_client"), "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    client = importlib.import_module("made_client").Client(base_url=served.url)
    upload = importlib.import_module("made_client.api.documents.upload_documents")
    look = importlib.import_module("made_client.api.documents.get_document")
    fetch = importlib.import_module("made_client.api.documents.get_result")
    models = importlib.import_module("made_client.models")
    types = importlib.import_module("made_client.types")
    file = types.File(payload=BytesIO(TEXT.read_bytes()), file_name="a.pdf")
    answer = upload.sync(client=client, body=models.Upload(files=[file]))
    document = answer.items[0].document.id
    wait_for(lambda: look.sync(document, client=client), lambda d: d.status.value == "verified", 60)
    result = fetch.sync(document, client=client)
    assert [table.form for table in result.tables] == ["project_performance"]
