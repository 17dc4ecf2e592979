"""Processes of a running service, told apart by what they are."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def parents() -> dict[int, int]:
    """Process → its parent; those that have ended are left out."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            found[int(stat.parent.name)] = int(fields[1])
    return found


def family(roots: Iterable[int]) -> set[int]:
    """The processes and all that came of them."""
    tree = parents()
    found = {pid for pid in roots if pid in tree}
    while more := {pid for pid, parent in tree.items() if parent in found} - found:
        found |= more
    return found


def command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def is_reader(pid: int) -> bool:
    """Whether it is the inside of a cage."""
    return "worker.child" in command(pid)


def is_worker(pid: int) -> bool:
    """Whether it is a worker or a process of its pool."""
    return command(pid)[-1:] == ["worker"]


def send(pid: int, how: signal.Signals) -> bool:
    """Whether the process was there to get the signal."""
    with suppress(ProcessLookupError):
        os.kill(pid, how)
        return True
    return False
