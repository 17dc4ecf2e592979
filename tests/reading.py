"""A reader of documents that needs no pages: the file's first word says what comes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from schemas.errors import DamagedFile, EncryptedFile
from schemas.result import Result
from service import pool
from tests.results import nested_header_table, performance_result, result

Progress = Callable[[int, int], None]


def read_by_first_word(path: Path, *, progress: Progress | None = None) -> Result:
    """The result that the file asks for, or the end that it asks for."""
    content = path.read_bytes()
    word = content.decode("utf-8").split()[0]
    for page in range(2):
        if progress is not None:
            progress(page + 1, 2)
    match word:
        case "verified":
            return result(nested_header_table(), name=path.name, content=content)
        case "review":
            return performance_result()
        case "empty":
            return result(status="empty", name=path.name, content=content)
    return _end(word, path)


def _end(word: str, path: Path) -> Result:
    match word:
        case "encrypted":
            raise EncryptedFile(f"{path.name} needs a password: save a copy without one.")
        case "damaged":
            raise DamagedFile(f"{path.name} is cut off: get it again.")
        case "memory":
            raise MemoryError
        case "stop":
            raise KeyboardInterrupt
        case "die":
            os._exit(7)
        case "die-telling":  # in the middle of telling of a page
            pool._pages._wlock.acquire()
            os._exit(7)
    raise KeyError(word)
