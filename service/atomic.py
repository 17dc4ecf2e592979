"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from schemas.errors import UsageError


def write_whole(path: Path, content: bytes) -> None:
    """Puts ``content`` at ``path`` in one step; nothing half written is ever seen there.

    Raises:
        OSError: if it can't be written; what stood at ``path`` before is still there.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".crossfoot-", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The process's mask for new files, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def writable_folder(path: Path) -> Path:
    """``path``, made where it is missing.

    Raises:
        UsageError: if no file can be written there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path, prefix=".crossfoot-"):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"can't write to {path}: {reason}. Give another folder with --out."
        ) from error
    return path
