"""A secret that a test's files or words hold is found; see tests/conftest.py."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.canaries import DATABASE_PASSWORD, MODEL_KEY, told, told_in_files


def test_a_secret_is_found_wherever_it_stands() -> None:
    # Not in a folder of pytest's: that one is searched itself at the end.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        (folder / "logs" / "worker.log").write_bytes(b"\xff asked with " + MODEL_KEY.encode())
        (folder / "sound").write_text("canary", encoding="utf-8")
        assert list(told_in_files(folder)) == [(folder / "logs" / "worker.log", MODEL_KEY)]
    assert told(f"postgresql://postgres:{DATABASE_PASSWORD}@host") == [DATABASE_PASSWORD]
    assert told("postgresql://postgres:***@host") == []
