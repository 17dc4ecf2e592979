"""A disk without room: refused or tried again, told with its cause, and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.door import PROJECT

pytestmark = pytest.mark.slow

_MOUNTED = 'mount -t tmpfs -o size=16m none "$0" && exec "$@"'


def on_a_small_disk(folder: Path, *more: str) -> dict[str, Any]:
    """What :mod:`tests.chaos.full_disk` sees on a file system of 16 MiB that only it has."""
    alone = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "-r", "--mount"]
    command = [*alone, "sh", "-c", _MOUNTED, str(folder)]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system of one's own may be mounted here")
    words = [sys.executable, "-m", "tests.chaos.full_disk", str(folder), *more]
    done = subprocess.run(
        [*command, *words], cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


def ends(states: dict[str, str | None]) -> list[tuple[str, str | None]]:
    return [(state.split()[0], category) for state, category in states.items()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "small"
    made.mkdir()
    return made


def test_a_disk_that_fills_up_costs_time_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    seen = on_a_small_disk(folder, f"sqlite:///{tmp_path / 'elsewhere.db'}")
    assert seen["with_room"] == 201
    ((status, category),) = ends(seen["full_once"])
    assert (status, category) == ("reading", None), "to be tried again"
    assert ends(seen["after_it"]) == [("verified", None)], "tried again when there was room"
    assert (seen["too_large"], seen["left_of_it"]) == (507, 0)
    assert ends(seen["full_for_long"]) == [("verified", None), ("failed", "blobs:full")]
    (message,) = seen["messages"]
    assert "no room" in message
    assert "make room" in message
    assert ends(seen["in_the_end"]) == [("verified", None)] * 2, "a person revives it"
    assert seen["broken"] == []


def test_a_database_on_a_full_disk_loses_nothing(folder: Path) -> None:
    seen = on_a_small_disk(folder)
    assert ends(seen["after_it"]) == [("verified", None)]
    assert (seen["too_large"], seen["left_of_it"]) == (507, 0)
    assert {category for _, category in ends(seen["full_for_long"])} <= {None, "blobs:full"}
    assert ends(seen["in_the_end"]) == [("verified", None)] * 2
    assert seen["broken"] == []
