"""Temporary folders that show whether anyone still owns them.

A process that is killed leaves its folder behind. The lock on a folder goes with whoever held
it, in whatever container and after a restart too, so a folder that can be locked has no owner.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

_PREFIX = "crossfoot-scratch-"


class Scratch:
    """A folder of this process alone, until it is closed or the process ends."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX)
        self.path = Path(self._folder.name)
        lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        self._unlock = weakref.finalize(self, os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Removes it; from several threads too, and more than once."""
        self._folder.cleanup()
        self._unlock()


def remove_ownerless(before: float) -> int:
    """Removes such folders that nobody owns and that did not change since; how many.

    ``before`` is in seconds since 1970: an owner takes a moment from making to locking.
    """
    return sum(_removed(path, before) for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))


def _removed(path: Path, before: float) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False  # gone meanwhile, or another user's
    try:
        seen = os.fstat(handle)
        if seen.st_mtime >= before or seen.st_uid != os.getuid():
            return False
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
            return not path.exists()
        return False
    finally:
        os.close(handle)
