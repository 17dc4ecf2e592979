"""A worker without a queue that dies at a point it is told: ``python -m … HOME NAME HOW``.

``HOW`` is ``poison:SHA256`` (dies each time it opens that content) or ``point:N`` (dies at the
N-th statement that it sends to the database, before or after it, whichever comes first by N's
parity). Work is the real thing: claimed, caged, committed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event

from service.blobs.disk import DiskBlobs
from service.cage import Answered, Cage, Limits
from service.identity import process_name
from service.settings import MIB, read_settings
from service.store.database import open_database
from service.store.store import Store
from service.work import Bench, shift


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(Cage):
    """Ends the whole worker when it is asked about one content."""

    def __init__(self, limits: Limits, content: str) -> None:
        super().__init__(limits)
        self._content = content

    def ask(
        self, request: dict[str, Any], parts: Sequence[bytes] = (), *, seconds: float
    ) -> Answered:
        if self._content and self._content in str(request.get("path")):
            die()
        return super().ask(request, parts, seconds=seconds)


def main() -> None:
    home, how = sys.argv[1:]
    told = {k: v for k, v in os.environ.items() if k.startswith("CROSSFOOT_ATTEMPTS")}
    settings = read_settings({"CROSSFOOT_HOME": home, **told})
    kind, _, which = how.partition(":")
    database = open_database(settings.database, migrate=False)
    if kind == "point":
        left = [int(which)]

        def count(*_: object) -> None:
            left[0] -= 1
            if left[0] < 0:
                die()

        name = "before_cursor_execute" if int(which) % 2 else "after_cursor_execute"
        event.listen(database.engine, name, count)
        event.listen(database.engine, "commit", count)
    cage = Deadly(Limits(settings.reader_memory_mib * MIB, 500), which if kind == "poison" else "")
    bench = Bench(
        process_name(),
        Store(database),
        DiskBlobs(Path(home) / "blobs"),
        cage,
        settings,
        lambda _: None,
    )
    shift(bench)
    cage.close()


if __name__ == "__main__":
    main()
