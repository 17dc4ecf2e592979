"""The sweeper: finds in SQL what no message will bring any more, and rings for it again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from schemas.errors import CrossfootError
from service.blobs.port import BlobStore
from service.identity import is_gone
from service.orphans import sweep_orphans
from service.queue.app import Bell, BellTrouble
from service.settings import Settings
from service.store.documents import delete_document, older_than
from service.store.steps import Running, expire, running_steps, waiting_steps
from service.store.store import Store
from service.webhook_sender import send_due

_log = logging.getLogger(__name__)
_DAY = 86400
_TIDY = 6 * 3600.0  # seconds between two looks at every blob
_JUMP = 5.0  # seconds between two looks that no clock drifts by itself
_OVERDUE = 2.0  # seconds after which a bell counts as not heard


@dataclass(slots=True)
class Sweeper:
    """``gone`` tells whether a worker's process surely lives no more.

    ``own`` is how the names of this worker's pool end, None where it has none. ``heard``
    counts the bells that the pool has answered and the steps that it did; ``deaf`` is called
    when it does neither any more although there are bells.
    """

    store: Store
    blobs: BlobStore
    bell: Bell
    settings: Settings
    gone: Callable[[str], bool] = is_gone
    own: str | None = None
    heard: Callable[[], int] = lambda: 0
    deaf: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.monotonic
    wake: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    offset: float | None = None
    """Between the clock on the wall and the steady one, when last looked at."""
    trusted_from: float = float("-inf")
    """By the steady clock: when leases may be believed again."""
    tidied: float = field(default_factory=time.monotonic)
    """By the steady clock: when what nobody owns was last looked for, or this began."""
    silence: tuple[int, float] = (-1, 0.0)
    """How many bells were heard when last one was, or none was to be heard; and when."""

    def run(self) -> None:
        """Sweeps until told to end; trouble with database or broker is waited out."""
        while not self.ended.is_set():
            try:
                self.sweep()
            except CrossfootError as error:
                _log.warning("sweep failed", extra={"reason": error.message})
            except Exception:  # noqa: BLE001  nobody else would look after what is left undone
                _log.exception("sweep failed")
            self.wake.wait(self.settings.sweep_seconds)
            self.wake.clear()

    def end(self) -> None:
        self.ended.set()
        self.wake.set()

    def sweep(self) -> None:
        """Once: expired steps, bells, webhooks, retention, orphans."""
        self.take_back()
        self._ring()
        send_due(self.store, self.settings)
        self._forget_old()
        self._tidy()

    def take_back(self, own: str | None = None) -> int:
        """Frees the steps whose workers are gone or whose lease ran out; how many.

        With ``own`` only those of workers whose names end so; their attempts do not count.
        """
        found = running_steps(self.store)
        if own is not None:
            found = [step for step in found if step.worker.endswith(own)]
        return sum(self._expired(step, counted=own is None) for step in found)

    def _expired(self, step: Running, *, counted: bool) -> bool:
        if self.gone(step.worker):
            cause = "the process that did it ended"
        elif self._ran_out(step.lease_until):
            cause = "its lease ran out"
        else:
            return False
        done = expire(self.store, step, cause, self.settings.attempts, counted=counted)
        if done:
            _log.warning("step taken back", extra={"document": step.document, "reason": cause})
        return done

    def _ran_out(self, until: float) -> bool:
        """Whether the lease is over, by a clock that was not set meanwhile.

        When the clock jumps, leases given before say nothing: those are left alone for as
        long as a lease lasts, and whatever then still ends far ahead was given before.
        """
        now, steady, lease = self.store.clock(), self.clock(), self.settings.lease_seconds
        if self.offset is not None and abs(now - steady - self.offset) > _JUMP:
            _log.warning("the clock was set: leases are left alone for a while")
            self.trusted_from = steady + lease
        self.offset = now - steady
        return steady >= self.trusted_from and not now <= until <= now + lease + _JUMP

    def _ring(self) -> None:
        due = waiting_steps(self.store, _OVERDUE)
        most = 4 * self.settings.workers
        bells = self.bell.waiting() if due else 0
        self._listen(bells)
        if due and (bells or 0) < most:
            try:
                self.bell.ring(min(due, most))
            except BellTrouble as error:
                _log.warning("the bell can't be rung", extra={"reason": str(error)})

    def _listen(self, bells: int | None) -> None:
        """Ends a worker whose pool is deaf: bells lie there, and it neither works nor hears.

        Whoever started the worker starts it again. While the broker does not answer there is
        nothing to be heard.
        """
        heard, now = self.heard(), self.clock()
        if self.own is None or not bells or heard != self.silence[0] or self._works(self.own):
            self.silence = (heard, now)
        elif now - self.silence[1] > self.settings.deaf_seconds:
            _log.error("the worker hears no bell any more and ends")
            self.silence = (heard, now)
            self.deaf()

    def _works(self, own: str) -> bool:
        return any(step.worker.endswith(own) for step in running_steps(self.store))

    def _forget_old(self) -> None:
        if self.settings.retention_days is None:
            return
        moment = self.store.clock() - self.settings.retention_days * _DAY
        for document in older_than(self.store, moment, 50):
            for name in delete_document(self.store, document, "retention") or ():
                self.blobs.delete(name)

    def _tidy(self) -> None:
        if self.clock() - self.tidied < _TIDY:
            return
        self.tidied = self.clock()
        swept = sweep_orphans(self.store, self.blobs, self.settings, time.time)
        if swept.any:
            _log.info("removed what nobody owned", extra=asdict(swept))
