"""What every request works with, built once per process."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from service.blobs.port import BlobStore
from service.cage import Answered
from service.cages import Cages
from service.queue.app import Bell, BellTrouble
from service.settings import Settings
from service.store.store import Store
from service.web.throttle import Throttle

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    settings: Settings
    store: Store
    blobs: BlobStore
    bell: Bell
    cages: Cages = field(repr=False)
    attempts: Throttle = field(default_factory=lambda: Throttle(most=10, seconds=300.0), repr=False)
    """Of signing in with a wrong password."""

    def ring(self, times: int) -> None:
        """Rings for workers; where the broker is down, the work in SQL is found all the same."""
        try:
            self.bell.ring(times)
        except BellTrouble as error:
            _log.warning("the bell can't be rung", extra={"reason": str(error)})

    def picture(
        self, sha256: str, number: int, width: int, box: tuple[float, float, float, float] | None
    ) -> bytes:
        """PNG of a page or of a box on it, see :func:`worker.picture.picture`."""
        with self.blobs.local(sha256) as path, self.cages.one() as cage:
            request = {
                "do": "picture",
                "path": str(path),
                "number": number,
                "width": width,
                "box": box,
                "limits": self.settings.page_limits,
            }
            answer: Answered = cage.ask(request, seconds=self.settings.page_seconds)
        return answer.parts[0]


def doors_of(request: Request) -> Doors:
    doors: Doors = request.app.state.doors
    return doors


OpenDoors = Annotated[Doors, Depends(doors_of)]
