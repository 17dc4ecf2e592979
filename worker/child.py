"""A process that reads what strangers sent, and nothing else: the inside of the cage.

It is given one request after another on its standard input and answers each on its standard
output. Both are frames: a line of JSON, then as many bytes as that line says. It knows no
database, no broker and no settings; who started it limits and ends it.

    → {"do": "open", "path": …, "most": …}                     ← {"ok": true, "pages": 3}
    → {"do": "page", "path": …, "number": 1}                   ← {"ok": true, "sizes": [n]} + page
    → {"do": "assemble", "path": …, "name": …, "sha256": …, "mode": …, "sizes": […]} + pages
      + what a model said, empty where none did             ← … + result + tables to ask about
      (both may have "settings": {…}, see schemas.run_settings; all that open a file may have
      "limits": {…}, see worker.limits)
    → {"do": "sizes", "path": …}                               ← {"ok": true, "pages": [[w, h], …]}
    → {"do": "picture", "path": …, "number": …, …}             ← … + PNG
    → {"do": "settle", "decisions": …, "before": …} + first result, present one  ← … + result
    ← {"ok": false, "category": …, "message": …, "again": false}
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from schemas.errors import CrossfootError, InputError
from schemas.run_settings import RunSettings
from worker.threads import limit_threads

Request = dict[str, Any]
Answer = tuple[dict[str, Any], Sequence[bytes]]


class Reader:
    """Does requests; the document of the last one stays open for the next."""

    def __init__(self) -> None:
        self._deeds: dict[str, Callable[[Request, Sequence[bytes]], Answer]] = {
            "warm": self._warm,
            "open": self._open_file,
            "page": self._page,
            "lost": self._lost,
            "assemble": self._assemble,
            "sizes": self._sizes,
            "picture": self._picture,
            "settle": self._settle,
        }
        self._open = ExitStack()
        self._held: tuple[str, Any] | None = None
        self._document: Any = None

    def answer(self, request: Request, parts: Sequence[bytes]) -> Answer:
        return self._deeds[request["do"]](request, parts)

    def _opened(self, request: Request) -> Any:
        from worker.limits import PageLimits
        from worker.pdf import open_document

        path, limits = request["path"], PageLimits(**request.get("limits", {}))
        if (path, limits) != self._held:
            self._open.close()
            self._held = None
            self._document = self._open.enter_context(open_document(Path(path), limits))
            self._held = (path, limits)
        return self._document

    def _warm(self, _request: Request, _parts: Sequence[bytes]) -> Answer:
        _steps()  # loaded now, so that the first document need not wait
        return {}, ()

    def _open_file(self, request: Request, _parts: Sequence[bytes]) -> Answer:
        return {"pages": _steps().count_pages(self._opened(request), request["most"])}, ()

    def _page(self, request: Request, _parts: Sequence[bytes]) -> Answer:
        document = self._opened(request)
        return {}, (_steps().read_step(document, request["number"], _told(request)),)

    def _lost(self, request: Request, _parts: Sequence[bytes]) -> Answer:
        return {}, (_steps().lost_page(request["number"], request["why"]),)

    def _assemble(self, request: Request, parts: Sequence[bytes]) -> Answer:
        document = self._opened(request)
        *pages, heard = parts
        result, cases = _steps().assemble_step(
            document, pages, request["name"], request["sha256"],
            _told(request), heard, request["mode"],
        )  # fmt: skip
        return {}, (result.model_dump_json().encode(), cases)

    def _sizes(self, request: Request, _parts: Sequence[bytes]) -> Answer:
        document = self._opened(request)
        return {"pages": [_size(document, n) for n in range(document.page_count)]}, ()

    def _picture(self, request: Request, _parts: Sequence[bytes]) -> Answer:
        from worker.picture import picture

        box = tuple(request["box"]) if request["box"] else None
        document = self._opened(request)
        return {}, (picture(document, request["number"], request["width"], box),)

    def _settle(self, request: Request, parts: Sequence[bytes]) -> Answer:
        first, standing = parts
        return {}, (_steps().settle_step(first, request["decisions"], standing, request["before"]),)


@lru_cache(maxsize=1)
def _steps() -> Any:
    """The steps of reading with all that they need: it stays, and is not looked at for garbage."""
    import worker.steps

    gc.freeze()
    return worker.steps


def _size(document: Any, index: int) -> tuple[float, float]:
    """Of a page that can't be shown: none."""
    try:
        width, height = document.page_size(index)
    except InputError:
        return 0.0, 0.0
    return width, height


def _told(request: Request) -> RunSettings:
    """How the document is to be read."""
    return RunSettings.model_validate(request.get("settings", {}))


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answers requests until there are no more."""
    reader = Reader()
    while line := source.readline():
        request: Request = json.loads(line)
        parts = [source.read(size) for size in request.get("sizes", ())]
        try:
            said, content = reader.answer(request, parts)
            head = {"ok": True, **said, "sizes": [len(part) for part in content]}
        except CrossfootError as error:
            head, content = _failed(error.category, error.message, error.retry), ()
        except MemoryError:
            head, content = _failed("engine:memory", "it needs more memory than allowed", False), ()
            _write(sink, head, content)
            return  # what is left of this process can't be trusted to have room
        except Exception as error:  # noqa: BLE001  the caller names it and goes on
            message = f"Crossfoot failed ({type(error).__name__}: {error})"
            head, content = _failed("internal", message[:2000], False), ()
        _write(sink, head, content)


def _failed(category: str, message: str, again: bool) -> dict[str, Any]:
    return {"ok": False, "category": category, "message": message, "again": again, "sizes": []}


def _write(sink: IO[bytes], head: dict[str, Any], content: Sequence[bytes]) -> None:
    sink.write(json.dumps(head).encode() + b"\n")
    for part in content:
        sink.write(part)
    sink.flush()


def main() -> None:
    """Serves on the pipes that this process was started with; what libraries print goes aside.

    It uses one core: two such processes read more pages than one of two threads, for networks
    gain little by a second thread, and the rest of a page nothing.
    """
    limit_threads(1)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
