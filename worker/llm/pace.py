"""How often an endpoint may be asked: requests and tokens a minute.

A port; here for one process, in ``service/pace.py`` for all workers of a service.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Most requests and tokens in any minute; None: no bound."""

    requests: int | None = None
    tokens: int | None = None


class Pace(Protocol):
    def take(self, tokens: int) -> float:
        """0.0 where a request of ``tokens`` may be sent now, and counts as sent.

        Else the seconds after which to ask again; nothing is counted then.
        """


@dataclass
class LocalPace:
    """The rates kept by one process."""

    rates: Rates
    clock: Callable[[], float] = time.monotonic
    _sent: deque[tuple[float, int]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, tokens: int) -> float:
        with self._lock:
            now = self.clock()
            while self._sent and self._sent[0][0] <= now - MINUTE:
                self._sent.popleft()
            full = self.rates.requests is not None and len(self._sent) >= self.rates.requests
            used = sum(t for _, t in self._sent)
            # A request larger than a whole minute's tokens goes alone: else it would never go.
            over = self.rates.tokens is not None and used + tokens > self.rates.tokens
            if self._sent and (full or over):
                return max(self._sent[0][0] + MINUTE - now, 0.01)
            self._sent.append((now, tokens))
            return 0.0
