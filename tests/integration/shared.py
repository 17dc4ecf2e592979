"""Where the real documents lie that are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def shared_folder() -> Path:
    """The folder of real documents and their gold; a test that asks is skipped without it."""
    told = os.environ.get("CROSSFOOT_SHARED_DATA")
    folder = Path(told) if told else PROJECT.parent / "shared" / "data"
    if not (folder / "documents").is_dir():
        pytest.skip(f"no real documents in {folder} (set CROSSFOOT_SHARED_DATA)")
    return folder
