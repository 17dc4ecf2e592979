"""Other tools beside Crossfoot: what they give made comparable, and told when absent."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from eval.peers.grids import result_of
from eval.peers.outsiders import PYTHON_VARIABLE, Outsider, _checked, outsiders
from eval.peers.registry import reader, readers
from eval.runs.documents import Document, prepare
from eval.scores.all import scores
from eval.scores.case import Case
from schemas.errors import UsageError
from tests.pairs import BODY, HEADER, case, result, table

CHILDREN = Path(__file__).parents[2] / "eval" / "peers" / "children"


def plain() -> list[list[str | None]]:
    return [list(line) for line in (HEADER, *BODY)]


def grid_case(rows: list[list[str | None]], tmp_path: Path) -> Case:
    path = tmp_path / "made.pdf"
    path.write_bytes(b"%PDF-1.7")
    read = result_of(path, 1, [(1, rows)], "tool", {"seconds": 1.0})
    held = case(result(table()))
    return Case("peer", held.gold, held.truth, read, pages=1, seconds=1.0)


def value(held: Case, name: str) -> float | None:
    (score,) = [score for score in scores(held, outside=False) if score.name == name]
    return score.value


def test_a_grid_of_plain_texts_is_scored_like_a_table_of_ours(tmp_path: Path) -> None:
    held = grid_case(plain(), tmp_path)
    assert value(held, "figures.recall") == 1.0
    assert value(held, "structure.headers") == 1.0
    assert value(held, "anywhere.page") == 1.0


def test_a_tool_that_marks_nothing_vouches_for_everything(tmp_path: Path) -> None:
    rows = plain()
    rows[3][2] = "3.00"
    assert value(grid_case(rows, tmp_path), "silence.errors") == pytest.approx(1 / 12)


def test_cells_that_a_tool_leaves_out_are_blank(tmp_path: Path) -> None:
    rows = plain()
    rows[2] = ["North", None, "4.00"]
    assert value(grid_case(rows, tmp_path), "figures.recall") == pytest.approx(10 / 12)


def test_tables_are_found_in_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHILDREN))
    from markdown_tables import tables

    text = (
        "# T\n\n|**Item**|Total|\n|---|---:|\n|A\\|B|1.00|\n||<br>2.00|\n\nwords\n\n| x |\n|--|\n"
    )
    assert tables(text) == [
        [["Item", "Total"], ["A|B", "1.00"], ["", "2.00"]],
        [["x"]],
    ]


def test_a_tool_that_is_not_installed_is_told_and_never_scored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, str(tmp_path / "no-python"))
    absent = [one for one in readers() if one.missing() is not None]
    assert "rapidocr" in {one.name for one in absent}
    with pytest.raises(UsageError, match="rapidocr can't run here"):
        reader("rapidocr")


def test_an_unknown_engine_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="crossfoot, crossfoot-tiny, crossfoot-model"):
        reader("abacus")


@pytest.mark.parametrize("one", outsiders(), ids=lambda one: one.name)
def test_every_tool_says_how_it_is_run_and_why(one: Outsider) -> None:
    assert (CHILDREN / one.script).is_file()
    assert one.settings()["chosen"]


@pytest.mark.long
def test_rapidocr_s_lines_lie_where_the_figures_are_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    prepared = prepare(Document("made", "text", 5, form="general_public_basic"), tmp_path)
    read = reader("rapidocr").read(prepared.path)
    held = Case(
        "lines", prepared.gold, prepared.truth, read.result, read.lines, read.pages, boxes=True
    )
    page, row = value(held, "anywhere.page"), value(held, "anywhere.row")
    assert page is not None
    assert row is not None
    assert page >= row > 0.8
    assert value(held, "figures.recall") is None


class Model(BaseHTTPRequestHandler):
    """Answers every request for a chat with the same table, and keeps what was asked."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.asked.append(json.loads(self.rfile.read(length)))
        rows = "\n".join(f"| {' | '.join(line)} |" for line in (HEADER, *BODY))
        answer = {
            "choices": [{"message": {"content": rows}}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 80},
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    Model.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("CROSSFOOT_PEER_MODEL_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("CROSSFOOT_PEER_MODEL", "made-up")
        monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
        _checked.cache_clear()
        yield Model.asked
        server.shutdown()
    _checked.cache_clear()


def test_a_language_model_is_asked_once_for_each_page_and_scored_by_its_tables(
    model: list[dict[str, Any]], tmp_path: Path
) -> None:
    prepared = prepare(Document("made", "text", 5, form="general_public_basic"), tmp_path)
    read = reader("model").read(prepared.path)
    assert len(model) == read.pages
    text, image = model[0]["messages"][0]["content"]
    assert "Do not compute anything" in text["text"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert read.result is not None
    assert read.result.usage.model_calls == read.pages
    assert read.result.usage.input_tokens == 900 * read.pages
    held = case(result(table()))
    scored = Case("model", held.gold, held.truth, read.result, pages=read.pages, boxes=read.boxes)
    assert value(scored, "figures.recall") == 1.0
    assert value(scored, "cost.dollars") is None
    assert value(scored, "place.iou") is None
