"""The cage: a child process that touches what strangers sent, limited and ended as a group.

One child is kept warm and given request after request (:mod:`worker.child`). It has a limit
on address space, on processor time and on the wall clock of each request; it leads a session
of its own, dies with the thread that started it, has a clean environment and, where the
kernel allows, no network. Whatever it does, the caller gets an answer or a :class:`CageError`.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import CrossfootError
from service.scratch import Scratch

_MIB = 1024 * 1024
_LARGEST_HEAD = 64 * 1024
_LARGEST_ANSWER = 512 * _MIB
_CHUNK = 1 << 16
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_OPEN_FILES = 256
_FILE_SIZE = 512 * _MIB


class CageError(CrossfootError):
    """The child did not answer; it was ended, and the next request gets a fresh one."""

    category = "engine:crash"
    retry = True


class OutOfTime(CageError):
    category = "engine:timeout"


class OutOfMemory(CageError):
    category = "engine:memory"


class Stopped(BaseException):
    """The cage was ended for good while something was asked of it: nothing comes of that."""


class Refused(CrossfootError):
    """The child answered that it can't be done."""

    def __init__(self, category: str, message: str, again: bool) -> None:
        super().__init__(message)
        self.category = category  # type: ignore[misc]
        self.again = again


@dataclass(frozen=True, slots=True)
class Limits:
    """``memory`` in bytes of address space; ``requests`` after which a fresh child is taken."""

    memory: int
    requests: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The head of an answer and the bytes that came with it."""

    said: dict[str, Any]
    parts: tuple[bytes, ...]


class Cage:
    """One warm child; not to be shared between threads, except that any may end it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._scratch: Scratch | None = None
        self._done = 0
        self._ended = False

    def ask(
        self, request: dict[str, Any], parts: Sequence[bytes] = (), *, seconds: float
    ) -> Answered:
        """The child's answer within ``seconds`` of wall clock.

        Raises:
            Refused: if it says that the request can't be done.
            CageError: if it did not answer; a kind of it says why.
            Stopped: if the cage was ended.
        """
        child = self._running()
        # The limit on processor time is a second net below the wall clock: twice over two cores.
        _limit_processor(child.pid, 4 * seconds + 5)
        head = json.dumps({**request, "sizes": [len(part) for part in parts]}).encode() + b"\n"
        talk = _Talk(child, time.monotonic() + seconds, seconds)
        try:
            talk.write([head, *parts])
            answer = talk.read()
        except BaseException as error:
            self.close()
            if self._ended:
                raise Stopped from error
            raise
        self._done += 1
        if answer.said.get("category") == "engine:memory" or self._done >= self._limits.requests:
            self.close()
        if answer.said.get("ok") is not True:
            said = answer.said
            raise Refused(
                str(said.get("category", "internal")),
                str(said.get("message", "no reason given")),
                said.get("again") is True,
            )
        return answer

    @property
    def awake(self) -> bool:
        """Whether its child runs, so that it need not be started."""
        return self._child is not None and self._child.poll() is None

    def close(self) -> None:
        """Ends the child and all that it started."""
        child, self._child, self._done = self._child, None, 0
        if child is not None:
            _end_group(child)
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.close()

    def end(self) -> None:
        """Ends the child and refuses what is asked from now on; close it after that."""
        self._ended = True
        child = self._child
        if child is not None:
            _kill_group(child)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._ended:
            raise Stopped
        if self._child is not None and self.awake:
            return self._child
        self.close()
        self._scratch = Scratch()
        started = _spawner().submit(_start, self._scratch.path, self._limits)
        self._child = started.result()
        return self._child


_spawners: dict[int, ThreadPoolExecutor] = {}
_spawners_lock = threading.Lock()


def _spawner() -> ThreadPoolExecutor:
    """This process's one thread that starts children.

    The kernel ends a child with the *thread* that started it, and threads of servers come and
    go: this one stays as long as the process. A forked process gets one of its own.
    """
    with _spawners_lock:
        held = _spawners.get(os.getpid())
        if held is None:
            held = _spawners[os.getpid()] = ThreadPoolExecutor(1, "spawner")
        return held


def _start(folder: Path, limits: Limits) -> subprocess.Popen[bytes]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "OPENCV_FOR_THREADS_NUM": "1",
    }
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def confine() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_SIZE, _FILE_SIZE))
        if os.getuid() != 0:  # a new user's files can't be read by whom root's rights let in
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        else:
            libc.unshare(_CLONE_NEWNET)

    return subprocess.Popen(
        [sys.executable, "-m", "worker.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
        preexec_fn=confine,  # noqa: PLW1509  only system calls, and libc is loaded before
        bufsize=0,
    )


def _limit_processor(pid: int, more: float) -> None:
    """Lets the process use ``more`` seconds of processor time from now on."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        fields = words.rpartition(")")[2].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        _, hard = resource.prlimit(pid, resource.RLIMIT_CPU)
        resource.prlimit(pid, resource.RLIMIT_CPU, (int(used + more) + 1, hard))
    except (OSError, ValueError, IndexError):
        return  # it is gone, which the talk finds out; or no /proc, and the wall clock decides


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    _kill_group(child)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


class _Talk:
    """One request and its answer, on pipes that never block."""

    def __init__(self, child: subprocess.Popen[bytes], until: float, seconds: float) -> None:
        if child.stdin is None or child.stdout is None:
            raise ValueError("a child without pipes")
        self._child, self._until, self._seconds = child, until, seconds
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._held = bytearray()

    def write(self, parts: Sequence[bytes]) -> None:
        for part in parts:
            left = memoryview(part)
            while left:
                self._wait(self._in, select.POLLOUT)
                try:
                    left = left[os.write(self._in, left[:_CHUNK]) :]
                except BlockingIOError:
                    continue
                except BrokenPipeError as error:
                    raise self._ended() from error

    def read(self) -> Answered:
        line = self._line()
        try:
            said = json.loads(line)
            sizes = [int(size) for size in said["sizes"]]
        except (ValueError, KeyError, TypeError) as error:
            raise CageError("the reading process answered nonsense") from error
        if not all(0 <= size <= _LARGEST_ANSWER for size in sizes) or sum(sizes) > _LARGEST_ANSWER:
            raise CageError("the reading process answered more than is allowed")
        return Answered(said, tuple(self._take(size) for size in sizes))

    def _line(self) -> bytes:
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > _LARGEST_HEAD:
                raise CageError("the reading process answered nonsense")
            self._more()
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line

    def _take(self, size: int) -> bytes:
        while len(self._held) < size:
            self._more()
        part = bytes(self._held[:size])
        del self._held[:size]
        return part

    def _more(self) -> None:
        self._wait(self._out, select.POLLIN)
        try:
            some = os.read(self._out, 1 << 20)
        except BlockingIOError:
            return
        if not some:
            raise self._ended()
        self._held += some

    def _wait(self, handle: int, wanted: int) -> None:
        poll = select.poll()
        poll.register(handle, wanted)
        left = self._until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise OutOfTime(f"reading took more than {self._seconds:g} s and was stopped")

    def _ended(self) -> CageError:
        """Why the child ended by itself."""
        code = self._child.wait()
        if code == -signal.SIGXCPU:
            return OutOfTime("reading took more processor time than allowed and was stopped")
        if code == -signal.SIGKILL:
            return OutOfMemory("the reading process was killed, most likely for its memory")
        if code < 0:
            return CageError(f"the reading process crashed ({signal.Signals(-code).name})")
        return CageError(f"the reading process ended (exit code {code})")
