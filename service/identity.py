"""Which process does a step, told so that others on this machine see whether it still lives."""

from __future__ import annotations

import os
from pathlib import Path


def process_name(pid: int | None = None) -> str:
    """``machine/pid/start``; the start makes a number that is used again another name.

    The machine is its boot and its namespace of process ids, for a container counts its own.
    """
    number = os.getpid() if pid is None else pid
    return f"{machine()}/{number}/{_start(number) or 0}"


def machine() -> str:
    boot = _read("/proc/sys/kernel/random/boot_id").replace("-", "")[:12]
    try:
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        space = "0"
    return f"{boot or 'unknown'}.{space}"


def is_gone(name: str) -> bool:
    """Whether that process surely lives no more; False where only another machine can tell."""
    parts = name.split("/")
    if len(parts) < 3 or parts[0] != machine() or not (parts[1] + parts[2]).isdigit():
        return False
    return _start(int(parts[1])) != int(parts[2])


def _start(pid: int) -> int | None:
    """The process's start in clock ticks since boot; None where it is not there (or a zombie)."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    return int(fields[19])


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
