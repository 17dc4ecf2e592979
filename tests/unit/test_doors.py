"""The children of the web process."""

from __future__ import annotations

import io
import os
import threading
import time
from pathlib import Path

from PIL import Image

from service.cages import Cages
from service.settings import Settings


def children() -> set[int]:
    """The processes that this one started and that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def test_a_child_outlives_the_thread_of_the_request_that_started_it(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    held = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(held, "PNG")
    picture.write_bytes(held.getvalue())
    cages, before = Cages(Settings(home=tmp_path), 2), children()

    def ask() -> None:
        with cages.one() as cage:
            cage.ask({"do": "sizes", "path": str(picture)}, seconds=60)

    try:
        for _ in range(2):  # each of the two children once, in threads that end
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
        started = children() - before
        time.sleep(0.3)
        assert len(started) == 2
        assert children() - before == started
    finally:
        cages.close()
    assert children() - before == set()
