"""What a store of blobs can do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from schemas.errors import CrossfootError


class BlobTrouble(CrossfootError):
    """The store of blobs can't do what it is for."""

    category = "blobs"
    retry = True


class BlobMissing(BlobTrouble):
    """A blob that should be there is not."""

    category = "blobs:missing"


class BlobRotten(BlobTrouble):
    """A blob's content is not what its name says: the medium or a hand changed it."""

    category = "blobs:rotten"


class StoreFull(BlobTrouble):
    """There is no room left."""

    category = "blobs:full"


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What a system says when nothing more can be written."""


class BlobStore(Protocol):
    """Blobs are named by their SHA-256 in hexadecimal and never change."""

    def put(self, content: bytes) -> str:
        """Keeps the content; its name."""
        ...

    def put_file(self, path: Path, sha256: str) -> None:
        """Keeps the content of a file whose hash the caller has counted; the file stays."""
        ...

    def get(self, sha256: str) -> bytes:
        """The content, its hash checked.

        Raises:
            BlobMissing: if it is not there.
            BlobRotten: if it is not what it was.
        """
        ...

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """The content as a file to read, for as long as the block lasts."""
        ...

    def exists(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Removes it; no error where it is not there."""
        ...

    def discard(self, sha256: str, before: float) -> bool:
        """Removes it unless it was put since ``before``, in seconds since 1970; whether it did."""
        ...

    def discard_halves(self, before: float) -> int:
        """Removes what someone began to put before that time and never finished; how many."""
        ...

    def names(self) -> Iterator[tuple[str, float]]:
        """Every blob with the time it was last put, in seconds since 1970."""
        ...
