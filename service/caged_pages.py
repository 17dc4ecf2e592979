"""The pages of one document, read one after the other by whoever is free."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext

from schemas.errors import CrossfootError
from service.cage import Cage
from service.cages import Cages

Progress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""

_SHARE = 4
"""Pages for which another cage is called: a cage that sleeps needs about a page's time to wake."""
_WAKE_SECONDS = 60.0


class Pages:
    """Pages ``1`` to ``count``; ``read_one`` gives what stands on one, read in a cage."""

    def __init__(
        self, count: int, read_one: Callable[[int, Cage], bytes], progress: Progress
    ) -> None:
        self._count = count
        self._read_one = read_one
        self._progress = progress
        self._changed = threading.Condition()
        self._begun = 0
        self._waking = 0
        self._done: dict[int, bytes] = {}
        self._failed: BaseException | None = None

    def read(self, cage: Cage, others: Cages | None) -> list[bytes]:
        """All pages in their order, read in ``cage`` and in those of the ``others`` at leisure.

        Raises:
            Refused, CageError: if a page can be neither read nor told to be lost.
            Stopped: if the cages were ended.
        """
        with nullcontext() if others is None else others.wanted(lambda: self._call(others)):
            try:
                while (number := self._next()) is not None:
                    if others is not None:
                        self._call(others)
                    self._keep(number, self._read_one(number, cage))
                with self._changed:
                    self._changed.wait_for(lambda: self._failed or len(self._done) == self._count)
            finally:
                self._stop()
        if self._failed is not None:
            raise self._failed
        return [self._done[number] for number in range(1, self._count + 1)]

    def _call(self, others: Cages) -> None:
        """Takes the cages that are free, as far as there is something left for them to do."""
        with self._changed:
            left = 0 if self._failed is not None else self._count - self._begun
            asleep = left // _SHARE - self._waking
            while left > 0 and (free := others.spare(asleep=asleep > 0)) is not None:
                left, asleep = left - 1, asleep - 1
                self._waking += 1
                # It may still be waking when all is read, and nobody waits for it.
                threading.Thread(target=self._help, args=(free, others), daemon=True).start()

    def _help(self, cage: Cage, others: Cages) -> None:
        try:
            if not self._woken(cage):
                return
            while (number := self._next()) is not None:
                self._keep(number, self._read_one(number, cage))
        except BaseException as error:  # noqa: BLE001  told by the thread that waits for the pages
            with self._changed:
                self._failed = error
                self._changed.notify_all()
        finally:
            others.give_back(cage)

    def _woken(self, cage: Cage) -> bool:
        """Whether the cage reads; where there is no room for one more, the others go on alone."""
        try:
            cage.ask({"do": "warm"}, seconds=_WAKE_SECONDS)
        except (CrossfootError, OSError):
            return False  # and is counted as waking, so that no other is tried instead
        with self._changed:
            self._waking -= 1
        return True

    def _next(self) -> int | None:
        """The number of the next page that nobody has begun; None if there is none."""
        with self._changed:
            if self._begun == self._count or self._failed is not None:
                return None
            self._begun += 1
            return self._begun

    def _keep(self, number: int, content: bytes) -> None:
        with self._changed:
            self._done[number] = content
            self._progress(len(self._done), self._count)
            self._changed.notify_all()

    def _stop(self) -> None:
        """Lets whoever reads a page end after it."""
        with self._changed:
            self._begun = self._count
