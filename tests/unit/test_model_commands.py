"""``crossfoot model check``, ``crossfoot estimate`` and ``extract --llm``, against a fake model."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from service.cli import main
from tests.llm.fake import Answer, Fake, served
from tests.unit.pages import document, write
from tests.unit.test_model_indicators import draw as indicators_page


def page(sheet: pymupdf.Page) -> None:
    """A table without rulings whose rows nobody can prove."""
    for row, texts in enumerate(
        (("项目", "预算金额", "备注金额"), ("甲", "10.00", "1.00"), ("乙", "20.00", "2.00"))
    ):
        for col, text in enumerate(texts):
            write(sheet, 60 + 150 * col, 100 + 20 * row, text)


def ready(form: str, _text: str) -> Answer:
    return {"word": "ready", "lines": 2} if form == "CheckAnswer" else {"rows": [], "outside": []}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    monkeypatch.setenv("CROSSFOOT_HOME", str(tmp_path / "home"))
    with served(Fake(ready)) as held:
        monkeypatch.setenv("CROSSFOOT_MODEL_URL", held.url)
        monkeypatch.setenv("CROSSFOOT_MODEL", "fake")
        monkeypatch.setenv("CROSSFOOT_MODEL_PRICE", "1/2")
        yield held
        with warnings.catch_warnings():  # a command's connections end with its process
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def test_check_tells_what_works_and_what_does_not(
    fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", "check"]) == 3
    said = capsys.readouterr().out
    assert "yes  JSON of a given form: ready" in said
    assert "no   structure of a table" in said
    assert "dollars" in said
    assert fake.ledger.requests > 1


def test_estimate_sends_nothing(
    fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    document(folder / "a.pdf", page)
    assert main(["estimate", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "1 document, 1 table and 0 texts of indicators to ask about in 2 questions" in said
    assert "dollars" in said
    assert fake.ledger.requests == 0


def test_estimate_counts_texts_of_indicators(
    fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    document(folder / "a.pdf", indicators_page, width=842, height=595)
    assert main(["estimate", str(folder)]) == 0
    # The table adds up; only what the rules can't take apart is asked about.
    assert (
        "0 tables and 1 text of indicators to ask about in 1 question:" in capsys.readouterr().out
    )
    assert fake.ledger.requests == 0


@pytest.mark.parametrize(
    ("words", "asked"), [(["--llm", "off"], False), (["--confidential"], False), ([], True)]
)
def test_extract_asks_as_told(words: list[str], asked: bool, fake: Fake, tmp_path: Path) -> None:
    path = document(tmp_path / "a.pdf", page)
    main(["extract", str(path), "--out", str(tmp_path / "out"), *words])
    result = json.loads((tmp_path / "out" / "a.json").read_text(encoding="utf-8"))
    assert (fake.ledger.requests > 0) is asked
    assert (result["usage"]["model_calls"] > 0) is asked
    assert result["document"]["engine"]["model"] == ("fake" if asked else None)
