"""Gold begun from a result, and gold whose own sums speak."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.commands import run_gold
from eval.gold import load_gold
from schemas.errors import UsageError
from tests.pairs import BODY, HEADER, MISREAD, result, table


def written(path: Path, body: tuple[tuple[str, ...], ...] = BODY) -> Path:
    held = result(table(body, verdict="doubtful"), review=[("r2", "c2")])
    path.write_text(held.model_dump_json(), encoding="utf-8")
    return path


def cells(path: Path, body: tuple[tuple[str, ...], ...]) -> Path:
    rows = [{"page": 1, "table": 0, "cells": line} for line in (HEADER, *body)]
    path.write_text(json.dumps({"amount_columns": None, "rows": rows}), encoding="utf-8")
    return path


def test_gold_begins_with_what_was_read_and_tells_what_was_doubted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read, gold = written(tmp_path / "read.json", MISREAD), tmp_path / "gold.json"
    assert run_gold(["new", str(read), "--out", str(gold)]) == 0
    assert "South | c2: look" in capsys.readouterr().out
    data = json.loads(gold.read_text(encoding="utf-8"))
    assert data["schema_version"] == "1"
    assert "verdict" not in gold.read_text(encoding="utf-8")
    (block,) = load_gold([gold]).blocks
    assert [row.cells for row in block.rows] == list(MISREAD)


def test_gold_is_never_begun_over_a_gold(tmp_path: Path) -> None:
    read, gold = written(tmp_path / "read.json"), tmp_path / "gold.json"
    gold.write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        run_gold(["new", str(read), "--out", str(gold)])
    assert gold.read_text() == "mine"


def test_a_result_without_tables_begins_no_gold(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text(result().model_dump_json())
    with pytest.raises(UsageError, match="no table"):
        run_gold(["new", str(empty), "--out", str(tmp_path / "gold.json")])


@pytest.mark.parametrize("kind", [written, cells])
def test_sound_gold_has_nothing_to_say(
    kind: type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_gold(["check", "--all", str(kind(tmp_path / "gold.json", BODY))]) == 0
    told = capsys.readouterr().out
    assert "Every sum of the gold holds." in told
    assert "12 figures" in told


@pytest.mark.parametrize("kind", [written, cells])
def test_a_slip_in_gold_is_told_by_its_row_and_its_column(
    kind: type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_gold(["check", str(kind(tmp_path / "gold.json", MISREAD))]) == 1
    told = capsys.readouterr().out
    assert "“South”, Total: off by 5.00" in told
    assert "“Total”, Staff: off by 5.00" in told


def test_a_value_that_is_not_the_text_beside_it_is_a_slip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "gold.json")
    path.write_text(path.read_text().replace('"value":"8.00","text":"8.00"',
                                             '"value":"8.00","text":"3.00"'))  # fmt: skip
    assert run_gold(["check", str(path)]) == 1
    assert "text '3.00', value '8.00'" in capsys.readouterr().out


def test_the_examples_gold_holds(examples_gold: list[Path]) -> None:
    assert run_gold(["check", *map(str, examples_gold)]) == 0


@pytest.fixture
def examples_gold() -> list[Path]:
    found = sorted((Path(__file__).parents[2] / "examples" / "gold").glob("*.json"))
    assert found
    return found
