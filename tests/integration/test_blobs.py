"""Blobs on a disk and in a bucket: the same promises."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.blobs.open import open_blobs
from service.blobs.port import BlobMissing, BlobRotten, BlobStore
from service.settings import read_settings
from tests.canaries import STORAGE_KEY

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

ABSENT = "0" * 64


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, str]]:
    """The settings for a bucket on an S3 server of this machine."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "CROSSFOOT_BLOB_URL": "s3://budgets/scans",
        "CROSSFOOT_S3_ENDPOINT": f"http://{host}:{port}",
        "CROSSFOOT_S3_KEY": "testing",
        "CROSSFOOT_S3_SECRET": STORAGE_KEY,
    }
    client = boto3.client(
        "s3",
        endpoint_url=told["CROSSFOOT_S3_ENDPOINT"],
        aws_access_key_id="testing",
        aws_secret_access_key=STORAGE_KEY,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="budgets")
    yield told
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "disk":
        return open_blobs(read_settings({"CROSSFOOT_HOME": str(tmp_path)}))
    return open_blobs(read_settings(request.getfixturevalue("bucket")))


def test_what_is_put_comes_back(blobs: BlobStore, tmp_path: Path) -> None:
    name = blobs.put(b"one")
    assert blobs.get(name) == b"one"
    assert blobs.exists(name)
    assert name in [held for held, _ in blobs.names()]
    with blobs.local(name) as path:
        assert path.read_bytes() == b"one"
    file = tmp_path / "file"
    file.write_bytes(b"one")
    blobs.put_file(file, name)
    assert [held for held, _ in blobs.names()].count(name) == 1


def test_what_was_deleted_is_missing(blobs: BlobStore) -> None:
    name = blobs.put(b"two")
    blobs.delete(name)
    blobs.delete(name)
    assert not blobs.exists(name)
    with pytest.raises(BlobMissing):
        blobs.get(name)
    with pytest.raises(BlobMissing), blobs.local(ABSENT):
        pass


def test_only_what_is_old_is_discarded(blobs: BlobStore) -> None:
    name, hour = blobs.put(b"old or young"), 3600
    assert not blobs.discard(name, time.time() - hour)
    assert blobs.get(name) == b"old or young"
    assert blobs.discard(name, time.time() + hour)
    assert not blobs.exists(name)
    assert not blobs.discard(name, time.time() + hour)


def test_a_changed_file_is_never_given_out(tmp_path: Path) -> None:
    blobs = open_blobs(read_settings({"CROSSFOOT_HOME": str(tmp_path)}))
    name = blobs.put(b"three")
    (tmp_path / "blobs" / name[:2] / name).write_bytes(b"threw")
    with pytest.raises(BlobRotten):
        blobs.get(name)
    with pytest.raises(BlobRotten), blobs.local(name):
        pass
