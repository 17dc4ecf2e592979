"""The store of blobs that the settings name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from schemas.errors import UsageError
from service.blobs.disk import DiskBlobs
from service.blobs.port import BlobStore
from service.settings import Settings


def open_blobs(settings: Settings) -> BlobStore:
    """The store at ``settings.blobs``: ``file:///folder`` or ``s3://bucket/prefix``.

    Raises:
        UsageError: if the URL is neither.
    """
    url = settings.blobs
    if url.startswith("s3://"):
        from service.blobs.s3 import S3Blobs

        return S3Blobs.at(url, settings)
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return DiskBlobs(Path(unquote(parts.path)))
    raise UsageError(
        "CROSSFOOT_BLOB_URL must be file:///folder (three slashes) or s3://bucket/prefix."
    )
