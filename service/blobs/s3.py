"""Blobs in a bucket that speaks S3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from service.blobs.port import BlobMissing, BlobRotten, BlobTrouble
from service.scratch import Scratch
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class S3Blobs:
    """Blobs as ``prefix`` + name in ``bucket``; ``client`` is boto3's."""

    client: Any
    bucket: str
    prefix: str

    @staticmethod
    def at(url: str, settings: Settings) -> S3Blobs:
        """The store at ``s3://bucket/prefix``; without keys, boto3 looks where it always does."""
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        client = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint,
            aws_access_key_id=settings.s3_key.get_secret_value() if settings.s3_key else None,
            aws_secret_access_key=(
                settings.s3_secret.get_secret_value() if settings.s3_secret else None
            ),
            region_name="us-east-1" if settings.s3_endpoint else None,
            config=Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}),
        )
        return S3Blobs(client, bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else "")

    def put(self, content: bytes) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        with _translated():
            self.client.put_object(Bucket=self.bucket, Key=self._key(sha256), Body=content)
        return sha256

    def put_file(self, path: Path, sha256: str) -> None:
        with _translated():
            self.client.upload_file(str(path), self.bucket, self._key(sha256))

    def get(self, sha256: str) -> bytes:
        with _translated():
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(sha256))
            content: bytes = answer["Body"].read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobRotten(f"the blob {sha256[:12]}… is not what was once written.")
        return content

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        with closing(Scratch()) as scratch:
            path = scratch.path / sha256
            with _translated():
                self.client.download_file(self.bucket, self._key(sha256), str(path))
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    raise BlobRotten(f"the blob {sha256[:12]}… is not what was once written.")
            yield path

    def exists(self, sha256: str) -> bool:
        try:
            with _translated():
                self.client.head_object(Bucket=self.bucket, Key=self._key(sha256))
        except BlobMissing:
            return False
        return True

    def delete(self, sha256: str) -> None:
        with _translated():
            self.client.delete_object(Bucket=self.bucket, Key=self._key(sha256))

    def discard(self, sha256: str, before: float) -> bool:
        key = {"Bucket": self.bucket, "Key": self._key(sha256)}
        try:
            with _translated():
                put = self.client.head_object(**key)["LastModified"].timestamp()
                if put < before:
                    self.client.delete_object(**key)
        except BlobMissing:
            return False
        return bool(put < before)

    def discard_halves(self, before: float) -> int:
        """None: an upload that was broken off is ended by the bucket's own rule, if it has one."""
        del before
        return 0

    def names(self) -> Iterator[tuple[str, float]]:
        pages = self.client.get_paginator("list_objects_v2")
        with _translated():
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                for held in page.get("Contents", ()):
                    yield held["Key"].rpartition("/")[2], held["LastModified"].timestamp()

    def _key(self, sha256: str) -> str:
        return f"{self.prefix}{sha256[:2]}/{sha256}"


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of boto3 as ours."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in ("404", "NoSuchKey", "NotFound"):
            raise BlobMissing("a blob is not in the bucket: restore it from a backup.") from error
        raise BlobTrouble(f"the bucket refused ({code}): check its name and rights.") from error
    except BotoCoreError as error:
        raise BlobTrouble(f"the bucket does not answer ({type(error).__name__}).") from error
