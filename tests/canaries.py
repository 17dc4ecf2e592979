"""The secrets that tests give the program: none of them may turn up in what it writes.

Every one of them holds the same word. At the end of a run all files that tests left, all that
they printed and logged, and all that failed is searched for it (F48 of docs/reliability.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

WORD = "canary"
MODEL_KEY = f"sk-{WORD}-of-the-model-3f9"
PASSWORD = f"correct horse {WORD} battery"
DATABASE_PASSWORD = f"{WORD}-of-the-database"
STORAGE_KEY = f"{WORD}-of-the-storage"

_WORDS = (MODEL_KEY, PASSWORD, DATABASE_PASSWORD, STORAGE_KEY)
_MOST = 64 * 2**20
"""Bytes of a file that is searched."""


def told(text: str) -> list[str]:
    """The secrets that stand in the text."""
    return [word for word in _WORDS if word in text]


def told_in_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Files below the folder that hold a secret, each with the secret."""
    for path in _files(folder):
        try:
            if path.stat().st_size > _MOST:
                continue
            content = path.read_bytes()
        except OSError:  # gone meanwhile, or closed to us
            continue
        for word in _WORDS:
            if word.encode() in content:
                yield path, word


def _files(folder: Path) -> Iterable[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
