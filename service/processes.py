"""Child processes that never outlive their parent, and are ended in an orderly way."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def die_with_parent(how: int = signal.SIGKILL) -> None:
    """Has the kernel send this process the signal when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)


def start(
    command: Sequence[str], environment: Mapping[str, str], *, log: Path | None, how: int
) -> subprocess.Popen[bytes]:
    """A child in a session of its own that gets the signal ``how`` should this process die.

    What it prints is added to ``log``, or goes where our own output goes.
    """
    libc, parent = ctypes.CDLL(None), os.getpid()

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:
            os._exit(1)

    output = log.open("ab") if log is not None else None
    try:
        return subprocess.Popen(  # noqa: S603  our own commands
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=bind,  # noqa: PLW1509  only system calls, and libc is loaded before
        )
    finally:
        if output is not None:
            output.close()


def stop(child: subprocess.Popen[bytes], patience: float) -> int:
    """Asks the child to end, and ends its whole session where it does not; its exit code."""
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()
