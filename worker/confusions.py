"""What else may be printed where a figure was read: the confusions that readers make.

The table was counted on made scans (``eval.training.confusions``): signs read as others (3
for 8, 1 for 7), noughts and points lost, a ruling's rest read as 1.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from importlib.resources import files

from worker.ctc import is_printed_amount

_Table = dict[str, tuple[tuple[str, float], ...]]


def confusable(text: str, most: int) -> list[str]:
    """Printed amounts that differ from ``text`` by one confusion, the likeliest first."""
    found: dict[str, float] = {}
    table = _table()
    for at, read in enumerate(text):
        for printed, odds in table.get(read, ()):
            _keep(found, text[:at] + printed + text[at + 1 :], odds)
    for at in range(len(text) + 1):
        for printed, odds in table.get("", ()):
            _keep(found, text[:at] + printed + text[at:], odds)
    found.pop(text, None)
    return sorted(found, key=lambda other: (-found[other], other))[:most]


def _keep(found: dict[str, float], text: str, odds: float) -> None:
    if odds > found.get(text, 0.0) and is_printed_amount(text):
        found[text] = odds


@lru_cache(maxsize=1)
def _table() -> _Table:
    """By the sign read ("" for none), what may be printed there and how often it is."""
    path = files("worker") / "models" / "confusions.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["confusions"]
    grouped: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for printed, read, odds in rows:
        grouped[read].append((printed, odds))
    return {read: tuple(each) for read, each in grouped.items()}
