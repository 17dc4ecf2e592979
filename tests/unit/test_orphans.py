"""What nobody owns is removed when it is old, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from service.blobs.disk import DiskBlobs
from service.orphans import YOUNG, Swept, sweep_orphans
from service.scratch import Scratch
from service.settings import Settings, read_settings
from service.store.intake import Incoming
from tests.unit.store import Desk

OLD = time.time() - 2 * YOUNG


@dataclass(frozen=True, slots=True)
class House:
    desk: Desk
    blobs: DiskBlobs
    settings: Settings

    def sweep(self) -> Swept:
        return sweep_orphans(self.desk.store, self.blobs, self.settings, time.time)

    def put(self, content: bytes, *, put: float = OLD) -> str:
        """A blob last put at that time, its name; not waited for as the store itself does."""
        name = sha256(content).hexdigest()
        path = self.blobs.folder / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (put, put))
        return name


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))  # as TMPDIR would
    settings = read_settings({"CROSSFOOT_HOME": str(tmp_path / "home")})
    desk = Desk.in_folder(tmp_path)
    yield House(desk, DiskBlobs(settings.home / "blobs"), settings)
    desk.store.database.close()


def test_an_old_blob_without_a_row_goes_and_one_with_a_row_stays(house: House) -> None:
    orphan, owned = house.put(b"orphan"), house.put(b"owned")
    house.desk.send(Incoming("a.pdf", 5, owned, "pdf"))
    assert house.sweep() == Swept(blobs=1, halves=0, uploads=0, folders=0)
    assert (house.blobs.exists(orphan), house.blobs.exists(owned)) == (False, True)


def test_a_young_blob_stays_for_its_row_may_be_on_the_way(house: House) -> None:
    young = house.put(b"young", put=time.time() - YOUNG / 2)
    assert not house.sweep().any
    assert house.blobs.exists(young)


def test_an_old_blob_that_is_put_again_stays(house: House) -> None:
    name = house.put(b"again")
    seen = list(house.blobs.names())
    house.blobs.put(b"again")
    assert seen[0][1] < time.time() - YOUNG, "it was old when it was looked at"
    assert not house.blobs.discard(name, time.time() - YOUNG)
    assert house.blobs.get(name) == b"again"


def test_more_blobs_than_are_asked_about_at_once(house: House) -> None:
    names = [house.put(b"%d" % n) for n in range(1100)]
    house.desk.send(*(Incoming(f"{n}.pdf", 1, name, "pdf") for n, name in enumerate(names[::2])))
    assert house.sweep().blobs == 550
    assert {name for name, _ in house.blobs.names()} == set(names[::2])


def test_what_was_left_half_way_goes_when_it_is_old(house: House) -> None:
    house.put(b"whole", put=time.time())
    folder = next(house.blobs.folder.iterdir())
    upload = house.settings.incoming / "upload"
    upload.mkdir(parents=True)
    for path in (folder / ".part-old", folder / ".part-young", upload / "member"):
        path.write_bytes(b"half")
    for path in (folder / ".part-old", upload):
        os.utime(path, (OLD, OLD))
    assert house.sweep() == Swept(blobs=0, halves=1, uploads=1, folders=0)
    assert (folder / ".part-young").exists()
    assert list(house.settings.incoming.iterdir()) == []


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(house: House) -> None:
    code = (
        "import os, signal\nfrom service.scratch import Scratch\nheld = Scratch()\n"
        "(held.path / 'file').write_text('x')\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": tempfile.gettempdir()}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False, timeout=60)
    (left,) = Path(tempfile.gettempdir()).iterdir()
    with closing(Scratch()) as own:
        for path in (left, own.path):
            os.utime(path, (OLD, OLD))
        assert house.sweep().folders == 1
        assert own.path.is_dir()
        assert not left.exists()
