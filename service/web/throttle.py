"""So many tries in so much time, and then a pause."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

_MOST_KEYS = 10_000


class Throttle:
    """Counts tries by key within a sliding window, in this process."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def forget(self, key: str) -> None:
        """Takes back what was counted for the key."""
        with self._lock:
            self._tries.pop(key, None)

    def allows(self, key: str) -> bool:
        """Whether one more try is allowed; it is counted if so."""
        now = time.monotonic()
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            while len(self._tries) > _MOST_KEYS:
                self._tries.popitem(last=False)
            while tries and tries[0] < now - self._seconds:
                tries.popleft()
            if len(tries) >= self._most:
                return False
            tries.append(now)
            return True
